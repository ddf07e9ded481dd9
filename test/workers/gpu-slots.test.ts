/** How many images a GPU worker asks for, by the state of its machine. */
import { expect, test } from 'vitest';
import { GpuSlots } from '../../workers/roles/gpu-slots.js';

const machine = { waitMs: 0, isOnTrial: false };
const never = new AbortController().signal;

/** Whether a slot is given at once. */
async function isFree(slots: GpuSlots): Promise<boolean> {
  const permit = slots.tryReserveSlot();
  if (permit !== null) slots.releaseSlot();
  return permit !== null;
}

test('a healthy machine has as many slots as it was given, and a released one is given again', async () => {
  const slots = new GpuSlots(2, machine);
  await slots.reserveSlot({}, never);
  await slots.reserveSlot({}, never);
  expect(await isFree(slots)).toBe(false);
  const third = slots.reserveSlot({}, never);
  slots.releaseSlot();
  await third;
  expect(await isFree(slots)).toBe(false);
});

test('a machine on trial has one slot, a suspended one none until its pause is over', async () => {
  const onTrial = new GpuSlots(2, { ...machine, isOnTrial: true });
  await onTrial.reserveSlot({}, never);
  expect(await isFree(onTrial)).toBe(false);
  const suspended = { waitMs: 5, isOnTrial: true };
  const slots = new GpuSlots(2, suspended);
  expect(await isFree(slots)).toBe(false);
  const reserved = slots.reserveSlot({}, never);
  suspended.waitMs = 0;
  await reserved;
});

test('a slot that the SDK does not want any more is given up with the reason of the SDK, which logs other errors', async () => {
  const slots = new GpuSlots(1, machine);
  await slots.reserveSlot({}, never);
  const stop = new AbortController();
  const waiting = slots.reserveSlot({}, stop.signal);
  stop.abort('Request Cancelled');
  await expect(waiting).rejects.toBe('Request Cancelled');
  slots.releaseSlot();
  expect(await isFree(slots)).toBe(true);
});
