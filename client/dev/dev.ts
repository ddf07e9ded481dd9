/**
 * `pregen dev`: the development stack until Ctrl-C.
 */
import { startDevStack } from '../dev/start-dev-stack.js';
import type { ExitCode } from '../terminal/frame.js';
import { EXIT } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

export interface DevOptions {
  readonly config?: string;
  readonly folder?: string;
}

export async function dev({ config, folder }: DevOptions, output: Output): Promise<ExitCode> {
  const args = [
    ...(config === undefined ? [] : ['--config', config]),
    ...(folder === undefined ? [] : ['--folder', folder]),
  ];
  const stack = startDevStack(args, output.note);
  process.on('SIGINT', stack.stop).on('SIGTERM', stack.stop);
  stack.ready.then(
    (ready) => {
      if (output.json) output.result(ready, '');
    },
    () => {},
  );
  const code = await stack.ended;
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.failed;
}
