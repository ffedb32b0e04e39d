/** `generator rate|pause|resume`: stores what is wanted; the generator follows within a moment. */
import { parseArgument, rateArgument } from '../../config/flags.js';
import type { LabName } from '../../resources.js';
import type { ServingStore, Wanted } from '../../runtimes/ports.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';

export function rate(input: CommandInput, context: CommandContext): Promise<Report> {
  return change({ rate: parseArgument(rateArgument, 'the rate', input.arguments[0]) }, input, context);
}

export function pause(input: CommandInput, context: CommandContext): Promise<Report> {
  return change({ paused: true }, input, context);
}

export function resume(input: CommandInput, context: CommandContext): Promise<Report> {
  return change({ paused: false }, input, context);
}

async function change(wanted: Partial<Wanted>, input: CommandInput, context: CommandContext): Promise<Report> {
  await using store = await (await findLab(input, context)).openStore();
  // Awaited here: the store closes when this function is left.
  return await changeGenerator(input.lab, store, wanted);
}

/** Stores what is wanted of the generator from now on. */
export async function changeGenerator(
  lab: LabName,
  store: Pick<ServingStore, 'changeWanted' | 'readWanted'>,
  wanted: Partial<Wanted>,
): Promise<Report> {
  await store.changeWanted(wanted);
  const { rate: events, paused } = await store.readWanted();
  const document = { schema: 'snacklab/generator', version: 1, lab, rate: events, paused } as const;
  const atRate = events === null ? 'at the rate it was started with' : `at ${grouped(events)} events/s`;
  return { document, text: paused ? 'the generator pauses' : `the generator runs ${atRate}` };
}
