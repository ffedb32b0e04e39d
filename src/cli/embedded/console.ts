/** The console of an embedded lab: a service in the lab's own process, on a port of its own. */
import { join } from 'node:path';
import { runConsole } from '../../console/run-console.js';
import { findResources, type LabName } from '../../resources.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import { consoleLab } from '../console/lab.js';
import { mustHaveRoomIn } from '../embedded-lab.js';
import { logExtent } from '../lab.js';
import { consolePort } from './console-url.js';
import type { EmbeddedSettings } from './directory.js';
import type { LabService } from './keep-running.js';

export interface OwnConsole {
  readonly data: EmbeddedData;
  readonly lab: LabName;
  readonly dir: string;
  readonly settings: EmbeddedSettings;
}

export function consoleService({ data, lab, dir, settings }: OwnConsole): LabService {
  const { services, version } = findResources();
  return {
    name: 'console',
    async run(scope) {
      const found = {
        lab,
        openLog: async () => ({ ...data.log, [Symbol.asyncDispose]: async () => {} }),
        mustHaveRoom: () => mustHaveRoomIn(dir),
        // As for commands: a view makes its table when it is first written, and the log keeps all.
        createServedTables: async () => {},
        archiveSaid: () => undefined,
      };
      const { clock, stop: signal } = scope;
      const store = await data.serving(lab);
      const own = consoleLab({ lab, runtime: 'embedded', store, found, extent: () => logExtent(found), clock, signal });
      const { portBase, consoleListen: host, consoleToken } = settings;
      const address = { host, port: consolePort(portBase), token: consoleToken ?? undefined, isPrivate: false };
      await runConsole(own, { ...address, page: join(services, 'console'), version }, scope);
    },
  };
}
