/**
 * Bad input is refused with a sentence that names its position and the remedy, and with exit code 2, before anything is written
 * or started.
 */
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeNamedPipe } from '../support/named-pipe.js';
import { pregen, startPregen } from '../support/pregen.js';
import { cues, program, type ShowFolder, show, writeShow } from '../support/show-folder.js';

interface Case {
  readonly title: string;
  readonly folder?: ShowFolder;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly (string | RegExp)[];
}

const PLAN = ['show', 'plan', 'show.yaml'];
const START = ['show', 'start', 'show.yaml'];
const withImage = { ...show, programs: { ...programs(), P4: { ...program, image: 'p.png', strength: 0.5 } } };

function programs(): Record<string, unknown> {
  return { P0: { ...program, previews: false }, P4: program };
}

const CASES: readonly Case[] = [
  {
    title: 'a show file that does not exist',
    args: ['show', 'plan', 'none.yaml'],
    says: ['show file: none.yaml: does not exist'],
  },
  { title: 'a folder as show file', args: ['show', 'plan', 'model'], says: ['is a folder, expected a file'] },
  {
    title: 'a show file that is not UTF-8',
    folder: { files: { 'show.yaml': Buffer.from([0xff, 0xfe, 0x00]) } },
    says: ['show.yaml: is not UTF-8 text'],
  },
  {
    title: 'a show file that is not YAML, with the line',
    folder: { show: 'project: a\n  version: [1' },
    says: ['show.yaml', 'line 2'],
  },
  { title: 'an empty show file', folder: { show: '' }, says: ['show.yaml'] },
  {
    title: 'an unknown field of the show file',
    folder: { show: { ...show, varients: 3 } },
    says: ['unknown field: varients'],
  },
  {
    title: 'a project that would climb out of its folder',
    folder: { show: { ...show, project: '../other' } },
    says: ['project: must not contain a slash, got "../other"'],
  },
  {
    title: 'a version with path tricks from PREGEN_VERSION_ID',
    env: { PREGEN_VERSION_ID: '..' },
    says: ['PREGEN_VERSION_ID: must not be or contain ".."'],
  },
  {
    title: 'a missing cue sheet',
    folder: { files: { 'cues.json': null } },
    says: [/cues\.json: does not exist/],
  },
  {
    title: 'a cue sheet that is not JSON',
    folder: { cues: '[{"time": ]' },
    says: ['cues.json, sheet: is not valid JSON'],
  },
  { title: 'a cue sheet that is no array', folder: { cues: {} }, says: ['expected a JSON array of cues'] },
  {
    title: 'a show without any image',
    folder: { cues: [{ time: '00:00:01', action: 'blackout' }] },
    says: ['no cue of this sheet produces an image'],
  },
  {
    title: 'every problem of a cue sheet at once',
    folder: {
      cues: [
        { action: 'transcript', generate: true, transcript: 'a' },
        { time: '00:00:02', action: 'prompt', prompt: 'a', program: 'P9' },
        { time: 'later', action: 'transcript', generate: true, transcript: 'a' },
        { time: '00:00:04', action: 'move-slider', program: 'P2', value: -1 },
      ],
    },
    says: [
      'cues.json, cue 0, time: expected a time "HH:MM:SS"',
      'cues.json, cue 2, time: expected a time "HH:MM:SS", got "later"',
      'cues.json, cue 3, value: expected a number from 0 to 100, got -1',
    ],
  },
  {
    title: 'an unknown program, with the known ones',
    folder: { cues: [{ time: '00:00:02', action: 'prompt', prompt: 'a', program: 'P9' }] },
    says: ['cues.json, cue 0, program: unknown program "P9", expected one of: P0, P4'],
  },
  {
    title: 'problems of the show file and of the cue sheet together',
    folder: { show: { ...show, version: 'a/b' }, cues: [{ action: 'prompt', prompt: 'a' }] },
    says: ['2 problems', 'version: must not contain a slash', 'cues.json, cue 0, time:'],
  },
  {
    title: 'an unknown model profile',
    folder: { show: { ...show, programs: { ...programs(), P4: { ...program, model: 'big' } } } },
    says: ['programs.P4.model: unknown model profile "big", expected one of: tiny'],
  },
  {
    title: 'a missing picture',
    folder: { show: withImage },
    says: [/programs\.P4\.image: .*p\.png does not exist/],
  },
  {
    title: 'a picture that is none',
    folder: { show: withImage, files: { 'p.png': 'not a picture' } },
    says: [/programs\.P4\.image: .*p\.png is not a picture/],
  },
  {
    title: 'a model directory that lacks parts, each by name',
    folder: { files: { 'model/transformer/model.onnx': null, 'model/vae_decoder/model.onnx': null } },
    says: [/models\.tiny\.path: the model lacks .*transformer\/model\.onnx/, /vae_decoder\/model\.onnx/],
  },
  {
    title: 'a model directory without model_index.json',
    folder: { files: { 'model/model_index.json': null } },
    says: [/models\.tiny\.path: .*model: model_index\.json is missing/],
  },
  {
    title: 'a pipeline that is not known',
    folder: { files: { 'model/model_index.json': '{"_class_name":"MusicPipeline"}' } },
    says: ['model_index.json names MusicPipeline; supported are StableDiffusion3Pipeline'],
  },
  {
    title: 'a pipeline of a known family that the engine does not run',
    folder: { files: { 'model/model_index.json': '{"_class_name":"StableDiffusionInpaintPipeline"}' } },
    says: ['model_index.json names StableDiffusionInpaintPipeline; supported are'],
  },
  {
    title: 'a scheduler that the engine does not run for this family',
    folder: { show: { ...show, models: { tiny: { path: 'model', scheduler: 'DDIMScheduler' } } } },
    says: [
      'models.tiny.path',
      'the scheduler DDIMScheduler is not one for Stable Diffusion 3; supported: Flow',
    ],
  },
  {
    title: 'a size that the model cannot make',
    folder: { show: { ...show, programs: { ...programs(), P4: { ...program, width: 72 } } } },
    says: ['programs.P4.width: expected a multiple of 16 pixels for model "tiny", got 72'],
  },
  {
    title: 'starting a show whose model is not there',
    folder: { show: { ...show, models: { tiny: { path: 'nowhere' } } } },
    args: START,
    says: [/models\.tiny\.path: the model directory .*nowhere does not exist/, '--remote-models'],
  },
  {
    title: 'a store of an unknown kind',
    env: { PREGEN_STORE: 'ftp://somewhere' },
    says: ['PREGEN_STORE', 'file:./pregen-output'],
  },
  {
    title: 'a variant of an unknown cue',
    args: ['variant', 'start', 'show.yaml', 'prompt_7', '1'],
    says: ['unknown cue id "prompt_7"', 'prompt_1_00_00_10'],
  },
  {
    title: 'a variant beyond those of its cue',
    args: ['variant', 'start', 'show.yaml', 'prompt_1_00_00_10', '4'],
    says: ['cue prompt_1_00_00_10 has variants 1 to 3, got 4'],
  },
  {
    title: 'a film of an unknown cue',
    args: ['film', 'show.yaml', 'prompt_7', '1'],
    says: ['unknown cue id "prompt_7"', 'prompt_1_00_00_10'],
  },
  {
    title: 'a contact sheet that would be no PNG',
    args: ['sheet', 'show.yaml', '--out', 'sheet.jpg'],
    says: ['expected a name that ends in .png, got "sheet.jpg"'],
  },
  {
    title: "a path in a shell's words",
    folder: { show: { ...show, models: { tiny: { path: '~/models/tiny' } } } },
    says: ['models.tiny.path: must not begin with "~"'],
  },
  { title: 'an unknown command', args: ['shwo'], says: ["unknown command 'shwo'"] },
  { title: 'an unknown option', args: [...PLAN, '--jsno'], says: ["unknown option '--jsno'"] },
  { title: 'a missing argument', args: ['show', 'plan'], says: ["missing required argument 'file'"] },
  { title: 'an argument too many', args: [...PLAN, 'more'], says: ['too many arguments'] },
  { title: 'a group without a command', args: ['show'], says: ['plan [options] <file>'] },
  {
    title: 'a window that is no number',
    args: [...START, '--window', 'wide'],
    says: ['Expected a whole number from 1 to 250'],
  },
  {
    title: 'a variant that is no number',
    args: ['variant', 'start', 'show.yaml', 'prompt_1_00_00_10', '1e3'],
    says: ['Expected a whole number'],
  },
  {
    title: 'a field whose name clears the screen',
    folder: { show: { ...show, 'var\u001b[2Jients': 3 } },
    says: ['unknown field: var\\u001b[2Jients'],
  },
  {
    title: 'a place in a file that would begin a line of its own',
    folder: { show: { ...show, programs: { ...programs(), 'P5\nshow.yaml: is fine': 7 } } },
    says: ['P5\\nshow.yaml: is fine'],
  },
  {
    title: 'a pipeline whose name changes the colour',
    folder: { files: { 'model/model_index.json': '{"_class_name": "\\u001b[31mRedPipeline"}' } },
    says: ['\\u001b[31mRedPipeline'],
  },
  {
    title: 'an option that turns the direction of writing',
    args: [...PLAN, '--\u202ejson'],
    says: ["unknown option '--\\u202ejson'"],
  },
];

