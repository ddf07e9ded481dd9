/**
 * Compares what a show should have with what its store holds. Streams: the listing, the plan and the objects pass
 * by; what is kept are counters, the first findings, and the numbers of the variants concerned.
 */
import { readDecisions, type ShowDecisions } from '../../bookkeeping/decisions.js';
import { findStale, type StaleVariants } from '../../bookkeeping/stale.js';
import { isRejected } from '../../domain/decisions.js';
import type { ModelDigests } from '../../domain/fingerprint.js';
import type { Inventory, StoredVariant } from '../../domain/inventory.js';
import { cuesPrefix } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import { describeReasons } from '../review/describe-review.js';
import { checkPair } from './check-variant.js';
import { expectedVariants } from './expected-variants.js';
import { type Finding, type FindingKind, isMendable } from './findings.js';
import { PatientReader } from './patient-reader.js';
import { inOrder, type Pair, sideBySide } from './side-by-side.js';
import { storedVariants } from './stored-variants.js';

/** Variants looked at side by side: hides a distant store's latency, and keeps a few decoded pictures in memory. */
const SIDE_BY_SIDE = 16;

/** Findings kept with their words: a few megabytes. Beyond it they are counted. */
const MAX_FINDINGS = 10_000;

/** The variants of a cue that have to be generated again. */
export interface ConcernedCue {
  readonly cueId: string;
  readonly variantIds: readonly number[];
  /** Of these: something is stored already. */
  readonly partial: readonly number[];
}

export interface AuditReport {
  readonly project: string;
  readonly version: string;
  readonly store: string;
  readonly variants: { readonly planned: number; readonly whole: number; readonly decoded: number };
  readonly objects: number;
  readonly found: number;
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  readonly findings: readonly Finding[];
  /** What generating again would mend. */
  readonly concerned: readonly ConcernedCue[];
}

export interface AuditOptions {
  /** Share of the variants, 0…1, of which every object is read and decoded. */
  readonly share: number;
  /** Of the models that are on this machine. */
  readonly modelDigests?: ModelDigests;
  /** Called for each variant that has been looked at. */
  readonly onProgress?: (progress: AuditProgress) => void;
}

export interface AuditProgress {
  readonly variants: number;
  readonly planned: number;
  readonly objects: number;
  readonly found: number;
}

/** Audits a show. Reads the store, changes nothing. */
export async function auditShow(loaded: LoadedShow, options: AuditOptions): Promise<AuditReport> {
  const { show, tasks } = loaded;
  return inStoreOf(loaded, async (store) => {
    const decisions = await readDecisions(store, show);
    const reader = new PatientReader(store);
    const root = cuesPrefix(show);
    const tally = new Tally(tasks);
    const isChosen = sampler(options.share);
    const pairs = sideBySide(expectedVariants(tasks, loaded), storedVariants(root, reader.list(root)));
    const checked = inOrder(pairs, SIDE_BY_SIDE, async (pair) => {
      const deep = pair.expected !== undefined && pair.stored !== undefined && isChosen();
      const findings = isUnwanted(pair, decisions) ? [] : await checkPair(pair, reader, deep);
      return { pair, deep, findings };
    });
    for await (const result of checked) {
      tally.add(result);
      options.onProgress?.(tally.progress());
    }
    const stored = { inventory: tally.inventory, decisions };
    tally.addStale(await findStale(store, show, tasks, stored, options.modelDigests));
    const { project, version } = show;
    return { project, version, store: store.description, ...tally.report() };
  });
}

/** Rejected, whatever is or is not there of it. */
const isUnwanted = ({ expected }: Pair, decisions: ShowDecisions): boolean =>
  expected !== undefined && isRejected(decisions.get(expected.task.cueId), expected.variantId);

/** Picks this share, evenly spread, from a random start: repeated audits see other variants. */
function sampler(share: number): () => boolean {
  let owed = share < 1 ? Math.random() : 0;
  return () => {
    owed += share;
    if (owed < 1) return false;
    owed -= 1;
    return true;
  };
}

const WHOLE: StoredVariant = { final: true, timing: true };

class Tally {
  readonly #planned: number;
  readonly #counts: Partial<Record<FindingKind, number>> = {};
  readonly #findings: Finding[] = [];
  readonly #stored = new Map<string, Map<number, StoredVariant>>();
  readonly #concerned = new Map<string, { variantIds: number[]; partial: number[] }>();
  #variants = 0;
  #whole = 0;
  #decoded = 0;
  #objects = 0;
  #found = 0;

  constructor(tasks: readonly CueTask[]) {
    this.#planned = tasks.reduce((sum, { variants }) => sum + variants, 0);
  }

  add({ pair, deep, findings }: { pair: Pair; deep: boolean; findings: readonly Finding[] }): void {
    this.#objects += pair.stored?.objects ?? 0;
    if (pair.expected !== undefined) this.#variants += 1;
    if (pair.expected !== undefined && findings.length === 0) this.#whole += 1;
    if (deep) this.#decoded += 1;
    for (const finding of findings) this.#note(finding);
    if (findings.some(isMendable)) this.#concern(pair);
    if (findings.length === 0 && pair.stored !== undefined) this.#keep(pair);
  }

  /** What is stored whole. */
  get inventory(): Inventory {
    return this.#stored;
  }

  addStale(stale: StaleVariants): void {
    for (const [cueId, variants] of stale)
      for (const [variantId, reasons] of variants)
        this.#note({ kind: 'stale', cueId, variantId, message: describeReasons(reasons) });
  }

  progress(): AuditProgress {
    return { variants: this.#variants, planned: this.#planned, objects: this.#objects, found: this.#found };
  }

  report(): Omit<AuditReport, 'project' | 'version' | 'store'> {
    return {
      variants: { planned: this.#planned, whole: this.#whole, decoded: this.#decoded },
      objects: this.#objects,
      found: this.#found,
      counts: this.#counts,
      findings: this.#findings,
      concerned: [...this.#concerned].map(([cueId, cue]) => ({ cueId, ...cue })),
    };
  }

  #keep({ expected }: Pair): void {
    if (expected === undefined) return;
    const { cueId } = expected.task;
    const cue = this.#stored.get(cueId) ?? new Map<number, StoredVariant>();
    this.#stored.set(cueId, cue.set(expected.variantId, WHOLE));
  }

  #note(finding: Finding): void {
    this.#found += 1;
    this.#counts[finding.kind] = (this.#counts[finding.kind] ?? 0) + 1;
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push(finding);
  }

  #concern({ expected, stored }: Pair): void {
    if (expected === undefined) return;
    const { cueId } = expected.task;
    const cue = this.#concerned.get(cueId) ?? { variantIds: [], partial: [] };
    this.#concerned.set(cueId, cue);
    cue.variantIds.push(expected.variantId);
    if (stored !== undefined) cue.partial.push(expected.variantId);
  }
}
