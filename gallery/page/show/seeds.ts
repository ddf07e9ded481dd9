/**
 * The seeds of a cue's images, asked for when somebody filters by them, and again when its images change.
 */
import type { CueDetails, CueEntry } from '../../show-index.js';

interface Read {
  /** The entry that they were read for. */
  readonly cue: CueEntry;
  /** By variant; undefined while they are being read. */
  seeds: ReadonlyMap<number, number> | undefined;
}

export class Seeds {
  private readonly byCue = new Map<string, Read>();

  constructor(
    private readonly read: (cueId: string) => Promise<CueDetails>,
    private readonly onChange: () => void,
  ) {}

  /** By variant; undefined as long as nothing has been read. A cue that cannot be read has no seeds. */
  of(cue: CueEntry): ReadonlyMap<number, number> | undefined {
    const known = this.byCue.get(cue.cueId);
    if (known?.cue === cue) return known.seeds;
    const reading: Read = { cue, seeds: known?.seeds };
    this.byCue.set(cue.cueId, reading);
    void this.fill(reading);
    return reading.seeds;
  }

  private async fill(reading: Read): Promise<void> {
    const details = await this.read(reading.cue.cueId).catch(() => ({ seeds: [] }));
    reading.seeds = new Map(details.seeds);
    this.onChange();
  }
}
