/**
 * `pregen model inspect`: what a directory holds and whether it can be used, with LoRAs too, which are compared with it and not merged.
 */

import { inspectModel, ModelError, type ModelReport } from '../../diffusion/index.js';
import { type LoraFacts, planMerge } from '../../diffusion/lora/plan-merge.js';
import { providersText } from '../../domain/execution-providers.js';
import { given } from '../../domain/given.js';
import { readIdentity } from '../merged/merged-identity.js';
import type { ModelOrder, ModelReply } from './protocol.js';
import { loadOptions } from './settings.js';

const MIB = 2 ** 20;

type InspectOrder = Extract<ModelOrder, { type: 'inspect' }>;

export async function inspect(order: InspectOrder): Promise<ModelReply> {
  const report = await inspectModel(order.directory, loadOptions(order));
  const { loras, problems, digest } = await inspectLoras(order);
  const whole = {
    ...report,
    ...(loras.length > 0 && { loras }),
    ...(report.info && { info: { ...report.info, ...given({ digest }) } }),
    problems: [...new Set([...report.problems, ...problems])],
  };
  const text = describe(whole, loras.map(describeLora));
  return { type: 'result', data: whole, text, failed: whole.problems.length > 0 };
}

interface LoraReport {
  readonly loras: readonly LoraFacts[];
  readonly problems: readonly string[];
  /** Of the model with them. */
  readonly digest?: string;
}

async function inspectLoras({ directory, loras = [] }: InspectOrder): Promise<LoraReport> {
  if (loras.length === 0) return { loras: [], problems: [] };
  try {
    const plan = await planMerge(directory, loras);
    return { loras: plan.loras, problems: [], digest: (await readIdentity(directory, loras)).digest };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { loras: [], problems: error.problems };
  }
}

/** For example `painter.safetensors at 0.8: rank 16, unet 264, text_encoder 48`. */
function describeLora({ path, scale, modules, ranks: [least, most] }: LoraFacts): string[] {
  const rank = least === most ? `rank ${least}` : `ranks ${least} to ${most}`;
  const counts = Object.entries(modules).map(([part, count]) => `${part} ${count}`);
  return ['LoRA', `${path} at ${scale}: ${rank}; weights of ${counts.join(', ')}`];
}

function describe(
  { directory, info, parts, weightBytes, availableProviders, problems }: ModelReport,
  loras: readonly string[][],
): string {
  const facts =
    info === undefined
      ? []
      : [
          ['family', `${info.family} (${info.pipeline})`],
          ['scheduler', info.scheduler],
          ['sizes', `multiples of ${info.sizeMultiple} pixels`],
          [
            'latents',
            `${info.latentChannels} channels, one for ${info.vaeScaleFactor}×${info.vaeScaleFactor} pixels`,
          ],
          ['previews', `${info.previewFactors.source}; vae${info.taesd ? ', taesd' : ''}`],
          ['runs on', providersText(info.executionProviders)],
          ['digest', info.digest],
        ];
  const rows = [
    ...facts,
    ...loras,
    ['memory', `at least ${megabytes(weightBytes)} for weights; activations come on top`],
    ['providers known', availableProviders.join(', ')],
  ];
  return [
    directory,
    ...rows.map(([name = '', value]) => `  ${name.padEnd(17)}${value}`),
    '',
    ...parts.flatMap(({ part, bytes, precision, inputs, outputs }) => [
      `  ${part.padEnd(15)}${megabytes(bytes).padStart(9)}  ${precision}`,
      `    in   ${inputs.join(', ')}`,
      `    out  ${outputs.slice(0, 2).join(', ')}${outputs.length > 2 ? `, ${outputs.length - 2} more` : ''}`,
    ]),
    '',
    problems.length === 0
      ? 'It can be used.'
      : `It cannot be used:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  ].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`;
}