/** Unfit files that `writeShow` cannot write: created in the folder afterwards. */
const UNFIT: readonly {
  readonly title: string;
  readonly folder?: ShowFolder;
  make(cwd: string): void | Promise<void>;
  readonly says: readonly (string | RegExp)[];
}[] = [
  {
    title: 'a named pipe as show file',
    make: (cwd) => makeNamedPipe(join(cwd, 'show.yaml')),
    says: ['show.yaml: is a named pipe, expected a file'],
  },
  {
    title: 'a named pipe as cue sheet',
    make: (cwd) => makeNamedPipe(join(cwd, 'cues.json')),
    says: ['cues.json: is a named pipe, expected a file'],
  },
  {
    title: 'a named pipe in a model directory',
    make: (cwd) => makeNamedPipe(join(cwd, 'model/model_index.json')),
    says: ['model_index.json is a named pipe, expected a file'],
  },
  {
    title: 'an endless device as cue sheet',
    folder: { show: { ...show, cues: '/dev/zero' } },
    make: () => {},
    says: ['/dev/zero: is a device, expected a file'],
  },
  {
    title: 'a show file of unbelievable size',
    make: (cwd) => writeFile(join(cwd, 'show.yaml'), `# ${'x'.repeat(2 ** 20)}`),
    says: [/show\.yaml: has 1048578 bytes; at most \d+ are read/],
  },
  {
    title: 'aliases that multiply',
    make: (cwd) => {
      const level = (n: number) =>
        `l${n}: &l${n} [${Array(20)
          .fill(`*l${n - 1}`)
          .join(', ')}]`;
      const lines = ['l0: &l0 [x]', ...[1, 2, 3, 4, 5].map(level)];
      return writeFile(join(cwd, 'show.yaml'), lines.join('\n'));
    },
    says: [/show\.yaml: YAML: has \d+ values, aliases \(\*\) multiplied; at most 100000 are read/],
  },
  {
    title: 'tens of thousands of unknown fields, of which the first are named',
    folder: {
      show: { ...show, ...Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`k${n}`, n])) },
    },
    make: () => {},
    says: [/unknown field: k0, k1, [^\n]*, … \(30000 in all\)\n$/],
  },
  {
    title: 'a cue sheet of nothing but faults, of which the first are named',
    folder: { cues: Array(100_000).fill({ action: 'prompt', prompt: 'a' }) },
    make: () => {},
    says: ['cues.json, cue 0, time', /… and \d+ more problems\n$/],
  },
  {
    title: 'a cue sheet nested millions deep',
    folder: { cues: '['.repeat(10_000_000) },
    make: () => {},
    says: ['nested more than'],
  },
  {
    title: 'a picture that was cut short',
    folder: { show: withImage },
    make: async (cwd) => {
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
      const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: 'grey', noise } });
      const jpeg = await picture.jpeg().toBuffer();
      await writeFile(join(cwd, 'p.png'), jpeg.subarray(0, jpeg.length / 2));
    },
    says: ['programs.P4.image', 'p.png is cut short or damaged'],
  },
];

