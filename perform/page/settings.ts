/**
 * `performance.json` beside the page: where the show lies and how it is performed. Written by the server or the export; an address
 * may set a little more, for rehearsals.
 */

export interface PageSettings {
  /** Address of the show's manifest, cue sheet and images, ending in a slash; relative to the page. */
  readonly show: string;
  /** Addresses of other versions by program. */
  readonly from?: Readonly<Record<string, string>>;
  /** Performed again and again, with so many milliseconds between. */
  readonly pauseMs?: number;
  readonly seed?: number;
  /** Bytes of pictures that may be held in memory. */
  readonly budgetBytes: number;
}

/** What the part of the address behind `#` says: `#cue=prompt_3_00_00_10` rehearses from a cue. */
export function cueOfAddress(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('cue') ?? undefined;
}
