/** Figures as the map shows them. Pure. */

export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
export const known = (value: number | null): string => (value === null ? 'not known' : count(value));

export function bytes(value: number): string {
  if (value < 2 ** 20) return `${Math.ceil(value / 1024)} KiB`;
  return value < 2 ** 30 ? `${(value / 2 ** 20).toFixed(1)} MiB` : `${(value / 2 ** 30).toFixed(1)} GiB`;
}

/** `340 ms`, `3.2 s`, `2 min 5 s`. */
export function lasting(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
