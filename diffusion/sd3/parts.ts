/**
 * The parts of a Stable Diffusion 3 model: sessions and tokenizers, opened from their folders.
 * Every part that is missing or unreadable is noted, so that all are told at once.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelIndex } from '../model-index.js';
import type { Problems } from '../problems.js';
import { type ModelSession, openSession, type SessionOptions } from '../session.js';
import { loadTokenizer, type PromptTokenizer } from '../text/tokenizer.js';

/** A text encoder with the tokenizer that feeds it. */
export interface TextEncoder {
  readonly tokenizerPart: string;
  readonly tokenizer: PromptTokenizer;
  readonly session: ModelSession;
}

export interface Sd3Parts {
  readonly clip: readonly [TextEncoder, TextEncoder];
  /** Absent in models that were exported without it: zeros take its place. */
  readonly t5: TextEncoder | undefined;
  readonly transformer: ModelSession;
  readonly vaeDecoder: ModelSession;
  /** Needed for image-to-image only. */
  readonly vaeEncoder: ModelSession | undefined;
}

/** Opens all parts; undefined, with the reasons noted, if one is missing or broken. */
export async function openParts(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Sd3Parts | undefined> {
  const session = (part: string) => openPart(index.directory, part, options, problems);
  const encoder = (suffix: string) => openEncoder(index, suffix, session, problems);
  const clip1 = await encoder('');
  const clip2 = await encoder('_2');
  const hasT5 = index.classOf('text_encoder_3') !== undefined;
  const t5 = hasT5 ? await encoder('_3') : undefined;
  const transformer = await session('transformer');
  const vaeDecoder = await session('vae_decoder');
  const hasEncoder = await exists(join(index.directory, 'vae_encoder', 'model.onnx'));
  const vaeEncoder = hasEncoder ? await session('vae_encoder') : undefined;
  if (!clip1 || !clip2 || (hasT5 && !t5) || !transformer || !vaeDecoder) return undefined;
  return { clip: [clip1, clip2], t5, transformer, vaeDecoder, vaeEncoder };
}

/** All sessions of a model, to check or release them. */
export function sessionsOf({ clip, t5, transformer, vaeDecoder, vaeEncoder }: Sd3Parts): ModelSession[] {
  const optional = [t5?.session, vaeEncoder].filter((session) => session !== undefined);
  return [...clip.map(({ session }) => session), transformer, vaeDecoder, ...optional];
}

/** The output with the hidden states before the last layer, which Stable Diffusion 3 conditions on. */
export function penultimateOutput(session: ModelSession): string {
  const layers = session.ort.outputNames.filter((name) => /^hidden_states\.\d+$/.test(name)).length;
  return `hidden_states.${Math.max(layers - 2, 0)}`; // 0: a name to miss, when none was exported
}

async function openEncoder(
  index: ModelIndex,
  suffix: string,
  open: (part: string) => Promise<ModelSession | undefined>,
  problems: Problems,
): Promise<TextEncoder | undefined> {
  const tokenizerPart = `tokenizer${suffix}`;
  const className = index.classOf(tokenizerPart) ?? 'CLIPTokenizer';
  const tokenizer = await loadTokenizer(join(index.directory, tokenizerPart), className).catch(
    (error: unknown) => {
      problems.add(
        `${tokenizerPart} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    },
  );
  const session = await open(`text_encoder${suffix}`);
  return tokenizer && session ? { tokenizerPart, tokenizer, session } : undefined;
}

async function openPart(
  directory: string,
  part: string,
  options: SessionOptions,
  problems: Problems,
): Promise<ModelSession | undefined> {
  const path = join(directory, part, 'model.onnx');
  if (!(await exists(path))) {
    problems.add(`${part}/model.onnx is missing`);
    return undefined;
  }
  return await problems.collect(async () => {
    return await openSession(part, path, options).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${part}/model.onnx cannot be opened: ${reason}`, { cause });
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
