/**
 * Everything a run needs from the laptop it was started on, as one document in the store: the show file, its
 * image-producing cues and where the programs' pictures lie. Scheduled runs depend on nothing else.
 */
import type { ImageCue } from './cue-sheet.js';
import type { KnownModels } from './iterations.js';
import { bookkeepingPrefix } from './object-keys.js';
import type { ShowFile } from './show-file.js';
import type { ShowContext } from './show-plan.js';

/** What is known of the models is from when the bundle was made. */
export interface ShowBundle extends ShowContext, KnownModels {
  readonly show: ShowFile;
  readonly cues: readonly ImageCue[];
}

type ShowAddress = Parameters<typeof bookkeepingPrefix>[0];

/** Key of a bundle with this SHA-256 (hex) of its bytes. */
export const bundleKey = (show: ShowAddress, sha256: string): string =>
  `${bookkeepingPrefix(show)}bundles/${sha256}.json`;

/** Key of a program's picture with this SHA-256 (hex) of its bytes. */
export const sourceImageKey = (show: ShowAddress, sha256: string): string =>
  `${bookkeepingPrefix(show)}images/${sha256}`;

/** Key of page `page` (from 0) of the plan with this id. */
export const planPageKey = (show: ShowAddress, planId: string, page: number): string =>
  `${bookkeepingPrefix(show)}plans/${planId}/${page}.json`;
