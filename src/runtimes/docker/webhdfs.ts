/**
 * The few WebHDFS calls that the archive and the batch cycle need, over Node's own HTTP client.
 * The reply of each call is read, a refused rename above all: never taken for done (docs/decisions/0002-webhdfs.md).
 * Every call is bounded in time. Source: Hadoop's WebHDFS REST API, https://hadoop.apache.org/docs/stable/.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LabError } from '../../errors.js';

/** An entry of a directory. `fileId` is the NameNode's own number of the file: another file never gets it. */
export interface HdfsEntry {
  readonly name: string;
  readonly bytes: number;
  readonly fileId: number;
  readonly modifiedMs: number;
  readonly isDirectory: boolean;
}

/** A file that is being written; it is whole once `close` has resolved. */
export interface HdfsWriter {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface WebHdfs {
  /** Entries of a directory; none where there is no such directory. */
  list(path: string): Promise<readonly HdfsEntry[]>;
  exists(path: string): Promise<boolean>;
  makeDirectory(path: string): Promise<void>;
  /** Refuses to overwrite. */
  create(path: string): Promise<HdfsWriter>;
  /** False where the destination exists already. The destination's folder must exist. */
  rename(path: string, destination: string): Promise<boolean>;
  /** False where there was nothing. */
  remove(path: string): Promise<boolean>;
  /** The bytes of a file from `offset`, at most `length`. */
  open(path: string, range?: { offset: number; length: number }): Promise<Readable>;
}

const callMsMax = 30_000;

interface Reply {
  readonly status: number;
  readonly body: string;
}

/**
 * A client of the NameNode's web address, `namenode:9870`. DataNodes are called by the names that the NameNode gives;
 * `lookup` resolves these where the system cannot, outside the lab's network.
 */
export function openWebHdfs(address: string, lookup?: LookupFunction): WebHdfs {
  const send = (method: string, url: string) => sendTo(method, url, lookup);
  const exchange = async (method: string, url: string): Promise<Reply> => replyIn(await send(method, url));
  const url = (path: string, op: string, parameters: Record<string, string> = {}) => {
    const query = new URLSearchParams({ op, 'user.name': 'snacklab', ...parameters });
    return `http://${address}/webhdfs/v1${encodeURI(path)}?${query}`;
  };
  const call = async (method: string, path: string, op: string, parameters?: Record<string, string>) =>
    checked(`${op} ${path}`, await exchange(method, url(path, op, parameters)));

  return {
    async list(path) {
      const reply = await call('GET', path, 'LISTSTATUS');
      return reply.status === 404 ? [] : parseEntries(reply.body);
    },
    exists: async (path) => (await call('GET', path, 'GETFILESTATUS')).status === 200,
    makeDirectory: async (path) => void (await call('PUT', path, 'MKDIRS')),
    async create(path) {
      // Asked not to redirect, the NameNode says where to write; the bytes then go to that DataNode.
      const reply = await call('PUT', path, 'CREATE', { overwrite: 'false', noredirect: 'true' });
      return openWriter(path, locationIn(path, reply), lookup);
    },
    rename: async (path, destination) => isTrue(await call('PUT', path, 'RENAME', { destination })),
    remove: async (path) => isTrue(await call('DELETE', path, 'DELETE', { recursive: 'true' })),
    async open(path, range) {
      const parameters = range === undefined ? {} : { offset: `${range.offset}`, length: `${range.length}` };
      const reply = await call('GET', path, 'OPEN', { ...parameters, noredirect: 'true' });
      const response = await send('GET', locationIn(path, reply));
      if (response.statusCode === 200) return response;
      throw refusal(`OPEN ${path}`, { status: response.statusCode ?? 0, body: await text(response) });
    },
  };
}

function openWriter(path: string, location: string, lookup: LookupFunction | undefined): HdfsWriter {
  const headers = { 'content-type': 'application/octet-stream' };
  const upload = request(location, { method: 'PUT', headers, ...(lookup && { lookup }) });
  upload.setTimeout(callMsMax, () => upload.destroy(new Error(`no progress within ${callMsMax} ms`)));
  // The reply may come early, with an error; whoever writes or closes next hears of it.
  const reply = responseOf(upload).then(async (response) => checked(`CREATE ${path}`, await replyIn(response)));
  reply.catch(() => {});
  return {
    async write(chunk) {
      if (upload.destroyed) await reply;
      if (!upload.write(chunk)) await Promise.race([once(upload, 'drain'), reply]);
    },
    async close() {
      upload.end();
      const { status } = await reply;
      if (status !== 201) throw refusal(`CREATE ${path}`, { status, body: '' });
    },
  };
}

async function sendTo(method: string, url: string, lookup: LookupFunction | undefined): Promise<IncomingMessage> {
  const call = request(url, { method, agent: false, ...(lookup && { lookup }) });
  call.setTimeout(callMsMax, () => call.destroy(new Error(`no answer within ${callMsMax} ms`)));
  call.end();
  return responseOf(call);
}

/** Reads a whole reply; a broken connection is an error, never an empty reply. */
async function replyIn(response: IncomingMessage): Promise<Reply> {
  return { status: response.statusCode ?? 0, body: await text(response) };
}

function responseOf(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', (cause) =>
      reject(
        new LabError(`HDFS did not answer: ${cause.message}`, {
          kind: 'unavailable',
          suggestion: 'snacklab {lab} logs namenode',
          cause,
        }),
      ),
    );
  });
}

/** Lets through what succeeded and "no such file"; throws on the rest. */
function checked(what: string, reply: Reply): Reply {
  if ((reply.status >= 200 && reply.status < 300) || reply.status === 404) return reply;
  throw refusal(what, reply);
}

function refusal(what: string, { status, body }: Reply): LabError {
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1]?.split('\\n')[0] ?? body.slice(0, 200);
  return new LabError(`HDFS refused ${what} (${status}): ${message}`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs namenode',
    detail: { status },
  });
}

function locationIn(path: string, reply: Reply): string {
  if (reply.status === 404) throw refusal(`OPEN ${path}`, reply);
  return (JSON.parse(reply.body) as { Location: string }).Location;
}

function isTrue(reply: Reply): boolean {
  return reply.status === 200 && (JSON.parse(reply.body) as { boolean: boolean }).boolean;
}

function parseEntries(body: string): readonly HdfsEntry[] {
  const { FileStatuses } = JSON.parse(body) as {
    FileStatuses: {
      FileStatus: { pathSuffix: string; length: number; fileId: number; modificationTime: number; type: string }[];
    };
  };
  return FileStatuses.FileStatus.map((status) => ({
    name: status.pathSuffix,
    bytes: status.length,
    fileId: status.fileId,
    modifiedMs: status.modificationTime,
    isDirectory: status.type === 'DIRECTORY',
  }));
}
