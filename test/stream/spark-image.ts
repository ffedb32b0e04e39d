/** The image that the shared lab's stream job runs in; its name holds the hash of its content. */
import { execFileSync } from 'node:child_process';
import { container } from '../lab/lambda.js';

export function sparkImage(): string {
  const args = ['inspect', '--format', '{{.Config.Image}}', container('stream-runner')];
  return execFileSync('docker', args, { encoding: 'utf8', timeout: 30_000 }).trim();
}
