/** Looks for an embedded lab: what its directory says, and whether its process answers. */
import { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { remoteLab } from '../../runtimes/embedded/remote/client.js';
import { protocolVersion } from '../../runtimes/embedded/remote/protocol.js';
import type { EmbeddedPlace } from '../choose-runtime.js';
import { type LabDescription, labIn } from './directory.js';
import { type About, aboutSchema } from './own-methods.js';

/** The lab of a directory. Throws `usage` where the directory is another lab's, `unavailable` for another version's process. */
export async function placeIn(dir: string, given: boolean, lab: LabName): Promise<EmbeddedPlace> {
  const description = await labIn(dir, lab);
  if (description === undefined) return { dir, given, socket: undefined, about: undefined };
  const { socket } = description;
  return { dir, given, socket, about: await askAbout(description, dir) };
}

/** What the process says of itself; undefined where none answers. */
async function askAbout({ socket, pid }: LabDescription, dir: string): Promise<About | undefined> {
  await using remote = remoteLab(socket, (cause) => new LabError('away', { kind: 'unavailable', cause }));
  try {
    const said = await remote.lab('about');
    const about = aboutSchema.safeParse(said);
    if (about.success && about.data.protocol === protocolVersion) return about.data;
    const version = String((said as { version?: unknown }).version);
    throw new LabError(`the lab in ${dir} was started by snacklab ${version}, which speaks otherwise`, {
      kind: 'usage',
      suggestion: `use snacklab ${version}, or end its process and go on with this version: snacklab {lab} up`,
      detail: { dir, version },
    });
  } catch (error) {
    if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
    if (error.detail.isSilent !== true) return undefined;
    throw new LabError(`the lab in ${dir} does not answer, but its process listens`, {
      kind: 'unavailable',
      suggestion: `wait, or end it: kill -9 ${pid}; what it committed is there again after snacklab {lab} up`,
      cause: error,
      detail: { dir, pid },
    });
  }
}

/** Why an embedded lab cannot be used: its process does not run. */
export function notUp(lab: LabName, { dir, given }: Pick<EmbeddedPlace, 'dir' | 'given'>, cause?: unknown): LabError {
  return new LabError(`the embedded ${lab} lab in ${dir} is not up`, {
    kind: 'unavailable',
    suggestion: `snacklab ${lab} up --runtime embedded${given ? ` --dir ${dir}` : ''}`,
    detail: { dir },
    ...(cause === undefined ? {} : { cause }),
  });
}
