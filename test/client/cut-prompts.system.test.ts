/** Prompts longer than the model reads: every command that reads a show reports them. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pregen } from '../support/pregen.js';
import { program, show, writeShow } from '../support/show-folder.js';
import { useRig } from '../workflows/rig.js';

const rig = useRig();

/** Its CLIP reads 77 tokens. */
const model = fileURLToPath(new URL('../goldens/sd', import.meta.url));

const LONG = `a lighthouse ${'by the sea, '.repeat(30)}`.trim();
const CUES = [
  { time: '00:00:05', action: 'transcript', generate: true, transcript: 'a house by the sea' },
  { time: '00:00:10', action: 'prompt', prompt: LONG, program: 'P4' },
  { time: '00:00:20', action: 'prompt', prompt: `${LONG}\u001b[2J`, program: 'P4' },
  // This one is read in further windows, so no command reports it.
  { time: '00:00:30', action: 'prompt', prompt: LONG, program: 'P5' },
];
const SHOW = {
  ...show,
  version: 'cut',
  models: { tiny: { path: model } },
  programs: {
    P0: { ...program, previews: false },
    P4: { ...program, suffix: ', photorealistic' },
    P5: { ...program, longPrompts: 'chunk' },
  },
};

test('plan names cue and cut words of too long prompts, doctor warns, start remarks, status and audit count them', async () => {
  const cwd = await writeShow({ show: SHOW, cues: CUES });
  const run = (...args: string[]) => pregen(args, { cwd, env: rig().env });
  const plan = await run('show', 'plan', 'show.yaml', '--json');
  const cut = { of: 'prompt', tokens: 77, removed: expect.stringMatching(/photorealistic$/) };
  expect(plan.code).toBe(0);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    cutPrompts: [
      { cueId: 'prompt_1_00_00_10', ...cut },
      { cueId: 'prompt_2_00_00_20', ...cut },
    ],
  });
  const note =
    /Note: prompt_1_00_00_10: its prompt is longer than the 77 tokens that the model reads; cut off is ".*, photorealistic"\./;
  expect(plan.stderr).toMatch(note);
  expect(plan.stderr).not.toContain('\u001b');
  expect(plan.stderr).not.toContain('prompt_3');
  // The doctor runs without the server, because the rig cannot replay its probe workflows.
  const alone = { cwd, env: { ...rig().env, TEMPORAL_ADDRESS: '127.0.0.1:1' } };
  const doctor = await pregen(['doctor', 'show.yaml'], alone);
  expect(doctor.stdout).toMatch(
    /warning prompts: prompt_1_00_00_10: its prompt is longer than the 77 tokens/,
  );
  const started = await run('show', 'start', 'show.yaml');
  expect(started.stderr).toMatch(note);
  await rig().client.workflow.getHandle('pregen/test/cut').terminate();
  const counted = 'The prompts of 2 cues are longer than the model reads; "show plan" says what is cut.\n';
  for (const command of ['status', 'watch', 'audit'])
    expect((await run('show', command, 'show.yaml')).stdout).toContain(counted);
  expect(JSON.parse((await run('show', 'audit', 'show.yaml', '--json')).stdout)).toMatchObject({
    cutPrompts: 2,
    found: 11,
  });
});

test('an unreadable tokenizer is an error when a prompt has to be measured', async () => {
  const cwd = await writeShow({ cues: CUES.slice(0, 3) });
  const { code, stderr } = await pregen(['show', 'plan', 'show.yaml'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^Note: the prompts for model "tiny" could not be measured: tokenizer.* cannot be read/m,
  );
});
