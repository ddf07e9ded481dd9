/**
 * Which images belong to which cue of the sheet. The manifest says it; a program can be taken from another version, whose cues
 * have the same ids. Where manifest and sheet do not fit together, that is said, and the cue has no image.
 */
import type { Manifest, ManifestCue } from '../replay/manifest.js';
import type { Sheet, SheetCue } from './sheet.js';

/** The manifest's cue, and `project/version` of its images. */
export interface CueImages {
  readonly version: string;
  readonly cue: ManifestCue;
}

export interface ImagesOfSheet {
  /** By position in the sheet. */
  readonly byIndex: ReadonlyMap<number, CueImages>;
  readonly problems: readonly string[];
}

/** @param from manifests of other versions by program */
export function cueImages(
  { cues }: Sheet,
  manifest: Manifest,
  from: Readonly<Record<string, Manifest>> = {},
): ImagesOfSheet {
  const byIndex = new Map<number, CueImages>();
  const problems: string[] = [];
  const sheet = new Map(cues.map((cue) => [cue.index, cue]));
  for (const own of manifest.cues) {
    const source = from[own.program] ?? manifest;
    const cue = source.cues.find(({ cueId }) => cueId === own.cueId);
    const there = sheet.get(own.index);
    if (!isSame(there, own)) problems.push(differs(own));
    else byIndex.set(own.index, { version: versionOf(source), cue: cue ?? { ...own, variants: [] } });
    if (cue === undefined)
      problems.push(`${versionOf(source)} has no cue ${JSON.stringify(own.cueId)}: it is black.`);
  }
  return { byIndex, problems };
}

const isSame = (there: SheetCue | undefined, { action, time }: ManifestCue): boolean =>
  there !== undefined && there.action === action && (time === undefined || there.time === time);

const differs = ({ cueId, index }: ManifestCue): string =>
  `The images of cue ${JSON.stringify(cueId)} are not shown: cue ${index} of the cue sheet is another. The manifest belongs to another state of the sheet; "pregen manifest FILE" writes it anew.`;

export const versionOf = ({ project, version }: Manifest): string => `${project}/${version}`;
