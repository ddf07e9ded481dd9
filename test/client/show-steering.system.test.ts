/** Commands that steer a running show, on a real server with a device that does nothing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pregen } from '../support/pregen.js';
import { cues, show, writeShow } from '../support/show-folder.js';
import { brokenDevice, endlessDevice, heldDevice } from '../workflows/devices.js';
import { useRig } from '../workflows/rig.js';

const rig = useRig();

const CUE = 'prompt_1_00_00_10';

/** For events that take a second or two; a loaded machine may need much longer. */
const SOON = { timeout: 60_000, interval: 500 };

/** The server deletes in the background, and repeats early attempts with growing pauses. */
const FORGOTTEN = { timeout: 150_000, interval: 500 };

/** A show of its own version, and `pregen show COMMAND show.yaml …` on it. */
async function stage(version: string) {
  const cwd = await writeShow({ show: { ...show, version } });
  const run = (command: string, ...args: string[]) =>
    pregen(['show', command, 'show.yaml', ...args], { cwd, env: rig().env });
  const status = async () => JSON.parse((await run('status', '--json')).stdout);
  return { cwd, run, status };
}

test('a selection is generated and nothing else; contradictions and unknown names are refused', () =>
  rig().withMachine({}, async (machine) => {
    const { run } = await stage('selection');
    const both = await run('start', '--failed', '--force');
    expect(both).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--failed' cannot be used with"),
    });
    const unknown = await run('start', '--only', 'prompt_9', '--program', 'P7');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/no cue "prompt_9".*transcript_0_00_00_05, prompt_1_00_00_10/);
    expect(unknown.stderr).toMatch(/no program "P7".*P0, P4/);
    expect((await run('start', '--max-failures', 'many')).code).toBe(2);
    const part = await run('start', '--program', 'P4', '--limit', '2', '--priority', '2', '--wait', '--json');
    expect(JSON.parse(part.stdout)).toMatchObject({ planned: 2, stored: 2 });
    const denoised = machine.log.events.filter((event) => event.startsWith('denoise ')).sort();
    expect(denoised).toEqual([`denoise ${CUE}/1`, `denoise ${CUE}/2`]);
  }));

test('a show pauses on its failure budget, says why, and generates what failed again on retry', () => {
  const { denoise, mend } = brokenDevice();
  return rig().withMachine({ denoise }, async () => {
    const { run, status } = await stage('budget');
    await run('start', '--max-failures', '20%', '--window', '1');
    await expect.poll(status, SOON).toMatchObject({ state: 'paused' });
    expect((await run('status')).stdout).toMatch(
      /is paused: \d of 5 variants have failed, and at most 20 % may/,
    );
    mend();
    expect((await run('retry')).stdout).toMatch(/generates what failed again/);
    // Earlier failures may be reported after the retry, and use up the budget again.
    const untilDone = async () => {
      const now = await status();
      if (now.state === 'paused') await run('retry');
      return now;
    };
    await expect.poll(untilDone, SOON).toMatchObject({ state: 'not-running', stored: 5, failed: 0 });
    expect((await run('retry', CUE)).stdout).toContain('Every variant of');
  });
});

test('window, cues and variants of a running show are steered; a show that does not run is refused', () => {
  const { denoise } = endlessDevice(({ cueId }) => cueId === CUE);
  return rig().withMachine({ denoise }, async (machine) => {
    const { run, status } = await stage('steering');
    expect(await run('set-window', '4')).toMatchObject({
      code: 1,
      stderr: 'pregen/test/steering is not running, so there is nothing to change.\n',
    });
    expect((await run('retry')).stderr).toMatch(/has never run, .*; start it with/);
    await run('start', '--window', '1');
    await machine.log.until(`denoise ${CUE}/1`);
    await run('set-window', '2');
    await machine.log.until(`denoise ${CUE}/2`);
    expect(await status()).toMatchObject({ window: 2, stored: 2 });
    expect((await run('cancel', CUE, '1')).code).toBe(0);
    await machine.log.until(`denoise ${CUE}/3`);
    expect((await run('pause', CUE)).stdout).toContain(`pregen/test/steering/${CUE} is paused: its variants`);
    expect(await status()).toMatchObject({ state: 'running', pausedCues: [CUE] });
    expect((await run('resume', CUE)).stdout).toBe(`pregen/test/steering/${CUE} goes on.\n`);
    expect(await status()).not.toHaveProperty('pausedCues');
    expect(await run('pause', 'cue_9')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('show pause: cue: unknown cue id "cue_9"'),
    });
    expect(await run('cancel', CUE, '9')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('variants 1 to 3, got 9'),
    });
    expect((await run('cancel', CUE)).code).toBe(0);
    await expect
      .poll(status, SOON)
      .toMatchObject({ state: 'not-running', lastRun: 'COMPLETED', stored: 2, failed: 0, cancelled: 3 });
    expect((await run('watch')).stdout).toContain('3 cancelled');
  });
});

