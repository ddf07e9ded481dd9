/**
 * One engine process: forked, talked to, ended, and remembered for how it ended.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { engineEnvironment } from '../../domain/engine-environment.js';
import { type EngineReply, type EngineRequest, REPLY_FD } from '../protocol.js';

/** Kept of standard error for the message about a crash: native code explains itself in its last lines. */
const STDERR_TAIL_CHARACTERS = 1000;

/** Variables that choose a device, say. */
export type EngineEnvironment = Readonly<Record<string, string>>;

/** What an engine process runs, and how. */
export interface EngineProgram {
  /** Absolute path. */
  readonly module: string;
  /** Beside this process's own. */
  readonly environment: EngineEnvironment;
  /** Told of each line that the process prints: native code explains itself there. */
  readonly onPrinted?: ((line: string) => void) | undefined;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How the process ended, as the end of a sentence. */
export function describeExit({ code, signal }: ChildExit): string {
  if (signal === 'SIGKILL') return 'was killed by SIGKILL (often the system being out of memory)';
  if (signal !== null) return `crashed with ${signal}`;
  return code === null ? 'could not be started' : `ended with exit code ${code}`;
}

export class EngineChild {
  /** Whether the process has said that it takes jobs. */
  ready = false;
  /** Whether it has said anything about any job. */
  worked = false;
  gone = false;
  /** The end of what it wrote to its standard error. */
  stderrTail = '';
  /** Resolves when the process is gone and everything that it said has been heard. */
  readonly exited: Promise<ChildExit>;
  private readonly child: ChildProcess;

  constructor({ module, environment, onPrinted }: EngineProgram, onReply: (reply: EngineReply) => void) {
    this.child = fork(module, {
      // Not the flags of this process: a test runner's loaders have no business there.
      execArgv: [],
      env: { ...engineEnvironment(process.env), ...environment },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    });
    this.listen(onReply);
    if (this.child.stderr !== null)
      createInterface(this.child.stderr).on('line', (line) => onPrinted?.(line));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderrTail = (this.stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
    });
    this.exited = new Promise((resolve) => {
      const leave = (exit: ChildExit) => {
        this.gone = true;
        resolve(exit);
      };
      this.child.once('close', (code, signal) => leave({ code, signal }));
      this.child.on('error', (error) => {
        this.stderrTail += error.message;
        if (this.child.pid === undefined) leave({ code: null, signal: null });
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  private listen(onReply: (reply: EngineReply) => void): void {
    const pipe = this.child.stdio[REPLY_FD];
    // None if it could not even be started.
    if (!(pipe instanceof Readable)) return;
    let rest = '';
    pipe.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      // A process that is killed may leave half a line.
      rest = lines.pop() ?? '';
      for (const line of lines) this.hear(JSON.parse(line), onReply);
    });
  }

  private hear(reply: EngineReply, onReply: (reply: EngineReply) => void): void {
    if (reply.type === 'ready') this.ready = true;
    else this.worked = true;
    onReply(reply);
  }

  /** Sends unless the process is already gone, in which case `exited` tells the rest. */
  send(request: EngineRequest): void {
    if (this.child.connected) this.child.send(request, () => {});
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
