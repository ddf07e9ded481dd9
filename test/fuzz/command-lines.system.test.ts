/**
 * The program itself, with command lines at random and no server to talk to: whatever is typed, it ends soon with 0, 1 or 2, says
 * why in words that no terminal takes for orders, never blames itself, needs no more memory than a command does, and leaves no file
 * behind that nobody asked for. `FUZZ_ROUNDS` says how many (25 in `npm test`), `FUZZ_SEED` with which seed they begin.
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
/** A bound for what hangs; a command takes a second, on a machine with twenty times too much to do, at the lowest priority, minutes. */
const LIMIT_MS = 300_000;
/** Node and the Temporal client are 150 MB of it. */
const MAX_RESIDENT_KB = 500_000;

/** What no terminal may be sent: C0 but for line ends and tabs, C1, and Unicode's marks of lines and directions. */
const RAW_CONTROLS = /[^\P{Cc}\n\t]|[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Commands whose purpose is to write a file where they are run. */
const WRITERS = ['sheet', 'film', 'gallery'];

/** Each process tells at its end how much memory it had at most. */
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

/** A show with everything that the command lines name, some of it not what it should be. */
async function place(): Promise<Place> {
  const cwd = await writeShow({ files: { 'p.png': 'no picture', 'temporal-dev.yaml': 'a: 1' } });
  await promisify(execFile)('mkfifo', [join(cwd, 'pipe')]);
  return { cwd, elsewhere: await temporaryFolder() };
}

it('ends in words and leaves nothing behind, whatever is typed', { timeout: 7_200_000 }, async () => {
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
