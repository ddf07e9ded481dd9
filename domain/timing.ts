/**
 * `timing.json`: how long each denoising step really took, in whole milliseconds, so that a front-end can
 * replay an image at the pace at which it happened.
 */

/** The document as stored: steps in order, then `final`. */
export interface Timing {
  readonly stepDurations: Readonly<Record<string, number>>;
}

/**
 * Composes the document from measured durations.
 *
 * @param stepDurationsMs duration of step k at index k-1, fractional milliseconds
 * @param finalDurationMs from the last step to decoded pixels
 * @param storedSteps steps whose preview is stored; the duration of any other is added to the next key, so the
 *   pace stays true and no missing image is named
 *
 * Rounding is cumulative (each boundary is rounded, not each duration), so the durations add up to the rounded total.
 */
export function composeTiming(
  stepDurationsMs: readonly number[],
  finalDurationMs: number,
  storedSteps: ReadonlySet<number>,
): Timing {
  const stepDurations: Record<string, number> = {};
  let elapsedMs = 0;
  let lastBoundaryMs = 0;
  const close = (key: string) => {
    stepDurations[key] = Math.round(elapsedMs) - lastBoundaryMs;
    lastBoundaryMs = Math.round(elapsedMs);
  };
  stepDurationsMs.forEach((durationMs, index) => {
    elapsedMs += durationMs;
    if (storedSteps.has(index + 1)) close(String(index + 1));
  });
  elapsedMs += finalDurationMs;
  close('final');
  return { stepDurations };
}

/** The document's bytes, newline at the end. JSON objects list integer-like keys in ascending order, then `final`. */
export function serializeTiming(timing: Timing): string {
  return `${JSON.stringify(timing)}\n`;
}

/** The durations of a stored document, that of the final image last; undefined if it is damaged. */
export function readDurations(text: string): number[] | undefined {
  try {
    const { stepDurations }: Partial<Timing> = JSON.parse(text);
    const durations = Object.values(stepDurations ?? {});
    const isSound = durations.length > 0 && durations.every((milliseconds) => Number.isFinite(milliseconds));
    return isSound ? durations : undefined;
  } catch {
    return undefined;
  }
}
