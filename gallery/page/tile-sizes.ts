/**
 * Sizes of tiles in the contact sheet and among the variants of a cue, which the browser remembers.
 */
import { recall, remember } from './base/remembered.js';
import { scale } from './base/scale.js';
import type { GridSize } from './grid/grid-content.js';

/** Edge in CSS pixels. With the smallest, a show with 50 variants a cue fits two screens in height; with the largest, details can be seen. */
export const SHEET_SIZES = { small: 76, medium: 120, large: 200 } as const;
export type SheetSize = keyof typeof SHEET_SIZES;
const HEADING_PIXELS = 92;

export const sheetGrid = (size: SheetSize): GridSize => {
  const edge = Math.round(SHEET_SIZES[size] * scale());
  return { cellWidth: edge, cellHeight: edge, headingHeight: Math.round(HEADING_PIXELS * scale()) };
};

export function sheetSize(): SheetSize {
  const size = recall('tile size');
  return typeof size === 'string' && Object.hasOwn(SHEET_SIZES, size) ? (size as SheetSize) : 'medium';
}

export const keepSheetSize = (size: SheetSize): void => remember('tile size', size);

/** Edges of the tiles of a cue, in CSS pixels; after the last comes one picture at a time, as large as the window. */
const CUE_SIZES = [76, 120, 200, 320, 480, 720] as const;
export const FULL_SIZE = CUE_SIZES.length;
const USUAL_CUE_SIZE = 2;

/** Columns and cell size of tiles that fill a window. @param aspect width divided by height */
export function wallGrid(
  size: number,
  window: { readonly width: number; readonly height: number },
  aspect: number,
): GridSize & { readonly columns: number } {
  const edge = CUE_SIZES[size];
  if (edge === undefined)
    return { columns: 1, cellWidth: window.width, cellHeight: Math.max(window.height, 1), headingHeight: 0 };
  const columns = Math.max(1, Math.round(window.width / (edge * scale())));
  const cellWidth = window.width / columns;
  return { columns, cellWidth, cellHeight: Math.max(Math.round(cellWidth / aspect), 1), headingHeight: 0 };
}

export const cueSizeName = (size: number): string =>
  size >= FULL_SIZE ? 'one picture fills the window' : `${CUE_SIZES[size] ?? ''} pixels`;

export function cueSize(): number {
  const size = recall('tile size of a cue');
  return typeof size === 'number' && Number.isInteger(size) && size >= 0 && size <= FULL_SIZE
    ? size
    : USUAL_CUE_SIZE;
}

export const keepCueSize = (size: number): void => remember('tile size of a cue', size);
