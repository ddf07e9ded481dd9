/** Sizes of image-to-image programs: without a size of their own they have the picture's, rounded down to one that the model can make. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadShow } from '../../client/load/load-show.js';
import { planCues } from '../../domain/show-plan.js';
import { program, show, writeShow } from '../support/show-folder.js';

const { width: _width, height: _height, ...sizeless } = program;
const PAINTED = { ...sizeless, image: 'p.jpg', strength: 0.5 };

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } }).jpeg();

interface Case {
  readonly programs?: Record<string, unknown>;
  readonly bytes?: Buffer;
  readonly models?: unknown;
}

async function load({ programs = {}, bytes, models = show.models }: Case) {
  const cwd = await writeShow({
    show: { ...show, models, programs: { P0: program, P4: { ...PAINTED, ...programs } } },
    files: {
      'p.jpg': bytes ?? (await picture(200, 150).toBuffer()),
      'model/vae_encoder/model.onnx': '',
    },
  });
  return loadShow(join(cwd, 'show.yaml'), {});
}

const sizeOf = async (given: Case) => {
  const { tasks } = await load(given);
  const { width, height } = tasks.find(({ settings }) => settings.program === 'P4')?.settings ?? {};
  return `${width}×${height}`;
};

test("an image has its picture's size, each side rounded down to a multiple that the family can make", async () => {
  expect(await sizeOf({})).toBe('192×144');
  expect(await sizeOf({ programs: { width: 64 } })).toBe('64×144');
  expect(await sizeOf({ programs: { height: 64 } })).toBe('192×64');
  expect(await sizeOf({ programs: { width: 64, height: 32 } })).toBe('64×32');
});

test('the size of a photo respects its EXIF orientation', async () => {
  const onItsSide = await picture(200, 150).withMetadata({ orientation: 6 }).toBuffer();
  expect(await sizeOf({ bytes: onItsSide })).toBe('144×192');
});

test('the plan of a run, made from the bundle alone, has the same sizes', async () => {
  const { show: file, cues, context, tasks } = await load({});
  const bundle = JSON.parse(JSON.stringify({ ...context, show: file, cues }));
  expect(planCues(bundle.show, bundle.cues, bundle)).toEqual(tasks);
});

test('without the model on this machine, a size is required unless all families round to the same', async () => {
  const models = { tiny: { path: 'elsewhere' } };
  await expect(load({ models })).rejects.toThrow(
    'programs.P4.image: the picture has 200×150 pixels, which model "tiny", not on this machine, may round to another size: give width and height',
  );
  expect(await sizeOf({ models, bytes: await picture(160, 96).toBuffer() })).toBe('160×96');
});

test('invalid sizes are refused, and so is a program without a picture and a size', async () => {
  await expect(load({ bytes: await picture(200, 15).toBuffer() })).rejects.toThrow(
    'programs.P4.image: the picture has 200×15 pixels, which is no size for an image: give width and height',
  );
  const bare = load({ programs: { image: undefined, strength: undefined } });
  await expect(bare).rejects.toThrow(
    /programs\.P4\.width: expected a number of pixels; .*\n.*programs\.P4\.height: expected a number of pixels/,
  );
  await expect(load({ bytes: Buffer.from('no picture') })).rejects.toThrow(
    /^[^\n]*programs\.P4\.image: \S+p\.jpg is not a picture that can be read$/,
  );
});
