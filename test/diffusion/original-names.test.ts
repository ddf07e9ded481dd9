/** Original names of modules, as the converters of diffusers 0.39 translate them. */
import { expect, it } from 'vitest';
import { fromOriginal } from '../../diffusion/lora/original-names.js';

it.each([
  ['input_blocks_0_0', 'conv_in'],
  ['input_blocks_1_0_in_layers_2', 'down_blocks_0_resnets_0_conv1'],
  ['input_blocks_3_0_op', 'down_blocks_0_downsamplers_0_conv'],
  ['input_blocks_5_0_emb_layers_1', 'down_blocks_1_resnets_1_time_emb_proj'],
  [
    'input_blocks_4_1_transformer_blocks_1_attn2_to_k',
    'down_blocks_1_attentions_0_transformer_blocks_1_attn2_to_k',
  ],
  ['input_blocks_7_0_skip_connection', 'down_blocks_2_resnets_0_conv_shortcut'],
  ['input_blocks_8_1_proj_in', 'down_blocks_2_attentions_1_proj_in'],
  ['middle_block_0_in_layers_2', 'mid_block_resnets_0_conv1'],
  [
    'middle_block_1_transformer_blocks_9_ff_net_0_proj',
    'mid_block_attentions_0_transformer_blocks_9_ff_net_0_proj',
  ],
  ['middle_block_2_out_layers_3', 'mid_block_resnets_1_conv2'],
  ['output_blocks_2_1_proj_out', 'up_blocks_0_attentions_2_proj_out'],
  ['output_blocks_2_2_conv', 'up_blocks_0_upsamplers_0_conv'],
  ['output_blocks_8_0_skip_connection', 'up_blocks_2_resnets_2_conv_shortcut'],
  // Stable Diffusion 1, whose deepest level has no attention.
  ['output_blocks_2_1_conv', 'up_blocks_0_upsamplers_0_conv'],
  ['time_embed_2', 'time_embedding_linear_2'],
  ['label_emb_0_0', 'add_embedding_linear_1'],
  ['out_2', 'conv_out'],
])('a UNet with two residual blocks a level: %s', (theirs, ours) => {
  expect(fromOriginal(theirs, 2)).toEqual([ours]);
});

it.each([
  [
    'double_blocks_3_txt_attn_qkv',
    ['attn_add_q_proj', 'attn_add_k_proj', 'attn_add_v_proj'].map((name) => `transformer_blocks_3_${name}`),
  ],
  [
    'single_blocks_15_linear1',
    ['attn_to_q', 'attn_to_k', 'attn_to_v', 'proj_mlp'].map((name) => `single_transformer_blocks_15_${name}`),
  ],
  ['joint_blocks_23_x_block_mlp_fc1', ['transformer_blocks_23_ff_net_0_proj']],
  [
    'joint_blocks_2_x_block_attn2_qkv',
    ['attn2_to_q', 'attn2_to_k', 'attn2_to_v'].map((name) => `transformer_blocks_2_${name}`),
  ],
])('a transformer: %s', (theirs, ours) => {
  expect(fromOriginal(theirs, 2)).toEqual(ours);
});

it('modules whose rows are in another order in diffusers have no translation', () => {
  for (const name of ['final_layer_adaLN_modulation_1', 'joint_blocks_23_context_block_adaLN_modulation_1'])
    expect(fromOriginal(name, 2)).toBeUndefined();
});
