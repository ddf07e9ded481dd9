/**
 * Child processes in tests run what people run: the built files. Builds once before the first test.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export default function build(): void {
  for (const command of [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    ['dist/workers/bundle-workflows.js'],
  ])
    execFileSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
}
