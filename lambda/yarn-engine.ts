/**
 * The batch engine on YARN: jobs go in through Hadoop Streaming and run on by themselves. What became of one is read
 * from HDFS (`_SUCCESS`) and from the ResourceManager's REST API, never from the memory of whoever submitted it.
 * Source: Hadoop Streaming and the ResourceManager REST API, https://hadoop.apache.org/docs/stable/.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { LabError } from '../src/errors.js';
import type { WebHdfs } from '../src/runtimes/docker/webhdfs.js';
import type { Attempt, BatchEngine, BatchJob, JobState } from '../src/runtimes/ports.js';
import { encodeOrder, orderVariable, parseOutput } from './job-lines.js';

export interface YarnEngineOptions {
  readonly hdfs: WebHdfs;
  /** The ResourceManager's web address, `resourcemanager:8088`. */
  readonly yarn: string;
  /** The program that submits a streaming job, and the one that its tasks run. */
  readonly streaming: string;
  readonly task: string;
}

const root = '/snacklab/batch';
/** A map task is worth its JVM when it has so many bytes; what is left of the input is split evenly. */
const splitBytesMin = 256 << 20;
/** Above this a job is worth tasks in containers of their own, on as many nodes as there are. */
const uberBytesMax = 512 << 20;
const callMsMax = 20_000;
const submitMsMax = 180_000;

/** Needs no engine to be there yet: each call asks those that it needs, and throws `unavailable` where one is away. */
export function openYarnEngine(options: YarnEngineOptions): BatchEngine {
  const { hdfs, yarn } = options;
  return {
    async submit(job) {
      await hdfs.makeDirectory(root);
      await runStreaming(options.streaming, streamingArguments(job, options.task));
    },
    async state(attempt) {
      if (await hdfs.exists(`${folderOf(attempt)}/_SUCCESS`)) return 'succeeded';
      return stateInYarn(await findApplications(yarn, nameOf(attempt)));
    },
    async readOutput(attempt, questions) {
      const folder = folderOf(attempt);
      if (!(await hdfs.exists(`${folder}/_SUCCESS`))) return undefined;
      const parts = (await hdfs.list(folder)).filter((entry) => entry.name.startsWith('part-'));
      if (parts.length !== 1) return undefined;
      return parseOutput(await text(await hdfs.open(`${folder}/${parts[0]!.name}`)), questions);
    },
    cancel: (attempt) => killApplications(yarn, nameOf(attempt)),
    async discard(pipeline, baseId) {
      for (const entry of await hdfs.list(root)) {
        const attempt = parseName(entry.name);
        if (attempt === undefined || attempt.pipeline !== pipeline || attempt.baseId > baseId) continue;
        await killApplications(yarn, entry.name);
        await hdfs.remove(`${root}/${entry.name}`);
      }
    },
  };
}

/** Lower case, as YARN makes its tags; pipelines have no dots in their names. */
function nameOf({ pipeline, baseId, id }: Attempt): string {
  return `${pipeline}.${baseId}.${id}`.toLowerCase();
}

function parseName(name: string): Attempt | undefined {
  const match = /^([^.]+)\.(\d+)\.([^.]+)$/.exec(name);
  return match === null ? undefined : { pipeline: match[1]!, baseId: Number(match[2]), id: match[3]! };
}

function folderOf(attempt: Attempt): string {
  return `${root}/${nameOf(attempt)}`;
}

/** What Hadoop Streaming is told to run a job. */
export function streamingArguments(job: BatchJob, task: string): readonly string[] {
  const name = nameOf(job.attempt);
  const bytes = job.inputs.reduce((sum, file) => sum + file.bytes, 0);
  const settings = {
    'mapreduce.job.name': name,
    'mapreduce.job.tags': name,
    'mapreduce.job.reduces': '1',
    // A small job runs inside its application master: each JVM less is three seconds less.
    'mapreduce.job.ubertask.enable': `${bytes <= uberBytesMax}`,
    'mapreduce.job.ubertask.maxbytes': `${uberBytesMax}`,
    ...(bytes <= uberBytesMax && { 'yarn.app.mapreduce.am.resource.mb': '1024' }),
    // Small files are read together: as many tasks as the bytes are worth, not as many as there are files.
    'mapreduce.input.fileinputformat.split.maxsize': `${Math.max(splitBytesMin, Math.ceil(bytes / 16))}`,
    // Streaming drops the line's place in the file by itself only for its default input format.
    'stream.map.input.ignoreKey': 'true',
  };
  return [
    ...Object.entries(settings).flatMap(([key, value]) => ['-D', `${key}=${value}`]),
    ...['-inputformat', 'org.apache.hadoop.mapred.lib.CombineTextInputFormat'],
    ...job.inputs.flatMap((file) => ['-input', file.path]),
    ...['-output', folderOf(job.attempt)],
    ...['-mapper', `${task} map`, '-reducer', `${task} reduce`],
    ...['-cmdenv', `${orderVariable}=${encodeOrder(job)}`],
    // Handed over, not waited for: the job outlives whoever submitted it.
    '-background',
  ];
}

/** Runs the submitting program to its end; it ends when YARN has taken the job over. */
async function runStreaming(program: string, streamingArgs: readonly string[]): Promise<void> {
  const child = spawn(program, streamingArgs, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: submitMsMax,
    killSignal: 'SIGKILL',
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new LabError(`submitting the batch job failed (exit ${code}): ${(await said).join('').slice(-2_000)}`, {
    kind: 'unavailable',
    suggestion: 'snacklab lambda logs resourcemanager',
    detail: { code },
  });
}

const applicationsSchema = z.object({
  apps: z
    .object({ app: z.array(z.object({ id: z.string(), state: z.string(), finalStatus: z.string() })) })
    .partial()
    .nullable(),
});

type Application = { readonly id: string; readonly state: string; readonly finalStatus: string };

async function findApplications(yarn: string, tag: string): Promise<readonly Application[]> {
  const url = `http://${yarn}/ws/v1/cluster/apps?applicationTags=${encodeURIComponent(tag)}`;
  const response = await ask(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new LabError(`YARN answered ${response.status} to ${url}`, { kind: 'unavailable' });
  return applicationsSchema.parse(await response.json()).apps?.app ?? [];
}

function stateInYarn(applications: readonly Application[]): JobState {
  const application = applications.at(-1);
  if (application === undefined) return 'absent';
  if (!hasEnded(application)) return 'running';
  return application.finalStatus === 'SUCCEEDED' ? 'succeeded' : 'failed';
}

function hasEnded({ state }: Application): boolean {
  return ['FINISHED', 'FAILED', 'KILLED'].includes(state);
}

async function killApplications(yarn: string, tag: string): Promise<void> {
  for (const application of await findApplications(yarn, tag)) {
    if (hasEnded(application)) continue;
    await ask(`http://${yarn}/ws/v1/cluster/apps/${application.id}/state?user.name=snacklab`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ state: 'KILLED' }),
    });
  }
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(callMsMax) });
  } catch (cause) {
    throw new LabError('YARN did not answer', {
      kind: 'unavailable',
      suggestion: 'snacklab lambda logs resourcemanager',
      detail: { url },
      cause,
    });
  }
}
