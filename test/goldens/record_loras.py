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
"""Records LoRAs and what diffusers paints with them: `uv run test/goldens/record_loras.py`.

Tiny pipelines with random weights, exported by models/export_model.py, so with `weights.json`, and LoRAs for them in the formats that
people have. diffusers loads them, fuses them into torch's weights and paints; the engine has to merge them into the ONNX files and paint
the same. Written beside this file: the folder `loras` with the models and the LoRAs, and loras.json, whose arrays lie in loras.bin.

  sdxl          float32; kohya with diffusers' block names, kohya with SDXL's own, PEFT with alphas in the metadata, diffusers before PEFT
  sd-half       float16: what diffusers gives for the rounded weights, rounded again once they are fused
  flux          PEFT, and kohya with FLUX's own names, where q, k and v are one matrix
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import DiffusionPipeline, FluxPipeline, StableDiffusionPipeline, StableDiffusionXLPipeline
from peft import LoraConfig, get_peft_model_state_dict
from record import HERE, Arrays
from record_families import build_flux, build_sd, build_sdxl, unpacked
from safetensors.torch import save_file

OUT = HERE / "loras"
EXPORT = HERE.parent.parent / "models" / "export_model.py"
REQUEST = dict(prompt="a lighthouse at dusk", seed=3, steps=3, guidance=4, width=48, height=32)
# All that trainers train of a text encoder: of fewer, diffusers takes kohya's keys for another format and leaves some out.
TEXT = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
UNUSED = ("export.json", "vae_encoder")


# --- models --------------------------------------------------------------------------------------------------


def export(pipeline: DiffusionPipeline, name: str, work: Path, *options: str) -> Path:
    """Returns the source; the ONNX directory lies in OUT."""
    source, out = work / name, OUT / name
    pipeline.save_pretrained(source)
    subprocess.run([sys.executable, EXPORT, source, out, *options], check=True, stdout=subprocess.DEVNULL)
    for unused in UNUSED:
        path = out / unused
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    weights = json.loads((out / "weights.json").read_text())
    kept = {part: places for part, places in weights.items() if not part.startswith("vae")}
    (out / "weights.json").write_text(json.dumps(kept) + "\n")
    return source


def modules_of(pipeline: DiffusionPipeline, part: str, ends: tuple[str, ...]) -> dict[str, torch.nn.Module]:
    return {name: module for name, module in getattr(pipeline, part).named_modules() if name.endswith(ends)}


# --- LoRAs ---------------------------------------------------------------------------------------------------


def matrices(weight: torch.Tensor, rank: int, strength: float = 0.4) -> tuple[torch.Tensor, torch.Tensor]:
    """`down` and `up`; of a convolution, `down` has its window."""
    down = torch.randn(rank, *weight.shape[1:]) * strength
    up = torch.randn(weight.shape[0], rank, *([1] * (weight.ndim - 2))) * strength
    return down, up


def kohya(pipeline: DiffusionPipeline, prefixes: dict[str, str], ends: tuple[str, ...], rank: int, alpha: float, rename=lambda name: name) -> dict:
    tensors = {}
    for part, prefix in prefixes.items():
        for name, module in modules_of(pipeline, part, ends).items():
            key = prefix + rename(name.replace(".", "_"))
            down, up = matrices(module.weight, rank)
            tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(alpha)}
    return tensors


# As SDXL's authors call the blocks of a UNet with one residual block a level.
ORIGINAL = {
    "down_blocks_1_attentions_0": "input_blocks_3_1", "mid_block_attentions_0": "middle_block_1", "up_blocks_0_attentions_0": "output_blocks_0_1",
    "up_blocks_0_attentions_1": "output_blocks_1_1", "down_blocks_0_resnets_0": "input_blocks_1_0", "down_blocks_1_resnets_0": "input_blocks_3_0",
    "down_blocks_0_downsamplers_0_conv": "input_blocks_2_0_op", "mid_block_resnets_0": "middle_block_0", "mid_block_resnets_1": "middle_block_2",
    "up_blocks_0_resnets_0": "output_blocks_0_0", "up_blocks_0_resnets_1": "output_blocks_1_0", "up_blocks_1_resnets_0": "output_blocks_2_0",
    "up_blocks_1_resnets_1": "output_blocks_3_0", "up_blocks_0_upsamplers_0_conv": "output_blocks_1_2_conv",
    "_conv1": "_in_layers_2", "_conv2": "_out_layers_3", "_time_emb_proj": "_emb_layers_1", "_conv_shortcut": "_skip_connection",
}


def original(name: str) -> str:
    for ours, theirs in ORIGINAL.items():
        name = name.replace(ours, theirs) if name.startswith(ours) or (ours.startswith("_") and name.endswith(ours)) else name
    return name


def peft(pipeline: DiffusionPipeline, kind: type, parts: dict[str, list[str]], file: Path, alpha: float) -> None:
    """As diffusers saves what it trained, with the alphas in the file's metadata."""
    layers = {}
    for part, targets in parts.items():
        model = getattr(pipeline, part)
        config = LoraConfig(r=3, lora_alpha=alpha, target_modules=targets, init_lora_weights=False, alpha_pattern={targets[0]: 1.5})
        model.add_adapter(config) if hasattr(model, "add_adapter") else None
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.data = torch.randn_like(parameter) * 0.4
        layers[f"{part}_lora_layers"] = get_peft_model_state_dict(model)
        layers[f"{part}_lora_adapter_metadata"] = config.to_dict()
    kind.save_lora_weights(file.parent, weight_name=file.name, **layers)


