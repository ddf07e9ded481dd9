/**
 * Schedules on a real server: created, changed, run and removed by commands.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import type { ShowWorkflow } from '../../domain/messages.js';
import { makeGate } from '../support/gate.js';
import { PROMPT, pictureMachine, rigShow, TRANSCRIPT } from '../support/rig-show.js';
import { cues } from '../support/show-folder.js';
import { untilCancelled } from '../workflows/fake-machine.js';
import { useRig } from '../workflows/rig.js';

const rig = useRig('matching.enableFairness=true');
const FILE = 'show.yaml';

/** The nth run (from 0) of a schedule, as soon as the server has started it. */
async function runOf(scheduleId: string, index = 0): Promise<WorkflowHandle<ShowWorkflow>> {
  const { client } = rig();
  const workflowId = await vi.waitFor(
    async () => {
      const { info } = await client.schedule.getHandle(scheduleId).describe();
      const action = info.recentActions[index];
      if (action === undefined) throw new Error(`${scheduleId} has not started run ${index}`);
      return action.action.workflow.workflowId;
    },
    { timeout: 45_000, interval: 100 },
  );
  return client.workflow.getHandle<ShowWorkflow>(workflowId);
}

/** Resolves when a scheduled run has found the show running, and waits for it. */
const waitsForOther = (workflow: WorkflowHandle<ShowWorkflow>): Promise<void> =>
  vi.waitFor(
    async () => {
      const { events } = await workflow.fetchHistory();
      const looks = (events ?? []).filter(
        ({ activityTaskScheduledEventAttributes: scheduled }) =>
          scheduled?.activityType?.name === 'lookAtRun',
      );
      expect(looks.length).toBeGreaterThan(0);
    },
    { timeout: 45_000, interval: 100 },
  );

const everyVariant = [
  ...[1, 2, 3].map((variantId) => `denoise ${PROMPT}/${variantId}`),
  ...[1, 2].map((variantId) => `denoise ${TRANSCRIPT}/${variantId}`),
].sort();

const denoised = (events: readonly string[]): string[] =>
  events.filter((event) => event.startsWith('denoise')).sort();