test('a sheet that changed under a running show is refused with the difference, until it is accepted', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const { cwd, run, status } = await stage('edition');
    await run('start', '--window', '1');
    await machine.log.untilMatch(/^denoise /);
    expect((await run('start', '--window', '3')).stdout).toMatch(/is running already\. It keeps the options/);
    const changed = [cues[0], { ...cues[1], prompt: 'a ship' }, { ...cues[1], prompt: 'a whale' }];
    await writeFile(join(cwd, 'cues.json'), JSON.stringify(changed));
    const refused = await run('start');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${CUE}: prompt was "a boat", is "a ship"`);
    expect(refused.stderr).toContain('prompt_2_00_00_10: is new: 3 variants');
    expect(refused.stderr).toContain('--accept-changes');
    expect((await run('start', '--accept-changes')).stdout).toMatch(/goes on by this edition/);
    release();
    await expect.poll(status, SOON).toMatchObject({ state: 'not-running', stored: 8, failed: 0 });
  });
});

test('without an orchestrator, steering says so instead of waiting for ever', async () => {
  const { run } = await stage('unanswered');
  await run('start', '--window', '1');
  const commands: [string, ...string[]][] = [['pause'], ['set-window', '3'], ['cancel', CUE], ['retry']];
  const answers = await Promise.all(commands.map((command) => run(...command)));
  for (const { code, stderr } of answers) {
    expect(stderr).toMatch(/no orchestrator answers: nothing was confirmed within 10 s\. Start one with/);
    expect(code).toBe(1);
  }
  expect(await run('cancel')).toMatchObject({ code: 0 });
  await rig().withMachine({}, async () => {
    await rig()
      .client.workflow.getHandle('pregen/test/unanswered')
      .result()
      .catch(() => {});
  });
});

test('failures are found and retried after the server has deleted all histories', {
  timeout: 300_000,
}, () => {
  const { denoise, mend } = brokenDevice(({ cueId }) => cueId === CUE);
  return rig().withMachine({ denoise }, async (machine) => {
    const { run, status } = await stage('forgotten');
    expect((await run('start', '--wait')).code).toBe(1);
    await forgetEverything('pregen/test/forgotten');
    expect(await status()).toMatchObject({ state: 'not-running', stored: 2, failed: 3 });
    const shown = await run('status');
    expect(shown).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/3 failed:\n {2}prompt.* #1: .*NaN/),
    });
    mend();
    expect((await run('retry')).stdout).toContain(
      'Started pregen/test/forgotten for the 3 variants that failed',
    );
    await expect.poll(status, SOON).toMatchObject({ state: 'not-running', stored: 5, failed: 0 });
    expect((await run('status')).code).toBe(0);
    expect(machine.log.events.filter((event) => event.startsWith(`denoise ${CUE}`))).toHaveLength(6);
  });
});

test('simultaneous retries of a show and of its cue are all accepted, and no image is generated twice', () => {
  const { denoise, mend } = brokenDevice(({ cueId }) => cueId === CUE);
  return rig().withMachine({ denoise }, async (machine) => {
    const { run, status } = await stage('retries');
    expect((await run('start', '--wait')).code).toBe(1);
    mend();
    const answers = await Promise.all([run('retry'), run('retry'), run('retry', CUE), run('retry', CUE)]);
    expect(answers.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      answers.map(() => ({ code: 0, stderr: '' })),
    );
    await expect.poll(status, SOON).toMatchObject({ state: 'not-running', stored: 5, failed: 0 });
    expect(machine.log.events.filter((event) => event.startsWith(`denoise ${CUE}`))).toHaveLength(6);
  });
});

/** Deletes histories, as the server's retention does. */
async function forgetEverything(showId: string): Promise<void> {
  const { client } = rig();
  const namespace = client.options.namespace;
  const known = async () => {
    const found: { workflowId: string; runId: string }[] = [];
    for await (const { workflowId, runId } of client.workflow.list())
      if (workflowId.startsWith(showId)) found.push({ workflowId, runId });
    return found;
  };
  for (const workflowExecution of await known())
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
  await expect.poll(known, FORGOTTEN).toEqual([]);
}
