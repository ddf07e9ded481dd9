/**
 * `pregen show audit FILE --adopt`: gives images of an earlier version the record that they lack. Their PNG tells what they were
 * made from, their timing how long it took. What neither tells (source picture, preview style, the model's options) stays unknown
 * and is no reason to call an image stale.
 */
import pLimit from 'p-limit';
import sharp from 'sharp';
import { listRecords, writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf, UNKNOWN, withParts } from '../../domain/fingerprint.js';
import { generationParameters } from '../../domain/generation-parameters.js';
import type { ImageRecordBody } from '../../domain/image-record.js';
import { isStored, takeInventory } from '../../domain/inventory.js';
import { cuesPrefix, finalKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { type CueTask, requestVariant } from '../../domain/show-plan.js';
import type { Timing } from '../../domain/timing.js';
import { type Parameters, parseParameters } from '../../gallery/page/parameters.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';

export interface Adoption {
  /** Images that have a record now. */
  readonly adopted: number;
  /** Images whose PNG tells nothing of how they were made. */
  readonly silent: readonly { readonly cueId: string; readonly variantId: number }[];
}