def old(pipeline: DiffusionPipeline) -> dict:
    """As diffusers wrote them before PEFT: of attention's processors, and of linear layers."""
    tensors = {}
    for name, module in modules_of(pipeline, "unet", ("to_q", "to_k", "to_v", "to_out.0")).items():
        attention, layer = name.replace("to_out.0", "to_out").rsplit(".", 1)
        down, up = matrices(module.weight, 2)
        tensors |= {f"unet.{attention}.processor.{layer}_lora.{way}.weight": one for way, one in dict(down=down, up=up).items()}
    for part in ("text_encoder", "text_encoder_2"):
        for name, module in modules_of(pipeline, part, ("q_proj", "out_proj", "fc1")).items():
            down, up = matrices(module.weight, 2)
            tensors |= {f"{part}.{name}.lora_linear_layer.{way}.weight": one for way, one in dict(down=down, up=up).items()}
    return tensors


def save(tensors: dict, name: str, dtype: torch.dtype, **metadata: str) -> None:
    save_file({key: value.to(dtype).clone() for key, value in tensors.items()}, OUT / f"{name}.safetensors", metadata or None)


# --- what is expected ----------------------------------------------------------------------------------------


def paint(pipeline: DiffusionPipeline, arrays: Arrays) -> dict:
    latents = []
    pipeline.set_progress_bar_config(disable=True)
    width, height = REQUEST["width"], REQUEST["height"]
    final = pipeline(
        prompt=REQUEST["prompt"], num_inference_steps=REQUEST["steps"], guidance_scale=REQUEST["guidance"], width=width, height=height,
        generator=torch.Generator("cpu").manual_seed(REQUEST["seed"]),
        callback_on_step_end=lambda pipe, i, t, kw: (latents.append(unpacked(pipe, kw["latents"].clone(), width, height)), {})[1],
    ).images[0]
    return dict(latents=arrays.add(torch.cat(latents)), final=arrays.add(np.asarray(final)))


def round_weights(pipeline: DiffusionPipeline) -> None:
    for part in ("unet", "text_encoder"):
        getattr(pipeline, part).half().float()


def case(arrays: Arrays, source: Path, model: str, loras: list[tuple[str, float]], half: bool = False) -> dict:
    pipeline = DiffusionPipeline.from_pretrained(source)
    if half:
        round_weights(pipeline)
    names = [f"lora{index}" for index in range(len(loras))]
    for name, (file, _) in zip(names, loras):
        pipeline.load_lora_weights(OUT / f"{file}.safetensors", adapter_name=name)
    if loras:
        pipeline.set_adapters(names, [scale for _, scale in loras])
        pipeline.fuse_lora(components=pipeline._lora_loadable_modules, adapter_names=names)
        pipeline.unload_lora_weights()
    if half:
        round_weights(pipeline)
    return dict(model=model, loras=[dict(file=file, scale=scale) for file, scale in loras], request=REQUEST, **paint(pipeline, arrays))


def record_sdxl(work: Path, arrays: Arrays) -> list[dict]:
    pipeline = build_sdxl(work)
    source = export(pipeline, "sdxl", work)
    both = {"unet": "lora_unet_", "text_encoder": "lora_te1_", "text_encoder_2": "lora_te2_"}
    ends = ("to_q", "to_k", "to_v", "to_out.0", "net.2", "proj_in", "conv1", "downsamplers.0.conv", *TEXT)
    save(kohya(pipeline, both, ends, rank=4, alpha=1.0), "sdxl-kohya", torch.float16, ss_base_model_version="sdxl_base_v1-0")
    ends = ("to_q", "to_v", "net.0.proj", "proj_out", "conv2", "time_emb_proj", "conv_shortcut", "samplers.0.conv")
    save(kohya(pipeline, {"unet": "lora_unet_"}, ends, 2, 3.0, original), "sdxl-original", torch.bfloat16)
    save(old(pipeline), "sdxl-old", torch.float32)
    parts = {"unet": ["to_q", "to_k", "conv1", "conv_in"], "text_encoder": ["q_proj", "fc1"], "text_encoder_2": ["v_proj", "out_proj"]}
    peft(StableDiffusionXLPipeline.from_pretrained(source), StableDiffusionXLPipeline, parts, OUT / "sdxl-peft.safetensors", 2)
    cases = [[], *([(f"sdxl-{name}", 1.0)] for name in ("kohya", "original", "old", "peft"))]
    cases += [[("sdxl-peft", 0.7), ("sdxl-kohya", -0.5), ("sdxl-old", 0.25)]]
    return [case(arrays, source, "sdxl", loras) for loras in cases]


