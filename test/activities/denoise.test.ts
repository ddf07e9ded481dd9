import { describe, expect, it } from 'vitest';
import { fingerprint, requestFor, Surroundings, startEngine, startStudio } from '../support/rendering.js';

describe('denoise', () => {
  it('leaves previews, measured durations and a final image on the spool, and tells every step', async () => {
    const { gpu, spool } = await startStudio(startEngine());
    const here = new Surroundings();
    const manifest = await here.run(gpu.denoise, requestFor(1));
    expect(manifest).toMatchObject({ spoolId: spool.id, steps: 6 });
    const rendition = await spool.findRendition(manifest.renditionId);
    expect(rendition?.steps.map(({ step, of }) => `${step}/${of}`)).toEqual([
      '1/6',
      '2/6',
      '3/6',
      '4/6',
      '5/6',
      '6/6',
    ]);
    console.log(manifest, here.heartbeats, rendition?.steps, await fingerprint(spool, manifest.renditionId));
  });
});
