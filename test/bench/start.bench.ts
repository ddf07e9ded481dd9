import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setStage } from '../e2e/stage.js';
import { ENTRY } from '../support/pregen.js';
import { type Benchmark, NotRun, type Subject } from './frame/benchmark.js';
import { ROOT } from './frame/machine.js';

const run = promisify(execFile);

const benchmark: Benchmark = {
  question: 'How long until the command line answers, and until the first image of the demo is there?',
  comparisons: (scale) => [
    {
      title: 'the command line',
      figures: { seconds: 's' },
      baseline: 'node -e 0',
      repetitions: scale.pick(15, 5),
      subjects: {
        'node -e 0': () => commandLine('-e', '0'),
        'pregen --help': () => commandLine(ENTRY, '--help'),
        'pregen show start --help': () => commandLine(ENTRY, 'show', 'start', '--help'),
        'pregen show plan': () => commandLine(ENTRY, 'show', 'plan', join(ROOT, 'shows/demo/show.yaml')),
      },
    },
    {
      title: 'the command line, when nothing of it is in memory',
      figures: { seconds: 's' },
      baseline: 'node -e 0',
      repetitions: scale.pick(5, 2),
      warmUps: 0,
      subjects: {
        'node -e 0': () => cold('-e', '0'),
        'pregen --help': () => cold(ENTRY, '--help'),
      },
    },
    {
      title: 'the demo show on a stack that has just been started',
      figures: { stack: 's until the stack is ready', image: 's from there to the first final image' },
      repetitions: scale.pick(3, 1),
      warmUps: 0,
      subjects: { 'pregen dev': async () => ({ run: firstImage }) },
    },
  ],
};
export default benchmark;

async function commandLine(...args: string[]): Promise<Subject> {
  return {
    async run() {
      const startMs = performance.now();
      await run(process.execPath, args, { cwd: ROOT });
      return { seconds: (performance.now() - startMs) / 1000 };
    },
  };
}

/** Runs a command as after a restart of the machine: no file is in the system's page cache. */
async function cold(...args: string[]): Promise<Subject> {
  emptyPageCache();
  const { run } = await commandLine(...args);
  return {
    run(repetition) {
      emptyPageCache();
      return run(repetition);
    },
  };
}

/** Throws NotRun if this process does not have the permission. */
function emptyPageCache(): void {
  try {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch {
    throw new NotRun('only root may empty the page cache, and only on Linux');
  }
}

async function firstImage() {
  const startMs = performance.now();
  const stage = await setStage();
  try {
    const readyMs = performance.now();
    await stage.pregen('show', 'start', join(ROOT, 'shows/demo/show.yaml'));
    await firstObject(join(stage.folder, 'store'));
    const image = (performance.now() - readyMs) / 1000;
    return { stack: (readyMs - startMs) / 1000, image };
  } finally {
    await stage.close();
  }
}

/** Resolves when a final image lies in the folder store. */
async function firstObject(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for await (const { filename } of watch(folder, { recursive: true }))
    if (filename?.endsWith('final.png')) return;
}