/** Characters that must not be sent to a terminal: C0 except line ends, C1, and Unicode's marks of lines and directions. */
const RAW_CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const withoutLineEnds = (text: string): string => text.replaceAll('\n', '');

describe('bad input', () => {
  it.each(CASES)('refuses $title', async ({ folder, args = PLAN, env = {}, says }) => {
    const cwd = await writeShow(folder);
    const before = await readdir(cwd);
    const { code, stdout, stderr } = await pregen(args, { cwd, env });
    for (const words of says) expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(withoutLineEnds(stderr)).not.toMatch(RAW_CONTROLS);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await readdir(cwd)).toEqual(before);
  });

  it.each(UNFIT)('refuses $title', async ({ folder = {}, make, says }) => {
    const cwd = await writeShow(folder);
    await make(cwd);
    const { code, stdout, stderr } = await pregen(PLAN, { cwd });
    for (const words of says) expect(stderr).toMatch(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n').length).toBeLessThan(110);
  });

  it('with --json is reported as one JSON value with every problem', async () => {
    const cwd = await writeShow({
      cues: [
        { action: 'prompt', prompt: 'a' },
        { ...cues[1], program: 5 },
      ],
    });
    const { code, stdout, stderr } = await pregen([...PLAN, '--json'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr).problems).toEqual([
      { where: 'cues.json, cue 0, time', message: expect.stringContaining('expected a time') },
      { where: 'cues.json, cue 1, program', message: 'expected a text' },
    ]);
  });
});

