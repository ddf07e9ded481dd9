/**
 * The interface of the page's views, and the context that they get.
 */
import type { Deciding } from './review/deciding.js';
import type { GalleryApi } from './show/gallery-api.js';
import type { Route, ShowName, ShowRoute, VariantRef } from './show/route.js';
import type { Selection } from './show/selection.js';
import type { ShowData } from './show/show-data.js';

/** The open show, and how to navigate in it. */
export interface Context {
  readonly api: GalleryApi;
  readonly show: ShowName;
  readonly data: ShowData;
  readonly selection: Selection;
  readonly deciding: Deciding;
  /** Opens another route; with `replace`, the browser's back button skips the present one. */
  readonly go: (route: Route, options?: { readonly replace?: boolean }) => void;
  readonly place: Place;
}

/** The position in the show, kept from view to view. */
export interface Place {
  /** The variant that was reached last; undefined before the first. */
  at: VariantRef | undefined;
  /** The last view with many variants: Escape in a single variant leads back to it. */
  overview: 'sheet' | 'cue';
  /** The route from which a comparison was opened. */
  comparedFrom: ShowRoute | undefined;
}

export interface View {
  readonly element: HTMLElement;
  /** Called when the route or the data have changed. Returns false if this view cannot show the route: another one must be made. */
  show(route: Route): boolean;
  /** Called with a key that no control has handled; returns whether the view handled it. */
  key(event: KeyboardEvent): boolean;
  /** The variant that keys are about. */
  current(): VariantRef | undefined;
  /** The variants that actions are about: the selected ones in this view; without a selection, the current one. */
  targets(): readonly VariantRef[];
  selectAll?(): void;
  close(): void;
}
