/**
 * Do a model's parts fit together? Compares the inputs and outputs that the ONNX files declare with what the
 * pipeline will feed them and what the configuration says, so that a mix-up is told at load, with names and
 * sizes, and not by a failing step.
 */
import type { Problems } from '../../model-directory/problems.js';
import type { ModelSession } from '../../onnx/session.js';
import { outputDims, type Shapes, sessionProblems } from '../../onnx/session-shape.js';
import { penultimateOutput } from '../parts.js';
import type { Sd3Config } from './config.js';
import type { Sd3Parts } from './parts.js';

/** Notes where the parts' inputs and outputs differ from what the pipeline and the configuration say. */
export function checkParts(parts: Sd3Parts, config: Sd3Config, problems: Problems): void {
  const { vae, jointAttentionDim: width, pooledProjectionDim: pooled } = config;
  const latent = [-1, vae.latentChannels, -1, -1];
  const check = (session: ModelSession, inputs: Shapes, outputs: Shapes) => {
    for (const problem of sessionProblems(session, { inputs, outputs })) problems.add(problem);
  };
  check(
    parts.transformer,
    {
      hidden_states: latent,
      encoder_hidden_states: [-1, -1, width],
      pooled_projections: [-1, pooled],
      timestep: [-1],
    },
    { out_hidden_states: latent },
  );
  if (parts.t5) check(parts.t5.session, { input_ids: [-1, -1] }, { last_hidden_state: [-1, -1, width] });
  checkClip(parts, config, check, problems);
}

function checkClip(
  parts: Sd3Parts,
  config: Sd3Config,
  check: (session: ModelSession, inputs: Shapes, outputs: Shapes) => void,
  problems: Problems,
): void {
  const sessions = parts.clip.map(({ session }) => session);
  for (const session of sessions) {
    check(
      session,
      { input_ids: [-1, -1] },
      { text_embeds: [-1, -1], [penultimateOutput(session)]: [-1, -1, -1] },
    );
  }
  const pooled = totalWidth(sessions, () => 'text_embeds');
  if (pooled !== undefined && pooled !== config.pooledProjectionDim) {
    problems.add(
      `the CLIP encoders give ${pooled} pooled values, the transformer takes ${config.pooledProjectionDim}`,
    );
  }
  const width = totalWidth(sessions, penultimateOutput);
  if (width !== undefined && width > config.jointAttentionDim) {
    problems.add(
      `the CLIP encoders give tokens of width ${width}, the transformer takes ${config.jointAttentionDim}`,
    );
  }
}

/** Sum of the last dimensions; undefined when one is not declared. */
function totalWidth(
  sessions: readonly ModelSession[],
  output: (session: ModelSession) => string,
): number | undefined {
  const widths = sessions.map((session) => outputDims(session, output(session))?.at(-1) ?? -1);
  return widths.includes(-1) ? undefined : widths.reduce((sum, width) => sum + width, 0);
}
