/** Manifests in the product's format, and a source that serves them; a picture is represented by its address. */
import type { Manifest, ManifestCue } from '../../replay/manifest.js';
import type { Source } from '../../replay/replay.js';

export const BASE = 'https://images.example/show/v1/';

/** A cue with these variants, two previews each. */
export const cueOf = (cueId: string, variants: readonly number[], previews = 2): ManifestCue => ({
  ...{ cueId, index: 0, time: '0:00:10', action: 'prompt', program: 'P3', prompt: 'a lighthouse' },
  ...{ width: 64, height: 64 },
  variants: variants.map((variant) => ({ variant, previews, durationMs: 1000 })),
});

export const manifestWith = (...cues: readonly ManifestCue[]): Manifest => ({
  ...{ format: 1, project: 'show', version: 'v1', writtenAt: '2026-01-01T00:00:00.000Z' },
  cues,
});

/** A source that calls `manifest` for each request of `manifest.json`, and records requests for other objects, all of which exist. */
export function sourceOf(manifest: () => unknown): { source: Source<string>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    source: {
      json: async (url) => {
        if (url.includes('manifest.json')) return manifest();
        asked.push(url);
        return { stepDurations: { 1: 10, 2: 10, final: 10 } };
      },
      picture: async (url) => {
        asked.push(url);
        return url;
      },
    },
  };
}
