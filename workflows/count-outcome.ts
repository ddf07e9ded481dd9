/** Counts images by what became of them, once each: the SDK leaves replays out. */
import { metricMeter } from '@temporalio/workflow';
import type { VariantResult } from '../domain/progress.js';

export type CountedOutcome = VariantResult['status'] | 'failed' | 'cancelled';

const images = metricMeter.createCounter(
  'pregen_images',
  undefined,
  'Images by what became of them: stored, degraded, skipped, failed, cancelled',
);

export const countOutcome = (outcome: CountedOutcome): void => images.add(1, { outcome });
