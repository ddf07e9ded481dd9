/**
 * `pregen show audit FILE`: is everything there that should be, and nothing else? Exit code 1 as soon as it is not,
 * repaired or not: only the next audit can say that a repair has helped.
 */
import { type Adoption, adoptRecords } from '../audit/adopt-records.js';
import { openAuditDisplay } from '../audit/audit-progress.js';
import { type AuditReport, auditShow } from '../audit/audit-show.js';
import { describeAudit } from '../audit/describe-audit.js';
import { type Repair, refuseRunning, repairShow } from '../audit/repair-show.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { digestModels } from '../load/model-digests.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { countCut, cutLines, measurePrompts } from '../plan/cut-prompts.js';
import { withTemporal } from '../temporal/connect.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

export interface ShowAuditOptions {
  /** Share of the variants, 0…1, that are read and decoded. */
  readonly share: number;
  readonly repair?: boolean;
  readonly adopt?: boolean;
  readonly remoteModels?: boolean;
}

export async function showAudit(file: string, options: ShowAuditOptions, output: Output): Promise<ExitCode> {
  const loaded = await loadShow(file);
  const { share, repair, remoteModels } = options;
  if (repair !== true || remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  if (options.adopt === true)
    noteAdoption(await inStoreOf(loaded, (store) => adoptRecords(loaded, store)), output);
  const cutPrompts = countCut(await measurePrompts(loaded));
  if (repair !== true) return report({ found: await audit(loaded, share, output), cutPrompts }, output);
  return withTemporal(async (session) => {
    await refuseRunning(session, loaded);
    const found = await audit(loaded, share, output);
    return report({ found, cutPrompts, repair: await repairShow(session, loaded, found) }, output);
  });
}

/** As many names as a line has room for. */
const MAX_NAMES = 10;

function noteAdoption({ adopted, silent }: Adoption, output: Output): void {
  output.note(`${adopted} images of an earlier version have a record now.`);
  if (silent.length === 0) return;
  const names = silent.slice(0, MAX_NAMES).map(({ cueId, variantId }) => `${cueId} #${variantId}`);
  const more = silent.length > MAX_NAMES ? ', …' : '';
  output.note(`${silent.length} tell nothing of how they were made: ${names.join(', ')}${more}`);
}

async function audit(loaded: LoadedShow, share: number, output: Output): Promise<AuditReport> {
  const display = openAuditDisplay(output);
  try {
    const modelDigests = await digestModels(loaded, output);
    return await auditShow(loaded, {
      share,
      modelDigests,
      onProgress: (progress) => display.update(progress),
    });
  } finally {
    display.stop();
  }
}

interface AuditResult {
  readonly found: AuditReport;
  /** Cues whose prompts are longer than their model reads: no finding, since no new image mends it. */
  readonly cutPrompts: number;
  readonly repair?: Repair | undefined;
}

function report({ found, cutPrompts, repair }: AuditResult, output: Output): ExitCode {
  const words = [describeAudit(found, repair), ...cutLines(cutPrompts)];
  output.result({ ...found, cutPrompts, ...(repair && { repair }) }, words.join('\n'));
  return found.found > 0 ? EXIT.failed : EXIT.done;
}
