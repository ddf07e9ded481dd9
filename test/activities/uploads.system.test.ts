import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { createUploadActivities } from '../../activities/upload/uploads.js';
import { recordOf, writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf } from '../../domain/fingerprint.js';
import {
  finalKey,
  stepKey,
  timingKey,
  type VariantAddress,
  variantPrefix,
} from '../../domain/object-keys.js';
import { failureKey } from '../../domain/remembered-failure.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { encodePng } from '../../engine/files/png.js';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import { requestAt } from '../support/finished-rendition.js';
import { Surroundings } from '../support/rendering.js';
import { temporaryFolder } from '../support/temp-folder.js';

const address = { project: 'test', version: 'v1', cueId: 'prompt_3_00_01_00', variantId: 7 };
const at = '2026-01-01T00:00:00.000Z';
const picture = (shade: number) => encodePng({ data: new Uint8Array(12).fill(shade), width: 2, height: 2 });

const MODEL = 'aa'.repeat(32);
const REQUEST = requestAt(address);

/** A store whose puts are counted and, for some keys, refused. */
function watched(store: ObjectStore) {
  const puts: string[] = [];
  const refused = new Set<string>();
  const put: ObjectStore['put'] = async (key, body, options) => {
    puts.push(key);
    if (refused.has(key)) {
      const facts = { kind: 'transient', verb: 'put', key, store: 'test' } as const;
      throw new StoreError({ ...facts, problem: 'it is busy', remedy: 'Wait.' });
    }
    await store.put(key, body, options);
  };
  const verbs: ObjectStore = {
    description: store.description,
    put,
    get: (key, options) => store.get(key, options),
    getVersioned: (key, options) => store.getVersioned(key, options),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    copy: (from, to, options) => store.copy(from, to, options),
    delete: (key, options) => store.delete(key, options),
    close: () => store.close(),
  };
  return { ...verbs, puts, refused };
}

/** A finished rendition of `steps` steps on a real spool: 100.4 ms each, 50.2 ms to decode. */
async function start(steps: number, of: VariantAddress = address) {
  const renditionId = renditionIdOf(of);
  const folder = await temporaryFolder();
  const spool = await Spool.open(join(folder, 'spool'), { budgetBytes: 2 ** 30 });
  const store = watched(openStore(`file:${join(folder, 'store')}`));
  const rendition = await spool.openRendition(renditionId, REQUEST);
  for (let step = 1; step <= steps; step++) {
    const latentsPath = rendition.scratchPath(`${step}.latents`);
    await writeFile(latentsPath, 'latents');
    await rendition.commitStep({
      step,
      of: steps,
      at,
      durationMs: 100.4,
      latentsPath,
      preview: await picture(step),
      model: MODEL,
    });
  }
  await rendition.commitFinal({ at, durationMs: 50.2, png: await picture(99) });
  const { journalDigest } = rendition;
  const reference: RenditionReference = { ...address, renditionId, journalDigest, previews: true };
  return { spool, store, rendition, reference, uploads: createUploadActivities({ spool, store }) };
}

async function stored(store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(variantPrefix(address)))
    names.push(key.slice(variantPrefix(address).length));
  return names.sort();
}

const durations = async (store: ObjectStore): Promise<unknown> =>
  JSON.parse(String(await store.get(timingKey(address)))).stepDurations;

async function failureOf(attempt: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (error instanceof ApplicationFailure) return error;
  throw new Error('expected an ApplicationFailure');
}

async function damage(rendition: SpooledRendition, file: string): Promise<void> {
  await writeFile(join(rendition.directory, file), 'torn');
}

