/** A presented cell as a reader sees it. Pure. */
import type { Cell, ColumnKind } from './presented.js';

/** `1,234`, `-12.05` of cents, `12.5 %` of a share, `47.37810` degrees, six digits of a figure; a text as it is. */
export function cellText(cell: Cell, kind: ColumnKind): string {
  if (kind === 'number' && typeof cell === 'string') return cell;
  if (kind === 'share') return `${(Number(cell) * 100).toFixed(1)} %`;
  if (kind === 'degrees') return Number(cell).toFixed(5);
  if (kind === 'number') return String(Number(Number(cell).toPrecision(6)));
  if (kind === 'count') return grouped(String(cell));
  if (kind === 'cents') return money(String(cell));
  return String(cell);
}

function money(cents: string): string {
  const [, sign, digits] = /^(-?)(\d+)$/.exec(cents)!;
  const padded = digits!.padStart(3, '0');
  return `${sign}${grouped(padded.slice(0, -2))}.${padded.slice(-2)}`;
}

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
