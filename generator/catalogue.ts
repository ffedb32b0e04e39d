/** What a machine of the lab sells: a fixed catalogue, in slot order. Money is integer cents. Pure. */
import { items } from '../src/events/rule.js';

export interface CatalogueItem {
  readonly item: (typeof items)[number];
  /** 1 to 8. */
  readonly slot: number;
  readonly healthy: boolean;
  readonly priceCents: number;
  readonly costCents: number;
}

const prices: Readonly<Record<(typeof items)[number], Pick<CatalogueItem, 'healthy' | 'priceCents' | 'costCents'>>> = {
  apple: { healthy: true, priceCents: 90, costCents: 35 },
  banana: { healthy: true, priceCents: 80, costCents: 30 },
  orange: { healthy: true, priceCents: 95, costCents: 40 },
  blueberries: { healthy: true, priceCents: 320, costCents: 190 },
  snickers: { healthy: false, priceCents: 150, costCents: 70 },
  mars: { healthy: false, priceCents: 145, costCents: 65 },
  twix: { healthy: false, priceCents: 160, costCents: 75 },
  milkyway: { healthy: false, priceCents: 120, costCents: 50 },
};

export const catalogue: readonly CatalogueItem[] = items.map((item, i) => ({ item, slot: i + 1, ...prices[item] }));
