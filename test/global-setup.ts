/**
 * Builds once, before the first test: system tests run the built files in processes of their own, as users do.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  // With a shell, because npm is a script (npm.cmd) on Windows.
  execFileSync('npm', ['run', '-s', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: true,
  });
}
