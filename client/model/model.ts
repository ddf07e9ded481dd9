/**
 * `pregen model …`: starts the process that runs models, hands it the order and prints what it says. The command line
 * itself loads no model.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readConfiguration } from '../../domain/configuration.js';
import { engineEnvironment } from '../../domain/engine-environment.js';
import { packageFile } from '../../package/package-files.js';
import { CommandError } from '../terminal/describe-error.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** What the process replies; `engine/model/protocol.ts` has the other side. */
type Reply =
  | { readonly type: 'note'; readonly line: string }
  | { readonly type: 'computing' }
  | { readonly type: 'result'; readonly data: unknown; readonly text: string; readonly failed: boolean }
  | { readonly type: 'error'; readonly message: string; readonly badUsage: boolean };

/** Kept of standard error for the message about a crash: native code explains itself in its last lines. */
const STDERR_TAIL_CHARACTERS = 1000;

export async function model(order: Readonly<Record<string, unknown>>, output: Output): Promise<ExitCode> {
  const { mergedModels } = readConfiguration(process.env);
  const whole = JSON.stringify({ ...order, mergedModels });
  const child = fork(packageFile('dist', 'engine', 'model', 'main.js'), [whole], {
    execArgv: [],
    env: engineEnvironment(process.env),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let code: ExitCode | undefined;
  const silence = new SilenceLimit(() => child.kill('SIGKILL'));
  let stderrTail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  child.on('message', (reply: Reply) => {
    code = print(reply, output) ?? code;
    silence.heard(reply.type);
  });
  const [exitCode, signal] = await once(child, 'close');
  silence.end();
  if (code !== undefined) return code;
  if (silence.broken)
    throw new CommandError(
      `The model gave no sign of life for ${silence.seconds} s and was stopped (PREGEN_STEP_TIMEOUT_SECONDS).`,
    );
  throw new CommandError(
    `The model's process ended (${signal ?? `exit code ${exitCode}`}): ${stderrTail.trim()}`,
  );
}

/** Once a model computes, a step that takes longer than a worker would let it is a hang. */
class SilenceLimit {
  broken = false;
  readonly seconds = readConfiguration(process.env).stepTimeoutMs / 1000;
  #timer: NodeJS.Timeout | undefined;
  #computes = false;

  constructor(private readonly stop: () => void) {}

  heard(type: Reply['type']): void {
    this.end();
    this.#computes ||= type === 'computing';
    if (!this.#computes || type === 'result' || type === 'error') return;
    this.#timer = setTimeout(() => {
      this.broken = true;
      this.stop();
    }, this.seconds * 1000);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function print(reply: Reply, output: Output): ExitCode | undefined {
  switch (reply.type) {
    case 'note':
      output.note(reply.line);
      return undefined;
    case 'computing':
      return undefined;
    case 'result':
      output.result(reply.data, reply.text);
      return reply.failed ? EXIT.failed : EXIT.done;
    case 'error':
      output.failure({ error: reply.message }, reply.message);
      return reply.badUsage ? EXIT.badUsage : EXIT.failed;
  }
}
