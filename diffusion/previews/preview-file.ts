/**
 * A model's own preview factors: `latent_rgb.json` with `factors` (one RGB triple per latent channel) and
 * `bias`, giving 0…1. Without the file, the family's preset.
 */
import { join } from 'node:path';
import { readJsonIfThere } from '../model-directory/json.js';
import type { PreviewFactors } from '../types.js';
import { fromUnit, type PreviewPreset, previewPreset } from './preview.js';

const FILE = 'latent_rgb.json';

/**
 * The factors to use for a model.
 * @throws Error when the file is malformed or the number of channels is not the model's
 */
export async function readPreviewFactors(
  directory: string,
  preset: PreviewPreset,
  latentChannels: number,
): Promise<PreviewFactors> {
  const own = await readJsonIfThere(join(directory, FILE));
  const factors = own === undefined ? previewPreset(preset) : parse(own);
  if (factors.factors.length !== latentChannels) {
    throw new Error(
      `the preview factors (${factors.source}) are for ${factors.factors.length} latent channels, ` +
        `the model has ${latentChannels}`,
    );
  }
  return factors;
}

function parse(json: Record<string, unknown>): PreviewFactors {
  const rows: unknown[] = Array.isArray(json.factors) ? json.factors : [];
  return fromUnit(
    rows.map((row, channel) => triple(row, `factors[${channel}]`)),
    triple(json.bias, 'bias'),
    FILE,
  );
}

function triple(value: unknown, name: string): [number, number, number] {
  if (Array.isArray(value) && value.length === 3) {
    const [r, g, b]: unknown[] = value;
    if (isNumber(r) && isNumber(g) && isNumber(b)) return [r, g, b];
  }
  throw new Error(`${FILE}: "${name}" is ${JSON.stringify(value) ?? 'missing'}, expected three numbers`);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
