/**
 * A Python peer: a process that reads requests, one line of JSON each, and answers each with a line.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { NotRun } from '../frame/benchmark.js';
import { findUv } from './uv.js';

const SCRIPT = fileURLToPath(new URL('./peers.py', import.meta.url));
/** Kept of the peer's error output: the end of a traceback has the error. */
const STDERR_TAIL_CHARACTERS = 400;

const readySchema = z.object({ ready: z.record(z.string(), z.string()) });

/** Runs the script to its end. */
export async function runPeerScript(...args: string[]): Promise<void> {
  await promisify(execFile)(await findUv(), ['run', '--quiet', '--script', SCRIPT, ...args], {
    env: environment(2),
    maxBuffer: 2 ** 26,
  });
}

export class Peer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly stderrTail: () => string,
    readonly versions: Readonly<Record<string, string>>,
  ) {}

  /**
   * Resolves when the peer has loaded its model. Throws NotRun if it cannot be installed or does not start.
   * @param starting is told the process id before the model is loaded
   */
  static async start(
    kind: string,
    modelFolder: string,
    threads: number,
    starting: (pid: number) => void = () => {},
  ): Promise<Peer> {
    const args = ['run', '--quiet', '--script', SCRIPT, kind, modelFolder, String(threads)];
    const child = spawn(await findUv(), args, { env: environment(threads), stdio: ['pipe', 'pipe', 'pipe'] });
    if (child.pid !== undefined) starting(child.pid);
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-STDERR_TAIL_CHARACTERS);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new NotRun(`the peer did not start: ${words}`);
    return new Peer(child, lines, () => words, readySchema.parse(JSON.parse(first.value)).ready);
  }

  async request(message: object): Promise<unknown> {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`The peer ended: ${this.stderrTail()}`);
    return JSON.parse(line.value);
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

/** Keeps the models' libraries from downloading anything, and from using more threads than the workload has. */
function environment(threads: number): NodeJS.ProcessEnv {
  const offline = { HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' };
  return { ...process.env, ...offline, OMP_NUM_THREADS: String(threads) };
}
