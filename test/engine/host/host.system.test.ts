import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type EngineEvent,
  EngineFailedError,
  type EngineJob,
  EngineLostError,
} from '../../../engine/engine.js';
import type { EngineHost } from '../../../engine/host/host.js';
import { MAX_STEPS_AHEAD, REPLY_FD } from '../../../engine/protocol.js';
import { DEMO_MODEL, startEngine } from '../../support/rendering.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const HALF_SAID = `
  require('node:fs').writeSync(${REPLY_FD}, '{"type":"ready"}\\n{"type":"jo');
  process.kill(process.pid, 'SIGKILL');
`;
const never = new AbortController().signal;

async function job(jobId: string, changed: Partial<EngineJob> = {}): Promise<EngineJob> {
  const outputDirectory = join(await temporaryFolder(), 'scratch');
  await mkdir(outputDirectory);
  return {
    jobId,
    subject: `show/v1 cue, variant ${jobId}`,
    modelDirectory: DEMO_MODEL,
    loadOptions: { threads: 1 },
    request: { prompt: 'a boat', seed: 1, steps: 4, guidance: 1, width: 128, height: 128 },
    outputDirectory,
    ...changed,
  };
}

/** Follows a job and records every event in a shared log; `onEvent` may interfere. */
async function follow(
  engine: EngineHost,
  job: EngineJob,
  log: string[],
  { signal = never, onEvent = (_: EngineEvent) => {} } = {},
): Promise<void> {
  for await (const event of engine.generate(job, signal)) {
    log.push(`${job.jobId} ${event.type === 'step' ? event.step : event.type}`);
    onEvent(event);
  }
}

const signalEngine = (engine: EngineHost, signal: NodeJS.Signals) => {
  if (engine.pid === undefined) throw new Error('the engine process has no pid');
  process.kill(engine.pid, signal);
};

const onStep = (step: number, act: () => void) => (event: EngineEvent) => {
  if (event.type === 'step' && event.step === step) act();
};

describe('the engine host', () => {
  it('tells what its process prints, line by line', async () => {
    const printed: string[] = [];
    const module = join(await temporaryFolder(), 'prints.cjs');
    await writeFile(
      module,
      "process.stderr.write('[W:onnxruntime:, a] slow\\nno GPU\\n'); setInterval(() => {}, 1e6);",
    );
    startEngine({ module, onPrinted: (line) => printed.push(line) });
    await expect.poll(() => printed).toEqual(['[W:onnxruntime:, a] slow', 'no GPU']);
  });

  it.skipIf(process.platform !== 'linux')(
    'keeps secrets from the process that runs a model, and sets its allocator',
    async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hidden');
      vi.stubEnv('HF_TOKEN', 'hidden');
      vi.stubEnv('CUDA_VISIBLE_DEVICES', '0');
      onTestFinished(() => void vi.unstubAllEnvs());
      const environment = await readFile(`/proc/${startEngine().pid}/environ`, 'utf8');
      expect(environment).toContain('CUDA_VISIBLE_DEVICES=0');
      expect(environment).not.toContain('hidden');
      expect(environment).toContain('glibc.malloc.mmap_threshold=');
    },
  );

  it('loads a model that images find in memory, and says why one cannot be loaded', async () => {
    const engine = startEngine();
    await engine.load(await job('ahead'), never);
    const log: string[] = [];
    await follow(engine, await job('a'), log);
    expect(log.slice(0, 2)).toEqual(['a started', 'a prompt']);
    const nowhere = engine.load(await job('b', { modelDirectory: '/nowhere' }), never);
    await expect(nowhere).rejects.toThrow(/Cannot use the model in \/nowhere/);
    await engine.load(await job('c'), never);
  });

  it('sends the next job to the process before the current one ends', async () => {
    const engine = startEngine();
    const log: string[] = [];
    await Promise.all([follow(engine, await job('a'), log), follow(engine, await job('b'), log)]);
    expect(log).toEqual([
      ...['a loading', 'a started', 'a prompt', 'a 1', 'a 2', 'a 3', 'a 4', 'a final'],
      ...['b started', 'b prompt', 'b 1', 'b 2', 'b 3', 'b 4', 'b final'],
    ]);
  });

  it('leaves the event loop of its own process free while steps are computed', async () => {
    const engine = startEngine();
    const request = { prompt: 'a boat', seed: 1, steps: 4, guidance: 3, width: 256, height: 256 };
    let ticks = 0;
    let computing = false;
    const timer = setInterval(() => {
      if (computing) ticks++;
    }, 1);
    await follow(engine, await job('a', { request }), [], {
      onEvent: (event) => {
        computing = event.type !== 'final';
      },
    });
    clearInterval(timer);
    // A thread that computed would tick at most once an event.
    expect(ticks).toBeGreaterThan(20);
  });

  it('names job, step and signal when the process is killed, and gives the waiting jobs to a new process', async () => {
    const incidents: string[] = [];
    const engine = startEngine({ report: (incident) => incidents.push(incident) });
    const log: string[] = [];
    const first = engine.pid;
    const request = { prompt: 'a boat', seed: 1, steps: 30, guidance: 1, width: 128, height: 128 };
    const lost = follow(engine, await job('a', { request }), log, {
      onEvent: onStep(2, () => signalEngine(engine, 'SIGKILL')),
    });
    const next = follow(engine, await job('b'), log);
    await expect(lost).rejects.toThrow(EngineLostError);
    await expect(lost).rejects.toThrow(
      /was killed by SIGKILL \(often .*memory\) while computing step \d+ of 30 for show\/v1 cue, variant a/,
    );
    await next;
    expect(log.filter((line) => line.startsWith('b'))).toHaveLength(8);
    expect(log.at(-1)).toBe('b final');
    expect(engine.pid).not.toBe(first);
    expect(incidents).toHaveLength(1);
  });

  it('replaces a process that hangs in a step', async () => {
    const engine = startEngine({ stepTimeoutMs: 1_500 });
    const request = { prompt: 'a boat', seed: 1, steps: 30, guidance: 1, width: 128, height: 128 };
    const hung = follow(engine, await job('a', { request }), [], {
      onEvent: onStep(1, () => signalEngine(engine, 'SIGSTOP')),
    });
    await expect(hung).rejects.toThrow(/gave no sign of life for 1.5 s and was killed while computing step/);
    await follow(engine, await job('b'), []);
  });

  it('waits for a slow disk instead of treating the engine as hung, and computes only a few steps ahead of it', async () => {
    const engine = startEngine({ stepTimeoutMs: 1_000 });
    const outputDirectory = join(await temporaryFolder(), 'scratch');
    await mkdir(outputDirectory);
    const request = { prompt: 'a boat', seed: 1, steps: 40, guidance: 1, width: 128, height: 128 };
    const events = engine
      .generate(await job('a', { request, outputDirectory }), never)
      [Symbol.asyncIterator]();
    let seen = 0;
    const next = async () => {
      const { value } = await events.next();
      if (value?.type === 'step') seen = value.step;
      return value?.type;
    };
    while ((await next()) !== 'step');
    // The steps are not read for longer than the step timeout.
    const latents = async () => (await readdir(outputDirectory)).length;
    await expect.poll(latents, { timeout: 20_000 }).toBe(MAX_STEPS_AHEAD);
    await setTimeout(1_500);
    expect(await latents()).toBe(MAX_STEPS_AHEAD);
    while ((await next()) !== 'final');
    expect(seen).toBe(40);
  });

  it('stops between two steps when cancelled, after which the next job begins', async () => {
    const engine = startEngine();
    const log: string[] = [];
    const controller = new AbortController();
    const request = { prompt: 'a boat', seed: 1, steps: 40, guidance: 1, width: 128, height: 128 };
    const cancelled = follow(engine, await job('a', { request }), log, {
      signal: controller.signal,
      onEvent: onStep(2, () => controller.abort(new Error('enough'))),
    });
    const next = follow(engine, await job('b'), log);
    await expect(cancelled).rejects.toThrow('enough');
    await next;
    expect(log).not.toContain('a final');
    expect(log).toContain('b final');
  });

  it('drops a job that is cancelled while it waits behind another', async () => {
    const engine = startEngine();
    const log: string[] = [];
    const controller = new AbortController();
    const first = follow(engine, await job('a'), log, {
      onEvent: onStep(1, () => controller.abort(new Error('not needed'))),
    });
    const second = follow(engine, await job('b'), log, { signal: controller.signal });
    await expect(second).rejects.toThrow('not needed');
    await first;
    expect(log.filter((line) => line.startsWith('b'))).toEqual([]);
  });

  it('stops the device when the caller stops iterating', async () => {
    const engine = startEngine();
    const request = { prompt: 'a boat', seed: 1, steps: 1000, guidance: 1, width: 128, height: 128 };
    for await (const event of engine.generate(await job('a', { request }), never)) {
      if (event.type === 'step') break;
    }
    const log: string[] = [];
    await follow(engine, await job('b'), log);
    expect(log.at(-1)).toBe('b final');
  });

  it.each(['2.latents', 'final.rgb'])(
    'fails a job whose %s cannot be written, says nothing later of it, and goes on with the next',
    async (file) => {
      const engine = startEngine();
      const log: string[] = [];
      const unlucky = await job('a');
      await mkdir(join(unlucky.outputDirectory, `a-${file}`));
      const failed = follow(engine, unlucky, log);
      const next = follow(engine, await job('b'), log);
      await expect(failed).rejects.toThrow(EngineFailedError);
      await expect(failed).rejects.toThrow(new RegExp(`EISDIR.*a-${file}`));
      await next;
      const steps = file === '2.latents' ? ['a 1'] : ['a 1', 'a 2', 'a 3', 'a 4'];
      expect(log.filter((line) => line.startsWith('a'))).toEqual([
        ...['a loading', 'a started', 'a prompt', ...steps],
      ]);
      expect(log.at(-1)).toBe('b final');
    },
  );

  it('refuses a folder without a model, and a size that the model cannot make, each with its own kind of error', async () => {
    const engine = startEngine();
    const noModel = follow(engine, await job('a', { modelDirectory: await temporaryFolder() }), []);
    await expect(noModel).rejects.toMatchObject({ name: 'EngineFailedError', kind: 'model' });
    const request = { prompt: 'a boat', seed: 1, steps: 4, guidance: 1, width: 100, height: 128 };
    const noSize = follow(engine, await job('b', { request }), []);
    await expect(noSize).rejects.toBeInstanceOf(EngineFailedError);
    await expect(noSize).rejects.toMatchObject({ kind: 'request' });
  });

  it('reports a process that cannot even start, and recovers once it can', async () => {
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = '--require=./no-such-file.cjs';
    const engine = startEngine();
    try {
      await expect(follow(engine, await job('a'), [])).rejects.toThrow(
        /ended with exit code 1 while starting for show\/v1 cue, variant a[\s\S]*no-such-file/,
      );
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
    const log: string[] = [];
    await follow(engine, await job('b'), log);
    expect(log.at(-1)).toBe('b final');
  });

  it('ignores an incomplete message of a killed process', async () => {
    const module = join(await temporaryFolder(), 'killed.cjs');
    await writeFile(module, HALF_SAID);
    const engine = startEngine({ module });
    await expect(follow(engine, await job('a'), [])).rejects.toThrow(/was killed by SIGKILL/);
  });

  it('resumes from the checkpoint of a multistep scheduler to the same picture', async () => {
    const engine = startEngine();
    const modelDirectory = fileURLToPath(new URL('../../goldens/sd', import.meta.url)); // PNDM
    const request = { prompt: 'a boat', seed: 1, steps: 6, guidance: 2, width: 32, height: 32 };
    const pictures: Buffer[] = [];
    const paths: string[] = [];
    const keep = (event: EngineEvent) => {
      if (event.type === 'step') paths.push(event.latentsPath);
      if (event.type === 'final') pictures.push(readFileSync(event.image.path));
    };
    await follow(engine, await job('whole', { modelDirectory, request }), [], { onEvent: keep });
    const from = { step: 3, path: paths[2] ?? '' };
    await follow(engine, await job('rest', { modelDirectory, request, from }), [], { onEvent: keep });
    expect(paths).toHaveLength(7 + 4);
    expect(pictures[1]).toEqual(pictures[0]);
  });
});
