/**
 * The details of a variant: its cue in the show file, and the generation parameters stored in its image.
 */

import { parseParameters } from '../parameters.js';
import { readPngTexts } from '../png-text.js';
import { type CueEntry, stateOf, type VariantEntry } from '../show-index.js';
import { el } from './base/dom.js';
import type { VariantRef } from './show/route.js';
import { STATE_WORDS } from './show/states.js';
import { timeOf } from './tiles.js';
import type { Context } from './view.js';

export function factsPanel(
  { api, show }: Context,
  ref: VariantRef,
  cue: CueEntry,
  variant: VariantEntry,
  signal: AbortSignal,
): HTMLElement {
  const { word, meaning } = STATE_WORDS[stateOf(variant)];
  const [, , stamp, previews] = variant;
  const finalAddress = api.objectAddress(show, ref, 'final.png', stamp);
  const workflow = api.workflowAddress(show, ref);
  const parameters = el('div', { class: 'parameters' });
  if (stamp !== '') void fillParameters(parameters, finalAddress, signal);
  return el(
    'div',
    {},
    list([
      ['State', `${word}: ${meaning}`],
      ['Cue', [cue.cueId, timeOf(cue.cueId) && `at ${timeOf(cue.cueId)}`].filter(Boolean).join(', ')],
      ['Program', cue.facts?.program ?? ''],
      ['Prompt of the show', cue.facts?.prompt ?? ''],
    ]),
    parameters,
    el(
      'p',
      { class: 'links' },
      ...(stamp === '' ? [] : [link(finalAddress, 'final.png')]),
      ...(previews === undefined
        ? []
        : [link(api.objectAddress(show, ref, 'timing.json', stamp), 'timing.json')]),
      ...(workflow === undefined ? [] : [link(workflow, 'its workflow in the Temporal Web UI')]),
    ),
  );
}

async function fillParameters(panel: HTMLElement, address: string, signal: AbortSignal): Promise<void> {
  const text = await readParameters(address, signal).catch(() => undefined);
  if (signal.aborted) return;
  if (text === undefined) {
    panel.append(el('p', { class: 'notice' }, 'The image says nothing about how it was made.'));
    return;
  }
  const { prompt, negativePrompt, settings } = parseParameters(text);
  panel.append(
    el('h3', {}, 'Generation parameters'),
    list([['Prompt', prompt], ['Negative prompt', negativePrompt], ...settings]),
  );
}

async function readParameters(address: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(address, { signal });
  return response.ok ? (await readPngTexts(await response.arrayBuffer())).get('parameters') : undefined;
}

const list = (facts: readonly (readonly [string, string])[]): HTMLElement =>
  el(
    'dl',
    {},
    ...facts
      .filter(([, value]) => value !== '')
      .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
  );

const link = (address: string, text: string): HTMLElement =>
  el('a', { href: address, target: '_blank', rel: 'noreferrer' }, text);
