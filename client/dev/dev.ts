/**
 * `pregen dev`: the development stack until Ctrl-C.
 */
import { resolve } from 'node:path';
import type { DevStack } from '../../domain/dev-stack.js';
import { startDevStack } from '../dev/start-dev-stack.js';
import type { ExitCode } from '../terminal/frame.js';
import { EXIT } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** Where the SDK looks for a server unless told otherwise; the declaration of the stack has it as well. */
const DEFAULT_ADDRESS = 'localhost:7233';

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
      const exports = exportsFor(ready);
      if (exports.length > 0) output.note(`Other terminals find it with: export ${exports.join(' ')}`);
    },
    () => {},
  );
  const code = await stack.ended;
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.failed;
}

/** What other commands have to be told of a stack that is not where they look by themselves. */
export function exportsFor({ address, namespace, store }: DevStack): string[] {
  const settings = [
    [
      'TEMPORAL_ADDRESS',
      address,
      address.replace(/^127\.0\.0\.1:/, 'localhost:') === DEFAULT_ADDRESS ? address : '',
    ],
    ['TEMPORAL_NAMESPACE', namespace, 'default'],
    ['PREGEN_STORE', store, `file:${resolve('pregen-output')}`],
  ] as const;
  return settings.flatMap(([name, value, usual]) =>
    value === usual ? [] : [`${name}='${value.replaceAll("'", "'\\''")}'`],
  );
}
