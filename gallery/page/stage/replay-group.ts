/**
 * Several replays on one clock: they begin together, and the longest one leads. A shorter one stays at its final image until the leader
 * ends.
 */
import type { Replay } from '../../../replay/index.js';

export class ReplayGroup {
  private readonly leader: Replay<HTMLImageElement> | undefined;

  constructor(readonly replays: readonly Replay<HTMLImageElement>[]) {
    this.leader = replays.reduce<Replay<HTMLImageElement> | undefined>(
      (longest, replay) =>
        longest !== undefined && longest.durationMs >= replay.durationMs ? longest : replay,
      undefined,
    );
  }

  get timed(): boolean {
    return this.leader?.timeline.timed === true;
  }

  get durationMs(): number {
    return this.leader?.durationMs ?? 0;
  }

  get positionMs(): number {
    return Math.min(this.leader?.positionMs ?? 0, this.durationMs);
  }

  get playing(): boolean {
    return this.leader?.playing === true;
  }

  play(): void {
    if (this.playing) return;
    const from = this.positionMs >= this.durationMs ? 0 : this.positionMs;
    this.each((replay) => {
      replay.seek(from);
      playFrom(replay, from);
    });
  }

  pause(): void {
    this.each((replay) => replay.pause());
  }

  seek(positionMs: number): void {
    const { playing } = this;
    this.each((replay) => {
      replay.seek(positionMs);
      if (playing) playFrom(replay, positionMs);
    });
  }

  setSpeed(speed: number): void {
    this.each((replay) => {
      replay.speed = speed;
    });
  }

  setLoop(loop: boolean): void {
    if (this.leader !== undefined) this.leader.loop = loop;
  }

  /** Called when a replay has ended: the others begin again with the leader. Returns whether the replay is the leader. */
  ended(replay: Replay<HTMLImageElement>): boolean {
    if (replay !== this.leader) return false;
    if (replay.playing)
      this.each((other) => {
        if (other === replay) return;
        other.seek(0);
        playFrom(other, 0);
      });
    return true;
  }

  private each(act: (replay: Replay<HTMLImageElement>) => void): void {
    for (const replay of this.replays) act(replay);
  }
}

/** Plays from a position; a replay that is shorter shows its final image. */
function playFrom(replay: Replay<HTMLImageElement>, positionMs: number): void {
  if (replay.timeline.timed && positionMs < replay.durationMs) replay.play();
  else replay.pause();
}
