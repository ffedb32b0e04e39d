/**
 * The archive of an embedded lab is written in a thread of its own: judging and encoding messages costs as much as counting
 * them, and the main thread would do one after the other (docs/decisions/0021-archive-thread.md).
 */
import { Worker } from 'node:worker_threads';
import type { ArchiveLimits } from '../../../archive/archiver.js';
import type { Position } from '../../../positions/position.js';
import { findResources } from '../../../resources.js';
import type { EmbeddedArchive } from '../archive.js';
import type { EmbeddedLog } from '../log.js';
import { receivedError, sentError } from '../sent-error.js';
import { logTeller } from './log-view.js';
import type { FromThread, ThreadSettings, ToThread, WantedName } from './messages.js';

/** Follows the log into files of the archive, from `origin` on, until `stop`, or until another archive was quicker. */
export type FollowLog = (origin: Position, limits: ArchiveLimits, stop: AbortSignal) => Promise<void>;

/** Nothing waits for what is not yet in a file: the log's end is told so often, and not with each append. */
const tellEveryMs = 20;

/** Resolves and rejects as the archiver does. The thread has ended by then. */
export function followInThread(log: EmbeddedLog, archive: EmbeddedArchive): FollowLog {
  return async (origin, limits, stop) => {
    if (stop.aborted) return;
    const tell = logTeller(log.readable);
    const states = tell().map((state, i) => ({ ...state, endAtOpen: log.readable[i]!.endAtOpen }));
    const settings: ThreadSettings = { folder: archive.folder, origin, limits, log: states };
    const thread = new Worker(findResources().archiveThread, { workerData: settings });
    const say = (message: ToThread) => thread.postMessage(message);

    let telling: NodeJS.Timeout | undefined;
    const forget = log.onChanged(() => {
      telling ??= setTimeout(() => {
        telling = undefined;
        say({ log: tell() });
      }, tellEveryMs);
    });
    const end = () => say({ stop: true });
    stop.addEventListener('abort', end);
    try {
      await served(thread, archive, say);
    } finally {
      stop.removeEventListener('abort', end);
      forget();
      clearTimeout(telling);
      await thread.terminate();
    }
  };
}

/** Serves the thread until it says that it has ended. Rejects with its error, or where it ended without a word. */
function served(thread: Worker, archive: EmbeddedArchive, say: (message: ToThread) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FromThread) => {
      if ('name' in message) void giveName(archive, message, say);
      else if (message.ended === undefined) resolve();
      else reject(receivedError(message.ended));
    });
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`the thread of the archive ended with code ${code}`)));
  });
}

async function giveName(
  archive: EmbeddedArchive,
  { name: { temporary, range, seal }, id }: WantedName,
  say: (message: ToThread) => void,
): Promise<void> {
  try {
    say({ named: await archive.giveName(temporary, range, seal), id });
  } catch (error) {
    say({ failed: sentError(error), id });
  }
}
