/**
 * `pregen model inspect`: what a directory holds and whether it can be used.
 */
import { inspectModel, type ModelReport } from '../../diffusion/index.js';
import type { ModelOrder, ModelReply } from './protocol.js';
import { loadOptions } from './settings.js';

const MIB = 2 ** 20;

export async function inspect(order: Extract<ModelOrder, { type: 'inspect' }>): Promise<ModelReply> {
  const report = await inspectModel(order.directory, loadOptions(order));
  return { type: 'result', data: report, text: describe(report), failed: report.problems.length > 0 };
}

function describe({
  directory,
  info,
  parts,
  weightBytes,
  availableProviders,
  problems,
}: ModelReport): string {
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
          ['runs on', info.executionProviders.join(', ')],
          ['digest', info.digest],
        ];
  const rows = [
    ...facts,
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
