/**
 * The gallery's cache of decisions: a document is read again when a listing shows that it may have changed; what the gallery
 * itself has written is in the cache at once.
 */
import pLimit from 'p-limit';
import { type CueDecisions, parseDecisions } from '../../domain/decisions.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';
import type { FoundDocument, FoundShow } from '../store-scan.js';

const CONCURRENT_READS = 8;
/**
 * Stores give times in whole seconds, and another verdict may be as long as the one before: a document that was changed lately is
 * always read again. A minute, because the store's clock may differ from this machine's.
 */
const RECENTLY_MS = 60_000;

interface Known {
  readonly decisions: CueDecisions;
  /** The document in the listing; undefined for decisions that this gallery has written. */
  readonly found?: FoundDocument;
}

const NOTHING: CueDecisions = new Map();

export class DecisionsCache {
  private readonly known = new Map<string, Known>();
  private readonly limit = pLimit(CONCURRENT_READS);

  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  of(show: ShowAddress, cueId: string): CueDecisions {
    return this.known.get(nameOf(show, cueId))?.decisions ?? NOTHING;
  }

  /** Takes over what the gallery has just written or read. */
  set(show: ShowAddress, cueId: string, decisions: CueDecisions): void {
    this.known.set(nameOf(show, cueId), { decisions });
  }

  /** Reads the documents that may have changed. For one that cannot be read, the known decisions stay. */
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
      // Decisions that this gallery has written meanwhile are newer.
      if (this.known.get(name) === before) this.known.set(name, { decisions, found });
    } catch (error) {
      const isGone = error instanceof StoreError && error.kind === 'not-found';
      if (!isGone) this.onProblem(error);
    }
  }
}

const nameOf = ({ project, version }: ShowAddress, cueId: string): string => `${project}/${version}/${cueId}`;
