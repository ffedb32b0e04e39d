/** The order of test files: those of the Kappa lab last and by name, since the Lambda lab is taken down for them. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class LabSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isKappa = ({ moduleId }: TestSpecification) => /\/test\/kappa\/.*\.docker\./.test(moduleId);
    const kappas = sorted.filter(isKappa).sort((a, b) => a.moduleId.localeCompare(b.moduleId));
    return [...sorted.filter((file) => !isKappa(file)), ...kappas];
  }
}
