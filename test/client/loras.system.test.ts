/** LoRAs on the command line: `model try`, `model inspect`, and the checks of `show plan` and `show start`. */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodePicture } from '../../engine/files/png.js';
import { readPngTexts } from '../../gallery/png-text.js';
import { GOLDENS, openGoldens, type RecordedArray } from '../diffusion/goldens.js';
import { pregen } from '../support/pregen.js';
import { show, writeShow } from '../support/show-folder.js';
import { temporaryFolder } from '../support/temp-folder.js';

const LORAS = join(GOLDENS, 'loras');
const SDXL = join(LORAS, 'sdxl');
const file = (name: string) => join(LORAS, `${name}.safetensors`);

interface LoraCase {
  readonly model: string;
  readonly loras: readonly { readonly file: string; readonly scale: number }[];
  readonly request: Readonly<Record<string, string | number>>;
  readonly final: RecordedArray;
}
const { recorded, picture } = openGoldens<{ cases: LoraCase[] }>('loras');

describe('model try', () => {
  it("merges LoRAs once, gives diffusers' image, and records them in it", async () => {
    const cwd = await temporaryFolder();
    const golden = recorded.cases.find(({ loras }) => loras.length === 3);
    if (golden === undefined) throw new Error('no image with three LoRAs was recorded');
    const chosen = golden.loras.flatMap((lora) => ['--lora', `${file(lora.file)}:${lora.scale}`]);
    const request = Object.entries(golden.request).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const env = { PREGEN_MERGED_MODELS: join(cwd, 'merged') };
    const attempt = () =>
      pregen(['model', 'try', SDXL, ...chosen, ...request, '--threads', '1', '--out', 'a.png'], { cwd, env });
    const first = await attempt();
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('Merging the LoRAs into a copy of the model, 2 MB, once');
    const png = await readFile(join(cwd, 'a.png'));
    const { data } = await decodePicture(png);
    const differences = picture(golden.final).data.map((value, index) =>
      Math.abs(value - (data[index] ?? 0)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    const texts = await readPngTexts(Uint8Array.from(png).buffer);
    expect(texts.get('parameters')).toMatch(/LoRAs: .*sdxl-kohya\.safetensors -0\.5/);
    expect((await attempt()).stderr).not.toContain('Merging');
    expect((await readdir(join(cwd, 'merged'))).filter((name) => !name.endsWith('.lock'))).toHaveLength(1);
  });

  it.each([
    ['a file twice', ['--lora', 'a.safetensors:0.5', '--lora', 'a.safetensors'], 2, /named twice/],
    ['a file that is not there', ['--lora', 'none.safetensors'], 1, /none\.safetensors/],
    ['a file for another model', ['--lora', file('flux-kohya')], 1, /8 of its 8 modules have no weight/],
  ])('refuses %s', async (_, loras, code, words) => {
    const cwd = await temporaryFolder();
    const env = { PREGEN_MERGED_MODELS: join(cwd, 'merged') };
    const said = await pregen(['model', 'try', SDXL, '--prompt', 'x', '--out', 'a.png', ...loras], {
      cwd,
      env,
    });
    expect(said.code).toBe(code);
    expect(said.stderr).toMatch(words);
    expect(await readdir(cwd)).not.toContain('a.png');
  });
});

describe('model inspect', () => {
  it('describes LoRAs and checks that they fit, without merging them', async () => {
    const cwd = await temporaryFolder();
    const env = { PREGEN_MERGED_MODELS: join(cwd, 'merged') };
    const args = ['model', 'inspect', SDXL, '--lora', `${file('sdxl-kohya')}:0.8`];
    const { code, stdout } = await pregen(args, { cwd, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /LoRA +.*sdxl-kohya\.safetensors at 0\.8: rank 4; weights of text_encoder 18, text_encoder_2 18, unet 49/,
    );
    expect(await readdir(cwd)).toEqual([]);
    const plain = JSON.parse((await pregen(['model', 'inspect', SDXL, '--json'], { cwd })).stdout);
    const json = JSON.parse((await pregen([...args, '--json'], { cwd })).stdout);
    expect(json.info.digest).not.toBe(plain.info.digest);
    const wrong = await pregen(['model', 'inspect', SDXL, '--lora', file('flux-peft')], { cwd });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/It cannot be used:\n.*flux-peft.* have no weight in this sdxl model/);
  });
});

describe('a show', () => {
  let cwd: string;
  const withLoras = (...loras: object[]) => ({ ...show, models: { tiny: { path: 'sdxl', loras } } });
  beforeEach(async () => {
    cwd = await writeShow({ show: withLoras({ path: 'painter.safetensors' }) });
    await cp(SDXL, join(cwd, 'sdxl'), { recursive: true });
  });
  const plan = () => pregen(['show', 'plan', 'show.yaml'], { cwd });

  it('with LoRAs that fit is planned', async () => {
    await cp(file('sdxl-peft'), join(cwd, 'painter.safetensors'));
    expect(await plan()).toMatchObject({ code: 0, stderr: '' });
  });

  it('with LoRAs that do not fit is refused', async () => {
    await cp(file('sd-kohya'), join(cwd, 'painter.safetensors'));
    const { code, stderr } = await plan();
    expect(code).toBe(2);
    expect(stderr).toMatch(/models\.tiny\.loras: LoRA painter\.safetensors: \d+ of its \d+ modules/);
  });

  it('with a LoRA that is not on this machine is planned with a note, and started with --remote-models only', async () => {
    const { code, stderr } = await plan();
    expect(code).toBe(0);
    expect(stderr).toMatch(/a LoRA of model "tiny" is not on this machine \(.*painter\.safetensors\)/);
    const started = await pregen(['show', 'start', 'show.yaml'], { cwd });
    expect(started.code).toBe(2);
    expect(started.stderr).toMatch(
      /models\.tiny\.loras\.0\.path: the LoRA .*painter\.safetensors does not exist; .*--remote-models/,
    );
  });
});
