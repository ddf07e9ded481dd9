/**
 * Translates module names of the original implementations of the models, which some trainers use, to those of diffusers. One matrix
 * of the original may be several in diffusers: q, k and v stacked in this order. All names are flat, with `_` instead of `.`.
 *
 * The correspondence is the one of diffusers' conversion scripts (convert_from_ckpt, convert_flux_to_diffusers,
 * convert_sd3_to_diffusers).
 */

/** Names of a module in diffusers, in the order of its rows; undefined for names that are not original ones. */
export function fromOriginal(flat: string, layersPerBlock: number): string[] | undefined {
  const unet = unetName(flat, layersPerBlock);
  if (unet !== undefined) return [unet];
  for (const [pattern, names] of TRANSFORMERS) {
    const match = pattern.exec(flat);
    if (match !== null) return names.map((name) => name.replace('N', match[1] ?? ''));
  }
  return undefined;
}

const UNET_ENDS: Readonly<Record<string, string>> = {
  input_blocks_0_0: 'conv_in',
  out_2: 'conv_out',
  time_embed_0: 'time_embedding_linear_1',
  time_embed_2: 'time_embedding_linear_2',
  label_emb_0_0: 'add_embedding_linear_1',
  label_emb_0_2: 'add_embedding_linear_2',
};

const RESNET: Readonly<Record<string, string>> = {
  in_layers_2: 'conv1',
  out_layers_3: 'conv2',
  emb_layers_1: 'time_emb_proj',
  skip_connection: 'conv_shortcut',
};

const MIDDLE: Readonly<Record<string, string>> = {
  0: 'mid_block_resnets_0',
  1: 'mid_block_attentions_0',
  2: 'mid_block_resnets_1',
};

/** The original numbers blocks consecutively, diffusers within each resolution. */
function unetName(flat: string, layersPerBlock: number): string | undefined {
  if (Object.hasOwn(UNET_ENDS, flat)) return UNET_ENDS[flat];
  const middle = /^middle_block_([012])_(.+)$/.exec(flat);
  if (middle !== null) return `${MIDDLE[middle[1] ?? '']}_${inResnet(middle[2] ?? '')}`;
  const [, way, number = '', inner = '', rest = ''] =
    /^(input|output)_blocks_(\d+)_(\d+)_(.+)$/.exec(flat) ?? [];
  if (way === undefined) return undefined;
  const index = Number(number) - (way === 'input' ? 1 : 0);
  const block = `${way === 'input' ? 'down' : 'up'}_blocks_${Math.floor(index / (layersPerBlock + 1))}`;
  if (rest === 'op') return `${block}_downsamplers_0_conv`;
  if (rest === 'conv') return `${block}_upsamplers_0_conv`;
  const layer = index % (layersPerBlock + 1);
  return `${block}_${inner === '0' ? 'resnets' : 'attentions'}_${layer}_${inResnet(rest)}`;
}

const inResnet = (name: string): string => (Object.hasOwn(RESNET, name) ? (RESNET[name] ?? name) : name);

const DOUBLE = 'transformer_blocks_N';
const SINGLE = 'single_transformer_blocks_N';
const EMBED = 'time_text_embed';
const qkv = (block: string) => [`${block}_attn_to_q`, `${block}_attn_to_k`, `${block}_attn_to_v`];
const addedQkv = [`${DOUBLE}_attn_add_q_proj`, `${DOUBLE}_attn_add_k_proj`, `${DOUBLE}_attn_add_v_proj`];

/**
 * FLUX and Stable Diffusion 3. Two modulations are left out, because diffusers stores their halves in reverse order: the one of the
 * last layer of FLUX, and the one of the context of Stable Diffusion 3.
 */
const TRANSFORMERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^double_blocks_(\d+)_img_attn_qkv$/, qkv(DOUBLE)],
  [/^double_blocks_(\d+)_txt_attn_qkv$/, addedQkv],
  [/^double_blocks_(\d+)_img_attn_proj$/, [`${DOUBLE}_attn_to_out_0`]],
  [/^double_blocks_(\d+)_txt_attn_proj$/, [`${DOUBLE}_attn_to_add_out`]],
  [/^double_blocks_(\d+)_img_mlp_0$/, [`${DOUBLE}_ff_net_0_proj`]],
  [/^double_blocks_(\d+)_img_mlp_2$/, [`${DOUBLE}_ff_net_2`]],
  [/^double_blocks_(\d+)_txt_mlp_0$/, [`${DOUBLE}_ff_context_net_0_proj`]],
  [/^double_blocks_(\d+)_txt_mlp_2$/, [`${DOUBLE}_ff_context_net_2`]],
  [/^double_blocks_(\d+)_img_mod_lin$/, [`${DOUBLE}_norm1_linear`]],
  [/^double_blocks_(\d+)_txt_mod_lin$/, [`${DOUBLE}_norm1_context_linear`]],
  [/^single_blocks_(\d+)_linear1$/, [...qkv(SINGLE), `${SINGLE}_proj_mlp`]],
  [/^single_blocks_(\d+)_linear2$/, [`${SINGLE}_proj_out`]],
  [/^single_blocks_(\d+)_modulation_lin$/, [`${SINGLE}_norm_linear`]],
  [/^img_in$/, ['x_embedder']],
  [/^txt_in$/, ['context_embedder']],
  [/^time_in_in_layer$/, [`${EMBED}_timestep_embedder_linear_1`]],
  [/^time_in_out_layer$/, [`${EMBED}_timestep_embedder_linear_2`]],
  [/^vector_in_in_layer$/, [`${EMBED}_text_embedder_linear_1`]],
  [/^vector_in_out_layer$/, [`${EMBED}_text_embedder_linear_2`]],
  [/^guidance_in_in_layer$/, [`${EMBED}_guidance_embedder_linear_1`]],
  [/^guidance_in_out_layer$/, [`${EMBED}_guidance_embedder_linear_2`]],
  [/^final_layer_linear$/, ['proj_out']],
  [/^joint_blocks_(\d+)_x_block_attn_qkv$/, qkv(DOUBLE)],
  [
    /^joint_blocks_(\d+)_x_block_attn2_qkv$/,
    [`${DOUBLE}_attn2_to_q`, `${DOUBLE}_attn2_to_k`, `${DOUBLE}_attn2_to_v`],
  ],
  [/^joint_blocks_(\d+)_context_block_attn_qkv$/, addedQkv],
  [/^joint_blocks_(\d+)_x_block_attn_proj$/, [`${DOUBLE}_attn_to_out_0`]],
  [/^joint_blocks_(\d+)_x_block_attn2_proj$/, [`${DOUBLE}_attn2_to_out_0`]],
  [/^joint_blocks_(\d+)_context_block_attn_proj$/, [`${DOUBLE}_attn_to_add_out`]],
  [/^joint_blocks_(\d+)_x_block_mlp_fc1$/, [`${DOUBLE}_ff_net_0_proj`]],
  [/^joint_blocks_(\d+)_x_block_mlp_fc2$/, [`${DOUBLE}_ff_net_2`]],
  [/^joint_blocks_(\d+)_context_block_mlp_fc1$/, [`${DOUBLE}_ff_context_net_0_proj`]],
  [/^joint_blocks_(\d+)_context_block_mlp_fc2$/, [`${DOUBLE}_ff_context_net_2`]],
  [/^joint_blocks_(\d+)_x_block_adaLN_modulation_1$/, [`${DOUBLE}_norm1_linear`]],
  [/^x_embedder_proj$/, ['pos_embed_proj']],
  [/^t_embedder_mlp_0$/, [`${EMBED}_timestep_embedder_linear_1`]],
  [/^t_embedder_mlp_2$/, [`${EMBED}_timestep_embedder_linear_2`]],
  [/^y_embedder_mlp_0$/, [`${EMBED}_text_embedder_linear_1`]],
  [/^y_embedder_mlp_2$/, [`${EMBED}_text_embedder_linear_2`]],
];
