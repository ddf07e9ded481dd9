/**
 * Inspects what a show has left in the store, on the spool and on the server, and compares it with the expected objects: the
 * stand-in device computes numbers that are known in advance, to the byte.
 */
import { latentsToRgb, previewPreset } from '../../diffusion/index.js';
import { generationParameters } from '../../domain/generation-parameters.js';
import { isStored, takeInventory } from '../../domain/inventory.js';
import { cuesPrefix, finalKey, stepKey, timingKey } from '../../domain/object-keys.js';
import { planCues, requestVariant } from '../../domain/show-plan.js';
import { encodePng } from '../../engine/files/png.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { sampleCues, sampleShow } from '../workflows/samples.js';
import { latentsOf, MODEL, pictureOf } from './device-image.js';
import { type Edition, programOf } from './scenario.js';
import type { LifeStack } from './stack.js';

const requestsOf = (version: string, { cues, variants, queue }: Edition) =>
  planCues(sampleShow(version, variants, queue), sampleCues(cues, programOf), {
    showDirectory: '/show',
    images: {},
  }).flatMap((task) => Array.from({ length: variants }, (_, index) => requestVariant(task, index + 1)));

/** Number of variants of this edition that are completely stored. */
export async function wholeVariants(
  { store }: LifeStack,
  version: string,
  edition: Edition,
): Promise<number> {
  const prefix = cuesPrefix({ project: 'test', version });
  const inventory = await takeInventory(prefix, store.list(prefix));
  return requestsOf(version, edition).filter(({ cueId, variantId, settings }) =>
    isStored(inventory.get(cueId)?.get(variantId), settings.previews),
  ).length;
}

/** Keys of objects that are missing or have unexpected content. */
export async function wrongObjects(stack: LifeStack, version: string, edition: Edition): Promise<string[]> {
  const wrong: string[] = [];
  for (const request of requestsOf(version, edition))
    for (const [key, bytes] of await expectedObjects(request))
      if (!(await isAsExpected(stack, key, bytes))) wrong.push(key);
  return wrong;
}

async function isAsExpected({ store }: LifeStack, key: string, bytes: Buffer | undefined): Promise<boolean> {
  if ((await store.head(key)) === undefined) return false;
  return bytes === undefined || bytes.equals(await store.get(key));
}

/** Keys and contents of a variant's objects; undefined for the timing, whose content differs from run to run. */
async function expectedObjects(
  request: ReturnType<typeof requestVariant>,
): Promise<[string, Buffer | undefined][]> {
  const { seed, settings } = request;
  const parameters = generationParameters(request, {
    scheduler: MODEL.scheduler,
    modelDigest: MODEL.digest,
  });
  const final: [string, Buffer] = [finalKey(request), await encodePng(pictureOf(seed, settings), parameters)];
  if (!settings.previews) return [final];
  const steps = Array.from({ length: settings.steps }, async (_, index): Promise<[string, Buffer]> => {
    const latents = latentsOf(seed, index + 1, settings);
    const png = await encodePng(latentsToRgb(latents, previewPreset('sdxl')));
    return [stepKey(request, index + 1), png];
  });
  return [final, ...(await Promise.all(steps)), [timingKey(request), undefined]];
}

/** Ids of running workflows that begin with a prefix. */
export async function runningUnder({ client }: LifeStack, prefix: string): Promise<string[]> {
  return (await listWorkflowIds(client, 'ExecutionStatus = "Running"')).filter((id) => id.startsWith(prefix));
}

/** A line for each running workflow whose id begins with a prefix: length of its history, and its pending activities. */
export async function describeRunning(stack: LifeStack, prefix: string): Promise<string[]> {
  const ids = await runningUnder(stack, prefix);
  return Promise.all(
    ids.map(async (id) => {
      const { raw, historyLength } = await stack.client.workflow.getHandle(id).describe();
      const waiting = (raw.pendingActivities ?? []).map(
        ({ activityType, attempt, state, lastFailure }) =>
          `${activityType?.name} (state ${state}, attempt ${attempt}) ${lastFailure?.message ?? ''}`,
      );
      return `${id}: ${historyLength} events, ${raw.pendingChildren?.length ?? 0} children; ${waiting.join('; ')}`;
    }),
  );
}

/** Renditions of a version on the spool. */
export async function spooledOf(stack: LifeStack, version: string): Promise<string[]> {
  const spool = await stack.spool;
  const found: string[] = [];
  for (const id of await spool.renditions()) {
    const request = await spool.requestOf(id);
    const isOurs = typeof request === 'object' && request !== null && 'version' in request;
    if (isOurs && request.version === version) found.push(id);
  }
  return found;
}