describe('uploading a rendition', () => {
  it('stores the final image, every preview and the timing, byte for byte, and then frees the spool', async () => {
    const { uploads, store, spool, rendition, reference } = await start(3);
    const here = new Surroundings();
    await here.run(uploads.uploadFinal, reference);
    await here.run(uploads.uploadPreviews, reference);
    expect(await here.run(uploads.composeTiming, reference)).toEqual({ missingSteps: [] });
    expect(await stored(store)).toEqual(['1.png', '2.png', '3.png', 'final.png', 'timing.json']);
    expect(await store.get(stepKey(address, 2))).toEqual(await picture(2));
    expect(await store.get(finalKey(address))).toEqual(await picture(99));
    expect(await store.head(finalKey(address))).toMatchObject({ contentType: 'image/png' });
    expect(await durations(store)).toEqual({ '1': 100, '2': 101, '3': 100, final: 50 });
    expect(await spool.findRendition(rendition.id)).toBeUndefined();
  });

  it('can be repeated, each activity any number of times, though the spool is free by then', async () => {
    const { uploads, store, reference } = await start(3);
    store.refused.add(stepKey(address, 2));
    const repeated = async () => {
      await new Surroundings().run(uploads.uploadFinal, reference);
      await new Surroundings().run(uploads.uploadPreviews, reference).catch(() => {});
      return new Surroundings().run(uploads.composeTiming, reference);
    };
    const outcome = await repeated();
    expect(outcome).toEqual({ missingSteps: [2] });
    expect(await repeated()).toEqual(outcome);
    expect(await stored(store)).toEqual(['1.png', '3.png', 'final.png', 'timing.json']);
    for (let time = 0; time < 2; time++) {
      await new Surroundings().run(uploads.withdrawTiming, address);
      await new Surroundings().run(uploads.releaseSpool, reference);
    }
    expect(await stored(store)).toEqual(['1.png', '3.png', 'final.png']);
  });

  it('frees the spool with the final image if there are no previews, and repeats its result', async () => {
    const { uploads, store, spool, reference } = await start(2);
    const withoutPreviews = { ...reference, previews: false };
    for (let time = 0; time < 2; time++) {
      await new Surroundings().run(uploads.uploadFinal, withoutPreviews);
      expect(await stored(store)).toEqual(['final.png']);
      expect(await spool.renditions()).toEqual([]);
    }
    expect(store.puts).toHaveLength(2);
  });

  it.each([
    { kind: 'with previews', previews: true, last: timingKey(address) },
    { kind: 'without previews', previews: false, last: finalKey(address) },
  ])(
    'has forgotten the failure of an image $kind before its last object is there',
    async ({ previews, last }) => {
      const { uploads, store, reference } = await start(1);
      const order = { ...reference, previews };
      await store.put(failureKey(address), Buffer.from('{}'), { contentType: 'application/json' });
      store.refused.add(last);
      await new Surroundings().run(uploads.uploadFinal, order).catch(() => {});
      await new Surroundings().run(uploads.composeTiming, order).catch(() => {});
      expect(store.puts).toContain(last);
      expect(await store.head(failureKey(address))).toBeUndefined();
    },
  );

  it('forgets a remembered failure only after the last object', async () => {
    const { uploads, store, reference } = await start(1);
    await store.put(failureKey(address), Buffer.from('{}'), { contentType: 'application/json' });
    await new Surroundings().run(uploads.uploadFinal, reference);
    expect(await store.head(failureKey(address))).toBeDefined();
    await new Surroundings().run(uploads.composeTiming, reference);
    expect(await store.head(failureKey(address))).toBeUndefined();
  });

  it.each([true, false])(
    'records what the image was made from, once, last of all (previews: %s)',
    async (previews) => {
      const { uploads, store, reference } = await start(3);
      const order = { ...reference, previews };
      const outdated = { seed: 1, fingerprint: 'ab', previews: 0, durationMs: 1, request: REQUEST };
      await writeRecord(store, address, outdated, {});
      await new Surroundings().run(uploads.uploadFinal, order);
      if (previews) {
        await new Surroundings().run(uploads.uploadPreviews, order);
        await new Surroundings().run(uploads.composeTiming, order);
        expect(store.puts.slice(-2)).toEqual([timingKey(address), (await recordOf(store, address))?.key]);
      }
      const fingerprint = fingerprintOf(REQUEST.settings, MODEL);
      const record = { seed: 7, fingerprint, previews: previews ? 3 : 0, durationMs: 351 };
      const found = await recordOf(store, address);
      expect(found).toMatchObject({ cueId: address.cueId, variantId: 7, record });
      const body = JSON.parse(String(await store.get(found?.key ?? '')));
      expect(body).toMatchObject({
        ...record,
        modelDigest: MODEL,
        request: { seed: 7, settings: { prompt: 'fog' } },
      });
    },
  );

  it('withdraws the record with the timing, before anything is replaced', async () => {
    const { uploads, store, reference } = await start(1);
    await new Surroundings().run(uploads.uploadFinal, reference);
    await new Surroundings().run(uploads.composeTiming, reference);
    await new Surroundings().run(uploads.withdrawTiming, address);
    expect(await recordOf(store, address)).toBeUndefined();
    expect(await stored(store)).toEqual(['final.png']);
  });

  it('stores a take beside the variant, and does not change the variant', async () => {
    const { uploads, store, reference } = await start(2, { ...address, take: 7 });
    await store.put(failureKey(address), Buffer.from('{}'), { contentType: 'application/json' });
    const take = { ...reference, take: 7 };
    await new Surroundings().run(uploads.uploadFinal, take);
    await new Surroundings().run(uploads.uploadPreviews, take);
    expect(await new Surroundings().run(uploads.composeTiming, take)).toEqual({ missingSteps: [] });
    expect(await stored(store)).toEqual([]);
    expect(await store.head(failureKey(address))).toBeDefined();
    const at = { ...address, take: 7 };
    expect(await store.get(stepKey(at, 2))).toEqual(await picture(2));
    expect(await recordOf(store, at)).toMatchObject({ record: { seed: 7, previews: 2 } });
  });

  it('refuses to store a take as the variant when an orchestrator without takes asks for it', async () => {
    const { uploads, store, reference } = await start(1, { ...address, take: 7 });
    const failure = await failureOf(new Surroundings().run(uploads.uploadFinal, reference));
    expect(failure).toMatchObject({ type: 'InvalidRequest', nonRetryable: true });
    expect(store.puts).toEqual([]);
  });

  it('does not confuse another run of the same variant with the one that was stored', async () => {
    const { uploads, reference } = await start(1);
    await new Surroundings().run(uploads.uploadFinal, { ...reference, previews: false });
    const another = { ...reference, journalDigest: 'of another run' };
    expect(await failureOf(new Surroundings().run(uploads.uploadFinal, another))).toMatchObject({
      type: 'RenditionLost',
    });
  });

  it('tries every preview, names those that failed, and puts only those on the next attempt', async () => {
    const { uploads, store, reference } = await start(12);
    store.refused.add(stepKey(address, 2)).add(stepKey(address, 9));
    const first = new Surroundings();
    const failure = await failureOf(first.run(uploads.uploadPreviews, reference));
    expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
    expect(failure.message).toMatch(
      /^test\/v1 prompt_3_00_01_00, variant 7: 2 previews .*\(steps 2, 9\).*busy/,
    );
    expect(store.puts).toHaveLength(12);
    store.puts.length = 0;
    store.refused.clear();
    const second = new Surroundings({ attempt: 2, heartbeatDetails: first.heartbeats.at(-1) });
    await second.run(uploads.uploadPreviews, reference);
    expect(store.puts.sort()).toEqual([stepKey(address, 2), stepKey(address, 9)].sort());
  });

  it('starts from the beginning when the details of the last heartbeat are missing or strange', async () => {
    const { uploads, store, reference } = await start(2);
    for (const heartbeatDetails of [undefined, 'x', { stored: 'x' }, { stored: ['1', null] }]) {
      store.puts.length = 0;
      await new Surroundings({ heartbeatDetails }).run(uploads.uploadPreviews, reference);
      expect(store.puts).toHaveLength(2);
    }
  });

  it('leaves a preview that is not stored out of the timing, whose total stays right', async () => {
    const { uploads, store, reference } = await start(3);
    store.refused.add(stepKey(address, 2));
    await new Surroundings().run(uploads.uploadFinal, reference);
    await failureOf(new Surroundings().run(uploads.uploadPreviews, reference));
    expect(await new Surroundings().run(uploads.composeTiming, reference)).toEqual({ missingSteps: [2] });
    expect(await durations(store)).toEqual({ '1': 100, '3': 201, final: 50 });
  });

  it('does not count an object of another size as the preview', async () => {
    const { uploads, store, reference } = await start(2);
    await new Surroundings().run(uploads.uploadFinal, reference);
    await new Surroundings().run(uploads.uploadPreviews, reference);
    await store.put(stepKey(address, 1), Buffer.from('of an earlier run'), { contentType: 'image/png' });
    expect(await new Surroundings().run(uploads.composeTiming, reference)).toEqual({ missingSteps: [1] });
  });

  it('removes previews of an earlier rendition that had more steps', async () => {
    const { uploads, store, reference } = await start(2);
    for (const step of [2, 3, 4])
      await store.put(stepKey(address, step), Buffer.from('of an earlier run'), { contentType: 'image/png' });
    await new Surroundings().run(uploads.uploadFinal, reference);
    await new Surroundings().run(uploads.uploadPreviews, reference);
    await new Surroundings().run(uploads.composeTiming, reference);
    expect(await stored(store)).toEqual(['1.png', '2.png', 'final.png', 'timing.json']);
  });

  it('leaves a damaged preview out with a warning', async () => {
    const { uploads, store, rendition, reference } = await start(3);
    await damage(rendition, 'step-2.png');
    const here = new Surroundings();
    await here.run(uploads.uploadPreviews, reference);
    expect(here.warnings.join()).toMatch(/variant 7: preview 2 is left out/);
    expect(await stored(store)).toEqual(['1.png', '3.png']);
  });

  it('fails for a damaged final image so that it is decoded again, and stores nothing', async () => {
    const { uploads, store, spool, rendition, reference } = await start(2);
    await damage(rendition, 'final.png');
    const failure = await failureOf(new Surroundings().run(uploads.uploadFinal, reference));
    expect(failure).toMatchObject({ type: 'RenditionLost', nonRetryable: true });
    expect(await stored(store)).toEqual([]);
    const left = await spool.findRendition(rendition.id);
    expect(left?.final).toBeUndefined();
    expect(left?.steps).toHaveLength(2);
  });

  it('fails with "rendition lost" if the spool does not have it', async () => {
    const { uploads, rendition, reference } = await start(1);
    await rendition.remove();
    for (const upload of ['uploadFinal', 'uploadPreviews', 'composeTiming'] as const) {
      const failure = await failureOf(
        new Surroundings().run<[RenditionReference], unknown>(uploads[upload], reference),
      );
      expect(failure).toMatchObject({ type: 'RenditionLost', nonRetryable: true });
    }
  });

  it('does not write a timing that names a final image which is not stored', async () => {
    const { uploads, store, reference } = await start(1);
    await new Surroundings().run(uploads.uploadPreviews, reference);
    expect(await failureOf(new Surroundings().run(uploads.composeTiming, reference))).toMatchObject({
      type: 'StoreFailed',
      nonRetryable: false,
    });
    expect(await stored(store)).toEqual(['1.png']);
  });

  it('writes a timing of the final image alone when no step ran', async () => {
    const { uploads, store, reference } = await start(0);
    await new Surroundings().run(uploads.uploadFinal, reference);
    await new Surroundings().run(uploads.composeTiming, reference);
    expect(await durations(store)).toEqual({ final: 50 });
  });

  it('passes the store’s own words on when it fails, to be retried', async () => {
    const { uploads, store, reference } = await start(1);
    store.refused.add(finalKey(address));
    const failure = await failureOf(new Surroundings().run(uploads.uploadFinal, reference));
    expect(failure).toMatchObject({ type: 'StoreFailed', nonRetryable: false });
    expect(failure.message).toContain('it is busy. Wait.');
  });
});
