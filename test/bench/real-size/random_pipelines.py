# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "diffusers==0.39.0",
#   "transformers==4.57.6",
#   "torch==2.12.0",
#   "optimum-onnx[onnxruntime]==0.1.0",
#   "onnx==1.23.2",
#   "peft==0.18.1",
#   "sentencepiece==0.2.3",
#   "protobuf==7.36.2",
# ]
# ///
"""Diffusers pipelines of real size and random weights: `uv run random_pipelines.py SHAPE DTYPE TOKENIZERS OUT`.

The shapes are those of the published models' configurations, except that FLUX has few of its layers and so has T5. Weights are
always the same numbers. One part is in memory at a time. The dependencies are those of models/export_model.py.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from accelerate import init_empty_weights
from diffusers import (
    AutoencoderKL, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler, FluxTransformer2DModel, SD3Transformer2DModel,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, T5Config, T5EncoderModel

DTYPES = dict(fp16=torch.float16, fp32=torch.float32)
CHUNK = 1 << 22

# --- configurations ----------------------------------------------------------------------------------------------

UNET_15 = dict(sample_size=64, cross_attention_dim=768)
UNET_XL = dict(
    sample_size=128, block_out_channels=(320, 640, 1280), layers_per_block=2, cross_attention_dim=2048,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), transformer_layers_per_block=(1, 2, 10),
    attention_head_dim=(5, 10, 20), use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816,
)
SD35_MEDIUM = dict(
    sample_size=128, patch_size=2, in_channels=16, num_layers=24, attention_head_dim=64, num_attention_heads=24,
    joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048, out_channels=16, pos_embed_max_size=384,
    dual_attention_layers=tuple(range(13)), qk_norm="rms_norm",
)
FLUX_FEW = dict(num_layers=2, num_single_layers=4, guidance_embeds=True)

CLIP_L = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, projection_dim=768)
CLIP_G = dict(
    hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, projection_dim=1280, hidden_act="gelu",
)
T5_WIDE = dict(
    vocab_size=32128, d_model=4096, d_ff=10240, d_kv=64, num_heads=64, num_layers=4, feed_forward_proj="gated-gelu",
    dense_act_fn="gelu_new", is_gated_act=True,
)
VAE = dict(
    block_out_channels=(128, 256, 512, 512), down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=2, sample_size=512,
)
VAE_4 = VAE | dict(latent_channels=4, scaling_factor=0.18215)
VAE_16 = VAE | dict(latent_channels=16, use_quant_conv=False, use_post_quant_conv=False, scaling_factor=1.5305, shift_factor=0.0609)
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading", steps_offset=1)

# Part -> class, configuration. Text encoders have the tokenizers' special tokens.
EULER, FLOW = EulerDiscreteScheduler(**BETAS), FlowMatchEulerDiscreteScheduler(shift=3.0)
SD3_PARTS = dict(
    transformer=(SD3Transformer2DModel, SD35_MEDIUM), vae=(AutoencoderKL, VAE_16),
    text_encoder=(CLIPTextModelWithProjection, CLIP_L), text_encoder_2=(CLIPTextModelWithProjection, CLIP_G),
)
SHAPES = {
    "sd15": ("StableDiffusionPipeline", EULER, dict(
        unet=(UNet2DConditionModel, UNET_15), vae=(AutoencoderKL, VAE_4), text_encoder=(CLIPTextModel, CLIP_L),
    )),
    "sdxl": ("StableDiffusionXLPipeline", EULER, dict(
        unet=(UNet2DConditionModel, UNET_XL), vae=(AutoencoderKL, VAE_4), text_encoder=(CLIPTextModel, CLIP_L),
        text_encoder_2=(CLIPTextModelWithProjection, CLIP_G),
    )),
    "sd35": ("StableDiffusion3Pipeline", FLOW, SD3_PARTS),
    "sd35-t5": ("StableDiffusion3Pipeline", FLOW, SD3_PARTS | dict(text_encoder_3=(T5EncoderModel, T5_WIDE))),
    "flux": ("FluxPipeline", FLOW, dict(
        transformer=(FluxTransformer2DModel, FLUX_FEW), vae=(AutoencoderKL, VAE_16), text_encoder=(CLIPTextModel, CLIP_L),
        text_encoder_2=(T5EncoderModel, T5_WIDE),
    )),
}

# --- building ------------------------------------------------------------------------------------------------------


def draw(shape: torch.Size, name: str, dtype: torch.dtype, generator: torch.Generator) -> torch.nn.Parameter:
    """Scaled so that activations keep their size from layer to layer."""
    weight = torch.empty(shape, dtype=dtype)
    if weight.ndim < 2:
        weight.fill_(1 if name.endswith("weight") else 0)
    else:
        scale = 0.02 if "embedding" in name or "shared" in name else weight[0].numel() ** -0.5
        for chunk in weight.view(-1).split(CHUNK):
            chunk.copy_(torch.randn(chunk.numel(), generator=generator) * scale)
    return torch.nn.Parameter(weight, requires_grad=False)


def fill(model: torch.nn.Module, dtype: torch.dtype, generator: torch.Generator) -> None:
    """Weights that are shared stay so."""
    drawn = {}
    for path, module in model.named_modules():
        for name, weight in module._parameters.items():
            if weight is None:
                continue
            if id(weight) not in drawn:
                drawn[id(weight)] = (weight, draw(weight.shape, f"{path}.{name}", dtype, generator))
            module._parameters[name] = drawn[id(weight)][1]


def config_of(kind: type, config: dict, special: dict):
    if kind is T5EncoderModel:
        return T5Config(**config)
    return CLIPTextConfig(**{"hidden_act": "quick_gelu"} | config | special | dict(vocab_size=49408, max_position_embeddings=77))


def build(kind: type, config: dict, special: dict, dtype: torch.dtype, seed: int) -> torch.nn.Module:
    with init_empty_weights(include_buffers=False):
        is_text = kind.__module__.startswith("transformers")
        model = kind(config_of(kind, config, special)) if is_text else kind(**config)
    fill(model, dtype, torch.Generator().manual_seed(seed))
    return model.to(dtype).eval()


def special_tokens(tokenizer: Path) -> dict:
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tokenizer)
    return dict(bos_token_id=loaded.bos_token_id, eos_token_id=loaded.eos_token_id, pad_token_id=loaded.pad_token_id)


def tokenizer_for(part: str, kind: type, tokenizers: Path, out: Path) -> tuple[str, str]:
    """Copies it beside its text encoder's part. Its name and class."""
    name = part.replace("text_encoder", "tokenizer")
    is_t5 = kind is T5EncoderModel
    shutil.copytree(tokenizers / ("sd3-t5/tokenizer_3" if is_t5 else "sdxl/tokenizer"), out / name, dirs_exist_ok=True)
    return name, "T5TokenizerFast" if is_t5 else "CLIPTokenizer"


