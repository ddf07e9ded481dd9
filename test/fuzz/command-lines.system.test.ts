/**
 * The built program with random command lines and without a server: every one ends soon with exit code 0, 1 or 2, gives a reason
 * without terminal control characters, reports no internal error, needs no more memory than a command does, and leaves no unexpected
 * file. `FUZZ_ROUNDS` sets the number of rounds (25 in `npm test`), `FUZZ_SEED` the first seed.
 */
import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ENTRY, plainEnvironment } from '../support/pregen.js';
import { seededRandom } from '../support/seeded-random.mjs';
import { writeShow } from '../support/show-folder.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { type CommandLine, commandLine } from './command-line.js';

const ROUNDS = Math.ceil(Number(process.env.FUZZ_ROUNDS ?? 200) / 8);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** A bound for a hang: a command takes a second, but on a heavily loaded machine minutes. */
const LIMIT_MS = 300_000;
/** Of this, Node and the Temporal client need 150 MB. */
const MAX_RESIDENT_KB = 500_000;

/** Characters that must not be sent to a terminal: C0 except line ends and tabs, C1, and Unicode's marks of lines and directions. */
const RAW_CONTROLS = /[^\P{Cc}\n\t]|[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Commands that write a file into the current folder. */
const WRITERS = ['sheet', 'film', 'gallery'];

/** Code by which each process reports its largest resident memory when it ends. */
const tellMemory = (path: string): string =>
  `--import=data:text/javascript,${encodeURIComponent(
    `import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(path)},String(process.resourceUsage().maxRSS)))`,
  )}`;

interface Place {
  readonly cwd: string;
  readonly elsewhere: string;
}

async function run({ args, env }: CommandLine, { cwd, elsewhere }: Place) {
  const memory = join(elsewhere, 'memory');
  const child = spawn(process.execPath, [tellMemory(memory), ENTRY, ...args], {
    cwd,
    env: {
      ...plainEnvironment(),
      ...{ TEMPORAL_ADDRESS: '127.0.0.1:1', PREGEN_STORE: `file:${join(elsewhere, 'store')}` },
      ...{ XDG_CACHE_HOME: join(elsewhere, 'cache'), PREGEN_SPOOL: join(elsewhere, 'spool') },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearTimeout(limit);
  return { stdout, stderr, code, residentKb: Number(await readFile(memory, 'utf8').catch(() => 0)) };
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).sort();

/** A show with all files that the command lines name, some of them unfit. */
async function place(): Promise<Place> {
  const cwd = await writeShow({ files: { 'p.png': 'no picture', 'temporal-dev.yaml': 'a: 1' } });
  await promisify(execFile)('mkfifo', [join(cwd, 'pipe')]);
  return { cwd, elsewhere: await temporaryFolder() };
}

it('any command line ends with a message and leaves nothing behind', { timeout: 7_200_000 }, async () => {
  const where = await place();
  const before = await filesIn(where.cwd);
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    const line = commandLine(seededRandom(seed));
    const shown = `seed ${seed}: ${JSON.stringify(line).slice(0, 2000)}`;
    const { stdout, stderr, code, residentKb } = await run(line, where);
    const said = `${shown}\n${stderr.slice(0, 4000)}`;
    expect([0, 1, 2], said).toContain(code);
    expect(stderr, shown).not.toMatch(/fault of this program|\n {4}at |node:internal/);
    expect(RAW_CONTROLS.exec(stdout + stderr), shown).toBeNull();
    expect(code === 0 || stderr !== '' || stdout !== '', `${shown} says nothing`).toBe(true);
    expect(stdout.length + stderr.length, shown).toBeLessThan(200_000);
    expect(residentKb, shown).toBeLessThan(MAX_RESIDENT_KB);
    const written = (await filesIn(where.cwd)).filter((file) => !before.includes(file));
    if (!(code === 0 && WRITERS.includes(line.args[0] ?? ''))) expect(written, said).toEqual([]);
    for (const file of written) await rm(join(where.cwd, file), { recursive: true, force: true });
  }
});
