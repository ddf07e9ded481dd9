/**
 * Several processes that change the same object of a folder store on condition: no change is lost, and a process that is killed in
 * the middle does not block the others.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { FolderStore } from '../../storage/folder/folder-store.js';
import { temporaryFolder } from '../support/temp-folder.js';

const PROGRAM = fileURLToPath(new URL('counting-process.mjs', import.meta.url));
const KEY = 'show/v1/counter.json';

/** Starts a process that counts; `counted()` is the number of increments that it has reported. */
function startCounting(folder: string, times: number) {
  const child = spawn(process.execPath, [PROGRAM, `file:${folder}`, KEY, String(times)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data;
  });
  return { child, closed: once(child, 'close'), counted: () => said.split('\n').length - 1 };
}

const countIn = async (folder: string) => Number(await new FolderStore(folder).get(KEY));

it('loses no increment of several processes', async () => {
  const folder = join(await temporaryFolder(), 'store');
  const counters = Array.from({ length: 6 }, () => startCounting(folder, 40));
  await Promise.all(counters.map(({ closed }) => closed));
  expect(counters.map(({ child }) => child.exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(await countIn(folder)).toBe(6 * 40);
});

it('does not wait for a killed process, and keeps what it had written', async () => {
  const folder = join(await temporaryFolder(), 'store');
  const busy = startCounting(folder, 1_000_000);
  const counters = [busy];
  for (let victim = 0; victim < 8; victim += 1) {
    const counter = startCounting(folder, 1_000_000);
    counters.push(counter);
    await once(counter.child.stdout, 'data');
    await killed(counter);
  }
  await killed(busy);
  // A process that is killed between writing and reporting has written once more than it has reported.
  const said = counters.reduce((sum, { counted }) => sum + counted(), 0);
  const count = await countIn(folder);
  expect(count).toBeGreaterThanOrEqual(said);
  expect(count).toBeLessThanOrEqual(said + counters.length);
  const last = startCounting(folder, 1);
  await last.closed;
  expect(await countIn(folder)).toBe(count + 1);
});

async function killed({ child, closed }: ReturnType<typeof startCounting>): Promise<void> {
  child.kill('SIGKILL');
  await closed;
}
