/**
 * Compares the show at hand with the edition of it that is running. Another edition is refused with the difference,
 * because half a show by one cue sheet and half by another is hardly ever wanted.
 */
import type { ShowBundle } from '../../domain/show-bundle.js';
import { showDifferences } from '../../domain/show-difference.js';
import type { CueTask } from '../../domain/show-plan.js';
import { planCues } from '../../domain/show-plan.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import { CommandError } from '../terminal/describe-error.js';

/** Differences shown: enough to recognise a change, few enough for a screen. */
const MAX_LINES = 12;

/** What differs between the running edition (by the key of its bundle) and the show at hand, one line a difference. */
export async function differencesFromRunning(loaded: LoadedShow, bundleKey: string): Promise<string[]> {
  const running = await tasksOfBundle(loaded, bundleKey);
  return showDifferences(running, loaded.tasks).map(({ cueId, what }) => `${cueId}: ${what}`);
}

/** The refusal of another edition. */
export function otherEdition(workflowId: string, path: string, differences: readonly string[]): CommandError {
  const shown = differences.slice(0, MAX_LINES).map((line) => `  ${line}`);
  const more = differences.length - shown.length;
  const lines = [
    `${workflowId} is running from another edition of ${path}:`,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more differences`] : []),
    'Give the new edition a version of its own, wait until the running one is done, or say --accept-changes: ' +
      'cues in flight then end as they began, and what is stored already stays as it is.',
  ];
  return new CommandError(lines.join('\n'), { badUsage: true });
}

async function tasksOfBundle({ configuration }: LoadedShow, key: string): Promise<CueTask[]> {
  return inStoreOf({ configuration }, async (store) => {
    const bundle: ShowBundle = JSON.parse((await store.get(key)).toString('utf8'));
    return planCues(bundle.show, bundle.cues, bundle);
  });
}
