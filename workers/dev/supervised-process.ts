/**
 * One process of the stack, kept alive: when it dies it is started again, at once the first time, then with
 * growing pauses while it keeps dying at once. Each death is one line for people; the rest is in its log file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { entryPoint } from '../../package/entry-point.js';
import type { ProcessLog } from './process-log.js';
import { StackError } from './stack-error.js';

export interface ProcessSpec {
  readonly name: string;
  /** Built JavaScript file and its arguments. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: ProcessLog;
  /** What to wait for after the process says it is up (IPC, `{type: 'ready' | 'started'}`). */
  readonly whenUp?: (signal: AbortSignal) => Promise<void>;
  /** Told in one line when the process has died, and when its successor is ready. */
  readonly say: (line: string) => void;
  /** Told what the process itself says that matters; without it, that is in the log only. */
  readonly onNotable?: (line: string) => void;
  /** Told after each start and readiness; `pid` is that of the program that does the work. */
  readonly onUp: (pid: number) => void;
}

/** A process that lived this long died of something else than its start. */
const HEALTHY_MS = 10_000;

/** Deaths before the first readiness after which the stack gives up: configuration does not mend itself. */
const MAX_FALSE_STARTS = 3;

const MAX_PAUSE_MS = 30_000;

export class SupervisedProcess {
  /** Resolves when the process is ready for the first time; rejects if it cannot get there. */
  readonly ready: Promise<void>;
  private child: ChildProcess | undefined;
  private programPid: number | undefined;
  private readonly stopping = new AbortController();
  private readonly life: Promise<void>;

  constructor(private readonly spec: ProcessSpec) {
    let resolveReady: () => void = () => {};
    let rejectReady: (error: Error) => void = () => {};
    this.ready = new Promise((resolve, reject) => {
      resolveReady = resolve;
      rejectReady = reject;
    });
    // A caller that awaits `ready` sees the failure; there may be none any more when the stack stops first.
    this.ready.catch(() => {});
    this.life = this.keepAlive(resolveReady, rejectReady);
  }

  /** Asks the process to end, kills it after `graceMs`, and resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    this.child?.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.life;
    clearTimeout(timer);
  }

  /** Ends the process and its program now. */
  kill(): void {
    this.stopping.abort();
    this.child?.kill('SIGKILL');
    this.killRest();
  }

  private async keepAlive(ready: () => void, giveUp: (error: Error) => void): Promise<void> {
    let hasBeenReady = false;
    let quickDeaths = 0;
    const noteReady = () => {
      if (hasBeenReady) this.spec.say(`is ready again (process ${this.programPid})`);
      hasBeenReady = true;
      ready();
    };
    while (!this.stopping.signal.aborted) {
      const startedAt = performance.now();
      const ending = await this.runOnce(noteReady);
      if (this.stopping.signal.aborted) break;
      quickDeaths = performance.now() - startedAt < HEALTHY_MS ? quickDeaths + 1 : 1;
      if (!hasBeenReady && quickDeaths >= MAX_FALSE_STARTS) {
        giveUp(this.falseStart(ending));
        break;
      }
      await this.pause(ending, quickDeaths);
    }
    giveUp(new StackError(`${this.spec.name} was stopped before it was ready`));
  }

  /** Runs the process until it dies; returns how it ended, as the predicate of a sentence. */
  private async runOnce(ready: () => void): Promise<string> {
    const { module, args, env, log, say, onNotable, whenUp, onUp } = this.spec;
    const gone = new AbortController();
    const child = spawn(
      process.execPath,
      ['--import', pathToFileURL(entryPoint(import.meta.url, './die-with-parent.js')).href, module, ...args],
      // A process group of its own: Ctrl-C reaches it through the stack only, in order.
      { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    this.child = child;
    log.write(`--- ${new Date().toISOString()} started as process ${child.pid}`);
    // While the stack stops, handing back work is no news.
    const notable = (line: string) => this.stopping.signal.aborted || onNotable?.(line);
    if (child.stdout) log.follow(child.stdout, notable);
    if (child.stderr) log.follow(child.stderr, notable);
    child.on('message', (message: unknown) => {
      this.programPid = pidIn(message) ?? child.pid;
      const up = whenUp?.(gone.signal) ?? Promise.resolve();
      up.then(
        () => {
          onUp(this.programPid ?? 0);
          ready();
        },
        (error: unknown) => gone.signal.aborted || say(String(error)),
      );
    });
    const ending = await endingOf(child);
    gone.abort();
    this.killRest();
    log.write(`--- ${new Date().toISOString()} ${ending}`);
    return ending;
  }

  private falseStart(ending: string): StackError {
    const { name, log } = this.spec;
    const last = log.lastLine();
    const words = last === undefined ? '' : `, saying: ${last}`;
    return new StackError(
      `${name} ${ending} before it was ready, several times in a row${words} (see ${log.path})`,
    );
  }

  /**
   * Ends what the process may have left: a foreign program whose guard was killed before it could end it, an engine
   * that is stopped and so cannot notice that it is an orphan, while it holds the device's memory.
   */
  private killRest(): void {
    const group = this.child?.pid;
    if (group !== undefined) killIfThere(-group);
    if (this.programPid !== undefined && this.programPid !== group) killIfThere(this.programPid);
    this.programPid = undefined;
  }

  private async pause(ending: string, quickDeaths: number): Promise<void> {
    const pauseMs = quickDeaths <= 1 ? 0 : Math.min(MAX_PAUSE_MS, 500 * 2 ** (quickDeaths - 1));
    const next = pauseMs === 0 ? 'starting it again' : `starting it again in ${pauseMs / 1000} s`;
    const hint = quickDeaths <= 1 ? '' : ` (${quickDeaths} times in a row; see ${this.spec.log.path})`;
    this.spec.say(`${ending}${hint}; ${next}`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.stopping.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** A negative number is a process group (which Windows does not have). */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, which is what was wanted.
  }
}

async function endingOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'close');
    return signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
  } catch (error) {
    return `could not be started (${error instanceof Error ? error.message : error})`;
  }
}

const pidIn = (message: unknown): number | undefined =>
  typeof message === 'object' && message !== null && 'pid' in message && typeof message.pid === 'number'
    ? message.pid
    : undefined;
