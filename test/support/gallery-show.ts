/**
 * A small show for the gallery's tests, with images drawn by sharp instead of a model: every state of a variant, and hostile
 * texts in the cue sheet.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf } from '../../domain/fingerprint.js';
import { given } from '../../domain/given.js';
import { finalKey, stepKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import { bundleKey } from '../../domain/show-bundle.js';
import { composeTiming, serializeTiming } from '../../domain/timing.js';
import { readShowTasks } from '../../gallery/review/show-tasks.js';
import type { ObjectStore } from '../../storage/object-store.js';

export const SHOW = { project: 'gala', version: 'v1' };
export const STEPS = 6;
export const VARIANTS = 4;
/** Durations of steps: realistic, uneven, and quick to replay. */
export const STEP_MS = [180, 60, 90, 60, 120, 60];
export const FINAL_MS = 130;
export const TOTAL_MS = 700;

/** Runs code if it is ever interpreted as markup. */
export const HOSTILE_PROMPT =
  '<script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked = 2">"\'> javascript:alert(1)';

export const CUES = {
  words: 'transcript_0_00_00_05',
  lighthouse: 'prompt_1_00_00_10',
  hostile: 'prompt_2_00_00_20',
  odd: `odd & "quoted" <b onclick=globalThis.hacked=3> #?%41;ü`,
  slider: 'slider_4_00_01_00_val50',
} as const;

const PROGRAMS: Record<string, { previews: boolean; image?: string }> = {
  P0: { previews: false },
  P3B: { previews: true },
  P2: { previews: true, image: 'painting.png' },
};

const CUE_LIST = [
  { index: 0, action: 'transcript', cueId: CUES.words, program: 'P0', prompt: 'the sea was calm that night' },
  {
    index: 1,
    action: 'prompt',
    cueId: CUES.lighthouse,
    program: 'P3B',
    prompt: 'a lighthouse by the sea at night',
  },
  { index: 2, action: 'prompt', cueId: CUES.hostile, program: 'P3B', prompt: HOSTILE_PROMPT },
  { index: 3, action: 'prompt', cueId: CUES.odd, program: 'P3B', prompt: 'an odd name' },
  {
    index: 4,
    action: 'move-slider',
    cueId: CUES.slider,
    program: 'P2',
    strength: 0.5,
    prompt: 'a crowd in a field',
  },
];

/** Name of a cue in the gallery. */
export const promptOf = (cueId: string): string =>
  CUE_LIST.find((cue) => cue.cueId === cueId)?.prompt ?? cueId;

/** Facts of the cues, as from a show file. */
export const FACTS = new Map(
  CUE_LIST.map(({ cueId, index, action, program, prompt }) => [
    cueId,
    { index, action, program, prompt, previews: PROGRAMS[program]?.previews === true, planned: VARIANTS },
  ]),
);

/** Variants with missing or damaged objects; the others are complete. */
export const FLAWS = {
  degraded: { cueId: CUES.lighthouse, variantId: 2, missingStep: 3 },
  damagedFinal: { cueId: CUES.lighthouse, variantId: 3 },
  missing: { cueId: CUES.lighthouse, variantId: 4 },
  damagedPreview: { cueId: CUES.slider, variantId: 1, step: 2 },
  lostPreview: { cueId: CUES.slider, variantId: 3, step: 4 },
  incomplete: { cueId: CUES.slider, variantId: 2 },
} as const;

/** Fills a store with the show. */
export async function storeShow(store: ObjectStore): Promise<void> {
  await storeBundle(store);
  for (const [column, cue] of CUE_LIST.entries()) {
    for (let variantId = 1; variantId <= VARIANTS; variantId += 1) {
      if (cue.cueId === FLAWS.missing.cueId && variantId === FLAWS.missing.variantId) continue;
      await storeVariant(
        store,
        { cueId: cue.cueId, variantId },
        column,
        PROGRAMS[cue.program]?.previews === true,
      );
    }
  }
  await spoil(store);
}

/** Stores a complete variant: previews, then the final image, then the timing. */
export async function storeVariant(
  store: ObjectStore,
  { cueId, variantId }: { cueId: string; variantId: number },
  column: number,
  previews: boolean,
): Promise<void> {
  const address = { ...SHOW, cueId, variantId };
  const kept = previews ? keptSteps(address) : [];
  for (const step of kept)
    await putPng(store, stepKey(address, step), await paint(16, column, variantId, step / STEPS));
  const final = withText(await paint(96, column, variantId, 1), 'parameters', parametersOf(cueId, variantId));
  await putPng(store, finalKey(address), final);
  if (previews) {
    const timing = serializeTiming(composeTiming(STEP_MS, FINAL_MS, new Set(kept)));
    await store.put(timingKey(address), Buffer.from(timing), { contentType: 'application/json' });
  }
}