def write_pipeline(shape: str, dtype: torch.dtype, tokenizers: Path, out: Path) -> None:
    name, scheduler, parts = SHAPES[shape]
    index = {"_class_name": name, "_diffusers_version": "0.39.0", "scheduler": ["diffusers", type(scheduler).__name__]}
    scheduler.save_pretrained(out / "scheduler")
    special = special_tokens(tokenizers / "sdxl/tokenizer")
    for number, (part, (kind, config)) in enumerate(parts.items()):
        library = kind.__module__.split(".")[0]
        index[part] = [library, kind.__name__]
        if library == "transformers":
            tokenizer, tokenizer_class = tokenizer_for(part, kind, tokenizers, out)
            index[tokenizer] = ["transformers", tokenizer_class]
        module = build(kind, config, special, torch.float32 if part == "vae" else dtype, number)
        module.save_pretrained(out / part)
        print(f"{part}: {sum(weight.numel() for weight in module.parameters()) / 1e6:.0f} million parameters", flush=True)
        del module
    absent = ["text_encoder_3", "tokenizer_3"] if name.startswith("StableDiffusion3") and "text_encoder_3" not in parts else []
    index |= {part: [None, None] for part in absent}
    (out / "model_index.json").write_text(json.dumps(index, indent=2))


if __name__ == "__main__":
    shape, dtype, tokenizers, out = sys.argv[1:]
    write_pipeline(shape, DTYPES[dtype], Path(tokenizers), Path(out))
