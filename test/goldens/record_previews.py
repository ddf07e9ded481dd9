# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "diffusers==0.39.0",
#   "transformers==4.57.6",
#   "torch==2.12.0",
#   "optimum-onnx[onnxruntime]==0.1.0",
#   "onnx==1.23.2",
#   "numpy==2.4.6",
#   "pillow==13.0.0",
#   "sentencepiece==0.2.3",
#   "protobuf==7.36.2",
# ]
# ///
"""Records what previews are checked against: `uv run test/goldens/record_previews.py`, after record_families.py.

  denoised   the picture (x_0) that a scheduler of diffusers expects at each step, for random outputs of a network:
             pred_original_sample (DDIM, Euler, Euler ancestral), denoised (LCM), the newest of model_outputs
             (DPM-Solver++). PNDM gives none: DDIM's at the same timestep. Flow matching computes x0 in its stochastic
             sampling only, and its step to sigma 0 gives it back.
  taesd      a tiny AutoencoderTiny with random weights, exported by models/export_model.py, and the pixels that
             diffusers decodes with it from the latents of a recorded image

Written beside this file: taesd/taesd_decoder, and previews.json, whose arrays lie in previews.bin.
"""

import copy
import json
import shutil
import sys

import diffusers
import numpy as np
import onnx
import torch
from diffusers import AutoencoderTiny
from diffusers.image_processor import VaeImageProcessor
from record import HERE, Arrays
from record_families import BETAS

sys.path.append(str(HERE.parents[1] / "models"))
from export_model import export_taesd  # noqa: E402

SHAPE = (1, 4, 5, 6)
STEPS = 6
# calculate_shift's for 1024 tokens, with the scheduler's defaults
MU = 1024 * (1.15 - 0.5) / (4096 - 256) + 0.5 - 256 * (1.15 - 0.5) / (4096 - 256)


def schedulers() -> list[tuple[str, dict]]:
    leading = dict(timestep_spacing="leading", steps_offset=1)
    dpm, flow = "DPMSolverMultistepScheduler", "FlowMatchEulerDiscreteScheduler"
    return [
        *(("DDIMScheduler", dict(**BETAS, prediction_type=kind, clip_sample=kind == "sample")) for kind in ("epsilon", "v_prediction", "sample")),
        *(("PNDMScheduler", dict(**BETAS, skip_prk_steps=skip, prediction_type=kind, **leading))
          for skip, kind in ((True, "epsilon"), (False, "epsilon"), (True, "v_prediction"))),
        *(("EulerDiscreteScheduler", dict(**BETAS, **leading, prediction_type=kind)) for kind in ("epsilon", "v_prediction")),
        ("EulerDiscreteScheduler", dict(**BETAS, use_karras_sigmas=True)),
        *(("EulerAncestralDiscreteScheduler", dict(**BETAS, **leading, prediction_type=kind)) for kind in ("epsilon", "v_prediction")),
        (dpm, dict(**BETAS)), (dpm, dict(**BETAS, use_karras_sigmas=True, solver_order=3, prediction_type="v_prediction")),
        (dpm, dict(**BETAS, algorithm_type="sde-dpmsolver++", prediction_type="sample")),
        ("LCMScheduler", dict(**BETAS)), ("LCMScheduler", dict(**BETAS, clip_sample=True, prediction_type="v_prediction")),
        (flow, dict(shift=3.0)), (flow, dict(use_dynamic_shifting=True)),
    ]


def expected(scheduler, name: str, index: int, output: torch.Tensor, latents: torch.Tensor, result) -> torch.Tensor:
    """The picture of this evaluation, in diffusers' own arithmetic. `result` is what the step gave."""
    if name.startswith("DPM"):
        return scheduler.model_outputs[-1]
    if name.startswith("PNDM"):
        ddim = diffusers.DDIMScheduler(**BETAS, prediction_type=scheduler.config.prediction_type, clip_sample=False)
        ddim.set_timesteps(1000)
        return ddim.step(output, int(scheduler.timesteps[index]), latents).pred_original_sample
    if name.startswith("FlowMatch"):
        last = copy.deepcopy(scheduler)
        last.register_to_config(stochastic_sampling=True)
        last.sigmas[index + 1] = 0
        last._step_index = index
        return last.step(output, last.timesteps[index], latents).prev_sample
    return result[1]


def denoised(arrays: Arrays) -> list[dict]:
    out = []
    for name, config in schedulers():
        scheduler = getattr(diffusers, name)(**config)
        scheduler.set_timesteps(STEPS, **(dict(mu=MU) if config.get("use_dynamic_shifting") else {}))
        latents = torch.randn(SHAPE) * getattr(scheduler, "init_noise_sigma", 1)
        seen, outputs, pictures = [], [], []
        for index, t in enumerate(scheduler.timesteps):
            output = torch.randn(SHAPE)
            if hasattr(scheduler, "scale_model_input"):
                scheduler.scale_model_input(latents, t)  # which pipelines call before every step
            result = scheduler.step(output, t, latents, return_dict=False)
            pictures.append(expected(scheduler, name, index, output, latents, result))
            seen.append(latents)
            outputs.append(output)
            latents = result[0]
        out.append(dict(config=dict(_class_name=name, **config), steps=STEPS, timesteps=scheduler.timesteps.tolist(),
                        latents=arrays.add(torch.cat(seen)), outputs=arrays.add(torch.cat(outputs)),
                        denoised=arrays.add(torch.cat(pictures))))
    return out


def recorded_latents(family: str, case: int) -> torch.Tensor:
    place = json.loads((HERE / f"{family}.json").read_text())["cases"][case]["latents"]
    data = (HERE / f"{family}.bin").read_bytes()
    return torch.from_numpy(np.frombuffer(data, "<f4", int(np.prod(place["dims"])), place["at"]).reshape(place["dims"]).copy())


def taesd(arrays: Arrays) -> dict:
    blocks, width = 4, 8
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(width,) * blocks, decoder_block_out_channels=(width,) * blocks, latent_channels=4,
        num_encoder_blocks=(1,) * blocks, num_decoder_blocks=(1,) * blocks,
    ).eval()
    with torch.no_grad():  # fresh weights give a flat grey
        for weight in tiny.decoder.parameters():
            weight.mul_(1.6)
    shutil.rmtree(HERE / "taesd", ignore_errors=True)
    export_taesd(tiny, HERE / "taesd")
    model = onnx.load(HERE / "taesd/taesd_decoder/model.onnx")
    onnx.checker.check_model(model)
    pixels = []
    for latents in recorded_latents("sd", 0):
        with torch.no_grad():
            sample = tiny.decode(latents[None] / tiny.config.scaling_factor).sample
        [picture] = VaeImageProcessor().postprocess(sample, output_type="pil")
        pixels.append(np.asarray(picture))
    print("taesd: pixels from", np.min(pixels), "to", np.max(pixels), "deviate by", np.std(pixels))
    assert np.std(pixels) > 20
    return dict(family="sd", case=0, pixels=arrays.add(np.stack(pixels)))


def main() -> None:
    torch.manual_seed(40)
    torch.set_num_threads(1)
    arrays = Arrays()
    goldens = dict(denoised=denoised(arrays), taesd=taesd(arrays))
    (HERE / "previews.json").write_text(json.dumps(goldens) + "\n")
    (HERE / "previews.bin").write_bytes(arrays.data)
    print(len(arrays.data), "bytes")


if __name__ == "__main__":
    main()
