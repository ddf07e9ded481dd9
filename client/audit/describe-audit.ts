/**
 * An audit in words.
 */
import { oneLine } from '../../domain/printable.js';
import type { AuditReport } from './audit-show.js';
import type { Finding } from './findings.js';
import type { Repair } from './repair-show.js';

/** As many lines as a person reads; `--json` has them all. */
const MAX_LINES = 50;

export function describeAudit(report: AuditReport, repair: Repair | undefined): string {
  const { project, version, store, variants, objects, found } = report;
  const decoded =
    variants.decoded > 0 ? `, ${variants.decoded} of them read and decoded to the last pixel` : '';
  return [
    `${project}/${version} in ${store}: ${variants.whole} of ${variants.planned} variants are whole${decoded}; ${objects} objects.`,
    ...(found === 0 ? ['No findings.'] : findingLines(report)),
    ...(repair === undefined ? [] : [`Started ${repair.workflowId}: it generates ${repair.variants} again.`]),
  ].join('\n');
}

function findingLines({ found, counts, findings }: AuditReport): string[] {
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const more = found - Math.min(findings.length, MAX_LINES);
  return [
    `${found} ${found === 1 ? 'finding' : 'findings'}: ${kinds.join(', ')}`,
    ...findings.slice(0, MAX_LINES).map(findingLine),
    ...(more > 0 ? [`  … and ${more} more; --json lists them`] : []),
  ];
}

function findingLine({ cueId, variantId, kind, message }: Finding): string {
  const variant = variantId === undefined ? '' : ` #${variantId}`;
  return oneLine(`  ${cueId}${variant}: ${kind}, ${message}`);
}
