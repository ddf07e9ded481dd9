/** How many images a GPU worker asks for, by the state of its devices. */
import { expect, test } from 'vitest';
import { GpuSlots } from '../../workers/roles/gpu-slots.js';

const HEALTHY = { capacity: (perDevice: number) => perDevice, lookAgainMs: undefined };
const never = new AbortController().signal;

/** Whether a slot is given at once. */
async function isFree(slots: GpuSlots): Promise<boolean> {
  const permit = slots.tryReserveSlot();
  if (permit !== null) slots.releaseSlot();
  return permit !== null;
}

test('a healthy device has as many slots as it was given, and a released one is given again', async () => {
  const slots = new GpuSlots(2, HEALTHY);
  await slots.reserveSlot({}, never);
  await slots.reserveSlot({}, never);
  expect(await isFree(slots)).toBe(false);
  const third = slots.reserveSlot({}, never);
  slots.releaseSlot();
  await third;
  expect(await isFree(slots)).toBe(false);
});

test('while devices are suspended there are fewer slots, and the rest are given after their pause', async () => {
  let capacity = 0;
  const slots = new GpuSlots(2, { capacity: () => capacity, lookAgainMs: 5 });
  expect(await isFree(slots)).toBe(false);
  const reserved = slots.reserveSlot({}, never);
  capacity = 1;
  await reserved;
  expect(await isFree(slots)).toBe(false);
});

test('a slot that the SDK does not want any more is given up with the reason of the SDK, which logs other errors', async () => {
  const slots = new GpuSlots(1, HEALTHY);
  await slots.reserveSlot({}, never);
  const stop = new AbortController();
  const waiting = slots.reserveSlot({}, stop.signal);
  stop.abort('Request Cancelled');
  await expect(waiting).rejects.toBe('Request Cancelled');
  slots.releaseSlot();
  expect(await isFree(slots)).toBe(true);
});
