/**
 * Draws one page of a contact sheet from thumbnails; a variant that is missing or damaged leaves its number and a
 * dash.
 */
import type { ShowAddress } from '../../domain/object-keys.js';
import { finalKey } from '../../domain/object-keys.js';
import { DamagedImageError, type Thumbnails } from '../../gallery/thumbnails.js';
import { StoreError } from '../../storage/object-store.js';
import { cut } from '../terminal/table.js';
import { type Picture, renderCanvas, type Words } from './canvas.js';
import { lineHeight, type SheetLine, type SheetShape } from './sheet-pages.js';

const MARGIN = 16;
const GAP = 6;
const MUTED = '#9a978f';
/** Pixels that a character of the heading takes, about. */
const CHARACTER_PIXELS = 8;

export interface SheetSource {
  readonly show: ShowAddress;
  readonly thumbnails: Thumbnails;
  /** Tells one content of an image from another, by key; undefined for images that are not stored. */
  readonly stampOf: (key: string) => string | undefined;
}

/** Renders to PNG bytes. */
export async function renderSheetPage(
  lines: readonly SheetLine[],
  shape: SheetShape,
  source: SheetSource,
): Promise<Buffer> {
  const width = MARGIN * 2 + shape.columns * shape.tile;
  let top = MARGIN;
  const words: Words[] = [];
  const pictures: Promise<Picture | undefined>[] = [];
  for (const line of lines) {
    if (line.kind === 'heading') words.push(...headingWords(line, top, width));
    else
      line.variantIds.forEach((variantId, column) => {
        const place = { left: MARGIN + column * shape.tile, top, size: shape.tile - GAP };
        words.push({
          ...place,
          left: place.left + 4,
          top: top + 18,
          text: `${variantId} –`,
          size: 12,
          color: MUTED,
        });
        pictures.push(
          pictureOf(finalKey({ ...source.show, cueId: line.cue.cueId, variantId }), place, source),
        );
      });
    top += lineHeight(line, shape);
  }
  const found = (await Promise.all(pictures)).filter((picture) => picture !== undefined);
  return renderCanvas({ width, height: top + MARGIN, pictures: found, words: uncovered(words, found) });
}

function headingWords({ cue }: Extract<SheetLine, { kind: 'heading' }>, top: number, width: number): Words[] {
  const characters = Math.floor((width - 2 * MARGIN) / CHARACTER_PIXELS);
  return [
    { left: MARGIN, top: top + 18, text: cut(cue.prompt, characters), size: 14 },
    { left: MARGIN, top: top + 35, text: `${cue.program} · ${cue.cueId}`, size: 12, color: MUTED },
  ];
}

async function pictureOf(
  key: string,
  place: Omit<Picture, 'png'>,
  { thumbnails, stampOf }: SheetSource,
): Promise<Picture | undefined> {
  const stamp = stampOf(key);
  if (stamp === undefined) return undefined;
  try {
    return { ...place, png: await thumbnails.get(key, stamp) };
  } catch (error) {
    const gone = error instanceof StoreError && error.kind === 'not-found';
    if (gone || error instanceof DamagedImageError) return undefined;
    throw error;
  }
}

/** Texts are drawn over pictures; a number with a dash is for where there is none. */
function uncovered(words: readonly Words[], pictures: readonly Picture[]): Words[] {
  const covered = new Set(pictures.map(({ left, top }) => `${left + 4}/${top + 18}`));
  return words.filter(({ left, top }) => !covered.has(`${left}/${top}`));
}
