/**
 * Opening a model's parts: sessions and tokenizers, from their folders. Every part that is missing or unreadable
 * is noted, so that all are told at once.
 */
import { join } from 'node:path';
import { exists } from '../model-directory/exists.js';
import type { ModelIndex } from '../model-directory/model-index.js';
import type { Problems } from '../model-directory/problems.js';
import { providerProblem } from '../onnx/providers.js';
import { type ModelSession, openSession, type SessionOptions } from '../onnx/session.js';
import { loadTokenizer, type PromptTokenizer } from '../text/tokenizer.js';

/** A text encoder with the tokenizer that feeds it. */
export interface TextEncoder {
  readonly tokenizerPart: string;
  readonly tokenizer: PromptTokenizer;
  readonly session: ModelSession;
}

export interface PartOpener {
  session(part: string): Promise<ModelSession | undefined>;
  /** Only if the directory has it. */
  optionalSession(part: string): Promise<ModelSession | undefined>;
  /** `text_encoder{suffix}` and `tokenizer{suffix}`. */
  encoder(suffix: string): Promise<TextEncoder | undefined>;
  /** All sessions that were opened so far, to release them when a part is missing. */
  readonly opened: readonly ModelSession[];
}

/** Opens parts one by one; what fails is noted and comes back undefined. */
export function partOpener(index: ModelIndex, options: SessionOptions, problems: Problems): PartOpener {
  const opened: ModelSession[] = [];
  const session = async (part: string) => {
    const found = await openPart(index.directory, part, options, problems);
    if (found !== undefined) opened.push(found);
    return found;
  };
  return {
    opened,
    session,
    optionalSession: async (part) =>
      (await exists(join(index.directory, part, 'model.onnx'))) ? session(part) : undefined,
    encoder: (suffix) => openEncoder(index, suffix, session, problems),
  };
}

/** The output with the hidden states before the last layer. */
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
      const provider = providerProblem(options.executionProviders, reason);
      throw new Error(provider ?? `${part}/model.onnx cannot be opened: ${reason}`, { cause });
    });
  });
}
