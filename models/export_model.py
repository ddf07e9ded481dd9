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
"""A diffusers pipeline to the ONNX directory that a model profile points at: `uv run models/export_model.py SOURCE OUT`.

SOURCE is a folder or a Hugging Face name of Stable Diffusion 1.x/2.x, SDXL, Stable Diffusion 3/3.5 or FLUX.1. What
Optimum's own command line leaves to be done by hand is done here: a LoRA is merged into the weights, T5 may be left out
of Stable Diffusion 3, a UNet is exported at an odd size, so that it takes every multiple of 8 pixels, and a tiny decoder
for previews is put beside the VAE.
"""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, DiffusionPipeline
from optimum.exporters.onnx import onnx_export_from_model

# What Stable Diffusion 3 is given when it runs without T5.
WITHOUT_T5 = dict(text_encoder_3=None, tokenizer_3=None)
# Parts that the engine does not use: their export would only take disk space, or fail.
UNUSED = ("safety_checker", "feature_extractor", "image_encoder")
# 65 is odd at every halving. Traced at an even size, a UNet leaves out what odd sides need on the way up.
ODD_SAMPLE_SIZE = 65


def load(source: str, without_t5: bool) -> DiffusionPipeline:
    names = DiffusionPipeline.load_config(source)
    absent = {name: None for name in UNUSED if name in names} | (WITHOUT_T5 if without_t5 else {})
    if "safety_checker" in names:
        absent["requires_safety_checker"] = False
    return DiffusionPipeline.from_pretrained(source, torch_dtype=torch.float32, **absent)


def merge_lora(pipeline: DiffusionPipeline, path: Path, scale: float) -> None:
    pipeline.load_lora_weights(str(path.parent), weight_name=path.name)
    pipeline.fuse_lora(lora_scale=scale)
    pipeline.unload_lora_weights()


def export_taesd(tiny: AutoencoderTiny, out: Path) -> None:
    """The decoder alone, with the names and the free sizes that Optimum gives to `vae_decoder`; it exports no such model itself."""
    folder = out / "taesd_decoder"
    folder.mkdir(parents=True)
    free = {0: "batch_size", 2: "height", 3: "width"}
    torch.onnx.export(
        tiny.decoder.eval(), (torch.randn(1, tiny.config.latent_channels, 9, 7),), folder / "model.onnx", opset_version=17,
        input_names=["latent_sample"], output_names=["sample"], dynamic_axes=dict(latent_sample=free, sample=free),
        dynamo=False,
    )
    tiny.save_config(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", help="folder or Hugging Face name of a diffusers pipeline")
    parser.add_argument("out", type=Path, help="folder to write; it must not exist")
    parser.add_argument("--lora", type=Path, help="LoRA weights (.safetensors) to merge in")
    parser.add_argument("--lora-scale", type=float, default=1.0)
    parser.add_argument("--without-t5", action="store_true", help="Stable Diffusion 3: leave the largest text encoder out")
    parser.add_argument("--taesd", help="folder or Hugging Face name of an AutoencoderTiny, for previews")
    options = parser.parse_args()
    if options.out.exists():
        parser.error(f"{options.out} exists already")
    pipeline = load(options.source, options.without_t5)
    if options.lora:
        merge_lora(pipeline, options.lora, options.lora_scale)
    if getattr(pipeline, "unet", None) is not None:
        pipeline.unet.register_to_config(sample_size=ODD_SAMPLE_SIZE)
    onnx_export_from_model(pipeline, options.out, task="text-to-image", opset=17, do_validation=False)
    if options.taesd:
        export_taesd(AutoencoderTiny.from_pretrained(options.taesd, torch_dtype=torch.float32), options.out)


if __name__ == "__main__":
    main()