describe('a show file', () => {
  it('gets a remark on fields and actions that look like typing mistakes', async () => {
    const sheet = [...cues, { action: 'Prompt', prompt: 'a boat', program: 'P4' }];
    const { code, stderr } = await pregen(PLAN, { cwd: await writeShow({ cues: sheet }) });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Note: cues.json, cue 2 makes no image: its action is "Prompt", and "prompt" is what would.\n',
    });
  });

  it('may contain merge keys, as in YAML 1.1', async () => {
    const text = [
      'project: test\nversion: v1\ncues: cues.json\nvariants: { transcript: 1, prompt: 1, move-slider: 1 }',
      'models: { tiny: { path: model } }',
      'programs:',
      '  P0: &base { model: tiny, steps: 4, guidance: 2, width: 64, height: 64, previews: false }',
      '  P4: { <<: *base, previews: true }',
    ].join('\n');
    const { code, stdout, stderr } = await pregen(PLAN, { cwd: await writeShow({ show: text }) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('P4');
  });
});

describe('a gallery', () => {
  it('of an empty store says that there is nothing to show', async () => {
    const args = ['gallery', '--port', '0', '--store', 'file:./nothing', '--show', 'nope/v9'];
    const gallery = startPregen(args, { cwd: await writeShow() });
    await gallery.said.untilMatch(/^There is nothing of nope\/v9 in file:.*nothing yet/);
    gallery.stop();
    await gallery.ended;
  });
});

describe('an error of the operating system', () => {
  it('is a sentence if a port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const { code, stderr } = await pregen(['gallery', '--port', port], { cwd: await writeShow() });
    expect(stderr).toContain(`Port ${port} is in use by another program; choose another one with --port`);
    expect(stderr).not.toContain('fault of this program');
    expect(code).toBe(1);
  });

  it('is a sentence if the folder to write into does not exist; a still is made of an image without previews', async () => {
    const cwd = await writeShow();
    const image = join(cwd, 'pregen-output/test/v1/cues/transcript_0_00_00_05/1/final.png');
    await mkdir(dirname(image), { recursive: true });
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toFile(image);
    const film = (out: string) =>
      pregen(['film', 'show.yaml', 'transcript_0_00_00_05', '1', '--out', out], { cwd });
    const { code, stderr } = await film('nowhere/x.webp');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'nowhere/x.webp does not exist.\n' });
    expect(await film('still.webp')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 picture,'),
    });
    expect(await sharp(join(cwd, 'still.webp')).metadata()).toMatchObject({ format: 'webp', width: 8 });
  });
});

describe('a text with control characters', () => {
  const hostile = 'a boat\u001b]0;owned\u0007\u009b31m \u202etxt\u2028 sea';
  const cuesOfOthers = [{ ...cues[1], prompt: hostile }];

  it.each([
    ['people', []],
    ['machines', ['--json']],
  ])('is printed for %s without its control characters', async (_, options) => {
    const { code, stdout } = await pregen([...PLAN, ...options], {
      cwd: await writeShow({ cues: cuesOfOthers }),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('a boat\\u001b]0;owned');
    expect(withoutLineEnds(stdout)).not.toMatch(RAW_CONTROLS);
    if (options.length > 0) expect(JSON.parse(stdout).cues[0].prompt).toBe(hostile);
  });

  it('cannot forge a line of an audit', async () => {
    const cwd = await writeShow();
    const folder = join(
      cwd,
      'pregen-output/test/v1/cues/notes\n  prompt_1_00_00_10 #1: missing-final, forged',
    );
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a\u001b[2Jb.txt'), 'x');
    const { code, stdout } = await pregen(['show', 'audit', 'show.yaml'], { cwd });
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/^ {2}prompt_1_00_00_10 #1: missing-final/m);
    expect(withoutLineEnds(stdout)).not.toMatch(RAW_CONTROLS);
  });
});

describe('a Temporal server that does not answer', () => {
  it.each([
    'show start show.yaml',
    'show status show.yaml',
    'variant start show.yaml prompt_1_00_00_10 1',
    'setup',
  ])('fails "%s" with how to start one, and leaves nothing behind', async (command) => {
    const cwd = await writeShow();
    const before = await readdir(cwd);
    // Port 1 is reserved: no server listens there.
    const { code, stderr } = await pregen(command.split(' '), {
      cwd,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(stderr).toBe(
      'Temporal does not answer at 127.0.0.1:1 (connection refused). Start the development stack with ' +
        '"npm run -s pregen -- dev", or set TEMPORAL_ADDRESS to your server.\n',
    );
    expect(code).toBe(1);
    expect(await readdir(cwd)).toEqual(before);
  });
});
