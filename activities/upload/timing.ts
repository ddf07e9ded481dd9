/**
 * Writes `timing.json`, last of all, for what the store really holds: listed, not remembered, so that it never names
 * an object that is not there. With it everything is stored, and the rendition leaves the spool.
 */
import { cancellationSignal } from '@temporalio/activity';
import {
  finalKey,
  JSON_CONTENT_TYPE,
  parseObjectName,
  stepKey,
  timingKey,
  type VariantAddress,
  variantPrefix,
} from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import * as timing from '../../domain/timing.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { JournalStep } from '../../storage/spool/records.js';
import { storeFailed } from '../failures.js';
import { describeVariant } from '../rendition-id.js';
import type { UploadPorts } from './ports.js';
import { recordImage } from './record-image.js';
import { findFinished, forgetFailure, release, type StoredOutcome } from './spooled.js';

/** Writes the document and returns the steps it could not name. Programs without previews have none. */
export async function composeTiming(
  { spool, store }: UploadPorts,
  reference: RenditionReference,
): Promise<StoredOutcome> {
  const { finished, stored: before } = await findFinished(spool, reference);
  if (finished === undefined) return before;
  const { rendition, final } = finished;
  const sizes = await storedSizes(store, reference);
  if (sizes.get(finalKey(reference)) !== final.png.bytes)
    throw storeFailed(describeVariant(reference), 'final.png is not stored yet, so timing.json has to wait.');
  const isStored = ({ step, preview }: JournalStep) =>
    preview !== undefined && sizes.get(stepKey(reference, step)) === preview.bytes;
  const durations = rendition.steps.map(({ durationMs }) => durationMs);
  const stored = new Set(rendition.steps.filter(isStored).map(({ step }) => step));
  await removeStrangers(store, reference, [...sizes.keys()], stored);
  const document = timing.composeTiming(durations, final.durationMs, stored);
  await forgetFailure(store, reference);
  await store.put(timingKey(reference), Buffer.from(timing.serializeTiming(document)), {
    contentType: JSON_CONTENT_TYPE,
    signal: cancellationSignal(),
  });
  await recordImage({ spool, store }, reference, finished, stored.size);
  const outcome = {
    missingSteps: rendition.steps.map(({ step }) => step).filter((step) => !stored.has(step)),
  };
  await release(spool, finished, reference, outcome);
  return outcome;
}

/** Previews of an earlier rendition: it had more steps, or its preview could not be replaced. Nobody may show them. */
async function removeStrangers(
  store: ObjectStore,
  address: VariantAddress,
  keys: readonly string[],
  stored: ReadonlySet<number>,
): Promise<void> {
  for (const key of keys) {
    const object = parseObjectName(key.slice(variantPrefix(address).length));
    if (object?.kind !== 'step' || stored.has(object.step)) continue;
    await store.delete(key, { signal: cancellationSignal() });
  }
}

/** Bytes of every object of the variant, by key. */
async function storedSizes(store: ObjectStore, address: VariantAddress): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(variantPrefix(address), { signal: cancellationSignal() }))
    sizes.set(key, bytes);
  return sizes;
}
