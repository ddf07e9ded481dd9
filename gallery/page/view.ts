/**
 * What every view of the page gets and gives.
 */

import type { GalleryApi } from './show/gallery-api.js';
import type { Marks } from './show/marks.js';
import type { Route, ShowName, VariantRef } from './show/route.js';
import type { ShowData } from './show/show-data.js';

/** The open show and the ways to move about in it. */
export interface Context {
  readonly api: GalleryApi;
  readonly show: ShowName;
  readonly data: ShowData;
  readonly marks: Marks;
  /** Goes to another view; `replace` keeps the back button free of steps that nobody wants to go back to. */
  readonly go: (route: Route, options?: { readonly replace?: boolean }) => void;
  readonly toggleMark: (variant: VariantRef) => void;
  readonly place: Place;
}

/** Where one is in the show, from view to view. */
export interface Place {
  /** The variant that was reached last; undefined before the first. */
  at: VariantRef | undefined;
}

export interface View {
  readonly element: HTMLElement;
  /** The route or the data changed. Returns false if it cannot show this route: another view must be made. */
  show(route: Route): boolean;
  /** A key that no control took; returns whether it meant something here. */
  key(event: KeyboardEvent): boolean;
  close(): void;
}
