/**
 * The gallery's memory of decisions: a document is read again when a listing says that it may have changed, and what the gallery
 * itself has written is known at once.
 */
import pLimit from 'p-limit';
import { type CueDecisions, parseDecisions } from '../../domain/decisions.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';
import type { FoundDocument, FoundShow } from '../store-scan.js';

const CONCURRENT_READS = 8;
/**
 * Stores tell times in whole seconds and another verdict may be as long as the one before: a document that was changed lately is read
 * whatever the listing says. Generous, because the store has a clock of its own.
 */
const RECENTLY_MS = 60_000;

interface Known {
  readonly decisions: CueDecisions;
  /** Which state of the document this was; undefined for what was written here. */
  readonly found?: FoundDocument;
}

const NOTHING: CueDecisions = new Map();

export class DecisionsMemory {
  private readonly known = new Map<string, Known>();
  private readonly limit = pLimit(CONCURRENT_READS);

  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  of(show: ShowAddress, cueId: string): CueDecisions {
    return this.known.get(nameOf(show, cueId))?.decisions ?? NOTHING;
  }

  /** What the gallery has just written, or read on condition. */
  set(show: ShowAddress, cueId: string, decisions: CueDecisions): void {
    this.known.set(nameOf(show, cueId), { decisions });
  }

  /** Reads what may have changed since. A document that cannot be read leaves what was known. */
  async update(show: FoundShow, signal: AbortSignal): Promise<void> {
    const prefix = nameOf(show, '');
    for (const [name, { found }] of this.known)
      if (found !== undefined && name.startsWith(prefix) && !show.decided.has(name.slice(prefix.length)))
        this.known.delete(name);
    const reads = [...show.decided].filter(([cueId, found]) => this.mayDiffer(nameOf(show, cueId), found));
    await Promise.all(
      reads.map(([cueId, found]) => this.limit(() => this.read(nameOf(show, cueId), found, signal))),
    );
  }

  private mayDiffer(name: string, found: FoundDocument): boolean {
    const before = this.known.get(name)?.found;
    const isSame = before?.modifiedMs === found.modifiedMs && before.bytes === found.bytes;
    return !isSame || Date.now() - found.modifiedMs < RECENTLY_MS;
  }

  private async read(name: string, found: FoundDocument, signal: AbortSignal): Promise<void> {
    const before = this.known.get(name);
    try {
      const decisions = parseDecisions((await this.store.get(found.key, { signal })).toString('utf8'));
      // What was written here meanwhile is newer.
      if (this.known.get(name) === before) this.known.set(name, { decisions, found });
    } catch (error) {
      const isGone = error instanceof StoreError && error.kind === 'not-found';
      if (!isGone) this.onProblem(error);
    }
  }
}

const nameOf = ({ project, version }: ShowAddress, cueId: string): string => `${project}/${version}/${cueId}`;
