/**
 * What an operator sees of one variant in the Temporal Web UI: its status as a search attribute, written when it
 * changes and at no other time (each write is a history event), and current details in Markdown, which cost nothing.
 */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { finalKey, timingKey, variantPrefix } from '../domain/object-keys.js';
import type { VariantResult } from '../domain/progress.js';
import type { RenditionRequest } from '../domain/rendition.js';
import { PREGEN_STATUS, type VariantStatus } from '../domain/search-attributes.js';

export interface StatusDisplay {
  /** Tells what happens now; writes the status if it is another one than before. */
  show(status: VariantStatus, now: string): void;
}

/** A display that starts at `denoising`, which the starter has set. */
export function statusDisplay(request: RenditionRequest): StatusDisplay {
  const facts = describeRequest(request);
  let shown: VariantStatus = 'denoising';
  return {
    show(status, now) {
      setCurrentDetails(`${facts}\n\n**${status}**: ${now}`);
      if (status === shown) return;
      shown = status;
      upsertSearchAttributes([{ key: PREGEN_STATUS, value: status }]);
    },
  };
}

/** Where the objects of a stored variant are, and what is missing. */
export function describeResult(request: RenditionRequest, { missingSteps }: VariantResult): string {
  if (!request.settings.previews) return `\`${finalKey(request)}\``;
  const missing =
    missingSteps.length === 0 ? '' : `\n\nWithout previews of steps ${missingSteps.join(', ')}.`;
  return `\`${finalKey(request)}\`, previews beside it, \`${timingKey(request)}\`${missing}`;
}

function describeRequest(request: RenditionRequest): string {
  const { settings, seed, cueId, variantId } = request;
  const strength = settings.strength === undefined ? '' : ` · strength ${settings.strength}`;
  return [
    `**${cueId}**, variant ${variantId} · program ${settings.program} · model ${settings.model.name}`,
    `> ${settings.prompt.replace(/\s+/g, ' ')}`,
    `seed ${seed} · ${settings.steps} steps · guidance ${settings.guidance}${strength} · ${settings.width}×${settings.height}`,
    `\`${variantPrefix(request)}\``,
  ].join('\n\n');
}
