import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineError, withDeadline } from '../../storage/s3/deadline.js';
import { Slots } from '../../storage/slots.js';

describe('a deadline', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ends a request that nobody answers, and tells the request', async () => {
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

  it('gives a large body more time, and an answer time of its own', async () => {
    const megabytes = 3_000_000;
    let restart = (_: number) => {};
    const request = withDeadline(undefined, megabytes, (deadline) => {
      restart = (bytes) => deadline.restart(bytes);
      return new Promise((resolve) => setTimeout(() => resolve('done'), 100_000));
    });
    await vi.advanceTimersByTimeAsync(55_000);
    restart(megabytes);
    await vi.advanceTimersByTimeAsync(50_000);
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
  it('let in as many as there are, then one for each that leaves, in order', async () => {
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

  it('are freed by work that fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(undefined, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await slots.run(undefined, async () => 'in')).toBe('in');
  });
});
