/**
 * `pregen show audit FILE --adopt`: gives images of an earlier version the record that they lack. Their PNG tells what they were
 * made from, their timing how long it took. What neither tells (source picture, preview style, the model's options) stays unknown
 * and is no reason to call an image stale.
 */
import pLimit from 'p-limit';
import sharp from 'sharp';
import { listRecords, writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf, UNKNOWN, withParts } from '../../domain/fingerprint.js';
import { type EngineFacts, generationParameters } from '../../domain/generation-parameters.js';
import type { ImageRecord } from '../../domain/image-record.js';
import { isStored, takeInventory } from '../../domain/inventory.js';
import { cuesPrefix, finalKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { type CueTask, requestVariant } from '../../domain/show-plan.js';
import { readDurations } from '../../domain/timing.js';
import { type Parameters, parseParameters } from '../../gallery/parameters.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { LoadedShow } from '../load/load-show.js';

export interface Adoption {
  /** Images that have a record now. */
  readonly adopted: number;
  /** Images whose PNG tells nothing of how they were made. */
  readonly silent: readonly { readonly cueId: string; readonly variantId: number }[];
}

const CONCURRENT_READS = 8;

/** What of an image nobody else can tell does not matter: only its words are compared. */
const ANY_ENGINE: EngineFacts = { scheduler: '', modelDigest: '' };

/** Writes the missing records. Reads every image that has none. */
export async function adoptRecords(
  { show, tasks }: Pick<LoadedShow, 'show' | 'tasks'>,
  store: ObjectStore,
): Promise<Adoption> {
  const recorded = new Set<string>();
  for await (const { cueId, variantId } of listRecords(store, show, undefined))
    recorded.add(`${cueId}/${variantId}`);
  const inventory = await takeInventory(cuesPrefix(show), store.list(cuesPrefix(show)));
  const limit = pLimit(CONCURRENT_READS);
  const images = tasks.flatMap((task) =>
    [...(inventory.get(task.cueId) ?? [])]
      .filter(([id, stored]) => id <= task.variants && isStored(stored, task.settings.previews))
      .filter(([id]) => !recorded.has(`${task.cueId}/${id}`))
      .map(([variantId]) => limit(() => adoptImage(store, task, variantId))),
  );
  const adopted = await Promise.all(images);
  return {
    adopted: adopted.filter((silent) => silent === undefined).length,
    silent: adopted.filter((silent) => silent !== undefined),
  };
}

/** Returns the image's name if it tells nothing. */
async function adoptImage(
  store: ObjectStore,
  task: CueTask,
  variantId: number,
): Promise<Adoption['silent'][number] | undefined> {
  const { project, version, cueId } = task;
  const address = { project, version, cueId, variantId };
  const parameters = await parametersOf(await store.get(finalKey(address)));
  const seed = Number(settingOf(parameters, 'Seed') ?? Number.NaN);
  if (parameters === undefined || !(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED))
    return { cueId, variantId };
  const timing = task.settings.previews ? await timingOf(store, address) : { previews: 0, durationMs: 0 };
  const fingerprint = fingerprintFrom(parameters, requestVariant(task, variantId, seed));
  await writeRecord(store, address, { seed, fingerprint, ...timing }, {});
  return undefined;
}

async function parametersOf(png: Buffer): Promise<Parameters | undefined> {
  const { comments = [] } = await sharp(png).metadata();
  const text = comments.find(({ keyword }) => keyword === 'parameters')?.text;
  return text === undefined ? undefined : parseParameters(text);
}

const settingOf = (parameters: Parameters | undefined, name: string): string | undefined =>
  parameters?.settings.find(([known]) => known === name)?.[1];

/** Words that read as those which the show asks for are those: a PNG keeps them on one line. */
function fingerprintFrom(parameters: Parameters, asked: RenditionRequest): string {
  const askedWords = parseParameters(generationParameters(asked, ANY_ENGINE));
  const setting = (name: string) => settingOf(parameters, name) ?? '';
  const isSame = (words: 'prompt' | 'negativePrompt') => parameters[words] === askedWords[words];
  const strength = setting('Denoising strength');
  return withParts(fingerprintOf(asked.settings), {
    ...(isSame('prompt') ? {} : { prompt: parameters.prompt }),
    ...(isSame('negativePrompt') ? {} : { 'negative prompt': parameters.negativePrompt }),
    size: setting('Size'),
    steps: setting('Steps'),
    guidance: setting('CFG scale'),
    strength,
    'long prompts': setting('Long prompts'),
    'prompt syntax': setting('Prompt syntax'),
    LoRAs: setting('LoRAs'),
    model: setting('Model hash') || UNKNOWN,
    'source picture': strength === '' ? '' : UNKNOWN,
    ...{ scheduler: UNKNOWN, 'model options': UNKNOWN, 'model directory': UNKNOWN, 'preview style': UNKNOWN },
  });
}

async function timingOf(
  store: ObjectStore,
  address: VariantAddress,
): Promise<Pick<ImageRecord, 'previews' | 'durationMs'>> {
  // A damaged one is the audit's affair; front-ends show the image at once.
  const durations = readDurations((await store.get(timingKey(address))).toString('utf8')) ?? [0];
  return { previews: durations.length - 1, durationMs: durations.reduce((sum, ms) => sum + ms, 0) };
}
