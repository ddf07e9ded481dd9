/**
 * The pictures that come next, loaded ahead within a budget of bytes, so that a network that is lost is not noticed for as long as
 * they last. Kept as they were sent, which takes a tenth of what they take decoded; decoded shortly before they are due.
 * One that does not come is black, and is asked for again.
 */

export interface LoadedFacts {
  readonly loaded: number;
  readonly bytes: number;
  readonly wanted: number;
  /** Addresses of wanted pictures that could not be loaded. */
  readonly missing: readonly string[];
}

interface Kept {
  readonly url: string;
  readonly bytes: number;
  image?: HTMLImageElement;
}

/** What browsers open to one host. */
const CONCURRENT_LOADS = 6;
/** A network that is back is noticed within seconds, and one that is gone is not flooded. */
const NETWORK_RETRY_MS = 3000;
/** What the server has not got may be put there. */
const MISSING_RETRY_MS = 30_000;
/** As many as a second of the fastest emergence shows. */
const DECODED = 16;

export class Pictures {
  private readonly kept = new Map<string, Kept>();
  private readonly loading = new Set<string>();
  /** Until when each is not asked for again. */
  private readonly failed = new Map<string, number>();
  private wanted: readonly string[] = [];
  private bytes = 0;
  private offlineUntil = 0;

  constructor(private readonly budgetBytes: number) {}

  /** The decoded picture, if it is there. */
  get(address: string): HTMLImageElement | undefined {
    const image = this.kept.get(address)?.image;
    return image?.complete === true && image.naturalWidth > 0 ? image : undefined;
  }

  /** From now on these are wanted, in this order; others are forgotten when there is no room. */
  want(addresses: readonly string[]): void {
    this.wanted = addresses;
    this.decodeNext();
    this.load();
  }

  get facts(): LoadedFacts {
    const loaded = this.wanted.filter((address) => this.kept.has(address)).length;
    const missing = this.wanted.filter((address) => this.failed.has(address) && !this.kept.has(address));
    return { loaded, bytes: this.bytes, wanted: this.wanted.length, missing };
  }

  /** The last request did not reach the server. */
  get offline(): boolean {
    return this.offlineUntil > 0;
  }

  private load(): void {
    if (performance.now() < this.offlineUntil) return;
    for (const address of this.wanted) {
      if (this.loading.size >= CONCURRENT_LOADS) return;
      if (this.kept.has(address) || this.loading.has(address) || this.isResting(address)) continue;
      if (!this.makeRoom(address)) return;
      this.loading.add(address);
      this.loadOne(address).then(
        () => this.loadedOne(address),
        () => this.networkIsGone(address),
      );
    }
  }

  private isResting(address: string): boolean {
    return performance.now() < (this.failed.get(address) ?? 0);
  }

  private async loadOne(address: string): Promise<void> {
    const answer = await fetch(address);
    this.offlineUntil = 0;
    if (answer.ok) this.keep(address, await answer.blob());
    else this.failed.set(address, performance.now() + MISSING_RETRY_MS);
  }

  private networkIsGone(address: string): void {
    this.loading.delete(address);
    this.offlineUntil = performance.now() + NETWORK_RETRY_MS;
    setTimeout(() => this.load(), NETWORK_RETRY_MS);
  }

  private loadedOne(address: string): void {
    this.loading.delete(address);
    this.load();
  }

  private keep(address: string, blob: Blob): void {
    this.failed.delete(address);
    this.kept.set(address, { url: URL.createObjectURL(blob), bytes: blob.size });
    this.bytes += blob.size;
    this.decodeNext();
  }

  /** Forgets what is not wanted, then what is wanted later than this; false if everything there is needed sooner. */
  private makeRoom(address: string): boolean {
    if (this.bytes < this.budgetBytes) return true;
    const order = new Map(this.wanted.map((wanted, index) => [wanted, index]));
    const limit = order.get(address) ?? Infinity;
    const candidates = [...this.kept.keys()]
      .map((kept) => ({ kept, at: order.get(kept) ?? Infinity }))
      .filter(({ at }) => at > limit)
      .sort((a, b) => b.at - a.at);
    while (this.bytes >= this.budgetBytes) {
      const last = candidates.shift();
      if (last === undefined) return false;
      this.forget(last.kept);
    }
    return true;
  }

  private forget(address: string): void {
    const picture = this.kept.get(address);
    if (picture === undefined) return;
    URL.revokeObjectURL(picture.url);
    this.bytes -= picture.bytes;
    this.kept.delete(address);
  }

  /** The nearest pictures stay decoded, the others are not. */
  private decodeNext(): void {
    const near = new Set(this.wanted.slice(0, DECODED));
    for (const [address, picture] of this.kept)
      if (!near.has(address)) delete picture.image;
      else if (picture.image === undefined) this.decode(address, picture);
  }

  private decode(address: string, picture: Kept): void {
    const image = new Image();
    picture.image = image;
    image.src = picture.url;
    image.decode().catch(() => {
      // Damaged: black, and fetched anew in case that it was replaced. What was forgotten meanwhile is not damaged.
      if (this.kept.get(address) !== picture) return;
      this.forget(address);
      this.failed.set(address, performance.now() + MISSING_RETRY_MS);
    });
  }
}
