/**
 * The development stack as one thing: a Temporal server and the worker roles, started in order, kept alive, and
 * stopped in reverse order, workers first, so that they can hand back their work to a server that still listens.
 */
import { join, resolve } from 'node:path';
import type { DevStack } from '../../domain/dev-stack.js';
import { given } from '../../domain/given.js';
import { nthAddresses } from '../../domain/listen-address.js';
import { entryPoint } from '../../package/entry-point.js';
import { findTool } from '../tools/find-tool.js';
import { alreadyRunning, refuseBusyPorts } from './busy.js';
import type { DevConfig } from './dev-config.js';
import { findFreePort } from './ports.js';
import { openProcessLog, type ProcessLog } from './process-log.js';
import { StackFile, untilGone } from './stack-file.js';
import { SupervisedProcess } from './supervised-process.js';
import { serverAnswers, serverArguments } from './temporal-server.js';

/** A worker finishes the step in hand and checkpoints. */
const WORKER_GRACE_MS = 20_000;

/** The guard's own grace for the server, and a little more. */
const SERVER_GRACE_MS = 12_000;

type Say = (line: string) => void;

export class Stack {
  private readonly file: StackFile;
  private readonly logs: ProcessLog[] = [];
  private readonly workers: SupervisedProcess[] = [];
  private server: SupervisedProcess | undefined;
  private state: DevStack;

  private constructor(
    private readonly config: DevConfig,
    private readonly say: Say,
  ) {
    const { ip, port, uiPort, namespace } = config.server;
    this.file = new StackFile(config.folder);
    this.state = {
      pid: process.pid,
      address: `${ip}:${port}`,
      namespace,
      uiUrl: `http://${ip}:${uiPort}/namespaces/${namespace}/workflows`,
      store: config.store,
      spool: config.spool,
      processes: {},
    };
  }

  /** Claims folder and ports; throws a StackError if another program has them. Starts nothing yet. */
  static async claim(config: DevConfig, configPath: string, say: Say): Promise<Stack> {
    const stack = new Stack(await withPorts(config), say);
    const former = stack.file.read();
    const owner = stack.file.claim(stack.state);
    if (owner !== undefined) throw alreadyRunning(owner);
    try {
      if (former !== undefined) await untilGone(former, say);
      await refuseBusyPorts(stack.config, configPath);
    } catch (error) {
      stack.file.release();
      throw error;
    }
    return stack;
  }

  /** Starts everything and resolves when all of it is ready. */
  async start(): Promise<DevStack> {
    const command = await findTool('temporal', { say: this.say });
    const args = [command, ...serverArguments(this.config)];
    this.server = this.supervise('temporal', entryPoint(import.meta.url, './guard.js'), args, {
      whenUp: (signal) => serverAnswers(this.config, signal),
    });
    await this.server.ready;
    for (const [n, role] of Object.keys(this.config.workers).entries())
      this.workers.push(this.supervise(role, entryPoint(import.meta.url, '../main.js'), [role], { n }));
    await Promise.all(this.workers.map(({ ready }) => ready));
    return this.state;
  }

  /** Stops everything, workers first. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop(WORKER_GRACE_MS)));
    await this.server?.stop(SERVER_GRACE_MS);
    await Promise.all(this.logs.map((log) => log.close()));
    this.file.release();
  }

  /** Ends every process at once; what they were doing is taken up at the next start. */
  kill(): void {
    for (const process of [...this.workers, ...(this.server ? [this.server] : [])]) process.kill();
  }

  private supervise(
    name: string,
    module: string,
    args: readonly string[],
    { whenUp, n = 0 }: { whenUp?: (signal: AbortSignal) => Promise<void>; n?: number },
  ): SupervisedProcess {
    const log = openProcessLog(join(this.config.folder, 'logs', `${name}.log`));
    this.logs.push(log);
    return new SupervisedProcess({
      name,
      module,
      args,
      env: { ...this.environment(), ...nthAddresses(process.env, n) },
      log,
      say: (line) => this.say(`${name} ${line}`),
      // The server warns of much that is normal in development; its log has it.
      ...(whenUp === undefined ? { onNotable: (line: string) => this.say(`${name}: ${line}`) } : {}),
      onUp: (pid) => this.noteProcess(name, pid),
      ...given({ whenUp }),
    });
  }

  private noteProcess(name: string, pid: number): void {
    this.state = { ...this.state, processes: { ...this.state.processes, [name]: pid } };
    this.file.update(this.state);
  }

  private environment(): Record<string, string | undefined> {
    const { address, namespace, store, spool } = this.state;
    return {
      ...process.env,
      // Its logs are files that people read.
      PREGEN_LOG: process.env.PREGEN_LOG ?? 'text',
      ...LOCAL_CONNECTION,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      PREGEN_STORE: store,
      PREGEN_SPOOL: resolve(spool),
    };
  }
}

/** Whatever else is configured on this machine (a profile with TLS, an API key) is not meant for the local server. */
const LOCAL_CONNECTION = {
  TEMPORAL_PROFILE: undefined,
  TEMPORAL_API_KEY: undefined,
  TEMPORAL_TLS: undefined,
  TEMPORAL_TLS_CLIENT_CERT_PATH: undefined,
  TEMPORAL_TLS_CLIENT_KEY_PATH: undefined,
} as const;

/** Port 0 means any free one. */
async function withPorts(config: DevConfig): Promise<DevConfig> {
  const { ip, port, uiPort } = config.server;
  const given = (port: number) => (port === 0 ? findFreePort(ip) : port);
  return { ...config, server: { ...config.server, port: await given(port), uiPort: await given(uiPort) } };
}
