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
#   "scipy==1.17.1",
#   "sentencepiece==0.2.3",
#   "protobuf==7.36.2",
# ]
# ///
"""Records schedulers that no other script does: `uv run test/goldens/record_schedulers.py [steps|images…]`.

solvers.json, whose arrays lie in solvers.bin: step by step, without a model.

  schedules     timesteps and the scale of the first noise, for many settings and numbers of steps
  trajectories  made-up outputs of a network and the latents after every step; from noise, or from a picture where `start`
                is not 0. Where the class says which picture it expects (pred_original_sample, or the newest of
                model_outputs), that too

solver-images.json, whose arrays lie in solver-images.bin: one image or two of each class, by the tiny pipelines of
record.py and record_families.py, whose weights come from the same seeds as the exported ones.
"""

import json
import sys
import tempfile
from pathlib import Path

import diffusers
import torch
from diffusers import (
    StableDiffusion3Img2ImgPipeline,
    StableDiffusion3Pipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
)
from record import HERE, Arrays, build_plain, build_t5
from record_families import BETAS, build_sd, config, run, text_to_image

SHAPE = (1, 4, 2, 2)
ENDS_ABOVE = 12  # more timesteps are not recorded but for their ends

SPACINGS = [dict(timestep_spacing=s, steps_offset=o) for s, o in (("linspace", 0), ("leading", 1), ("trailing", 0))]
CURVES = [dict(use_karras_sigmas=True), dict(use_exponential_sigmas=True), dict(use_beta_sigmas=True)]
ENDS = dict(sigma_min=0.05, sigma_max=11.0)
ZERO_SNR = dict(rescale_betas_zero_snr=True, timestep_spacing="trailing", prediction_type="v_prediction")
V, SAMPLE = dict(prediction_type="v_prediction"), dict(prediction_type="sample")
TO_LOWEST = dict(final_sigmas_type="sigma_min")
STOCHASTIC = dict(algorithm_type="sde-dpmsolver++")
COSINE = dict(beta_schedule="squaredcos_cap_v2")


def of(name: str, *settings: dict, **common) -> list[tuple[str, dict]]:
    return [(name, {**BETAS, **common, **one}) for one in settings]


def unipc() -> list[tuple[str, dict]]:
    name = "UniPCMultistepScheduler"
    return [
        *of(name, *SPACINGS, *CURVES, ZERO_SNR),
        *of(name, dict(), V, SAMPLE, TO_LOWEST, *CURVES, solver_order=3),
        *of(name, dict(solver_order=1), dict(solver_order=2), dict(solver_order=3), solver_type="bh1", **TO_LOWEST),
        *of(name, dict(disable_corrector=[0, 2]), dict(solver_order=3, disable_corrector=[1]), dict(solver_type="midpoint")),
        *of(name, dict(), V, SAMPLE, dict(solver_order=3), dict(solver_type="bh1", solver_order=3), predict_x0=False, **TO_LOWEST),
        *of(name, dict(), dict(solver_order=3), dict(use_karras_sigmas=True), lower_order_final=False, **TO_LOWEST),
        *of(name, {**CURVES[0], **ENDS}, {**CURVES[1], **ENDS, **TO_LOWEST}, {**CURVES[0], **COSINE}),
    ]


def options() -> list[tuple[str, dict]]:
    """Of classes that whole pipelines are recorded with already."""
    dpm = "DPMSolverMultistepScheduler"
    return [
        *of("EulerDiscreteScheduler", *CURVES[1:], {**CURVES[1], **ENDS}, {**CURVES[2], **ENDS, **V}),
        *of(dpm, dict(use_lu_lambdas=True), dict(use_lu_lambdas=True, **COSINE), *CURVES[1:], {**CURVES[0], **ENDS}, {**CURVES[2], **V}),
        *of(dpm, dict(), dict(use_karras_sigmas=True), TO_LOWEST, V, solver_order=3, **STOCHASTIC),
        *of(dpm, dict(solver_type="bh2", solver_order=3)),
        *(("FlowMatchEulerDiscreteScheduler", dict(shift=3.0, **curve)) for curve in CURVES),
        *of("LCMScheduler", dict(original_inference_steps=1000)),
    ]


