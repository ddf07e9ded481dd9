/**
 * The development stack's process: `node dist/workers/dev/main.js [--config FILE] [--folder DIR]`. Runs until
 * Ctrl-C, SIGTERM or the end of its parent, and leaves no process behind.
 */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../../domain/printable.js';
import { InvalidInputError } from '../../domain/problems.js';
import { packageFile } from '../../package/package-files.js';
import { readDevConfig } from './dev-config.js';
import { Stack } from './stack.js';
import { StackError } from './stack-error.js';

const EXIT = { done: 0, failed: 1, badUsage: 2 } as const;
const CONFIG_FILE = 'temporal-dev.yaml';

const say = (line: string): void => {
  process.stderr.write(`dev: ${printable(line)}\n`);
};

process.exit(await main().catch(report));

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, folder: { type: 'string' } } });
  const configPath = values.config ?? defaultConfig();
  const config = await readDevConfig(configPath, process.env, values.folder);
  const stack = await Stack.claim(config, configPath, say);
  const stopAsked = askedToStop(stack);
  try {
    const started = stack.start().then(announce);
    // A start that is interrupted fails by being stopped, which is no failure: the race is over by then.
    await Promise.race([started.then(() => stopAsked), stopAsked]);
  } finally {
    await stack.stop();
  }
  return EXIT.done;
}

function announce(stack: Awaited<ReturnType<Stack['start']>>): void {
  say(`Temporal at ${stack.address}, namespace ${stack.namespace}; Web UI ${stack.uiUrl}`);
  const processes = Object.entries(stack.processes).map(([name, pid]) => `${name} ${pid}`);
  say(`ready; processes: ${processes.join(', ')}`);
  process.send?.({ type: 'ready', stack });
}

/** Resolves at the first request to stop; a second one ends everything at once. */
function askedToStop(stack: Stack): Promise<void> {
  let asked = false;
  return new Promise((resolve) => {
    const stop = () => {
      if (asked) stack.kill();
      else say('stopping; once more stops at once');
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    process.on('disconnect', () => {
      if (!asked) stop();
    });
  });
}

/** The working directory's own declaration, else the package's. */
function defaultConfig(): string {
  const own = resolve(CONFIG_FILE);
  return existsSync(own) ? own : packageFile(CONFIG_FILE);
}

function report(error: unknown): number {
  const words = error instanceof Error ? error.message : String(error);
  const known = error instanceof StackError || error instanceof InvalidInputError;
  say(known || !(error instanceof Error) ? words : (error.stack ?? words));
  return error instanceof InvalidInputError ? EXIT.badUsage : EXIT.failed;
}
