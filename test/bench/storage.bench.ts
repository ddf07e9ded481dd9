import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pLimit from 'p-limit';
import { createUploadActivities } from '../../activities/upload/uploads.js';
import { PNG_CONTENT_TYPE } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { REMOTE_STORE_MS } from './engine/remote-store.js';
import type { Benchmark, Comparison, Figures, Scale, Subject } from './frame/benchmark.js';
import { manifestOfLargeShows } from './storage/large-manifest.js';
import { bareObjects, type SpooledImages, spooledImages } from './storage/spooled-images.js';
import { folderTarget, s3Target, type TargetStore } from './storage/target-stores.js';

const PREVIEWS = 40;
/** SDXL on an H100: 28 steps of 45 ms and the decoding. */
const IMAGES_PER_SECOND = 0.7;
/** As `workers/roles/uploader.ts` has it. */
const CONCURRENT_UPLOADS = 16;

const benchmark: Benchmark = {
  question:
    'How fast are images stored, beside the same client in a bare loop, does it keep up with a device, and how soon does a manifest name them?',
  comparisons: (scale) => [
    throughput('a folder', folderTarget, scale),
    throughput('S3 here', () => s3Target(0), scale),
    throughput(`S3, ${REMOTE_STORE_MS} ms away`, () => s3Target(REMOTE_STORE_MS), scale),
    backlog(scale),
    manifestOfLargeShows(scale),
  ],
};
export default benchmark;

type Opener = (folder: string) => Promise<TargetStore>;

/** Throughput of whole images: previews and final image, from the spool. */
function throughput(name: string, open: Opener, scale: Scale): Comparison {
  const images = scale.pick(8, 3);
  return {
    title: `${images} images with ${PREVIEWS} previews each, into ${name}`,
    figures: { seconds: 's an image', object: 'ms an object' },
    baseline: 'put in a loop',
    repetitions: scale.pick(5, 2),
    subjects: {
      'put in a loop': () =>
        subject(open, images, async ({ references, previews }, { store }) => {
          const objects = references.flatMap((reference) => bareObjects(reference, previews));
          await Promise.all(
            objects.map(([key, body]) => store.put(key, body, { contentType: PNG_CONTENT_TYPE })),
          );
          return undefined;
        }),
      uploader: () =>
        subject(open, images, async (spooled, target) => {
          await Promise.all(spooled.references.map(uploader(spooled, target).both));
          return undefined;
        }),
    },
  };
}

/** Images arrive at the device's pace; the uploader's backlog tells whether it keeps up. */
function backlog(scale: Scale): Comparison {
  const images = scale.pick(21, 5);
  return {
    title: `${images} images at ${IMAGES_PER_SECOND} a second with ${PREVIEWS} previews each, into S3, ${REMOTE_STORE_MS} ms away`,
    figures: { behind: 'images being uploaded, at most', worst: 's from finished to stored, at most' },
    repetitions: 1,
    warmUps: 0,
    subjects: {
      uploader: () =>
        subject(
          () => s3Target(REMOTE_STORE_MS),
          images,
          async (spooled, target) => {
            const { both } = uploader(spooled, target);
            let [inHand, behind, worst] = [0, 0, 0];
            const store = async (reference: RenditionReference) => {
              const startMs = performance.now();
              behind = Math.max(behind, ++inHand);
              await both(reference);
              inHand--;
              worst = Math.max(worst, (performance.now() - startMs) / 1000);
            };
            const stored: Promise<void>[] = [];
            for (const reference of spooled.references) {
              stored.push(store(reference));
              await sleep(1000 / IMAGES_PER_SECOND);
            }
            await Promise.all(stored);
            return { behind, worst };
          },
        ),
    },
  };
}

/** The uploader's activities, with the concurrency of its worker. */
function uploader({ spool }: SpooledImages, { store }: TargetStore) {
  const activities = createUploadActivities({ spool, store });
  const slots = pLimit(CONCURRENT_UPLOADS);
  const run = (
    activity: (reference: RenditionReference) => Promise<unknown>,
    reference: RenditionReference,
  ) =>
    slots(() => {
      const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
      return environment.run(activity, reference);
    });
  return {
    both: (reference: RenditionReference) =>
      Promise.all([run(activities.uploadFinal, reference), run(activities.uploadPreviews, reference)]),
  };
}

async function subject(
  open: Opener,
  images: number,
  work: (spooled: SpooledImages, target: TargetStore) => Promise<Figures | undefined>,
): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const target = await open(folder);
  const spooled = await spooledImages(folder, images, PREVIEWS);
  const objects = images * (PREVIEWS + 1);
  let best = 0;
  return {
    notes: () => (best > 0 ? [`${Math.round(best)} objects a second at best`] : []),
    async run() {
      const startMs = performance.now();
      const more = await work(spooled, target);
      const seconds = (performance.now() - startMs) / 1000;
      if (more === undefined) best = Math.max(best, objects / seconds);
      return { seconds: seconds / images, object: (1000 * seconds) / objects, ...more };
    },
    async close() {
      await target.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
