import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entryPoint } from '../../../package/entry-point.js';
import { isRunning } from '../../support/process-table.js';
import { DEMO_MODEL } from '../../support/rendering.js';
import { temporaryFolder } from '../../support/temp-folder.js';

/** A stand-in for a GPU worker: begins a job and prints the engine's process id at its first step. */
const worker = (outputDirectory: string) => `
  import { EngineHost } from ${JSON.stringify(pathToFileURL(entryPoint(import.meta.url, '../../../engine/host/host.js')))};
  const engine = new EngineHost({ stepTimeoutMs: 60_000, report: console.error });
  const request = { prompt: 'a boat', seed: 1, steps: 1000, guidance: 1, width: 256, height: 256 };
  const job = { jobId: 'a', subject: 'a', modelDirectory: ${JSON.stringify(DEMO_MODEL)}, loadOptions: { threads: 1 },
    request, outputDirectory: ${JSON.stringify(outputDirectory)} };
  for await (const event of engine.generate(job, new AbortController().signal))
    if (event.type === 'step' && event.step === 1) console.log(engine.pid);
`;

describe.skipIf(!existsSync('/proc/self/stat'))('an engine process whose worker is killed', () => {
  it('ends by itself', async () => {
    const scratch = join(await temporaryFolder(), 'scratch');
    await mkdir(scratch);
    const child = spawn(process.execPath, ['--input-type=module', '-e', worker(scratch)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [output]: unknown[] = await once(child.stdout, 'data');
    const pid = Number(String(output));
    expect(isRunning(pid)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });
});
