/**
 * Do a FLUX model's parts fit together?
 */
import type { ConfigReader } from '../../model-directory/config-reader.js';
import type { Problems } from '../../model-directory/problems.js';
import { sessionProblems } from '../../onnx/session-shape.js';
import type { VaeConfig } from '../../vae/vae-config.js';
import { PATCH } from './packing.js';
import type { Flux } from './parts.js';

export function checkFlux(model: Flux, config: ConfigReader, vae: VaeConfig, problems: Problems): void {
  const packed = config.count('in_channels', 64);
  const width = config.count('joint_attention_dim', 4096);
  const pooled = config.count('pooled_projection_dim', 768);
  if (packed !== vae.latentChannels * PATCH * PATCH)
    problems.add(
      `the transformer takes ${packed} channels a token, the VAE's ${vae.latentChannels} make ` +
        `${vae.latentChannels * PATCH * PATCH}`,
    );
  const ids = { input_ids: [-1, -1] };
  const found = [
    ...sessionProblems(model.clip.session, { inputs: ids, outputs: { pooler_output: [-1, pooled] } }),
    ...sessionProblems(model.t5.session, { inputs: ids, outputs: { last_hidden_state: [-1, -1, width] } }),
    ...sessionProblems(model.transformer, {
      inputs: {
        hidden_states: [-1, -1, packed],
        encoder_hidden_states: [-1, -1, width],
        pooled_projections: [-1, pooled],
        timestep: [-1],
        txt_ids: [-1, 3],
        img_ids: [-1, 3],
        ...(model.guided && { guidance: [-1] }),
      },
      outputs: { out_hidden_states: [-1, -1, packed] },
    }),
  ];
  for (const problem of found) problems.add(problem);
}
