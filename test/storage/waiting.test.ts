import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineError, withDeadline } from '../../storage/s3/deadline.js';
import { AdaptiveSlots, Slots } from '../../storage/slots.js';

describe('a deadline', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('aborts a request without an answer', async () => {
    let told: AbortSignal | undefined;
    const request = withDeadline(undefined, 0, ({ signal }) => {
      told = signal;
      return new Promise(() => {});
    });
    const ended = expect(request).rejects.toBeInstanceOf(DeadlineError);
    await vi.runAllTimersAsync();
    await ended;
    expect(told?.aborted).toBe(true);
  });

  it('gives a large body more time, and the answer a limit of its own', async () => {
    const megabytes = 3_000_000;
    let restart = (_: number) => {};
    const request = withDeadline(undefined, megabytes, (deadline) => {
      restart = (bytes) => deadline.restart(bytes);
      return new Promise((resolve) => setTimeout(() => resolve('done'), 350_000));
    });
    await vi.advanceTimersByTimeAsync(190_000);
    restart(megabytes);
    await vi.advanceTimersByTimeAsync(170_000);
    await expect(request).resolves.toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes on what the request returned or threw, and leaves no timer or listener', async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    await expect(withDeadline(controller.signal, 0, async () => 'value')).resolves.toBe('value');
    await expect(
      withDeadline(controller.signal, 0, () => Promise.reject(new Error('refused'))),
    ).rejects.toThrow('refused');
    expect(removed).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('slots', () => {
  it('run as many tasks as there are slots, and the next in order when one ends', async () => {
    const slots = new Slots(2);
    const leave: (() => void)[] = [];
    const entered: number[] = [];
    const runs = [0, 1, 2, 3].map((guest) =>
      slots.run(undefined, () => {
        entered.push(guest);
        return new Promise<void>((resolve) => leave.push(resolve));
      }),
    );
    await vi.waitFor(() => expect(entered).toEqual([0, 1]));
    leave[1]?.();
    await vi.waitFor(() => expect(entered).toEqual([0, 1, 2]));
    leave[0]?.();
    leave[2]?.();
    await vi.waitFor(() => expect(entered).toEqual([0, 1, 2, 3]));
    leave[3]?.();
    await Promise.all(runs);
  });

  it('are freed by tasks that fail', async () => {
    const slots = new Slots(1);
    await expect(slots.run(undefined, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await slots.run(undefined, async () => 'in')).toBe('in');
  });
});

describe('adaptive slots', () => {
  /** Starts tasks that never end; `inside` is the number of tasks that run. */
  const crowd = (slots: Slots) => {
    const guests = { inside: 0 };
    for (let guest = 0; guest < 100; guest++)
      void slots.run(undefined, () => {
        guests.inside += 1;
        return new Promise(() => {});
      });
    return guests;
  };

  it('are halved when the server is overloaded, down to a minimum', async () => {
    const once = new AdaptiveSlots(2, 24);
    const often = new AdaptiveSlots(2, 24);
    once.overloaded();
    for (let time = 0; time < 10; time++) often.overloaded();
    const crowds = [crowd(once), crowd(often)];
    await vi.waitFor(() => expect(crowds).toEqual([{ inside: 12 }, { inside: 2 }]));
  });

  it('become one more after a round of successes, up to a maximum, and run the next waiting task', async () => {
    const slots = new AdaptiveSlots(2, 4);
    slots.overloaded();
    const guests = crowd(slots);
    for (let success = 0; success < 2; success++) slots.succeeded();
    await vi.waitFor(() => expect(guests.inside).toBe(3));
    for (let success = 0; success < 100; success++) slots.succeeded();
    await vi.waitFor(() => expect(guests.inside).toBe(4));
  });
});
