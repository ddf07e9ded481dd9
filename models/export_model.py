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
Optimum's own command line leaves to be done by hand is done here: float16 without a GPU, one part in memory at a time and one
file of weights for each, an export that goes on after an interruption, a LoRA merged into the weights, Stable Diffusion 3 without
T5, UNets that take every multiple of 8 pixels, and a tiny decoder for previews beside the VAE.
"""

import argparse
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, DiffusionPipeline
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from exporting.directory import Directory
from exporting.needs import disk_bytes, free_disk, free_memory, memory_bytes, need_of
from exporting.one_file import gather
from exporting.source import DTYPES, FAMILIES, Source
from exporting.trace import OPSET, trace
from exporting.weights_map import map_weights


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", help="folder or Hugging Face name of a diffusers pipeline")
    parser.add_argument("out", type=Path, help="folder to write; an export that was interrupted there goes on")
    parser.add_argument("--dtype", choices=DTYPES, default="fp32", help="of the weights; the VAE stays in fp32 (default: fp32)")
    parser.add_argument("--lora", type=Path, help="LoRA weights (.safetensors) to merge in")
    parser.add_argument("--lora-scale", type=float, default=1.0)
    parser.add_argument("--without-t5", action="store_true", help="Stable Diffusion 3: leave the largest text encoder out")
    parser.add_argument("--taesd", help="folder or Hugging Face name of an AutoencoderTiny, for previews")
    return parser.parse_args()


def record_of(chosen: argparse.Namespace) -> dict:
    """What an export that goes on must have in common with the one that was interrupted."""
    return dict(
        source=chosen.source, dtype=chosen.dtype, lora=chosen.lora and str(chosen.lora),
        loraScale=chosen.lora_scale if chosen.lora else None, withoutT5=chosen.without_t5, taesd=chosen.taesd,
    )


def index_of(name: str) -> dict:
    """What the pipeline's model_index.json says; empty if there is none."""
    try:
        return dict(DiffusionPipeline.load_config(name))
    except OSError:
        return {}


def problems_with(chosen: argparse.Namespace, index: dict, directory: Directory) -> list[str]:
    family = index.get("_class_name", "").replace("Img2Img", "")
    found = directory.problems()
    if not index:
        found.append(f"{chosen.source} is neither a folder nor a Hugging Face name of a diffusers pipeline: it has no model_index.json")
    elif family not in FAMILIES:
        found.append(f"{chosen.source} is a {family}: {', '.join(FAMILIES)} can be exported")
    elif chosen.without_t5 and family != "StableDiffusion3Pipeline":
        found.append(f"--without-t5 is for Stable Diffusion 3, and {chosen.source} is a {family}")
    if chosen.lora and not chosen.lora.is_file():
        found.append(f"--lora {chosen.lora} is no file")
    return found


def refuse(problems: list[str]) -> None:
    if problems:
        sys.exit("Nothing was exported:\n" + "\n".join(f"- {problem}" for problem in problems))


def announce(source: Source, directory: Directory, together: bool) -> None:
    """Says what the export will need, and refuses it if the disk is too full."""
    needs = {part: need_of(source, part) for part in source.parts}
    for part, need in needs.items():
        state = ", whole already" if directory.has(part) else ""
        print(f"{part:16}{need.parameters / 1e6:9.1f} million parameters {need.weights / 1e9:7.2f} GB in {source.dtype_of(part)}{state}")
    missing = [need for part, need in needs.items() if not directory.has(part)]
    disk, memory, free, available = disk_bytes(missing), memory_bytes(missing, together), free_disk(directory.path), free_memory()
    print(f"Needs {disk / 1e9:.1f} GB of disk space, of {free / 1e9:.1f} that are free,")
    print(f"and up to {memory / 1e9:.1f} GB of memory" + (f", of {available / 1e9:.1f}." if available else "."))
    if source.dtype == "fp16":
        print("The VAE stays in float32: SDXL's overflows in float16. So do parts of T5 that transformers keeps so.")
    if available and memory > available:
        print("That may be more memory than there is: the system may swap, or end the export. It goes on where it stopped.")
    if disk > free:
        refuse([f"{disk / 1e9:.1f} GB of disk space are needed, and {free / 1e9:.1f} are free where {directory.path} will be"])


def export_part(source: Source, part: str, folder: Path) -> dict:
    traced = folder / "traced"
    traced.mkdir()
    source.load(part)
    model = trace(source, part, traced / "model.onnx")
    (traced / "config.json").rename(folder / "config.json")
    initializers = gather(traced / "model.onnx", folder)
    shutil.rmtree(traced)
    return map_weights(model, initializers)


def export_taesd(name: str, folder: Path) -> None:
    """The decoder alone, with the names and the free sizes that Optimum gives to `vae_decoder`; it exports no such model itself."""
    tiny = AutoencoderTiny.from_pretrained(name, torch_dtype=torch.float32)
    free = {0: "batch_size", 2: "height", 3: "width"}
    torch.onnx.export(
        tiny.decoder.eval(), (torch.randn(1, tiny.config.latent_channels, 9, 7),), folder / "model.onnx", opset_version=OPSET,
        input_names=["latent_sample"], output_names=["sample"], dynamic_axes=dict(latent_sample=free, sample=free),
        dynamo=False,
    )
    tiny.save_config(folder)


def export_parts(source: Source, directory: Directory) -> None:
    for number, part in enumerate(source.parts, 1):
        start = f"[{number}/{len(source.parts)}] {part}: "
        if directory.has(part):
            print(start + "whole already")
            continue
        print(start, end="", flush=True)
        began = time.monotonic()
        directory.write(part, lambda folder: export_part(source, part, folder))
        source.release(part)
        print(f"written in {time.monotonic() - began:.0f} s")


def finish(source: Source, directory: Directory) -> None:
    """Scheduler and tokenizers, and last the index."""
    for name in ("scheduler", "tokenizer", "tokenizer_2", "tokenizer_3"):
        piece = getattr(source.pipeline, name, None)
        if piece is not None and not directory.has(name):
            directory.write(name, lambda folder: save(piece, folder))
    with tempfile.TemporaryDirectory(dir=directory.path, suffix=".partial") as folder:
        source.pipeline.save_config(folder)
        directory.finish(Path(folder))


def save(piece, folder: Path) -> None:
    piece.save_pretrained(folder)


def main() -> None:
    warnings.filterwarnings("ignore")
    for logging in (diffusers_logging, transformers_logging):
        logging.set_verbosity_error()
        logging.disable_progress_bar()
    chosen = options()
    index, directory = index_of(chosen.source), Directory(chosen.out, record_of(chosen))
    refuse(problems_with(chosen, index, directory))
    source = Source(chosen.source, index, chosen.dtype, chosen.without_t5)
    announce(source, directory, together=chosen.lora is not None)
    directory.open()
    if chosen.lora:
        source.merge_lora(chosen.lora, chosen.lora_scale)
    export_parts(source, directory)
    if chosen.taesd and not directory.has("taesd_decoder"):
        directory.write("taesd_decoder", lambda folder: export_taesd(chosen.taesd, folder))
    finish(source, directory)
    print(f"{chosen.out} is whole: look at it with `pregen model inspect {chosen.out}`")


if __name__ == "__main__":
    main()
