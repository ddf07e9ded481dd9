# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "diffusers==0.39.0",
#   "transformers==4.57.6",
#   "torch==2.12.0",
#   "optimum-onnx[onnxruntime]==0.1.0",
#   "onnx==1.23.2",
#   "peft==0.18.1",
#   "numpy==2.4.6",
#   "pillow==13.0.0",
#   "sentencepiece==0.2.3",
#   "protobuf==7.36.2",
# ]
# ///
"""Checks models/export_model.py with the engine: `npm run -s build && uv run test/goldens/check_export.py [family…]`.

A tiny pipeline with random weights of each family is exported in float32 and in float16, inspected, and paints with both: the
pictures may differ by one level of 255 on average. Then, with one of them: where weights lie and what weights.json says of
them, a merged LoRA, an export that is killed and goes on, and what is refused. Nothing is written but a temporary folder.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import DiffusionPipeline, StableDiffusionXLPipeline
from onnx import external_data_helper, numpy_helper
from peft import LoraConfig, get_peft_model_state_dict
from PIL import Image
from record import HERE, build_plain, build_t5
from record_families import build_flux, build_sd, build_sdxl

ROOT = HERE.parent.parent
SCRIPT = ROOT / "models" / "export_model.py"
PREGEN = ROOT / "dist" / "client" / "pregen.js"
BUILDERS: dict[str, Callable[[Path], DiffusionPipeline]] = {
    "sd": build_sd, "sdxl": build_sdxl, "sd3": build_plain, "sd3-t5": build_t5,
    "flux-schnell": lambda work: build_flux(work, False), "flux-dev": lambda work: build_flux(work, True),
}
ARGUMENTS = {"sd3": ["--without-t5"]}
TRY = "--steps 6 --guidance 4 --seed 7 --threads 1 --prompt".split() + ["two boats with red sails"]
# Odd latents for the families with a UNet; the others take multiples of 16 pixels.
SIZES = {"sd": (72, 56), "sdxl": (72, 56)}
MAX_MEAN_DIFFERENCE = 1.0
LORA_SCALE = 0.7


def export(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True)


def exported(*arguments: object) -> str:
    done = export(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pregen(*arguments: object) -> str:
    return subprocess.run(["node", PREGEN, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


# --- each family ---------------------------------------------------------------------------------------------


def source_of(work: Path, family: str) -> Path:
    folder = work / family
    BUILDERS[family](work).save_pretrained(folder)
    index = json.loads((folder / "model_index.json").read_text())
    if family == "sd3":  # as published ones have it, whatever is left out
        index |= dict(text_encoder_3=[None, None], tokenizer_3=[None, None])
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def check_family(work: Path, family: str) -> None:
    source = source_of(work, family)
    pictures = []
    width, height = SIZES.get(family, (64, 48))
    for dtype in ("fp32", "fp16"):
        out = work / f"{family}-{dtype}"
        exported(source, out, "--dtype", dtype, *ARGUMENTS.get(family, []))
        assert "It can be used." in pregen("model", "inspect", out)
        pregen("model", "try", out, *TRY, "--width", width, "--height", height, "--out", work / "try.png")
        pictures.append(np.asarray(Image.open(work / "try.png").convert("RGB"), dtype=np.float32))
    difference = np.abs(pictures[0] - pictures[1])
    print(f"{family}: float16 differs by {difference.mean():.3f} of 255 on average, {difference.max():.0f} at most")
    assert pictures[0].std() > 10, "nothing is to be seen"
    assert 0 < difference.max() and difference.mean() <= MAX_MEAN_DIFFERENCE


# --- weights -------------------------------------------------------------------------------------------------


def initializers(out: Path, part: str) -> dict[str, onnx.TensorProto]:
    model = onnx.load(out / part / "model.onnx", load_external_data=False)
    return {tensor.name: tensor for tensor in model.graph.initializer}


def check_places(out: Path) -> None:
    """Large weights are float16, all in one file, page by page; those of the VAE are float32."""
    for part in ("unet", "text_encoder", "text_encoder_2", "vae_decoder"):
        large = [one for one in initializers(out, part).values() if external_data_helper.uses_external_data(one)]
        places = [external_data_helper.ExternalDataInfo(one) for one in large]
        assert places and all(place.location == "model.onnx_data" and place.offset % 4096 == 0 for place in places), part
        expected = onnx.TensorProto.FLOAT if part == "vae_decoder" else onnx.TensorProto.FLOAT16
        assert {one.data_type for one in large} == {expected}, part
        assert sorted(path.name for path in (out / part).iterdir()) == ["config.json", "model.onnx", "model.onnx_data"]


def check_map(out: Path, pipeline: DiffusionPipeline, at_least: float = 0.9) -> None:
    """What weights.json says of the UNet and the text encoders is so, and it speaks of nearly all of them."""
    weights = json.loads((out / "weights.json").read_text())
    assert sorted(weights) == ["text_encoder", "text_encoder_2", "unet", "vae_decoder", "vae_encoder"]
    for part in ("unet", "text_encoder", "text_encoder_2"):
        tensors = initializers(out, part)
        parameters = {name: value for name, value in getattr(pipeline, part).named_parameters() if value.ndim > 1}
        for name, place in weights[part].items():
            found = numpy_helper.to_array(tensors[place["name"]], base_dir=str(out / part))
            expected = parameters[name].detach().numpy().astype(found.dtype)
            assert np.allclose(found.T if place["transposed"] else found, expected, atol=1e-6), name
        print(f"{part}: {len(weights[part])} of {len(parameters)} matrices are in weights.json")
        assert len(weights[part]) >= at_least * len(parameters)


def check_lora(work: Path, source: Path) -> None:
    pipeline = StableDiffusionXLPipeline.from_pretrained(source)
    pipeline.unet.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
    StableDiffusionXLPipeline.save_lora_weights(work / "lora", unet_lora_layers=get_peft_model_state_dict(pipeline.unet))
    file = work / "lora" / "pytorch_lora_weights.safetensors"
    exported(source, work / "merged", "--lora", file, "--lora-scale", LORA_SCALE)
    merged = StableDiffusionXLPipeline.from_pretrained(source)
    merged.load_lora_weights(file)
    merged.fuse_lora(lora_scale=LORA_SCALE)
    merged.unload_lora_weights()
    plain = StableDiffusionXLPipeline.from_pretrained(source).unet.state_dict()
    assert any(not torch.equal(plain[name], value) for name, value in merged.unet.state_dict().items())
    check_map(work / "merged", merged)


# --- interruptions and refusals ------------------------------------------------------------------------------


def kill_at(moment: str, *arguments: object) -> None:
    process = subprocess.Popen([sys.executable, "-u", SCRIPT, *map(str, arguments)], stdout=subprocess.PIPE)
    seen = b""
    while moment.encode() not in seen:
        byte = process.stdout.read(1)
        assert byte, "it ended first"
        seen += byte
    process.kill()
    process.wait()


def check_interruption(work: Path, source: Path, whole: Path) -> None:
    """Killed while its fourth part is exported, and continued: the same files as in one go."""
    out = work / "killed"
    kill_at("[4/5]", source, out, "--dtype", "fp16")
    assert not (out / "model_index.json").exists()
    other = export(source, out, "--dtype", "fp32")
    assert other.returncode != 0 and "was begun with dtype fp16, not fp32" in other.stderr, other.stderr
    said = exported(source, out, "--dtype", "fp16")
    assert said.count(": whole already") == 3 and said.count("written in") == 2, said
    assert contents(out) == contents(whole)
    again = export(source, out, "--dtype", "fp16")
    assert again.returncode != 0 and "is a whole model already" in again.stderr, again.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_refusals(work: Path, source: Path) -> None:
    (work / "foreign").mkdir()
    bad = export(source, work / "foreign", "--without-t5", "--lora", work / "none.safetensors")
    for problem in ("no export that was interrupted", "--without-t5 is for Stable Diffusion 3", "none.safetensors is no file"):
        assert bad.returncode != 0 and problem in bad.stderr, bad.stderr
    assert "has no model_index.json" in export(work / "foreign", work / "new").stderr
    check_full_disk(work, source)
    assert not (work / "new").exists()


def check_full_disk(work: Path, source: Path) -> None:
    """The script in a process to which the disk has a kilobyte left."""
    program = (
        "import runpy, shutil, sys; usage = shutil.disk_usage\n"
        "shutil.disk_usage = lambda path: usage(path)._replace(free=1000)\n"
        "sys.path.insert(0, sys.argv[1].rpartition('/')[0]); sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    arguments = [sys.executable, "-c", program, str(SCRIPT), str(source), str(work / "full")]
    done = subprocess.run(arguments, capture_output=True, text=True)
    assert done.returncode != 0 and "GB of disk space are needed" in done.stderr, done.stderr
    assert not (work / "full").exists()


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(40)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for family in sys.argv[1:] or BUILDERS:
            check_family(work, family)
        if "sdxl" in (sys.argv[1:] or BUILDERS):
            source, whole = work / "sdxl", work / "sdxl-fp16"
            check_places(whole)
            check_map(whole, StableDiffusionXLPipeline.from_pretrained(source))
            check_lora(work, source)
            check_interruption(work, source, whole)
            check_refusals(work, source)
    print("The export is as it should be.")


if __name__ == "__main__":
    main()
