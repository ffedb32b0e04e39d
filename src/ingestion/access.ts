/**
 * Who may send events. Without a token only this machine, and never a web page: a page of another site comes with its
 * Origin, and one whose name was made to point here (DNS rebinding) with its own Host. With a token whoever has it.
 * Pure.
 */
import { LabError } from '../errors.js';
import { isOwnName, isSameToken } from '../http-guard.js';
import type { Refusal } from './outcome.js';

export interface Access {
  /** Undefined: none is asked for. */
  readonly token: string | undefined;
}

/** The headers that decide. */
export interface Asking {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

export interface Denial extends Refusal {
  readonly status: 401 | 403;
}

export const tokenVariable = 'SNACKLAB_INGEST_TOKEN';

/** Why a request is not let in; undefined where it is. How the service is (`isHealth`) may be asked without the token. */
export function denialOf(
  { token }: Access,
  { host, origin, authorization }: Asking,
  isHealth = false,
): Denial | undefined {
  if (origin !== undefined && origin !== `http://${host}`) {
    return {
      status: 403,
      problem: 'a page of another origin may not send events',
      suggestion: 'send no Origin header',
    };
  }
  if (token === undefined) {
    if (isOwnName(host)) return undefined;
    return { status: 403, problem: 'the Host header names no address of this machine', suggestion: 'Host: localhost' };
  }
  if (isHealth) return undefined;
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (given !== undefined && isSameToken(given, token)) return undefined;
  return {
    status: 401,
    problem: given === undefined ? 'a token is asked for' : 'the token is another one',
    suggestion: `Authorization: Bearer TOKEN, which is what ${tokenVariable} was when the lab was brought up`,
  };
}

/** Throws `usage` where everybody could send events. `isPrivate`: the network that it listens on is the lab's own. */
export function assertGuarded(host: string, { token }: Access, isPrivate: boolean): void {
  if (isOwnName(host.includes(':') ? `[${host}]` : host) || isPrivate || token !== undefined) return;
  throw new LabError(`events would be taken on ${host} from everybody who can reach it: there is no token`, {
    kind: 'usage',
    suggestion: `set ${tokenVariable} to a secret of 16 characters or more, or listen on 127.0.0.1`,
    detail: { host },
  });
}
