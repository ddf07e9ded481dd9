import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const model = join(import.meta.dirname, '../../models/demo-sd3');
const readJson = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(model, ...path), 'utf8'));

describe('the demo model', () => {
  it('stays small enough for the repository: 12 MB in all', () => {
    const files = readdirSync(model, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(model, name)),
    );
    const bytes = files.filter((file) => file.isFile()).reduce((sum, file) => sum + file.size, 0);
    expect(bytes).toBeLessThanOrEqual(12_000_000);
  });

  it('has every part that its index names, in the layout of an Optimum export', () => {
    const index = Object.entries(readJson('model_index.json'));
    const parts = index.flatMap(([name, part]) => (Array.isArray(part) && part[0] !== null ? [name] : []));
    const folders = parts.flatMap((name) => (name === 'vae' ? ['vae_encoder', 'vae_decoder'] : [name]));
    expect(folders.sort()).toEqual(
      readdirSync(model, { withFileTypes: true })
        .filter((f) => f.isDirectory())
        .map((f) => f.name)
        .sort(),
    );
    const graphs = folders.filter((name) => !/^(tokenizer|scheduler)/.test(name));
    for (const name of graphs)
      expect(statSync(join(model, name, 'model.onnx')).size).toBeGreaterThan(100_000);
  });

  it('has preview factors for its own 16 latent channels', () => {
    const channels = readJson('transformer', 'config.json').in_channels;
    const { factors, bias } = readJson('latent_rgb.json');
    expect(channels).toBe(16);
    expect(factors).toHaveLength(16);
    expect(bias).toHaveLength(3);
  });
});
