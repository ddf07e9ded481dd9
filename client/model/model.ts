/**
 * `pregen model …`: starts the process that runs models, hands it the order and prints what it says. The command line
 * itself loads no model.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { withoutSecrets } from '../../domain/without-secrets.js';
import { packageFile } from '../../package/package-files.js';
import { CommandError } from '../terminal/describe-error.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** What the process replies; `engine/model/protocol.ts` has the other side. */
type Reply =
  | { readonly type: 'note'; readonly line: string }
  | { readonly type: 'result'; readonly data: unknown; readonly text: string; readonly failed: boolean }
  | { readonly type: 'error'; readonly message: string; readonly badUsage: boolean };

/** Kept of standard error for the message about a crash: native code explains itself in its last lines. */
const STDERR_TAIL_CHARACTERS = 1000;

export async function model(order: Readonly<Record<string, unknown>>, output: Output): Promise<ExitCode> {
  const child = fork(packageFile('dist', 'engine', 'model', 'main.js'), [JSON.stringify(order)], {
    execArgv: [],
    env: withoutSecrets(process.env),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let code: ExitCode | undefined;
  let stderrTail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  child.on('message', (reply: Reply) => {
    code = print(reply, output) ?? code;
  });
  const [exitCode, signal] = await once(child, 'close');
  if (code !== undefined) return code;
  throw new CommandError(
    `The model's process ended (${signal ?? `exit code ${exitCode}`}): ${stderrTail.trim()}`,
  );
}

function print(reply: Reply, output: Output): ExitCode | undefined {
  switch (reply.type) {
    case 'note':
      output.note(reply.line);
      return undefined;
    case 'result':
      output.result(reply.data, reply.text);
      return reply.failed ? EXIT.failed : EXIT.done;
    case 'error':
      output.failure({ error: reply.message }, reply.message);
      return reply.badUsage ? EXIT.badUsage : EXIT.failed;
  }
}
