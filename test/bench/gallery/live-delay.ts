/**
 * How far the picture of an image in flight is behind its device: each step's time is in the journal of the spool, and the page notes
 * when the picture of which step is loaded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { renditionIdOf } from '../../../activities/rendition-id.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../../domain/messages.js';
import type { RenditionRequest } from '../../../domain/rendition.js';
import { DEFAULT_RETRY_LIMITS } from '../../../domain/retry-limits.js';
import { variantStartOptions } from '../../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../../domain/task-queues.js';
import { startGallery } from '../../../gallery/gallery.js';
import { temporalWorkflows } from '../../../gallery/temporal-workflows.js';
import { openStore } from '../../../storage/open-store.js';
import { Spool } from '../../../storage/spool/spool.js';
import { startChromium } from '../../support/chromium.js';
import { CUES, SHOW, storeBundle } from '../../support/gallery-show.js';
import { requestOf } from '../engine/product.js';
import { DEMO_MODEL } from '../engine/workload.js';
import type { Subject } from '../frame/benchmark.js';
import { spreadOf } from '../frame/statistics.js';
import { type BenchStage, setBenchStage } from '../show/stage.js';
import { requireChromium } from './require-chromium.js';

/** Far more steps than the measurement takes: the image is cancelled, so its journal is still there. */
const WORKLOAD = {
  ...{ model: DEMO_MODEL, width: 256, height: 256, guidance: 3, steps: 900, threads: 1, images: 1 },
};
const WATCHED_MS = 12_000;

/** Step, and when its picture was seen, milliseconds since 1970. */
type Sight = readonly [number, number];

/** Notes each picture as soon as it is loaded, in the order in which they are seen. */
const NOTE_PICTURES = `
  window.sights = [];
  document.addEventListener('load', ({ target }) => {
    if (!target.matches?.('img.live')) return;
    window.sights.push([Number(new URL(target.src).searchParams.get('step')), Date.now()]);
  }, true);
`;

export async function liveDelay(): Promise<Subject> {
  const chromium = requireChromium();
  const stage = await setBenchStage({ realEngine: true });
  const store = openStore(stage.variables.PREGEN_STORE ?? '');
  await storeBundle(store);
  const gallery = await startGallery({
    ...{ store, port: 0, thumbnailFolder: `${stage.folder}/thumbnails` },
    workflows: temporalWorkflows(stage.environment.client, undefined),
  });
  const { browser, close } = await startChromium(chromium);
  return {
    async run(repetition) {
      const page = await browser.newPage();
      await page.addInitScript(NOTE_PICTURES);
      try {
        return await watch(stage, page, gallery.url, repetition + 1);
      } finally {
        await page.close();
      }
    },
    async close() {
      await close();
      await gallery.close();
      store.close();
      await stage.close();
    },
  };
}

async function watch(stage: BenchStage, page: Page, url: string, variantId: number) {
  const request = {
    ...requestOf(WORKLOAD, 'latent-rgb', variantId, 0),
    ...SHOW,
    cueId: CUES.lighthouse,
    variantId,
  };
  await page.goto(`${url}#/${SHOW.project}/${SHOW.version}/${CUES.lighthouse}/${variantId}`);
  const run = await start(stage, request);
  await page.waitForSelector('.stage img.live');
  await sleep(WATCHED_MS);
  const sights = await page.evaluate<Sight[]>('window.sights');
  const stepsAt = await stepTimes(stage, request);
  await run.cancel();
  await run.result().catch(() => {});
  const delays = spreadOf(delaysOf(stepsAt, sights));
  const lasted = ((stepsAt.at(-1) ?? 0) - (stepsAt[0] ?? 0)) / (stepsAt.length - 1);
  return { step: lasted / 1000, median: delays.median / 1000, most: delays.high / 1000 };
}

const start = ({ environment }: BenchStage, request: RenditionRequest) =>
  environment.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: DEFAULT_RETRY_LIMITS }],
  });

/** When each step was complete, milliseconds since 1970. */
async function stepTimes({ folder }: BenchStage, request: RenditionRequest): Promise<number[]> {
  const spool = await Spool.open(`${folder}/spool`, { budgetBytes: 2 ** 34 });
  const rendition = await spool.findRendition(renditionIdOf(request));
  return (rendition?.steps ?? []).map(({ at }) => Date.parse(at));
}

/** Of each step that was seen, or overtaken by a newer one that was; from the first picture on, when the page is following. */
function delaysOf(stepsAt: readonly number[], sights: readonly Sight[]): number[] {
  const firstSeen = sights[0]?.[0] ?? Number.POSITIVE_INFINITY;
  return stepsAt.flatMap((at, index) => {
    const step = index + 1;
    const sight = sights.find(([seen]) => seen >= step);
    return step < firstSeen || sight === undefined ? [] : [sight[1] - at];
  });
}
