import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import {
  idTensor,
  inputTensor,
  type ModelSession,
  runSession,
  type SessionOptions,
} from '../../onnx/session.js';
import { T5_LENGTH } from '../../text/prompt-windows.js';
import { clipLength } from '../../text/tokenizer.js';
import type { GenerationRequest } from '../../types.js';
import { openCommonParts } from '../common-parts.js';
import type { Family } from '../family.js';
import type { TextEncoder } from '../parts.js';
import type { Predict, ReadPrompt } from '../read-prompt.js';
import { truncations } from '../truncation.js';
import { checkFlux } from './check.js';
import { imageIds, PATCH, pack, textIds, unpack } from './packing.js';
import type { Flux } from './parts.js';

/** Largest width and height: beyond it, attention needs more memory than devices have. */
const MAX_SIZE = 4096;
/** The network is told timesteps from 0 to 1. */
const TIMESTEP_SCALE = 1000;

export async function openFlux(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  const parts = await openCommonParts(index, options, problems, {
    network: 'transformer',
    encoders: ['', '_2'],
  });
  const [clip, t5] = parts?.encoders ?? [];
  if (parts === undefined || clip === undefined || t5 === undefined) return undefined;
  const { config, vae, network: transformer } = parts;
  const model = { clip, t5, transformer, guided: config.flag('guidance_embeds') };
  checkFlux(model, config, vae.config, problems);
  return {
    sessions: parts.sessions,
    vae,
    patchSize: PATCH,
    sizeMultiple: vae.config.scaleFactor * PATCH,
    maxSize: MAX_SIZE,
    minSequenceLength: 1,
    readPrompt: (request) => readPrompt(model, request),
  };
}

function readPrompt(model: Flux, request: GenerationRequest): ReadPrompt {
  const { clip, t5 } = model;
  const length = request.maxSequenceLength ?? T5_LENGTH.flux;
  const short = clip.tokenizer.encode(request.prompt, clipLength(clip.tokenizer));
  const long = t5.tokenizer.encode(request.prompt, length);
  return {
    truncated: truncations(
      [
        { encoder: clip, cut: short },
        { encoder: t5, cut: long },
      ],
      'prompt',
    ),
    async encode() {
      const pooled = await runEncoder(clip, short.ids, 'pooler_output');
      const embeds = await runEncoder(t5, long.ids, 'last_hidden_state');
      const fixed = {
        encoder_hidden_states: inputTensor(model.transformer, 'encoder_hidden_states', embeds),
        pooled_projections: inputTensor(model.transformer, 'pooled_projections', pooled),
        txt_ids: inputTensor(model.transformer, 'txt_ids', textIds(length)),
        ...(model.guided && {
          guidance: inputTensor(model.transformer, 'guidance', {
            data: Float32Array.of(request.guidance),
            dims: [1],
          }),
        }),
      };
      return velocity(model.transformer, fixed);
    },
  };
}

function runEncoder({ session }: TextEncoder, ids: readonly number[], output: string) {
  return runSession(session, { input_ids: idTensor(session, 'input_ids', ids) }, output);
}

function velocity(transformer: ModelSession, fixed: Parameters<typeof runSession>[1]): Predict {
  return async (latents, timestep) => {
    const time = { data: Float32Array.of(Math.fround(timestep) / TIMESTEP_SCALE), dims: [1] };
    const feeds = {
      ...fixed,
      hidden_states: inputTensor(transformer, 'hidden_states', pack(latents)),
      timestep: inputTensor(transformer, 'timestep', time),
      img_ids: inputTensor(transformer, 'img_ids', imageIds(latents)),
    };
    return unpack((await runSession(transformer, feeds, 'out_hidden_states')).data, latents);
  };
}
