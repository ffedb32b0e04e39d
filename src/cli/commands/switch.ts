/** `switch` and `rollback`: move readers to another version by one write, at an instant at which nothing goes back. */
import { parseFlags, switchFlags } from '../../config/flags.js';
import type { LabName } from '../../resources.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { previousVersion, switchLive, switchPatienceMs } from '../../versions/switch-live.js';
import { pipelineNamed, versionOf } from '../../versions/versions.js';
import type { SwitchDocument } from '../documents-versions.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration } from '../text.js';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const { force, wait } = parseFlags(switchFlags, input.options);
  const [given] = input.arguments;
  const named = given === undefined ? undefined : pipelineNamed(lab, given);
  await using store = await (await findLab(input, context)).openStore();
  // Awaited here: the store closes when this function is left.
  return await switchTo(lab, store, context, { named, force, waitMs: wait });
}

interface Wanted {
  /** A full name; undefined for the version that was live before. */
  readonly named: string | undefined;
  readonly force?: boolean;
  readonly waitMs?: number | undefined;
}

/** Moves readers to a version, and says what it waits for. Throws `fail` when the instant for it does not come. */
export async function switchTo(
  lab: LabName,
  store: ServingStore,
  { clock, say, signal }: Pick<CommandContext, 'clock' | 'say'> & Partial<Pick<CommandContext, 'signal'>>,
  { named, force = false, waitMs = switchPatienceMs(force) }: Wanted,
): Promise<Report> {
  const startedMs = performance.now();
  const to = named ?? previousVersion(await store.readHeads());
  const waits = (lack: string) => say(`${lack}: waiting for the instant at which it covers the live version`);
  const switched = await switchLive(store, clock, { to, force, patienceMs: waitMs, waits, signal });
  const document: SwitchDocument = {
    schema: 'snacklab/switch',
    version: 1,
    lab,
    from: switched?.from.pipeline ?? to,
    to,
    changed: switched !== undefined,
    generation: switched?.generation ?? null,
    back: switched?.back ?? false,
    tookMs: performance.now() - startedMs,
  };
  return { document, text: switchText(document) };
}

function switchText({ lab, from, to, changed, back, tookMs }: SwitchDocument): string {
  if (!changed) return `${versionOf(to)} is live already`;
  const forced = back ? '; it was forced, so positions may have gone back' : '';
  const again = `; snacklab ${lab} rollback goes back to ${versionOf(from)}`;
  return `${versionOf(to)} is live instead of ${versionOf(from)} (${duration(tookMs)})${forced}${again}`;
}
