/**
 * Starts the development stack as a child process and waits until it is ready. The stack notices when this process
 * is gone, however it went, and stops.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type DevStack, devStackReadySchema } from '../../domain/dev-stack.js';
import { packageFile } from '../../package/package-files.js';
import { CommandError } from '../terminal/describe-error.js';

export interface StackProcess {
  /** The ready stack; rejects if the stack ends before. */
  readonly ready: Promise<DevStack>;
  /** Exit code of the stack's process. */
  readonly ended: Promise<number>;
  /** Passes a request to stop on; a second one stops at once. */
  stop(): void;
}

/** Starts the stack; `say` gets each line that it says. */
export function startDevStack(args: readonly string[], say: (line: string) => void): StackProcess {
  const child = spawn(process.execPath, [packageFile('dist', 'workers', 'dev', 'main.js'), ...args], {
    // Its own process group: Ctrl-C reaches it once, through us.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.stderr) createInterface({ input: child.stderr }).on('line', say);
  const ended = once(child, 'close').then(([code]) => Number(code ?? 1));
  return { ready: readyStack(child, ended), ended, stop: () => void child.kill('SIGTERM') };
}

function readyStack(child: ChildProcess, ended: Promise<number>): Promise<DevStack> {
  const ready = new Promise<DevStack>((resolve, reject) => {
    child.on('message', (message) => {
      const parsed = devStackReadySchema.safeParse(message);
      if (parsed.success) resolve(parsed.data.stack);
    });
    void ended.then(() => reject(new CommandError('The development stack could not be started.')));
  });
  ready.catch(() => {});
  return ready;
}
