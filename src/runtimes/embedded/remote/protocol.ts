/** What is said over the socket: requests by method, answers by the request's number, errors with all their fields. */
import { z } from 'zod';
import { exitCodes, type FailureKind } from '../../../errors.js';
import type { ServingStore } from '../../ports.js';

/** Grows when a message changes its meaning: a lab that was started by another version is told, not guessed. */
export const protocolVersion = 2;

/** Written by another process: nothing of it is trusted before it was parsed. */
export const requestSchema = z.object({ id: z.number().int(), method: z.string(), args: z.array(z.unknown()) });
export type Request = z.infer<typeof requestSchema>;

const kinds = Object.keys(exitCodes) as [FailureKind, ...FailureKind[]];
const errorSchema = z.object({
  kind: z.enum(kinds),
  message: z.string(),
  suggestion: z.string().optional(),
  detail: z.record(z.string(), z.unknown()),
});

export const answerSchema = z.union([
  z.object({ id: z.number().int(), error: errorSchema }),
  z.strictObject({ id: z.number().int(), result: z.unknown() }),
]);
/** All methods of a serving store, each served under its own name. */
export const storeMethods = Object.keys({
  readHeads: true,
  changeHead: true,
  addHead: true,
  switchLive: true,
  dropHead: true,
  removeHead: true,
  listStored: true,
  storedBytes: true,
  deleteStored: true,
  writeSlice: true,
  readSlices: true,
  deleteSlices: true,
  writeBase: true,
  readBase: true,
  deleteBases: true,
  readState: true,
  putState: true,
  changeState: true,
  writeTruth: true,
  readTruth: true,
  readNewestTruth: true,
  deleteTruths: true,
  replaceView: true,
  emptyOtherViews: true,
  readWanted: true,
  changeWanted: true,
  report: true,
  readReports: true,
} satisfies Record<keyof ServingStore, true>) as readonly (keyof ServingStore)[];
