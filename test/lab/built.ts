/** The built command line for tests that need no engine: what they start has to be what the sources say now. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default function setup(): void {
  execFileSync('node', ['build.mjs'], { cwd: join(import.meta.dirname, '..', '..'), stdio: 'inherit' });
}
