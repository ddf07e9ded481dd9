/**
 * FLUX.1 schnell and dev: CLIP's pooled embedding, T5's tokens, and a transformer over packed latents that knows
 * positions by ids (`FluxPipeline` and `FluxImg2ImgPipeline`). Guidance is an input of the network where it has one
 * (dev); there is no negative prompt.
 */
import { openConfig } from '../../model-directory/config-reader.js';
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import {
  idTensor,
  inputTensor,
  type ModelSession,
  releaseSessions,
  runSession,
  type SessionOptions,
} from '../../onnx/session.js';
import { clipLength } from '../../text/tokenizer.js';
import type { GenerationRequest } from '../../types.js';
import { checkVae } from '../../vae/check-vae.js';
import { readVaeConfig } from '../../vae/vae-config.js';
import type { Family } from '../family.js';
import { partOpener, type TextEncoder } from '../parts.js';
import type { Predict, ReadPrompt } from '../read-prompt.js';
import { truncations } from '../truncation.js';
import { checkFlux } from './check.js';
import { imageIds, PATCH, pack, textIds, unpack } from './packing.js';
import type { Flux } from './parts.js';

/** diffusers' default for `max_sequence_length`. */
const MAX_SEQUENCE_LENGTH = 512;
/** Largest width and height: beyond it, attention needs more memory than devices have. */
const MAX_SIZE = 4096;
/** The network is told timesteps from 0 to 1. */
const TIMESTEP_SCALE = 1000;

export async function openFlux(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  const config = await openConfig(index.directory, 'transformer/config.json', problems);
  const vaeReader = await openConfig(index.directory, 'vae_decoder/config.json', problems);
  const vaeConfig = vaeReader && readVaeConfig(vaeReader, problems);
  const open = partOpener(index, options, problems);
  const clip = await open.encoder('');
  const t5 = await open.encoder('_2');
  const transformer = await open.session('transformer');
  const vaeDecoder = await open.session('vae_decoder');
  const vaeEncoder = await open.optionalSession('vae_encoder');
  if (!config || !vaeConfig || !clip || !t5 || !transformer || !vaeDecoder) {
    await releaseSessions(open.opened);
    return undefined;
  }
  const model = { clip, t5, transformer, guided: config.flag('guidance_embeds') };
  const vae = { config: vaeConfig, decoder: vaeDecoder, encoder: vaeEncoder };
  checkFlux(model, config, vaeConfig, problems);
  checkVae(vae, problems);
  return {
    sessions: open.opened,
    vae,
    patchSize: PATCH,
    sizeMultiple: vaeConfig.scaleFactor * PATCH,
    maxSize: MAX_SIZE,
    minSequenceLength: 1,
    readPrompt: (request) => readPrompt(model, request),
  };
}

function readPrompt(model: Flux, request: GenerationRequest): ReadPrompt {
  const { clip, t5 } = model;
  const length = request.maxSequenceLength ?? MAX_SEQUENCE_LENGTH;
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
