/** What a simulated lab did, one line an effect, for whoever has to understand a seed. */
import { inspect } from 'node:util';
import type { Process } from '../src/runtimes/memory/scheduler.js';

/** Takes one line. */
export type Trace = (line: string) => void;

const charactersMax = 220;

/** A port that tells each call and what came of it; the port itself where nobody listens. */
export function traced<Port extends object>(port: Port, process: Process, trace: Trace | undefined): Port {
  if (trace === undefined) return port;
  const entries = Object.entries(port).map(([name, method]) => {
    if (typeof method !== 'function') return [name, method] as const;
    const call = (...args: unknown[]) => {
      const outcome: unknown = method(...args);
      if (!(outcome instanceof Promise)) return outcome;
      const said = `${process.name}: ${name}(${args.map(brief).join(', ')})`;
      outcome.then(
        (value: unknown) => trace(`${said} → ${brief(value)}`),
        (error: unknown) => trace(`${said} throws ${String(error)}`),
      );
      return outcome;
    };
    return [name, call] as const;
  });
  return Object.fromEntries(entries) as Port;
}

function brief(value: unknown): string {
  const text = inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 6 });
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}
