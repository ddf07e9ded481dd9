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
  const tiles: Promise<Tile>[] = [];
  for (const line of lines) {
    if (line.kind === 'heading') words.push(...headingWords(line, top, width));
    else
      line.variantIds.forEach((variantId, column) => {
        const place = { left: MARGIN + column * shape.tile, top, size: shape.tile - GAP };
        const key = finalKey({ ...source.show, cueId: line.cue.cueId, variantId });
        tiles.push(tileOf(key, variantId, place, source));
      });
    top += lineHeight(line, shape);
  }
  const done = await Promise.all(tiles);
  const pictures = done.flatMap(({ picture }) => picture ?? []);
  const numbers = done.map(({ number }) => number);
  return renderCanvas({ width, height: top + MARGIN, pictures, words: [...words, ...numbers] });
}

interface Tile {
  readonly picture: Picture | undefined;
  readonly number: Words;
}

/** A picture with its number in the lower left corner. */
async function tileOf(
  key: string,
  variantId: number,
  place: Omit<Picture, 'png'>,
  source: SheetSource,
): Promise<Tile> {
  const picture = await pictureOf(key, place, source);
  const at = { left: place.left + 6, top: place.top + place.size - 6, size: 12 };
  const number =
    picture === undefined
      ? { ...at, text: `${variantId} –`, color: MUTED }
      : { ...at, text: String(variantId), label: true };
  return { picture, number };
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
