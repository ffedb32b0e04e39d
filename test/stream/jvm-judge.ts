import { spawn } from 'node:child_process';
import type { Judgement } from '../../src/events/event.js';

/**
 * The verdicts of the stream job's parser on messages, one each: runs snacklab.JudgeMessages by the given command,
 * which reads length-prefixed messages and prints a line of JSON for each.
 */
export async function judgeByJvm(
  command: readonly string[],
  messages: readonly (Uint8Array | null)[],
): Promise<Judgement[]> {
  const process = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => process.on('error', reject).on('close', resolve));
  // A process that ends early closes its input; its exit code below says more than the failed write.
  process.stdin.on('error', () => {});
  const output: Buffer[] = [];
  process.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  process.stdin.end(Buffer.concat(messages.flatMap(framed)));
  const code = await ended;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
  const lines = Buffer.concat(output).toString('utf8').trimEnd().split('\n');
  if (lines.length !== messages.length) throw new Error(`${lines.length} verdicts on ${messages.length} messages`);
  return lines.map((line) => JSON.parse(line) as Judgement);
}

function framed(message: Uint8Array | null): Uint8Array[] {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message === null ? -1 : message.length);
  return message === null ? [length] : [length, message];
}
