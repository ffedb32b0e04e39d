/** Presses a button: sends what it asks for. What becomes of it comes on the stream; only a refusal is told here. */
import type { Action } from '../actions.js';
import { ownHeaders } from './access.js';

/** Why it was refused; undefined where it has begun. */
export async function press(action: DistributiveOmit<Action>): Promise<string | undefined> {
  try {
    const response = await fetch('/actions', {
      method: 'POST',
      headers: { ...ownHeaders(), 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    if (response.ok) return undefined;
    const said = (await response.json().catch(() => ({}))) as { error?: string; suggestion?: string };
    return `${said.error ?? `the console answered ${response.status}`}${said.suggestion ? ` Try: ${said.suggestion}` : ''}`;
  } catch {
    return 'the console does not answer; nothing was changed';
  }
}

/** As it may be sent: what has a default may be left out. */
type DistributiveOmit<T> = T extends { readonly force: boolean } ? Omit<T, 'force'> & { force?: boolean } : T;
