/**
 * The thread that writes the archive: the archiver over a view of the log and over the archive's folder. It asks the main
 * thread for each name, so that all names of the folder are given there.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { followLog } from '../../../archive/archiver.js';
import { archiveIn, type GiveName } from '../archive.js';
import { openSeals } from '../archive-seals.js';
import { receivedError, sentError } from '../sent-error.js';
import { openLogView } from './log-view.js';
import type { FromThread, ThreadSettings, ToThread } from './messages.js';

/** A name that was asked for. */
interface Asked {
  readonly resolve: (outcome: 'finished' | 'exists') => void;
  readonly reject: (error: Error) => void;
}

const port = parentPort!;
const say = (message: FromThread) => port.postMessage(message);
const { folder, origin, limits, log } = workerData as ThreadSettings;
const view = openLogView(log);
const waiting = new Map<number, Asked>();
let isStopped = false;

port.on('message', (message: ToThread) => {
  if ('log' in message) view.update(message.log);
  else if ('stop' in message) isStopped = true;
  else {
    const one = waiting.get(message.id)!;
    waiting.delete(message.id);
    if ('failed' in message) one.reject(receivedError(message.failed));
    else one.resolve(message.named);
  }
});

let asked = 0;
const giveName: GiveName = (temporary, range, seal) =>
  new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    say({ name: { temporary, range, seal }, id: asked });
  });

/** It writes files of messages; larger ones are made of them in the main thread, which has DuckDB. */
const noSql = { session: () => Promise.reject(new Error('the thread of the archive has no DuckDB')) };
const archive = archiveIn(folder, noSql, openSeals(), giveName);
const source = { log: view.log, archive, origin, limits, nowMs: Date.now, hold: async () => {} };
try {
  await followLog(source, () => isStopped);
  say({ ended: undefined });
} catch (error) {
  say({ ended: sentError(error) });
}
