/** Where the console of an embedded lab is. Loaded by every command that names it, so it loads next to nothing itself. */
import { usualConsolePort } from '../../console/addresses.js';
import type { EmbeddedSettings } from './directory.js';

type Address = Pick<EmbeddedSettings, 'portBase' | 'consoleListen' | 'consoleToken'>;

export const consolePort = (portBase: number): number => usualConsolePort + portBase;

const everywhere = ['0.0.0.0', '::'];

/** Where a browser opens the console of a lab with these settings; undefined where it has none. */
export function consoleUrl({ console, ...address }: Address & Pick<EmbeddedSettings, 'console'>): string | undefined {
  if (!console) return undefined;
  const { consoleListen: listen, consoleToken: token } = address;
  const host = everywhere.includes(listen) ? '127.0.0.1' : listen.includes(':') ? `[${listen}]` : listen;
  // In the fragment, which no server is sent and no log has in it.
  return `http://${host}:${consolePort(address.portBase)}/${token === null ? '' : `#token=${token}`}`;
}