describe('pregen schedule', () => {
  it('creates, updates, pauses and deletes one schedule per version; every command can be repeated', async () => {
    const { run } = await rigShow(rig(), 'life');
    const created = await run('schedule', 'create', FILE, '--cron', '30 3 * * *', '--paused', '--json');
    expect({ code: created.code, ...JSON.parse(created.stdout) }).toMatchObject({
      code: 0,
      done: 'created',
      scheduleId: 'pregen/test/life',
      when: '30 3 * * *, UTC',
      paused: true,
      catchupWindowSeconds: 3600,
    });
    const calendar = ['--calendar', 'Mon-Fri 03:30', '--timezone', 'Europe/Berlin'];
    const again = await run('schedule', 'create', FILE, ...calendar, '--window', '3', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      done: 'updated',
      when: 'Mon-Fri 03:30, Europe/Berlin',
      paused: true,
    });
    expect((await run('schedule', 'unpause', FILE)).stdout).toContain('runs again by its calendar');
    const updated = await run('schedule', 'update', FILE, '--catchup-window', '2h', '--json');
    const { when, paused, next, catchupWindowSeconds } = JSON.parse(updated.stdout);
    expect({ when, paused, catchupWindowSeconds }).toEqual({
      paused: false,
      when: 'Mon-Fri 03:30, Europe/Berlin',
      catchupWindowSeconds: 7200,
    });
    expect(next).toHaveLength(5);
    for (const time of next) expect(time).toMatch(/T0[12]:30:00\.000Z$/);
    const { action } = await rig().client.schedule.getHandle('pregen/test/life').describe();
    expect(action.args?.[0]).toMatchObject({ project: 'test', version: 'life', window: 3 });
    expect((await run('schedule', 'pause', FILE)).code).toBe(0);
    expect((await run('schedule', 'describe', FILE)).stdout).toContain('next: none while it is paused');
    await vi.waitFor(async () => {
      const { schedules } = JSON.parse((await run('schedule', 'list', '--json')).stdout);
      expect(schedules).toContainEqual(
        expect.objectContaining({ scheduleId: 'pregen/test/life', paused: true }),
      );
    }, 45_000);
    expect(await run('schedule', 'delete', FILE)).toMatchObject({ code: 0 });
    const gone = await run('schedule', 'delete', FILE, '--json');
    expect({ code: gone.code, ...JSON.parse(gone.stdout) }).toMatchObject({ code: 0, deleted: false });
    for (const verb of ['describe', 'trigger', 'update'])
      expect(await run('schedule', verb, FILE)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no schedule pregen/test/life'),
      });
  });

  it('runs the show from its bundle in the store, and reports the result', async () => {
    const { store, client } = rig();
    const { run, cwd } = await rigShow(rig(), 'nightly');
    expect(await run('schedule', 'create', FILE, '--every', '1d')).toMatchObject({ code: 0 });
    const kept = await rigShow(rig(), 'nightly');
    await rm(cwd, { recursive: true });
    await rig().withMachine(pictureMachine(store), async (machine) => {
      await client.schedule.getHandle('pregen/test/nightly').trigger();
      const scheduled = await runOf('pregen/test/nightly');
      expect(scheduled.workflowId).toMatch(/^pregen\/test\/nightly-\d{4}-/);
      await scheduled.result();
      expect(denoised(machine.log.events)).toEqual(everyVariant);
      const report = JSON.parse((await kept.run('schedule', 'describe', FILE, '--json')).stdout);
      expect(report.recent).toEqual([
        expect.objectContaining({
          status: 'COMPLETED',
          result: { planned: 5, skipped: 0, stored: 5, degraded: 0, failed: 0 },
        }),
      ]);
      expect((await kept.run('show', 'audit', FILE, '--deep')).code).toBe(0);
    });
    await client.schedule.getHandle('pregen/test/nightly').delete();
  });

  // A dozen separate processes, one after the other.
  const MANY = { timeout: 150_000 };

  it(
    'is followed and steered by the commands of the show, which say that it is the scheduled run',
    MANY,
    async () => {
      const { store } = rig();
      const { run, cwd } = await rigShow(rig(), 'steered');
      const status = async () => JSON.parse((await run('show', 'status', FILE, '--json')).stdout);
      const machine = pictureMachine(store);
      const gate = makeGate();
      const uploadFinal: typeof machine.uploadFinal = (reference) =>
        gate.open.then(() => machine.uploadFinal(reference));
      await rig().withMachine({ ...machine, uploadFinal }, async ({ log }) => {
        await run('schedule', 'create', FILE, '--every', '1d', '--window', '1');
        const triggered = await run('schedule', 'trigger', FILE);
        const scheduled = await runOf('pregen/test/steered');
        expect(triggered.stdout).toContain(`starts a run now (${scheduled.workflowId})`);
        await log.untilMatch(/^uploadFinal /);
        expect(await status()).toMatchObject({
          workflowId: 'pregen/test/steered',
          state: 'running',
          window: 1,
          scheduledRun: scheduled.workflowId,
        });
        expect((await run('show', 'status', FILE)).stdout).toContain(
          `pregen/test/steered is running, started by its schedule as ${scheduled.workflowId}`,
        );
        // By hand as well: one run, nothing started.
        expect((await run('show', 'start', FILE)).stdout).toContain(
          `pregen/test/steered is running already, started by its schedule as ${scheduled.workflowId}.`,
        );
        // Not with changed files.
        await writeFile(join(cwd, 'cues.json'), JSON.stringify([cues[0], { ...cues[1], prompt: 'a ship' }]));
        expect(await run('show', 'start', FILE)).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('pregen/test/steered is running from another edition'),
        });
        expect(await run('show', 'pause', FILE)).toMatchObject({ code: 0 });
        expect(await status()).toMatchObject({ state: 'paused' });
        expect(await run('show', 'set-window', FILE, '4')).toMatchObject({ code: 0 });
        const watching = run('show', 'watch', FILE);
        gate.release();
        expect(await run('show', 'resume', FILE)).toMatchObject({ code: 0 });
        expect(await watching).toMatchObject({ code: 0, stdout: '5 of 5 variants are stored.\n' });
        expect(await scheduled.result()).toMatchObject({ planned: 5, stored: 5, window: 4 });
        expect(denoised(log.events)).toEqual(everyVariant);
        expect((await run('show', 'status', FILE)).stdout).toContain(
          `is not running (last run: completed, started by its schedule as ${scheduled.workflowId})`,
        );
      });
      await run('schedule', 'delete', FILE);
    },
  );

  it('has its run ended by `show cancel`, and reports that the show was cancelled', async () => {
    const { run } = await rigShow(rig(), 'stopped');
    await rig().withMachine({ denoise: () => untilCancelled() }, async ({ log }) => {
      await run('schedule', 'create', FILE, '--every', '1d');
      await run('schedule', 'trigger', FILE);
      await log.untilMatch(/^denoise /);
      expect(await run('show', 'cancel', FILE)).toMatchObject({ code: 0 });
      const scheduled = await runOf('pregen/test/stopped');
      await expect(scheduled.result()).rejects.toThrow();
      const report = JSON.parse((await run('schedule', 'describe', FILE, '--json')).stdout);
      expect(report.recent).toMatchObject([
        { status: 'FAILED', reason: 'pregen/test/stopped did not finish: it was cancelled' },
      ]);
      // Conversely, the scheduled run is cancelled in the Web UI.
      await run('schedule', 'trigger', FILE);
      const second = await runOf('pregen/test/stopped', 1);
      await log.until(`denoise ${PROMPT}/1`, 2);
      await second.cancel();
      await expect(second.result()).rejects.toThrow();
      const show = await rig().client.workflow.getHandle('pregen/test/stopped').describe();
      expect(show.status.name).toBe('CANCELLED');
    });
    await run('schedule', 'delete', FILE);
  });

  it('waits for a run that was started by hand, then generates what is still missing, and nothing twice', async () => {
    const { store, client } = rig();
    const { run } = await rigShow(rig(), 'meeting');
    const { open, release } = makeGate();
    const machine = pictureMachine(store);
    const uploadFinal: typeof machine.uploadFinal = (reference) =>
      open.then(() => machine.uploadFinal(reference));
    await rig().withMachine({ ...machine, uploadFinal }, async ({ log }) => {
      expect(await run('show', 'start', FILE, '--only', PROMPT)).toMatchObject({ code: 0 });
      await log.until(`uploadFinal ${PROMPT}/1`);
      expect(await run('schedule', 'create', FILE, '--every', '1d')).toMatchObject({ code: 0 });
      expect((await run('schedule', 'trigger', FILE)).stdout).toMatch(
        /starts a run now \(.*\); the show is running already/,
      );
      const scheduled = await runOf('pregen/test/meeting');
      await waitsForOther(scheduled);
      expect((await run('schedule', 'trigger', FILE)).stdout).toContain('is running already');
      release();
      expect(await client.workflow.getHandle('pregen/test/meeting').result()).toMatchObject({ failed: 0 });
      expect(await scheduled.result()).toMatchObject({ planned: 5, skipped: 3, stored: 2, failed: 0 });
      expect(denoised(log.events)).toEqual(everyVariant);
    });
    await client.schedule.getHandle('pregen/test/meeting').delete();
  });

  it('does not continue a run that was started by hand and cancelled', async () => {
    const { run } = await rigShow(rig(), 'enough');
    await rig().withMachine({ denoise: () => untilCancelled() }, async ({ log }) => {
      await run('show', 'start', FILE, '--window', '1');
      const [first] = await log.untilMatch(/^denoise .*/);
      await run('schedule', 'create', FILE, '--every', '1d');
      await run('schedule', 'trigger', FILE);
      const scheduled = await runOf('pregen/test/enough');
      await waitsForOther(scheduled);
      expect(await run('show', 'cancel', FILE)).toMatchObject({ code: 0 });
      await expect(scheduled.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('was running already, was stopped: it was cancelled') },
      });
      expect(denoised(log.events)).toEqual([first]);
    });
    await run('schedule', 'delete', FILE);
  });

  it('backfills every run of a period, one after the other', async () => {
    const { store } = rig();
    const { run } = await rigShow(rig(), 'missed');
    await run('schedule', 'create', FILE, '--calendar', '12:00');
    await rig().withMachine(pictureMachine(store), async (machine) => {
      const period = ['--from', '2026-01-10', '--to', '2026-01-12'];
      expect(await run('schedule', 'backfill', FILE, ...period)).toMatchObject({ code: 0 });
      const [first, second] = [await runOf('pregen/test/missed'), await runOf('pregen/test/missed', 1)];
      expect(await first.result()).toMatchObject({ stored: 5, skipped: 0 });
      expect(await second.result()).toMatchObject({ stored: 0, skipped: 5 });
      expect(denoised(machine.log.events)).toEqual(everyVariant);
    });
    await run('schedule', 'delete', FILE);
  });

  it.each([
    ['create show.yaml', 'say when: --cron, --every or --calendar'],
    ['create show.yaml --every 6h --cron @daily', 'cannot be used with'],
    ['create show.yaml --every 5', 'Expected a minute or more'],
    ['create show.yaml --calendar 25:00', '--calendar: expected [days]'],
    ['create show.yaml --cron daily', '--cron: expected minute, hour'],
    ['create show.yaml --every 6h --timezone Mars/Olympus', 'unknown time zone "Mars/Olympus"'],
    ['create show.yaml --cron 99,*,*,*,*', 'schedule: '],
    ['backfill show.yaml --from 2026-01-10T03:00 --to 2026-01-12', 'Expected a time like'],
    ['backfill show.yaml --from 2026-01-12 --to 2026-01-10', '--from before --to'],
  ])('refuses "schedule %s"', async (command, words) => {
    const { run } = await rigShow(rig(), 'refused');
    const args = command
      .split(' ')
      .map((word) => (word.startsWith('99,') ? word.replaceAll(',', ' ') : word));
    const { code, stderr } = await run('schedule', ...args);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});
