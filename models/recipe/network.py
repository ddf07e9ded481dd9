"""The two networks that are trained together: CLIP text encoders and the MMDiT.

Both are the stock classes of transformers and diffusers at a tiny size, so the result exports like any
Stable Diffusion 3. Only attention is replaced while training. A pipeline without T5 appends 256 all-zero
text tokens; they are identical at every layer, so one of them with log(256) added to its attention logits
is exactly 256 of them, at a third of the cost.
"""

import math

import torch
from diffusers import SD3Transformer2DModel
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

TEXT_WIDTH = 64
TEXT_TOKENS = 77
ZERO_TOKENS = 256  # max_sequence_length of the diffusers pipeline
MODEL_WIDTH = 128
BLOCKS = 6


def make_text_encoder(vocabulary: int) -> CLIPTextModelWithProjection:
    """A two-layer CLIP text model, 0.2 M parameters."""
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=TEXT_WIDTH,
        intermediate_size=4 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=TEXT_WIDTH,
        max_position_embeddings=TEXT_TOKENS,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
        hidden_act="gelu",
    )
    encoder = CLIPTextModelWithProjection(config)
    encoder.set_attn_implementation("eager")
    return encoder


def make_transformer() -> SD3Transformer2DModel:
    """The MMDiT, 3.5 M parameters, for latents of 16x16 and patches of 2x2.

    The modulation and output layers start at zero, so each block starts as the identity.
    """
    model = SD3Transformer2DModel(
        sample_size=16,
        patch_size=2,
        in_channels=16,
        out_channels=16,
        num_layers=BLOCKS,
        attention_head_dim=32,
        num_attention_heads=MODEL_WIDTH // 32,
        joint_attention_dim=2 * TEXT_WIDTH,
        caption_projection_dim=MODEL_WIDTH,
        pooled_projection_dim=2 * TEXT_WIDTH,
        pos_embed_max_size=16,
        qk_norm="rms_norm",
    )
    for name, parameter in model.named_parameters():
        if "norm1" in name and "linear" in name or name.startswith(("norm_out.linear", "proj_out")):
            torch.nn.init.zeros_(parameter)
        elif parameter.ndim == 2 and "transformer_blocks" in name:
            torch.nn.init.xavier_uniform_(parameter)
    return model


class WeightedJointAttention:
    """diffusers' JointAttnProcessor2_0 with a bias per key, in plain matrix products.

    At these lengths bmm and softmax are faster on a CPU than fused attention.
    """

    def __init__(self) -> None:
        self.key_bias: torch.Tensor | None = None  # [keys]

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
        batch, image_tokens, _width = hidden_states.shape
        heads = attn.heads

        def split(x):
            return x.view(batch, -1, heads, x.shape[-1] // heads).transpose(1, 2)

        text = encoder_hidden_states
        value = torch.cat([split(attn.to_v(hidden_states)), split(attn.add_v_proj(text))], 2)
        query = torch.cat(
            [attn.norm_q(split(attn.to_q(hidden_states))), attn.norm_added_q(split(attn.add_q_proj(text)))], 2
        ).to(value.dtype)
        key = torch.cat(
            [attn.norm_k(split(attn.to_k(hidden_states))), attn.norm_added_k(split(attn.add_k_proj(text)))], 2
        ).to(value.dtype)
        tokens, width = query.shape[2:]
        flat = (batch * heads, tokens, width)
        logits = torch.bmm((query * width**-0.5).reshape(flat), key.reshape(flat).transpose(1, 2))
        if self.key_bias is not None:
            logits = logits + self.key_bias.to(logits.dtype)
        weights = torch.softmax(logits, -1, dtype=logits.dtype)
        out = torch.bmm(weights, value.reshape(flat)).view(batch, heads, tokens, width)
        out = out.transpose(1, 2).reshape(batch, tokens, heads * width)
        image, text = out[:, :image_tokens], out[:, image_tokens:]
        if not attn.context_pre_only:
            text = attn.to_add_out(text)
        return attn.to_out[0](image), text


class TextToLatents(torch.nn.Module):
    """Text encoders and transformer as one module: what is trained, averaged and saved together."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.tr = make_transformer()
        self.te1 = make_text_encoder(vocabulary)
        self.te2 = make_text_encoder(vocabulary)
        self.attention = WeightedJointAttention()
        for module in self.tr.modules():
            if hasattr(module, "set_processor"):
                module.set_processor(self.attention)

    def encode_text(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Token ids [B, L] -> context [B, L, 128] and pooled embedding [B, 128], as the SD3 pipeline does."""
        first = self.te1(input_ids=ids, output_hidden_states=True)
        second = self.te2(input_ids=ids, output_hidden_states=True)
        context = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], -1)
        return context, torch.cat([first.text_embeds, second.text_embeds], -1)

    def forward(
        self, latents: torch.Tensor, time: torch.Tensor, ids: torch.Tensor, zero_weight: torch.Tensor
    ) -> torch.Tensor:
        """Predict the velocity (noise - latents) at `time` in 0..1.

        `zero_weight` is a scalar: log of how many all-zero tokens the one appended here stands for.
        """
        context, pooled = self.encode_text(ids)
        context = torch.cat([context, torch.zeros_like(context[:, :1])], 1)
        image_tokens = latents.shape[-1] * latents.shape[-2] // 4
        others = torch.zeros(image_tokens + context.shape[1] - 1)
        self.attention.key_bias = torch.cat([others, zero_weight.reshape(1)])
        return self.tr(
            hidden_states=latents,
            timestep=time * 1000,
            encoder_hidden_states=context,
            pooled_projections=pooled,
            return_dict=False,
        )[0]


LOG_ZERO_TOKENS = math.log(ZERO_TOKENS)
