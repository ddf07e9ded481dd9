/**
 * A contact sheet as lines (a cue's heading, or a row of its variants) and the lines as pages: however large the show,
 * no picture becomes larger than image viewers open gladly.
 */

/** What the sheet needs to know of a cue. */
export interface SheetCue {
  readonly cueId: string;
  readonly program: string;
  readonly prompt: string;
  readonly variants: number;
}

export type SheetLine =
  | { readonly kind: 'heading'; readonly cue: SheetCue }
  | { readonly kind: 'row'; readonly cue: SheetCue; readonly variantIds: readonly number[] };

export interface SheetShape {
  /** Variants side by side. */
  readonly columns: number;
  /** Edge of a tile in pixels, gap included. */
  readonly tile: number;
}

export const HEADING_PIXELS = 44;
/** Larger pictures are refused or scaled down by browsers and phones. */
export const MAX_PAGE_PIXELS = 8000;

export const lineHeight = (line: SheetLine, { tile }: SheetShape): number =>
  line.kind === 'heading' ? HEADING_PIXELS : tile;

/** The pages of the sheet; a heading is never the last line of one. */
export function sheetPages(cues: readonly SheetCue[], shape: SheetShape): SheetLine[][] {
  const pages: SheetLine[][] = [];
  let page: SheetLine[] = [];
  let height = 0;
  for (const line of cues.flatMap((cue) => linesOf(cue, shape))) {
    const needed = line.kind === 'heading' ? HEADING_PIXELS + shape.tile : shape.tile;
    if (page.length > 0 && height + needed > MAX_PAGE_PIXELS) {
      pages.push(page);
      page = [];
      height = 0;
    }
    page.push(line);
    height += lineHeight(line, shape);
  }
  return page.length === 0 ? pages : [...pages, page];
}

function linesOf(cue: SheetCue, { columns }: SheetShape): SheetLine[] {
  const rows = Array.from({ length: Math.ceil(cue.variants / columns) }, (_, row): SheetLine => {
    const first = row * columns + 1;
    const count = Math.min(columns, cue.variants - first + 1);
    return { kind: 'row', cue, variantIds: Array.from({ length: count }, (_, index) => first + index) };
  });
  return [{ kind: 'heading', cue }, ...rows];
}
