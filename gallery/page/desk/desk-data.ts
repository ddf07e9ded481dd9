/**
 * The status of the show, requested repeatedly while the desk is open. If a request fails, the last answer stays.
 */
import type { ShowDesk } from '../../show-desk.js';
import type { GalleryApi } from '../show/gallery-api.js';
import type { ShowName } from '../show/route.js';

/** A request to the gallery costs the Temporal server a dozen requests. */
const EVERY_MS = 2000;

export class DeskData {
  /** Undefined before the first answer. */
  desk: ShowDesk | undefined;
  /** Why the last request failed; undefined if it did not. */
  problem: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly api: GalleryApi,
    private readonly show: ShowName,
    private readonly onChange: () => void,
  ) {
    void this.keepReading();
  }

  async read(): Promise<void> {
    try {
      this.desk = await this.api.desk(this.show);
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    if (!this.closed) this.onChange();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async keepReading(): Promise<void> {
    if (!document.hidden) await this.read();
    if (!this.closed) this.timer = setTimeout(() => void this.keepReading(), EVERY_MS);
  }
}
