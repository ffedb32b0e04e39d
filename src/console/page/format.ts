/** Numbers and names as the page shows them. Sums are decimal texts and stay exact. Pure. */

/** `1,234,567` of a decimal text or a number. */
export function grouped(value: string | number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `12.3k`, `4.5M`: for an axis. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trimmed(value / 1e9)}G`;
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  return size >= 1e4 ? `${trimmed(value / 1e3)}k` : grouped(Math.round(value * 100) / 100);
}

const trimmed = (value: number) => String(Math.round(value * 100) / 100);

/** `revenueCents` as `revenue cents`, `snack_automat_id` as `snack automat id`. */
export function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
}

export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hour12: false });
}

/** How much of a whole, 0 to 1, of texts too large for a number to hold exactly. */
export function share(part: string, whole: bigint): number {
  return whole <= 0n ? 0 : Math.min(1, Math.max(0, Number((BigInt(part) * 10_000n) / whole) / 10_000));
}
