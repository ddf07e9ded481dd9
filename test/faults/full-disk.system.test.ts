/**
 * A full disk: the spool is on a file system of a few hundred kilobytes, which is made larger later. Without the permission
 * to mount file systems (root), the test is skipped and says so.
 */
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { EngineHost } from '../../engine/host/host.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { loneMachine } from '../support/lone-machine.js';
import { calmImage, fingerprint, requestFor, Surroundings } from '../support/rendering.js';
import { temporaryFolder } from '../support/temp-folder.js';

const request = requestFor(1, { steps: 24, guidance: 1 });

let engine: EngineHost;
let calm: string[];
beforeAll(async () => {
  engine = new EngineHost({ stepTimeoutMs: 60_000, report: () => {} });
  calm = await calmImage(request);
});
afterAll(() => engine.close());

const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });

/** A file system of this size, unmounted when the test ends; undefined where that is not allowed. */
async function smallDisk(size: string): Promise<string | undefined> {
  const folder = join(await temporaryFolder(), 'disk');
  await mkdir(folder);
  try {
    mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}

describe('a spool whose disk is full', () => {
  it.for(['64k', '112k', '160k'])(
    'at %s names the disk, keeps what is whole, and goes on when there is room',
    async (size, { skip }) => {
      const folder = await smallDisk(size);
      if (folder === undefined) return skip('file systems can be mounted by root only');
      const spool = await Spool.open(join(folder, 'spool'), { budgetBytes: 2 ** 30 });
      const store = openStore(`file:${await temporaryFolder()}`);
      const gpu = createGpuActivities({
        spool,
        store,
        models: undefined,
        threads: 1,
        ...loneMachine(engine),
      });
      const failure = await new Surroundings().run(gpu.denoise, request).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type: 'SpoolFull', nonRetryable: false });
      expect(String(failure)).toMatch(/^\S+: test\/v1 prompt_3_00_01_00, variant 1: /);
      expect(String(failure)).toMatch(/PREGEN_SPOOL|no space left/i);
      const kept = (await spool.findRendition(renditionIdOf(request)))?.steps ?? [];
      mount('-o', 'remount,size=32m', folder);
      await new Surroundings({ attempt: 2 }).run(gpu.denoise, request);
      expect(await fingerprint(spool, renditionIdOf(request))).toEqual(calm);
      expect((await spool.findRendition(renditionIdOf(request)))?.steps.slice(0, kept.length)).toEqual(kept);
    },
  );
});
