import { describe, expect, it } from 'vitest';
import type { LiveImage } from '../../gallery/live-image.js';
import { LiveImages, type LiveView } from '../../gallery/live-images.js';
import { LOOKS_PER_POLL, nextToPoll, type PolledImage } from '../../gallery/poll-order.js';
import type { ImageState } from '../../live/look-at-image.js';
import { keyOf, type RunningVariant } from '../../live/running-variants.js';

const SHOW = { project: 'gala', version: 'v1' };
const CUE = 'prompt_1_00_00_10';

/** A stand-in for a Temporal server, whose running images the test sets. */
function serverWith(states: Record<string, ImageState | 'uploading'>) {
  const asked: string[] = [];
  const view: LiveView = {
    running: async () =>
      Object.entries(states).map(([name, state]): RunningVariant => {
        const [variantId = 0, take] = name.split('/').map(Number);
        const image = { cueId: CUE, variantId, uploading: state === 'uploading' };
        return take === undefined ? image : { ...image, take };
      }),
    look: async (address) => {
      const name = keyOf(address).slice(CUE.length + 1);
      asked.push(name);
      const state = states[name];
      return state === undefined || state === 'uploading' ? undefined : { image: state };
    },
  };
  const told: LiveImage[] = [];
  const images = new LiveImages(SHOW, view, (image) => told.push(image));
  /** What the listener is told in the next poll. */
  const poll = async () => {
    told.length = 0;
    await images.poll();
    return [...told];
  };
  return { states, asked, images, poll };
}

const denoising = (step: number, webp?: string): ImageState => ({
  ...{ phase: 'denoising', step, of: 20 },
  ...(webp !== undefined && { picture: { step, webp } }),
});

describe('images in flight', () => {
  it('are reported when they change, each with the address of its newest preview; takes are reported separately', async () => {
    const { states, images, poll } = serverWith({ '1': denoising(3, 'AAAA'), '1/77': denoising(1) });
    const [first, take] = await poll();
    const name = { cueId: CUE, variantId: 1 };
    const picture = expect.stringMatching(
      new RegExp(`^live/gala/v1/${CUE}/1\\.webp\\?step=\\d+&v=[\\w-]{12}$`),
    );
    expect(first).toEqual({ ...name, phase: 'denoising', step: 3, of: 20, picture });
    expect(take).toEqual({ ...name, take: 77, phase: 'denoising', step: 1, of: 20 });
    expect(images.told).toEqual([first, take]);
    expect(await poll()).toEqual([]);
    states['1/77'] = denoising(2, 'BBBB');
    const [changed] = await poll();
    expect(changed).toMatchObject({
      take: 77,
      step: 2,
      picture: expect.stringContaining('/1-77.webp?step=2&v='),
    });
    expect(images.picture({ ...name, take: 77 })?.webp).toBe('BBBB');
    expect(images.picture(name)?.webp).toBe('AAAA');
  });

  it('keep their last preview during the upload, and are over when their workflow has ended', async () => {
    const { states, images, poll, asked } = serverWith({ '1': denoising(3, 'AAAA') });
    await poll();
    asked.length = 0;
    states['1'] = 'uploading';
    expect(await poll()).toMatchObject([{ phase: 'uploading', picture: expect.anything() }]);
    expect(asked).toEqual([]);
    delete states['1'];
    expect(await poll()).toEqual([{ cueId: CUE, variantId: 1, phase: 'over' }]);
    expect(images.told).toEqual([]);
    expect(images.picture({ cueId: CUE, variantId: 1 })).toBeUndefined();
  });

  it('have no preview of an earlier run', async () => {
    const { states, poll } = serverWith({ '1': denoising(3, 'AAAA') });
    await poll();
    states['1'] = { phase: 'queued', step: 4, of: 20 };
    expect(await poll()).toMatchObject([{ phase: 'queued', picture: expect.anything() }]);
    states['1'] = { phase: 'waiting' };
    expect(await poll()).toEqual([{ cueId: CUE, variantId: 1, phase: 'waiting' }]);
  });

  it('are requested up to a limit in each poll, the others in turn', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => String(index + 1));
    const states = Object.fromEntries(ids.map((id) => [id, { phase: 'waiting' } as ImageState]));
    for (const id of ids.slice(0, 5)) states[id] = denoising(1);
    const { poll, asked } = serverWith(states);
    const asks: string[][] = [];
    for (let polls = 0; polls < 3; polls++) {
      await poll();
      asks.push(asked.splice(0));
    }
    expect(asks.map((names) => names.length)).toEqual([64, 64, 64]);
    // Images on a device are requested in each poll, as soon as that is known; all images once in three polls.
    for (const names of asks) expect(names).toEqual(expect.arrayContaining(ids.slice(0, 5)));
    expect(new Set(asks.flat()).size).toBe(150);
  });
});

describe('the order of polling', () => {
  it('leaves room for waiting images if more are on devices than one poll requests', () => {
    const image = (onDevice: boolean, lookedAt: number): PolledImage => ({ onDevice, lookedAt });
    const many = Array.from({ length: 100 }, (_, index) => image(true, index));
    const looks = nextToPoll([...many, ...Array.from({ length: 30 }, () => image(false, 5))]);
    expect(looks).toHaveLength(LOOKS_PER_POLL);
    expect(looks.filter(({ onDevice }) => !onDevice)).toHaveLength(16);
    expect(looks.filter(({ onDevice }) => onDevice).map(({ lookedAt }) => lookedAt)).toEqual(
      Array.from({ length: 48 }, (_, index) => index),
    );
  });
});