/** Writes the record of a stored image or take; with `prompt`, as made from another prompt than the show has now. */
export async function recordImage(
  store: ObjectStore,
  { cueId, variantId, take }: { cueId: string; variantId: number; take?: number },
  { prompt, seed = 1000 + variantId }: { prompt?: string; seed?: number } = {},
): Promise<void> {
  const settings = readShowTasks(bundleJson()).byCue.get(cueId)?.settings;
  if (settings === undefined) throw new Error(`the small show has no cue ${cueId}`);
  const fingerprint = fingerprintOf({ ...settings, ...given({ prompt }) });
  const record = {
    seed: take ?? seed,
    fingerprint,
    previews: settings.previews ? STEPS : 0,
    durationMs: TOTAL_MS,
  };
  await writeRecord(store, { ...SHOW, cueId, variantId, ...given({ take }) }, record, {});
}

function keptSteps({ cueId, variantId }: VariantAddress): number[] {
  const steps = Array.from({ length: STEPS }, (_, index) => index + 1);
  const { degraded } = FLAWS;
  const isDegraded = cueId === degraded.cueId && variantId === degraded.variantId;
  return isDegraded ? steps.filter((step) => step !== degraded.missingStep) : steps;
}

async function spoil(store: ObjectStore): Promise<void> {
  const at = (flaw: { cueId: string; variantId: number }) => ({
    ...SHOW,
    cueId: flaw.cueId,
    variantId: flaw.variantId,
  });
  await putPng(store, finalKey(at(FLAWS.damagedFinal)), Buffer.from('this is no image'));
  const preview = stepKey(at(FLAWS.damagedPreview), FLAWS.damagedPreview.step);
  await putPng(store, preview, (await store.get(preview)).subarray(0, 40));
  await store.delete(stepKey(at(FLAWS.lostPreview), FLAWS.lostPreview.step));
  await store.delete(timingKey(at(FLAWS.incomplete)));
}

function bundleJson(): string {
  const programs = Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, program]) => [
      name,
      { model: 'tiny', steps: STEPS, guidance: 4, width: 96, height: 96, ...program },
    ]),
  );
  const show = {
    ...SHOW,
    cues: 'cues.json',
    models: { tiny: { path: 'tiny', executionProviders: ['cpu'], previews: 'latent-rgb' } },
    programs,
    variants: { transcript: VARIANTS, prompt: VARIANTS, 'move-slider': VARIANTS },
  };
  const images = { P2: { key: 'gala/v1/pregen/images/painting', sha256: 'f'.repeat(64) } };
  return JSON.stringify({ show, cues: CUE_LIST, images, families: {}, showDirectory: '.' });
}

/** Stores the show's bundle, as starting the show does. */
export async function storeBundle(store: ObjectStore): Promise<void> {
  const json = Buffer.from(bundleJson());
  const sha256 = createHash('sha256').update(json).digest('hex');
  await store.put(bundleKey(SHOW, sha256), json, { contentType: 'application/json' });
}

/** A picture of a step: noise that turns into a disc on a plain ground, in colours of its cue. */
export async function paint(
  pixels: number,
  column: number,
  variantId: number,
  progress: number,
): Promise<Buffer> {
  const hue = (column * 67 + variantId * 13) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="${pixels}" height="${pixels}">
    <rect width="96" height="96" fill="hsl(${hue} 40% 22%)"/><rect y="60" width="96" height="36" fill="hsl(${hue + 40} 35% 34%)"/>
    <circle cx="${24 + variantId * 10}" cy="${30 + column * 3}" r="16" fill="hsl(${hue + 160} 70% 62%)"/></svg>`;
  const noise = await sharp({
    create: {
      width: pixels,
      height: pixels,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 70 },
    },
  })
    .ensureAlpha(1 - progress)
    .png()
    .toBuffer();
  return sharp(Buffer.from(svg))
    .composite([{ input: noise }])
    .removeAlpha()
    .png()
    .toBuffer();
}

const putPng = (store: ObjectStore, key: string, body: Buffer): Promise<void> =>
  store.put(key, body, { contentType: 'image/png' });

const parametersOf = (cueId: string, variantId: number): string =>
  `${CUE_LIST.find((cue) => cue.cueId === cueId)?.prompt}\nNegative prompt: <b>blurry</b>, grey\nSteps: ${STEPS}, Sampler: FlowMatchEulerDiscreteScheduler, CFG scale: 4, Seed: ${1000 + variantId}, Size: 96x96, Model hash: 0123456789, Model: tiny`;

/** Puts a UTF-8 text chunk (iTXt) after the header of a PNG. */
function withText(png: Buffer, keyword: string, text: string): Buffer {
  const data = Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]);
  const body = Buffer.concat([Buffer.from('iTXt'), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
}
