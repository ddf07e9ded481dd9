/** The window is dealt to the pages in flight, older ones first, and no slot twice, whatever is on its way between them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PageOrders } from '../../domain/messages.js';
import { PageQueue } from '../../workflows/page-queue.js';
import { dealWindow, isNews, type PageShare, slotsHeld } from '../../workflows/window-shares.js';

test('the oldest page gets what it can use, the next what is left', () => {
  const report = { revision: 0, slots: 3, wants: 3 };
  expect(dealWindow(16, [{ granted: 16, revision: 0, report }])).toEqual({ grants: [3], free: 13 });
  expect(
    dealWindow(16, [
      { granted: 16, revision: 0, report },
      { granted: 4, revision: 1 },
    ]),
  ).toEqual({
    grants: [3, 13],
    free: 0,
  });
});

test('a slot is free only when the page has let go of it under its latest orders', () => {
  const early = { granted: 8, revision: 2, report: { revision: 1, slots: 2, wants: 2 } };
  expect(dealWindow(8, [early]).free).toBe(0);
  expect(dealWindow(8, [{ ...early, revision: 1 }]).free).toBe(6);
});

test('a smaller window takes from the youngest pages first', () => {
  const pages = [
    { granted: 4, revision: 0 },
    { granted: 4, revision: 0 },
  ];
  expect(dealWindow(5, pages)).toEqual({ grants: [4, 1], free: 0 });
  expect(dealWindow(2, pages)).toEqual({ grants: [2, 0], free: 0 });
});

/** A page beside its show: what each has told the other is delivered when the test says so. */
class SimulatedPage {
  readonly queue: PageQueue;
  granted: number;
  revision = 0;
  report: PageShare['report'];
  #told: PageShare['report'];
  readonly #toPage: PageOrders[] = [];
  readonly #toShow: NonNullable<PageShare['report']>[] = [];

  constructor(page: number, cues: number, variants: number, window: number) {
    this.granted = window;
    this.queue = new PageQueue(ordersOf(0, window, []));
    for (let cue = 0; cue < cues; cue++)
      for (let variantId = 1; variantId <= variants; variantId++)
        this.queue.add([{ cueId: `cue_${page}_${cue}`, variantId }]);
    this.work();
  }

  get share(): PageShare {
    return {
      granted: this.granted,
      revision: this.revision,
      ...(this.report && { report: this.report }),
    };
  }

  order(window: number, pausedCues: readonly string[], changed: boolean): void {
    if (window === slotsHeld(this.share) && !changed) return;
    this.granted = window;
    this.revision += 1;
    this.#toPage.push(ordersOf(this.revision, window, pausedCues));
  }

  /** Only the latest state is told, as soon as the message before has arrived. */
  deliverOrders(): void {
    const latest = this.#toPage.pop();
    this.#toPage.length = 0;
    if (latest !== undefined) this.queue.obey(latest);
    this.work();
  }

  deliverReport(): void {
    this.report = this.#toShow.pop() ?? this.report;
    this.#toShow.length = 0;
  }

  end(index: number): void {
    const inFlight = this.queue.inFlight;
    const name = inFlight[index % Math.max(1, inFlight.length)];
    if (name !== undefined) this.queue.end(name);
    this.work();
  }

  work(): void {
    while (this.queue.begin() !== undefined);
    const { slots, wants, orders } = this.queue;
    const share = {
      granted: orders.window,
      revision: orders.revision,
      ...(this.#told && { report: this.#told }),
    };
    if (!isNews(slots, wants, share)) return;
    this.queue.release();
    this.#told = { revision: orders.revision, slots: this.queue.slots, wants: this.queue.wants };
    this.#toShow.push(this.#told);
  }

  /** One that somebody else ran comes back. */
  takeBack(variantId: number): void {
    this.queue.add([{ cueId: 'elsewhere', variantId: 100 + variantId }]);
    this.work();
  }
}

const ordersOf = (revision: number, window: number, pausedCues: readonly string[]): PageOrders => ({
  ...{ revision, window, stop: false, pausedCues, cancelled: [] },
});

const ACTIONS = [
  'orders',
  'report',
  'end',
  'deal',
  'pause',
  'resume',
  'return',
  'end',
  'deal',
  'report',
] as const;

test('however messages are delayed, cues paused and resumed: never more in flight than the window, and all is done in the end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(
        fc.record({
          action: fc.constantFrom(...ACTIONS),
          page: fc.nat(4),
          which: fc.nat(9),
        }),
        { minLength: 60, maxLength: 200 },
      ),
      (window, steps) => {
        const pages: SimulatedPage[] = [];
        const paused = new Set<string>();
        const deal = (changed = false) => {
          const open = pages.filter(({ queue }) => queue.wants > 0 || queue.notBegun > 0);
          const { grants, free } = dealWindow(
            window,
            open.map(({ share }) => share),
          );
          for (const [index, page] of open.entries()) page.order(grants[index] ?? 0, [...paused], changed);
          if (free > 0 && pages.length < 5) pages.push(new SimulatedPage(pages.length, 2, 3, free));
        };
        const check = () => {
          const inFlight = pages.reduce((sum, { queue }) => sum + queue.inFlight.length, 0);
          expect(inFlight).toBeLessThanOrEqual(window);
        };
        deal();
        for (const { action, page: number, which } of steps) {
          const page = pages[number % pages.length];
          if (action === 'orders') page?.deliverOrders();
          if (action === 'report') page?.deliverReport();
          if (action === 'end') page?.end(which);
          if (action === 'deal') deal();
          if (action === 'return' && (page?.queue.wants ?? 0) > 0) page?.takeBack(which);
          const cue = `cue_${number % pages.length}_${which % 2}`;
          if (action === 'pause') paused.add(cue);
          if (action === 'resume') paused.delete(cue);
          if (action === 'pause' || action === 'resume') deal(true);
          check();
        }
        paused.clear();
        deal(true);
        for (let round = 0; round < 150; round++) {
          for (const page of pages) {
            page.deliverOrders();
            page.deliverReport();
            page.end(round);
            check();
          }
          deal();
          check();
        }
        expect(pages).toHaveLength(5);
        expect(pages.map(({ queue }) => queue.wants + queue.notBegun)).toEqual([0, 0, 0, 0, 0]);
      },
    ),
    { numRuns: 150 },
  );
});