def record_sd(work: Path, arrays: Arrays) -> list[dict]:
    pipeline = build_sd(work)
    source = export(pipeline, "sd-half", work, "--dtype", "fp16")
    both = {"unet": "lora_unet_", "text_encoder": "lora_te_"}
    ends = ("to_q", "to_out.0", "proj_in", "conv1", *TEXT)
    save(kohya(pipeline, both, ends, rank=2, alpha=1.0), "sd-kohya", torch.float16)
    save(kohya(pipeline, {"unet": "lora_unet_"}, ("to_q", "net.2"), rank=3, alpha=2.0), "sd-second", torch.float32)
    return [case(arrays, source, "sd-half", loras, half=True) for loras in ([], [("sd-kohya", 0.8)], [("sd-kohya", 0.8), ("sd-second", 0.5)])]


# diffusers' own conversion knows FLUX by its full size only: what follows is FLUX's names with, in turn, those of diffusers.
FUSED = {
    "double_blocks_0_img_attn_qkv": ["transformer_blocks.0.attn.to_q", "transformer_blocks.0.attn.to_k", "transformer_blocks.0.attn.to_v"],
    "double_blocks_0_txt_attn_qkv": [f"transformer_blocks.0.attn.add_{one}_proj" for one in "qkv"],
    "double_blocks_0_img_mlp_0": ["transformer_blocks.0.ff.net.0.proj"],
    "double_blocks_0_txt_attn_proj": ["transformer_blocks.0.attn.to_add_out"],
    "double_blocks_0_img_mod_lin": ["transformer_blocks.0.norm1.linear"],
    "single_blocks_0_linear1": [*(f"single_transformer_blocks.0.attn.to_{one}" for one in "qkv"), "single_transformer_blocks.0.proj_mlp"],
    "single_blocks_0_linear2": ["single_transformer_blocks.0.proj_out"],
    "single_blocks_0_modulation_lin": ["single_transformer_blocks.0.norm.linear"],
}


def flux_kohya(pipeline: FluxPipeline) -> tuple[dict, dict]:
    """In FLUX's names, and the same in diffusers'."""
    kohya_keys, diffusers_keys = {}, {}
    for name, modules in FUSED.items():
        weights = [pipeline.transformer.get_submodule(module).weight for module in modules]
        down, up = matrices(torch.cat(list(weights)), 3)
        kohya_keys |= {f"lora_unet_{name}.lora_down.weight": down, f"lora_unet_{name}.lora_up.weight": up, f"lora_unet_{name}.alpha": torch.tensor(1.5)}
        for module, rows in zip(modules, up.split([len(weight) for weight in weights])):
            diffusers_keys |= {f"transformer.{module}.lora_A.weight": down, f"transformer.{module}.lora_B.weight": rows * 0.5}
    return kohya_keys, diffusers_keys


def record_flux(work: Path, arrays: Arrays) -> list[dict]:
    pipeline = build_flux(work, False)
    source = export(pipeline, "flux", work)
    kohya_keys, diffusers_keys = flux_kohya(pipeline)
    save(diffusers_keys, "flux-plain", torch.float32)
    parts = {"transformer": ["to_q", "ff.net.0.proj", "proj_out"], "text_encoder": ["q_proj"]}
    peft(FluxPipeline.from_pretrained(source), FluxPipeline, parts, OUT / "flux-peft.safetensors", 2)
    plain, kohya_case = (case(arrays, source, "flux", [("flux-plain", 0.6)]) for _ in range(2))
    kohya_case["loras"] = [dict(file="flux-kohya", scale=0.6)]
    save(kohya_keys, "flux-kohya", torch.float32)
    return [case(arrays, source, "flux", []), plain, kohya_case, case(arrays, source, "flux", [("flux-peft", 1.0)])]


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(50)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    arrays = Arrays()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        cases = [*record_sdxl(work, arrays), *record_sd(work, arrays), *record_flux(work, arrays)]
    for file in OUT.glob("*.safetensors"):
        file.chmod(0o644)
    (HERE / "loras.json").write_text(json.dumps(dict(cases=cases)) + "\n")
    (HERE / "loras.bin").write_bytes(arrays.data)
    print(sum(file.stat().st_size for file in OUT.rglob("*") if file.is_file()), "bytes of models and LoRAs,", len(cases), "cases")


if __name__ == "__main__":
    main()
