/**
 * What the parts of a worker process say of themselves: its server, store, spool, devices, models. Whoever uses a part reports
 * its state here in one sentence; `/readyz`, the log and the metrics tell it. Nothing is decided by it.
 */

/** `starting`: nothing is known yet. `failing`: it cannot do its work now; the reason says why and what to do. */
export type HealthState = 'starting' | 'ready' | 'failing';

/** A kind of part, with a name where a process has several: `store`, `device cuda:1`, `model sdxl`. */
export type Part = PartKind | `${PartKind} ${string}`;
export type PartKind = 'server' | 'store' | 'spool' | 'device' | 'model';

export interface PartHealth {
  readonly part: Part;
  readonly state: HealthState;
  /** For people. */
  readonly reason?: string;
  /** ISO 8601 time since which it is in this state. */
  readonly since: string;
}

export interface HealthOptions {
  /** Without each of these the process is not ready; others may be reported beside them. */
  readonly parts: readonly Part[];
  readonly now?: () => Date;
}

export class Health {
  readonly #parts = new Map<Part, PartHealth>();
  readonly #now: () => Date;

  constructor({ parts, now = () => new Date() }: HealthOptions) {
    this.#now = now;
    for (const part of parts) this.report(part, 'starting');
  }

  /** @returns whether this is another state than before */
  report(part: Part, state: HealthState, reason?: string): boolean {
    const known = this.#parts.get(part);
    const changed = known?.state !== state;
    const since = known === undefined || changed ? this.#now().toISOString() : known.since;
    this.#parts.set(part, { part, state, since, ...(reason !== undefined && { reason }) });
    return changed;
  }

  /** A part that is no more, and says nothing about the process: a model that is not asked for any longer. */
  forget(part: Part): void {
    this.#parts.delete(part);
  }

  /** In the order in which they were named first. */
  get parts(): readonly PartHealth[] {
    return [...this.#parts.values()];
  }

  /** Every kind of part can do its work: of several devices, or models, one is enough. */
  get isReady(): boolean {
    const isOfReadyKind = ({ part }: PartHealth) =>
      this.parts.some((other) => kindOf(other.part) === kindOf(part) && other.state === 'ready');
    return this.parts.every(isOfReadyKind);
  }
}

const kindOf = (part: Part): string => part.split(' ', 1)[0] ?? part;

/** Of a device by its name; a machine's only one may have none. */
export const devicePart = ({ name }: { readonly name: string | undefined }): Part =>
  name === undefined ? 'device' : `device ${name}`;
