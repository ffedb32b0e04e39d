import { brokenMachines } from './breakdowns.js';
import { whereMostBuy } from './customers.js';
import { machinesOnTheMap, unprofitableMachines, whereMostIsSold } from './machines.js';
import type { Presented } from './presented.js';
import { servicesDue } from './services.js';
import { emptySoon } from './stock.js';
import { healthyShare, salesTrend } from './trends.js';

/** All that is presented of answers, by no question alone. */
export const presentedAnswers: readonly Presented[] = [
  ...[unprofitableMachines, whereMostIsSold, machinesOnTheMap, whereMostBuy],
  ...[salesTrend, healthyShare],
  ...[emptySoon, brokenMachines, servicesDue],
];