def derivatives() -> list[tuple[str, dict]]:
    classes = ("HeunDiscreteScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "LMSDiscreteScheduler")
    return [
        *(entry for name in classes for entry in of(name, *SPACINGS, *CURVES, V, {**CURVES[0], **ENDS}, {**CURVES[1], **ENDS, **SPACINGS[1]})),
        *of("HeunDiscreteScheduler", COSINE, SAMPLE, dict(clip_sample=True), {**V, **SPACINGS[2]}),
        *of("LMSDiscreteScheduler", SAMPLE),
        *(("HeunDiscreteScheduler", {}), ("KDPM2DiscreteScheduler", {}), ("LMSDiscreteScheduler", {})),
        *(("FlowMatchHeunDiscreteScheduler", one) for one in (dict(), dict(shift=3.0), dict(shift=2.5, num_train_timesteps=500))),
    ]


def singlestep() -> list[tuple[str, dict]]:
    name = "DPMSolverSinglestepScheduler"
    return [
        *of(name, dict(), V, SAMPLE, *CURVES, dict(solver_type="heun"), dict(solver_order=1), COSINE, dict(lower_order_final=True)),
        *of(name, dict(), *CURVES, dict(solver_type="heun"), dict(solver_type="heun", **TO_LOWEST), TO_LOWEST, solver_order=3),
        *of(name, dict(), dict(lower_order_final=True), {**CURVES[0], **ENDS}, **TO_LOWEST),
        *of(name, dict(), dict(solver_type="heun"), dict(solver_order=3), dict(solver_order=3, solver_type="heun"), **STOCHASTIC),
        *of(name, dict(solver_order=3, solver_type="heun"), dict(lambda_min_clipped=-5.1), **TO_LOWEST, **STOCHASTIC),
    ]


def others() -> list[tuple[str, dict]]:
    edm, edm_dpm = "EDMEulerScheduler", "EDMDPMSolverMultistepScheduler"
    exponential = dict(sigma_schedule="exponential")
    return [
        *of("DDPMScheduler", *SPACINGS, V, SAMPLE, ZERO_SNR, *(dict(variance_type=v) for v in ("fixed_small_log", "fixed_large")), clip_sample=False),
        *of("DDPMScheduler", dict(), dict(clip_sample_range=2.0)),
        *of("TCDScheduler", dict(), V, SAMPLE, dict(original_inference_steps=100), dict(original_inference_steps=1000)),
        *((edm, one) for one in (dict(), V, exponential, TO_LOWEST, dict(sigma_data=1.0, rho=5.0, sigma_max=20.0))),
        *((edm_dpm, one) for one in (dict(), V, exponential, TO_LOWEST, STOCHASTIC, dict(solver_order=3), dict(solver_type="heun"),
                                     dict(euler_at_final=True, **TO_LOWEST), {**STOCHASTIC, **exponential, "solver_type": "heun"})),
    ]


def made(name: str, settings: dict):
    return getattr(diffusers, name).from_config(dict(settings))


def short(timesteps: torch.Tensor) -> list[float]:
    """Of many that are not whole, the ends."""
    if len(timesteps) <= ENDS_ABOVE or (timesteps == timesteps.round()).all():
        return [float(f"{t:.7g}") for t in timesteps.tolist()]
    return short(timesteps[[0, 1, 2, -3, -2, -1]])


def schedules(classes) -> list[dict]:
    out = []
    for name, settings in classes:
        for steps in (1, 2, 5, 20, 38):
            scheduler = made(name, settings)
            try:
                scheduler.set_timesteps(steps)
            except (ValueError, ZeroDivisionError, IndexError):
                continue
            out.append(dict(config=dict(_class_name=name, **settings), steps=steps, count=len(scheduler.timesteps),
                            timesteps=short(scheduler.timesteps), noise=float(getattr(scheduler, "init_noise_sigma", 1))))
    return out


def noised(scheduler, start: int, generator) -> tuple[torch.Tensor, torch.Tensor]:
    """A picture, and the same at the noise level of a step, as pipelines for image-to-image make it."""
    picture = torch.randn(SHAPE, generator=generator)
    add = getattr(scheduler, "add_noise", None) or (lambda x, noise, t: scheduler.scale_noise(x, t, noise))
    return picture, add(picture, torch.randn(SHAPE, generator=generator), scheduler.timesteps[start : start + 1])


def expected(scheduler, result) -> torch.Tensor | None:
    if hasattr(scheduler, "model_outputs"):
        return scheduler.model_outputs[-1] if getattr(scheduler, "predict_x0", True) else None
    return result[1] if len(result) > 1 and not isinstance(scheduler, diffusers.TCDScheduler) else None


def trajectory(arrays: Arrays, name: str, settings: dict, steps: int, skipped: int, seed: int) -> dict:
    scheduler = made(name, settings)
    scheduler.set_timesteps(steps)
    start, generator = skipped * scheduler.order, torch.Generator("cpu").manual_seed(seed)
    outputs, latents, pictures = [], [], []
    if hasattr(scheduler, "set_begin_index"):  # as SDXL's pipelines do
        scheduler.set_begin_index(start)
    if skipped:
        first, now = noised(scheduler, start, generator)
    else:
        first = now = torch.randn(SHAPE, generator=generator) * float(getattr(scheduler, "init_noise_sigma", 1))
    accepts = scheduler.step.__code__.co_varnames[: scheduler.step.__code__.co_argcount]
    extra = {**(dict(generator=generator) if "generator" in accepts else {}), **(dict(eta=0.0) if "eta" in accepts else {})}
    for t in scheduler.timesteps[start:]:
        seen = scheduler.scale_model_input(now, t) if hasattr(scheduler, "scale_model_input") else now
        output = 0.8 * seen.float() + 0.4 * torch.randn(SHAPE)
        result = scheduler.step(output, t, now, return_dict=False, **extra)
        now = result[0].float()
        outputs.append(output)
        latents.append(now)
        pictures.append(expected(scheduler, result))
    golden = dict(config=dict(_class_name=name, **settings), steps=steps, start=start, seed=seed,
                  first=arrays.add(first), outputs=arrays.add(torch.cat(outputs)), latents=arrays.add(torch.cat(latents)))
    assert torch.cat(latents).isfinite().all(), golden
    if pictures[0] is not None:
        golden["denoised"] = arrays.add(torch.cat(pictures))
    return golden


def same_as_recorded(arrays: Arrays, name: str, case: dict) -> None:
    """The weights of a pipeline are those of the exported model if it paints what was recorded from that."""
    known = json.loads((HERE / f"{name}.json").read_text())["cases"]
    [golden] = [one for one in known if one["model"] == case["model"] and one["request"] == case["request"]][:1]
    data, place = (HERE / f"{name}.bin").read_bytes(), golden["latents"]
    size = 4 * torch.Size(place["dims"]).numel()
    assert arrays.data[case["latents"]["at"] :][:size] == data[place["at"] :][:size], f"other weights than in {name}.bin"


def sd_images(arrays: Arrays) -> list[dict]:
    torch.manual_seed(30)  # record_families.py's
    with tempfile.TemporaryDirectory() as work:
        pipeline = build_sd(Path(work))
    kinds = (StableDiffusionPipeline, StableDiffusionImg2ImgPipeline)
    a, b = ("two boats with red sails", 0), ("日本の灯台、 hello!", 2**33 + 5)
    known = text_to_image(*a, 6, 7.5, 64, 48, negativePrompt="a crowd")
    same_as_recorded(scratch := Arrays(), "sd", run(scratch, "sd", pipeline, kinds, {}, known))
    new = (48, 48)
    cases = [
        (config("UniPCMultistepScheduler"), text_to_image(*a, 6, 7.5, *new)),
        (config("UniPCMultistepScheduler", solver_order=3, use_karras_sigmas=True), text_to_image(*b, 8, 4.0, *new, strength=0.7), (64, 64)),
        (config("HeunDiscreteScheduler"), text_to_image(*a, 4, 7.5, *new)),
        (config("HeunDiscreteScheduler", **CURVES[0]), text_to_image(*b, 6, 4.0, *new, strength=0.5), (64, 64)),
        (config("KDPM2DiscreteScheduler", **SPACINGS[1]), text_to_image(*a, 4, 5.0, *new)),
        (config("KDPM2AncestralDiscreteScheduler"), text_to_image(*b, 4, 5.0, *new)),
        (config("KDPM2AncestralDiscreteScheduler", **V), text_to_image(*a, 6, 3.0, *new, strength=0.4), (64, 64)),
        (config("LMSDiscreteScheduler"), text_to_image(*a, 6, 7.5, *new)),
        (config("LMSDiscreteScheduler"), text_to_image(*b, 8, 4.0, *new, strength=0.8), (64, 64)),
        (config("DPMSolverMultistepScheduler", solver_order=3, **STOCHASTIC), text_to_image(*a, 7, 5.0, *new)),
        (config("DPMSolverMultistepScheduler", use_lu_lambdas=True), text_to_image(*b, 6, 5.0, *new)),
        (config("DPMSolverSinglestepScheduler"), text_to_image(*a, 6, 7.5, *new)),
        (config("DPMSolverSinglestepScheduler", solver_order=3, **STOCHASTIC), text_to_image(*b, 8, 4.0, *new, strength=0.65), (64, 64)),
        (config("DDPMScheduler", clip_sample=False), text_to_image(*a, 6, 5.0, *new)),
        (config("DDPMScheduler", clip_sample=False), text_to_image(*b, 8, 4.0, *new, strength=0.6), (64, 64)),
        (config("TCDScheduler"), text_to_image(*a, 4, 1.0, *new)),
        (dict(config=dict(_class_name="EDMEulerScheduler")), text_to_image(*b, 5, 3.0, *new)),
        (dict(config=dict(_class_name="EDMDPMSolverMultistepScheduler")), text_to_image(*a, 6, 3.0, *new, strength=0.7), (64, 64)),
        (dict(override="UniPCMultistepScheduler"), text_to_image(*a, 4, 3.0, *new)),
        (dict(override="HeunDiscreteScheduler"), text_to_image(*a, 3, 3.0, *new)),
    ]
    return [run(arrays, "sd", pipeline, kinds, *case) for case in cases]


def sd3_images(arrays: Arrays) -> list[dict]:
    torch.manual_seed(20)  # record.py's
    with tempfile.TemporaryDirectory() as work:
        build_t5(Path(work))
        pipeline = build_plain(Path(work))
    kinds = (StableDiffusion3Pipeline, StableDiffusion3Img2ImgPipeline)
    known = text_to_image("a lighthouse at dusk", 1, 6, 0.0, 64, 64, maxSequenceLength=256)
    same_as_recorded(scratch := Arrays(), "goldens", run(scratch, "sd3", pipeline, kinds, {}, known))
    heun = dict(config=dict(_class_name="FlowMatchHeunDiscreteScheduler", shift=3.0))
    karras = dict(config=dict(_class_name="FlowMatchEulerDiscreteScheduler", shift=3.0, **CURVES[0]))
    the_river = ("the river", 9)
    cases = [
        (heun, text_to_image(*the_river, 4, 5.0, 64, 48, maxSequenceLength=64)),
        (heun, text_to_image(*the_river, 6, 3.0, 48, 48, maxSequenceLength=64, strength=0.5), (64, 48)),
        (karras, text_to_image(*the_river, 5, 3.0, 48, 48, maxSequenceLength=64)),
    ]
    return [run(arrays, "sd3", pipeline, kinds, *case) for case in cases]


def steps(arrays: Arrays) -> dict:
    torch.manual_seed(50)
    classes = [*unipc(), *options(), *derivatives(), *singlestep(), *others()]
    trajectories = []
    for number, (name, settings) in enumerate(classes):
        trajectories.append(trajectory(arrays, name, settings, 5 + number % 4, 0, number))
        if number % 3 == 0:
            trajectories.append(trajectory(arrays, name, settings, 7, 3, 100 + number))
    return dict(schedules=schedules(classes), trajectories=trajectories)


def images(arrays: Arrays) -> dict:
    return dict(cases=[*sd_images(arrays), *sd3_images(arrays)])


def main() -> None:
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or ["steps", "images"]
    for part, name, record in (("steps", "solvers", steps), ("images", "solver-images", images)):
        if part not in wanted:
            continue
        arrays = Arrays()
        goldens = record(arrays)
        (HERE / f"{name}.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")
        (HERE / f"{name}.bin").write_bytes(arrays.data)
        print(name, len(arrays.data), "bytes")


if __name__ == "__main__":
    main()
