/**
 * Why the stack cannot start here and now: another program has a port or the folder. Says who, and what to do.
 */
import type { DevStack } from '../../domain/dev-stack.js';
import type { DevConfig } from './dev-config.js';
import { isPortFree, whoAnswers } from './ports.js';
import { StackError } from './stack-error.js';

/** The message for a second start of a stack that runs. */
export const alreadyRunning = ({ pid, address, uiUrl }: DevStack): StackError =>
  new StackError(
    `This development stack is running already (process ${pid}, Temporal at ${address}, Web UI ${uiUrl}). ` +
      'Use it as it is, or stop it with Ctrl-C in its terminal first.',
  );

/** Throws a StackError if a port is taken, saying by what. */
export async function refuseBusyPorts({ server }: DevConfig, configPath: string): Promise<void> {
  const { ip, port, uiPort } = server;
  if (!(await isPortFree(ip, port))) {
    const owner =
      (await whoAnswers(ip, port)) === 'temporal'
        ? 'a Temporal server, most likely another "pregen dev" or "temporal server start-dev"'
        : 'another program, which is not a Temporal server';
    throw new StackError(`Port ${port} is taken by ${owner}. ${remedy('server.port', configPath)}`);
  }
  if (!(await isPortFree(ip, uiPort)))
    throw new StackError(
      `Port ${uiPort}, which the Web UI needs, is taken by another program. ${remedy('server.uiPort', configPath)}`,
    );
}

const remedy = (field: string, configPath: string): string =>
  `Stop it, or give ${field} in ${configPath} another number (0 takes any free port).`;
