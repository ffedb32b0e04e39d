/**
 * The order of test files: those of the Kappa lab last and by name, since the Lambda lab is taken down for them; at the very
 * end those that need a Kappa lab of their own: the drill, and the archive, from the beginning of the log on.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const files = [
  /\/test\/kappa\/(?!archive|drill).*\.docker\./,
  /\/test\/kappa\/drill\.docker\./,
  /\/test\/kappa\/archive\.docker\./,
];

/** The others come before all that are named here. */
const place = ({ moduleId }: TestSpecification) => files.findIndex((pattern) => pattern.test(moduleId));

export class LabSequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    const of = (wanted: number) => sorted.filter((file) => place(file) === wanted);
    const byName = (a: TestSpecification, b: TestSpecification) => a.moduleId.localeCompare(b.moduleId);
    return [...of(-1), ...of(0).sort(byName), ...of(1), ...of(2)];
  }
}
