/**
 * One picture of a whole small show: every variant of every cue under its prompt, and below, how one image emerged,
 * preview by preview, with the durations that were measured. Made from the store alone.
 */
import { finalKey } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { cut } from '../terminal/table.js';
import { type Picture, renderCanvas, type Words } from './canvas.js';
import { layOutStrip, readEmergence } from './preview-strip.js';

const THUMBNAIL = 128;
const GAP = 6;
const MARGIN = 24;
/** Room for program and prompt above a row of thumbnails. */
const CAPTION = 44;
const COLUMNS = 2;
/** Characters of prompt that fit above four thumbnails. */
const PROMPT_CHARACTERS = 68;
const MUTED = '#9a978f';

interface Block {
  readonly pictures: readonly Picture[];
  readonly words: readonly Words[];
}

/** Renders the contact sheet of these cues, as far as their images are stored. */
export async function renderContactSheet(
  title: string,
  tasks: readonly CueTask[],
  store: ObjectStore,
): Promise<Buffer> {
  const widest = Math.max(...tasks.map(({ variants }) => variants));
  const blockWidth = widest * (THUMBNAIL + GAP) + MARGIN;
  const blockHeight = THUMBNAIL + CAPTION + MARGIN / 2;
  const top = MARGIN * 2.5;
  const cues = await Promise.all(
    tasks.map((task, index) => {
      const left = MARGIN + (index % COLUMNS) * blockWidth;
      return layOutCue(task, store, left, top + Math.floor(index / COLUMNS) * blockHeight);
    }),
  );
  const width = MARGIN + COLUMNS * blockWidth;
  const stripTop = top + Math.ceil(tasks.length / COLUMNS) * blockHeight + MARGIN;
  const emergence = await readEmergence(tasks, store);
  const strip = emergence && layOutStrip(emergence, MARGIN, stripTop, width - 2 * MARGIN);
  const heading = { pictures: [], words: [{ left: MARGIN, top: MARGIN * 1.6, text: title, size: 22 }] };
  const blocks: Block[] = [heading, ...cues, ...(strip ? [strip] : [])];
  return renderCanvas({
    width,
    height: Math.ceil(stripTop + (strip?.height ?? 0) + MARGIN),
    pictures: blocks.flatMap(({ pictures }) => pictures),
    words: blocks.flatMap(({ words }) => words),
  });
}

async function layOutCue(task: CueTask, store: ObjectStore, left: number, top: number): Promise<Block> {
  const { program, prompt, strength } = task.settings;
  const how = strength === undefined ? program : `${program}, strength ${strength}`;
  const pictures: Picture[] = [];
  const numbers: Words[] = [];
  for (let variantId = 1; variantId <= task.variants; variantId++) {
    const key = finalKey({ ...task, variantId });
    if ((await store.head(key)) === undefined) continue;
    const png = await store.get(key);
    pictures.push({
      left: left + (variantId - 1) * (THUMBNAIL + GAP),
      top: top + CAPTION,
      size: THUMBNAIL,
      png,
    });
    numbers.push(numberOf(variantId, left + (variantId - 1) * (THUMBNAIL + GAP), top + CAPTION + THUMBNAIL));
  }
  return {
    pictures,
    words: [
      { left, top: top + 16, text: cut(prompt, PROMPT_CHARACTERS), size: 14 },
      { left, top: top + 34, text: `${how} · ${task.cueId}`, size: 12, color: MUTED },
      ...numbers,
    ],
  };
}

/** In the lower left corner of a picture whose bottom is there. */
const numberOf = (variantId: number, left: number, bottom: number): Words => ({
  left: left + 6,
  top: bottom - 6,
  text: String(variantId),
  size: 12,
  label: true,
});
