/** The Lambda lab that all docker tests of Lambda share; brought up by ./global-setup.ts. */
import { testLab } from './lab.js';

export const {
  brokerAddress,
  container,
  killAndStart,
  killInside,
  openStore,
  cql,
  holdAt,
  release,
  publishedBase,
  cycleState,
  liveHead,
  headNumber,
  waitForSlices,
  askForBatch,
  waitForBase,
  waitForHead,
  expectExact,
  expectExactWhile,
} = testLab('lambda', 20_000);
