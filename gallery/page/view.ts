/**
 * What every view of the page gets and gives.
 */
import type { Deciding } from './review/deciding.js';
import type { GalleryApi } from './show/gallery-api.js';
import type { Route, ShowName, ShowRoute, VariantRef } from './show/route.js';
import type { Selection } from './show/selection.js';
import type { ShowData } from './show/show-data.js';

/** The open show and the ways to move about in it. */
export interface Context {
  readonly api: GalleryApi;
  readonly show: ShowName;
  readonly data: ShowData;
  readonly selection: Selection;
  readonly deciding: Deciding;
  /** Goes to another view; `replace` keeps the back button free of steps that nobody wants to go back to. */
  readonly go: (route: Route, options?: { readonly replace?: boolean }) => void;
  readonly place: Place;
}

/** Where one is in the show, from view to view. */
export interface Place {
  /** The variant that was reached last; undefined before the first. */
  at: VariantRef | undefined;
  /** The view with many variants that was seen last: where Escape leads from one of them. */
  overview: 'sheet' | 'cue';
  /** From where a comparison was opened. */
  comparedFrom: ShowRoute | undefined;
}

export interface View {
  readonly element: HTMLElement;
  /** The route or the data changed. Returns false if it cannot show this route: another view must be made. */
  show(route: Route): boolean;
  /** A key that no control took; returns whether it meant something here. */
  key(event: KeyboardEvent): boolean;
  /** The variant that keys act on. */
  current(): VariantRef | undefined;
  /** What is done to several at once is done to these: those that are selected here, or else the current one. */
  targets(): readonly VariantRef[];
  selectAll?(): void;
  close(): void;
}
