/**
 * The seeds of a show's images, asked for when somebody filters by them: those of the whole show at once, as its records tell them,
 * and those of a cue again when its images change, or where images are older than records.
 */
import type { CueDetails, CueEntry, ShowSeeds } from '../../show-index.js';

/** By variant. */
type SeedsOfCue = ReadonlyMap<number, number>;

interface Read {
  /** The entry that they were read for. */
  readonly cue: CueEntry;
  /** Undefined while they are being read for the first time. */
  seeds: SeedsOfCue | undefined;
}

/** Where seeds are read. */
export interface SeedSource {
  readonly ofShow: () => Promise<ShowSeeds>;
  readonly ofCue: (cueId: string) => Promise<CueDetails>;
  /** The cues as they are known now. */
  readonly cues: () => readonly CueEntry[];
}

export class Seeds {
  private readonly byCue = new Map<string, Read>();
  private show: 'unread' | 'reading' | 'read' = 'unread';

  constructor(
    private readonly source: SeedSource,
    private readonly onChange: () => void,
  ) {}

  /** Undefined as long as nothing has been read. A cue that cannot be read has no seeds. */
  of(cue: CueEntry): SeedsOfCue | undefined {
    if (this.show === 'unread') void this.fillShow();
    const known = this.byCue.get(cue.cueId);
    if (known?.cue === cue || this.show !== 'read') return known?.seeds;
    const reading: Read = { cue, seeds: known?.seeds };
    this.byCue.set(cue.cueId, reading);
    void this.fillCue(reading);
    return reading.seeds;
  }

  /** The whole show has been read anew: its seeds are, too, when they are asked for. */
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

/** Whether each image of the cue has its seed. */
const isWhole = ({ variants }: CueEntry, seeds: SeedsOfCue): boolean =>
  variants.every(([id, , stamp]) => stamp === '' || seeds.has(id));
