/**
 * Who may ask the console for what. Reading needs a Host that is this machine's own name, so that no page can reach it
 * under a name of its own (DNS rebinding); pressing a button needs the page's own origin and a header that no form and
 * no other origin can send. Where it listens for others, both need the token as well. Pure.
 */
import { isOwnName, isSameToken } from '../http-guard.js';

/** What must not be asked without `header`, which only the console's own page sends. */
export const pageHeader = 'x-snacklab-console';

export interface Access {
  /** Demanded of everyone; undefined where only this machine reaches the console. */
  readonly token: string | undefined;
}

/** The headers of a request, by lower-case name. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly message: string;
  readonly suggestion: string;
}

/** Why nothing at all is given to this request; undefined where it may go on. */
export function refusedHost({ token }: Access, headers: Headers): Refusal | undefined {
  const host = one(headers.host);
  // Behind a token no page of another origin can read anything: it does not know the token.
  if (token !== undefined || isOwnName(host)) return undefined;
  return {
    status: 421,
    message: `the console does not answer under the name "${host ?? ''}"`,
    suggestion: `open it as http://127.0.0.1`,
  };
}

/** Why what the lab says is not told to this request; undefined where it may be. */
export function refusedReader({ token }: Access, headers: Headers): Refusal | undefined {
  const site = one(headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return foreign(one(headers.origin) ?? site);
  if (token === undefined || isSameToken(bearer(headers), token)) return undefined;
  return {
    status: 401,
    message: 'the console wants its token',
    suggestion: 'open the address that `up` printed: the token is in it',
  };
}

/** Why no button may be pressed by this request; undefined where it may. */
export function refusedPress(access: Access, headers: Headers): Refusal | undefined {
  const host = one(headers.host) ?? '';
  const origin = one(headers.origin);
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return foreign(origin);
  if (one(headers[pageHeader]) === undefined) {
    return {
      status: 403,
      message: `the header ${pageHeader} is missing`,
      suggestion: 'press the buttons of the console itself, or use the command line',
    };
  }
  return refusedReader(access, headers);
}

function foreign(origin: string): Refusal {
  return {
    status: 403,
    message: `another origin may not use the console: ${origin}`,
    suggestion: 'open the console itself',
  };
}

function one(value: Headers[string]): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function bearer(headers: Headers): string {
  return /^Bearer (.+)$/.exec(one(headers.authorization) ?? '')?.[1] ?? '';
}
