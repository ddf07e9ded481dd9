/**
 * The seeds of a show's images, requested when people filter by seed: those of the whole show in one request, from its records, and
 * those of a single cue when its images have changed, or are older than records.
 */
import type { CueDetails, CueEntry, ShowSeeds } from '../../show-index.js';

/** By variant. */
type SeedsOfCue = ReadonlyMap<number, number>;

interface Read {
  /** The entry of the index that the seeds were read for. */
  readonly cue: CueEntry;
  /** Undefined until the first answer. */
  seeds: SeedsOfCue | undefined;
}

/** Reads seeds. */
export interface SeedSource {
  readonly ofShow: () => Promise<ShowSeeds>;
  readonly ofCue: (cueId: string) => Promise<CueDetails>;
  /** The cues in the present index. */
  readonly cues: () => readonly CueEntry[];
}

export class Seeds {
  private readonly byCue = new Map<string, Read>();
  private show: 'unread' | 'reading' | 'read' = 'unread';

  constructor(
    private readonly source: SeedSource,
    private readonly onChange: () => void,
  ) {}

  /** Undefined until they have been read. A cue whose seeds cannot be read has none. */
  of(cue: CueEntry): SeedsOfCue | undefined {
    if (this.show === 'unread') void this.fillShow();
    const known = this.byCue.get(cue.cueId);
    if (known?.cue === cue || this.show !== 'read') return known?.seeds;
    const reading: Read = { cue, seeds: known?.seeds };
    this.byCue.set(cue.cueId, reading);
    void this.fillCue(reading);
    return reading.seeds;
  }

  /** Called when the index was read anew: the next request reads the seeds of the whole show again. */
  outdated(): void {
    this.show = 'unread';
  }

  private async fillShow(): Promise<void> {
    this.show = 'reading';
    const cues = this.source.cues();
    const { cues: told } = await this.source.ofShow().catch(() => ({ cues: [] }));
    const byCue = new Map(told);
    for (const cue of cues) {
      const seeds = new Map(byCue.get(cue.cueId));
      if (isWhole(cue, seeds)) this.byCue.set(cue.cueId, { cue, seeds });
    }
    this.show = 'read';
    this.onChange();
  }

  private async fillCue(reading: Read): Promise<void> {
    const details = await this.source.ofCue(reading.cue.cueId).catch(() => ({ seeds: [] }));
    reading.seeds = new Map(details.seeds);
    this.onChange();
  }
}

/** Whether the seed of each image of the cue is known. */
const isWhole = ({ variants }: CueEntry, seeds: SeedsOfCue): boolean =>
  variants.every(([id, , stamp]) => stamp === '' || seeds.has(id));
