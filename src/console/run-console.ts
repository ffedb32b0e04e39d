/**
 * One console: the server and what it follows, until it is stopped. Where it listens for more than this machine it demands
 * a token; only a container whose network is its lab's own, and which is published on 127.0.0.1, may say that it is private.
 */
import { randomUUID } from 'node:crypto';
import { LabError } from '../errors.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { isLoopback } from './addresses.js';
import { readAssets } from './assets.js';
import { type ConsoleLab, followLab } from './follow.js';
import { openServer } from './server.js';

export interface ConsoleSettings {
  readonly host: string;
  readonly port: number;
  /** Demanded wherever `host` is not this machine alone. */
  readonly token: string | undefined;
  /** `host` is an address within a network that nobody else is in. */
  readonly isPrivate: boolean;
  /** The folder of the page's files. */
  readonly page: string;
  readonly version: string;
}

/** Throws `usage` where others could reach it and no token is set. */
export function mustBeSafe({ host, token, isPrivate }: Pick<ConsoleSettings, 'host' | 'token' | 'isPrivate'>): void {
  if (isLoopback(host) || isPrivate || (token !== undefined && token.length >= 16)) return;
  throw new LabError(`the console would listen on ${host} for others, without a token of at least 16 characters`, {
    kind: 'usage',
    suggestion: 'set a token, or let it listen on 127.0.0.1',
    detail: { host },
  });
}

/** Runs until it is stopped. Throws `usage` where it cannot listen. */
export async function runConsole(lab: ConsoleLab, settings: ConsoleSettings, scope: ServiceScope): Promise<void> {
  mustBeSafe(settings);
  const { clock } = scope;
  const followed = followLab({ lab, clock, server: randomUUID(), version: settings.version });
  await using server = await openServer({
    host: settings.host,
    port: settings.port,
    token: settings.token,
    assets: await readAssets(settings.page),
    followed,
    nowMs: clock.nowMs,
  });
  scope.say(`listens on http://${settings.host}:${server.port}`);
  await followed.run(scope);
}
