/**
 * From a show file to stored images by commands, on a real development stack with the demo model.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevStack } from '../../domain/dev-stack.js';
import { removeStackFolder, stackFolder, startStack, type TestStack } from '../support/dev-stack.js';
import { pregen } from '../support/pregen.js';
import { program, show, writeShow } from '../support/show-folder.js';

const demoModel = fileURLToPath(new URL('../../models/demo-sd3', import.meta.url));

/** Two variants without previews, one with four. */
const SHOW = {
  ...show,
  models: { tiny: { path: demoModel } },
  variants: { transcript: 2, prompt: 1 },
};

/** A model whose weights are empty files: a client does not open weights, the engine refuses them. */
const FAILING = {
  ...SHOW,
  version: 'failing',
  models: { ...SHOW.models, broken: { path: 'model' } },
  programs: { P0: { ...program, previews: false }, P4: { ...program, model: 'broken' } },
};

describe('a show that is started by command', () => {
  let stack: TestStack;
  let ready: DevStack;
  let env: Record<string, string>;

  beforeAll(async () => {
    stack = startStack(await stackFolder());
    ready = await stack.ready;
    env = { TEMPORAL_ADDRESS: ready.address, PREGEN_STORE: ready.store };
  });

  afterAll(async () => {
    stack.process.kill('SIGTERM');
    await stack.ended;
    await removeStackFolder(stack.cwd);
  });

  const run = (cwd: string, command: string) => pregen(command.split(' '), { cwd, env });

  it('is generated as planned, found stored the second time, and reported by status', async () => {
    const cwd = await writeShow({ show: SHOW });
    const before = await run(cwd, 'show status show.yaml');
    expect(before.stdout).toBe('pregen/test/v1 is not running.\n0 of 3 variants stored\n');

    const first = await run(cwd, 'show start show.yaml --wait --json');
    expect({ code: first.code, ...JSON.parse(first.stdout) }).toMatchObject({
      code: 0,
      planned: 3,
      skipped: 0,
      stored: 3,
      failed: 0,
    });
    const objects = readdirSync(join(stack.cwd, 'pregen-output/test/v1/cues'), { recursive: true })
      .map(String)
      .filter((path) => /\.(png|json)$/.test(path));
    const cue = 'prompt_1_00_00_10/1';
    expect(objects.sort()).toEqual([
      ...['1', '2', '3', '4', 'final'].map((name) => `${cue}/${name}.png`),
      `${cue}/timing.json`,
      'transcript_0_00_00_05/1/final.png',
      'transcript_0_00_00_05/2/final.png',
    ]);
    const { totals } = JSON.parse((await run(cwd, 'show plan show.yaml --json')).stdout);
    expect(totals).toEqual({ cues: 2, variants: 3, stored: 3, toGenerate: 0, objects: objects.length });

    const second = await run(cwd, 'show start show.yaml --wait');
    expect(second.stdout).toBe('3 of 3 variants are stored; 3 were before.\n');
    const third = await run(cwd, 'show start show.yaml');
    expect(third).toMatchObject({
      code: 0,
      stdout: 'Started pregen/test/v1. There was nothing to do: 3 of 3 variants are stored; 3 were before.\n',
    });
    expect((await run(cwd, 'show watch show.yaml')).stdout).toBe(
      'pregen/test/v1 is not running (last run: completed).\n3 of 3 variants stored\n',
    );
    const cancel = await run(cwd, 'show cancel show.yaml');
    expect(cancel).toMatchObject({
      code: 1,
      stderr: 'pregen/test/v1 is not running, so there is nothing to cancel.\n',
    });
    const variant = await run(cwd, `variant start show.yaml prompt_1_00_00_10 1`);
    expect(variant.stdout).toMatch(/is stored already; "pregen variant start .* --force" replaces it\.\n$/);
  });

  it('exits with 1 and the reasons when a variant fails, and still stores the others', async () => {
    const cwd = await writeShow({ show: FAILING });
    const { code, stdout } = await run(cwd, 'show start show.yaml --wait');
    expect(stdout).toMatch(/^2 of 3 variants are stored\.\n1 failed:\n {2}prompt_1_00_00_10 #1: .*model/);
    expect(code).toBe(1);
  });
});
