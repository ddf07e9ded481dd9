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
"""Records Stable Diffusion 1.x/2.x, SDXL and FLUX.1 pipelines: `uv run test/goldens/record_families.py [family…]`.

Like record.py, whose helpers it uses: tiny random weights, exported to ONNX by Optimum and run by diffusers on torch.

  sd            one CLIP encoder, PNDM; exported at an odd size
  sd-lcm        the same, distilled: guidance is embedded into the timestep
  sdxl          two CLIP encoders, penultimate states, added time ids, Euler
  flux-schnell  CLIP and T5, no guidance embedding, no shift
  flux-dev      guidance embedding, shift that depends on the size

Written beside this file, for each family: the model directory, and {family}.json whose arrays lie in {family}.bin.
schedulers.json has timesteps and sigmas for many settings, without a model.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    FluxImg2ImgPipeline,
    FluxPipeline,
    FluxTransformer2DModel,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from optimum.exporters.onnx import onnx_export_from_model
from PIL import Image
from record import HERE, Arrays, clip_encoder, clip_tokenizer, picture, slim, t5_tokenizer
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, T5Config, T5EncoderModel

BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


# --- the pipelines -------------------------------------------------------------------------------------------


def text_model(tokenizer, width: int, layers: int = 3) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=2 * width, projection_dim=width,
        num_hidden_layers=layers, num_attention_heads=2, max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id, initializer_factor=3.0,
    )
    return CLIPTextModel(config).eval()


def vae(channels: int, **scaling) -> AutoencoderKL:
    blocks = 4
    return AutoencoderKL(
        block_out_channels=(8,) * blocks, down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks, layers_per_block=1, latent_channels=channels, norm_num_groups=4,
        sample_size=64, mid_block_add_attention=False, **scaling,
    ).eval()


def lively(model, names: tuple[str, ...] = (), factor: float = 2.5):
    """Fresh weights would hardly react to the prompt, and the test would not notice a wrong one."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.mul_(factor if any(part in name for part in names) else 1.5)
    return model.eval()


def build_sd(work: Path, **network) -> StableDiffusionPipeline:
    tokenizer = clip_tokenizer(work, CLIPTokenizer, 60, "<|endoftext|>")
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16), norm_num_groups=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16, attention_head_dim=2, **network,
    )
    scheduler = diffusers.PNDMScheduler(**BETAS, skip_prk_steps=True, set_alpha_to_one=False, steps_offset=1)
    return StableDiffusionPipeline(
        vae=vae(4, scaling_factor=0.18215), text_encoder=text_model(tokenizer, 16), tokenizer=tokenizer,
        unet=lively(unet, ("attn2",)), scheduler=scheduler, safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )


def build_sdxl(work: Path) -> StableDiffusionXLPipeline:
    first = clip_tokenizer(work, CLIPTokenizer, 60, "<|endoftext|>")
    second = clip_tokenizer(work, CLIPTokenizer, 40, "!")
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16), norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=40, attention_head_dim=(2, 4), use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=8, projection_class_embeddings_input_dim=6 * 8 + 24, transformer_layers_per_block=(1, 1),
    )
    scheduler = diffusers.EulerDiscreteScheduler(**BETAS, timestep_spacing="leading", steps_offset=1)
    pipeline = StableDiffusionXLPipeline(
        vae=vae(4, scaling_factor=0.13025), text_encoder=text_model(first, 16), tokenizer=first,
        text_encoder_2=clip_encoder(second, 24), tokenizer_2=second, unet=lively(unet, ("attn2", "add_embedding")),
        scheduler=scheduler, force_zeros_for_empty_prompt=True, add_watermarker=False,
    )
    return pipeline


def build_flux(work: Path, dev: bool) -> FluxPipeline:
    first = clip_tokenizer(work, CLIPTokenizer, 60, "<|endoftext|>")
    second = t5_tokenizer(work)
    t5 = T5EncoderModel(
        T5Config(vocab_size=len(second), d_model=24, d_kv=8, d_ff=32, num_layers=2, num_heads=2, is_gated_act=True,
                 feed_forward_proj="gated-gelu", initializer_factor=2.0)
    ).eval()
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=24, pooled_projection_dim=16, guidance_embeds=dev, axes_dims_rope=(4, 6, 6),
    )
    scheduler = FlowMatchEulerDiscreteScheduler(
        shift=3.0 if dev else 1.0, use_dynamic_shifting=dev, base_image_seq_len=256, max_image_seq_len=4096,
        base_shift=0.5, max_shift=1.15,
    )
    return FluxPipeline(
        scheduler=scheduler, vae=vae(16, scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=text_model(first, 16), tokenizer=first, text_encoder_2=t5, tokenizer_2=second,
        transformer=lively(transformer, ("context_embedder", "time_text_embed")),
    )


def export(pipeline, name: str) -> None:
    out = HERE / name
    shutil.rmtree(out, ignore_errors=True)
    onnx_export_from_model(pipeline, out, task="text-to-image", opset=17, do_validation=False)
    for part in out.glob("tokenizer*"):
        keep = {"tokenizer_config.json", "special_tokens_map.json"}
        slow = (part / "vocab.json").exists() and not (part / "tokenizer.json").exists()
        keep |= {"vocab.json", "merges.txt"} if slow else {"tokenizer.json"}
        for file in part.iterdir():
            if file.name not in keep:
                file.unlink()
    for path in out.glob("*/model.onnx"):
        slim(path)


# --- the goldens ---------------------------------------------------------------------------------------------


def unpacked(pipe, latents: torch.Tensor, width: int, height: int) -> torch.Tensor:
    if latents.ndim == 4:
        return latents
    return pipe._unpack_latents(latents, height, width, pipe.vae_scale_factor)


def cpu_generator(seed: int) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(seed)


def run(arrays: Arrays, model: str, pipeline, kinds, scheduler, request: dict, image: tuple[int, int] | None = None,
        generator=cpu_generator, watch=lambda scheduler: None) -> dict:
    """One image by diffusers. `scheduler` is {"config": …} (written into the directory) or {"override": class};
    `watch` gets the scheduler object before it is used."""
    folder = HERE / model
    if "override" in scheduler:
        stored = type(pipeline.scheduler).from_pretrained(folder, subfolder="scheduler")
        used = getattr(diffusers, scheduler["override"]).from_config(stored.config)
    elif "config" in scheduler:
        config = dict(scheduler["config"])
        used = getattr(diffusers, config.pop("_class_name"))(**config)
    else:
        used = type(pipeline.scheduler).from_pretrained(folder, subfolder="scheduler")
    watch(used)
    latents, initial = [], []
    width, height = request["width"], request["height"]
    call = dict(
        prompt=request["prompt"], num_inference_steps=request["steps"], guidance_scale=request["guidance"],
        generator=generator(request["seed"]),
        callback_on_step_end=lambda pipe, i, t, kw: (latents.append(kw["latents"].clone()), {})[1],
    )
    if "negativePrompt" in request:
        call["negative_prompt"] = request["negativePrompt"]
    if "maxSequenceLength" in request:
        call["max_sequence_length"] = request["maxSequenceLength"]
    source = None
    kind = kinds[0]
    if image:
        kind, source = kinds[1], picture(*image)
        # Stable Diffusion's own pipelines take the picture's size as it is; SD3's and FLUX's resize as done here.
        call |= dict(image=source.resize((width, height), Image.Resampling.LANCZOS), strength=request["strength"])
    if not image or "Flux" in kind.__name__ or "Diffusion3" in kind.__name__:
        call |= dict(width=width, height=height)
    extra = {k: v for k, v in pipeline.config.items() if k in ("requires_safety_checker", "force_zeros_for_empty_prompt")}
    if "XL" in kind.__name__:
        extra["add_watermarker"] = False
    pipe = kind(**{**pipeline.components, "scheduler": used}, **extra)
    pipe.set_progress_bar_config(disable=True)
    prepare = pipe.prepare_latents
    pipe.prepare_latents = lambda *a, **k: (initial.append(prepare(*a, **k)), initial[0])[1]
    final = pipe(**call).images[0]
    first = initial[0][0] if isinstance(initial[0], tuple) else initial[0]
    all_latents = torch.cat([unpacked(pipe, one, width, height) for one in latents])
    case = dict(model=model, scheduler=scheduler, request=request, initial=arrays.add(unpacked(pipe, first, width, height)),
                latents=arrays.add(all_latents), final=arrays.add(np.asarray(final)))
    if source:
        case["image"] = arrays.add(np.asarray(source))
    return case


def assert_reacts(pipeline) -> None:
    results = []
    for prompt in ("a lighthouse at dusk", "a crowd"):
        generator = torch.Generator("cpu").manual_seed(1)
        results.append(pipeline(prompt, generator=generator, num_inference_steps=4, guidance_scale=1.0, width=64,
                                height=64, output_type="latent").images)
    change = ((results[0] - results[1]).abs().max() / results[0].abs().max()).item()
    print(type(pipeline).__name__, "reacts to the prompt by", change)
    assert change > 0.005


def write(name: str, arrays: Arrays, goldens: dict) -> None:
    (HERE / f"{name}.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")
    (HERE / f"{name}.bin").write_bytes(arrays.data)
    size = sum(file.stat().st_size for file in [*HERE.glob(f"{name}.*"), *HERE.glob(f"{name}/**/*"), *HERE.glob(f"{name}-*/**/*")] if file.is_file())
    print(name, size, "bytes")


def text_to_image(prompt: str, seed: int, steps: int, guidance: float, width: int, height: int, **more) -> dict:
    return dict(prompt=prompt, seed=seed, steps=steps, guidance=guidance, width=width, height=height, **more)


def config(class_name: str, **settings) -> dict:
    return dict(config=dict(_class_name=class_name, **BETAS, **settings))


def record_sd(work: Path) -> None:
    pipeline = build_sd(work)
    assert_reacts(pipeline)
    pipeline.unet.register_to_config(sample_size=9)  # odd: so that the exported UNet takes odd sizes, too
    export(pipeline, "sd")
    arrays = Arrays()
    kinds = (StableDiffusionPipeline, StableDiffusionImg2ImgPipeline)
    ddim = dict(clip_sample=False, set_alpha_to_one=False, steps_offset=1)
    dpm, sde = "DPMSolverMultistepScheduler", dict(algorithm_type="sde-dpmsolver++")
    leading = dict(timestep_spacing="leading", steps_offset=1)
    a, b = ("two boats with red sails", 0), ("日本の灯台、 hello!", 2**33 + 5)
    cases = [
        ({}, text_to_image(*a, 6, 7.5, 64, 48, negativePrompt="a crowd")),
        ({}, text_to_image(*b, 1, 1.0, 48, 64)),
        ({}, text_to_image("night sky", 3, 10, 5.0, 64, 64, strength=0.55), (50, 70)),
        ({}, text_to_image("night sky", 3, 3, 3.0, 48, 48, strength=1.0), (48, 48)),
        (config("DDIMScheduler", **ddim), text_to_image(*a, 5, 7.5, 64, 48)),
        (config("DDIMScheduler", **ddim), text_to_image(*b, 7, 4.0, 48, 48, strength=0.7), (64, 64)),
        (config("DDIMScheduler", prediction_type="v_prediction", clip_sample=False, timestep_spacing="trailing",
                rescale_betas_zero_snr=True), text_to_image(*b, 4, 0.0, 64, 64)),
        (config("DDIMScheduler", prediction_type="sample", timestep_spacing="linspace"), text_to_image(*a, 4, 3.0, 64, 64)),
        (config("PNDMScheduler", prediction_type="v_prediction", skip_prk_steps=True, timestep_spacing="linspace"),
         text_to_image(*a, 7, 5.0, 64, 64)),
        (config("PNDMScheduler", steps_offset=1), text_to_image(*a, 6, 5.0, 48, 48)),
        (config("EulerDiscreteScheduler", **leading), text_to_image(*a, 6, 7.5, 64, 48)),
        (config("EulerDiscreteScheduler", **leading, prediction_type="v_prediction"),
         text_to_image(*b, 8, 4.0, 48, 48, strength=0.5), (64, 64)),
        (config("EulerAncestralDiscreteScheduler", **leading), text_to_image(*a, 5, 7.5, 64, 48)),
        (config("EulerAncestralDiscreteScheduler", **leading, prediction_type="v_prediction"),
         text_to_image(*a, 6, 3.0, 48, 48, strength=0.6), (64, 64)),
        (config(dpm), text_to_image(*a, 6, 7.5, 64, 48)),
        (config(dpm, use_karras_sigmas=True), text_to_image(*b, 7, 5.0, 48, 48)),
        (config(dpm, solver_order=3, timestep_spacing="trailing", final_sigmas_type="sigma_min"),
         text_to_image(*a, 16, 4.0, 48, 48)),
        (config(dpm, solver_type="heun", prediction_type="v_prediction", timestep_spacing="leading", steps_offset=1),
         text_to_image(*b, 10, 3.0, 64, 64, strength=0.45), (30, 40)),
        (config(dpm, **sde, use_karras_sigmas=True), text_to_image(*a, 6, 5.0, 48, 48)),
        (config(dpm, **sde, solver_type="heun", euler_at_final=True, solver_order=1), text_to_image(*b, 5, 2.0, 48, 48)),
        (config("LCMScheduler"), text_to_image(*a, 4, 1.0, 64, 48)),
        (config("LCMScheduler", original_inference_steps=100, clip_sample=True), text_to_image(*b, 6, 3.0, 48, 48, strength=0.7), (64, 64)),
        (dict(override="DDIMScheduler"), text_to_image(*a, 4, 3.0, 48, 48)),
        (dict(override=dpm), text_to_image(*a, 4, 3.0, 48, 48)),
        ({}, text_to_image(*b, 5, 4.0, 56, 72)),
    ]
    recorded = [run(arrays, "sd", pipeline, kinds, *case) for case in cases]
    distilled = build_sd(work, time_cond_proj_dim=8)
    export(distilled, "sd-lcm")
    for guidance, more in ((8.5, {}), (1.0, dict(strength=0.8))):
        request = text_to_image(*a, 4, guidance, 48, 64, **more)
        image = ((48, 64),) if more else ()
        recorded.append(run(arrays, "sd-lcm", distilled, kinds, config("LCMScheduler"), request, *image))
    write("sd", arrays, dict(cases=recorded))


def record_sdxl(work: Path) -> None:
    pipeline = build_sdxl(work)
    assert_reacts(pipeline)
    export(pipeline, "sdxl")
    arrays = Arrays()
    kinds = (StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline)
    trailing = dict(timestep_spacing="trailing")
    a, b = ("two boats with red sails", 4), ("日本の灯台、 hello!", 2**31)
    cases = [
        ({}, text_to_image(*a, 6, 5.0, 64, 48)),
        ({}, text_to_image(*a, 6, 5.0, 64, 48, negativePrompt="")),
        ({}, text_to_image(*b, 5, 7.5, 48, 64, negativePrompt="snow")),
        ({}, text_to_image(*b, 8, 5.0, 64, 64, strength=0.5, negativePrompt="a crowd"), (50, 70)),
        (config("EulerAncestralDiscreteScheduler", **trailing), text_to_image(*a, 1, 0.0, 64, 64)),
        (config("EulerAncestralDiscreteScheduler"), text_to_image(*b, 5, 0.0, 64, 64, strength=0.8), (64, 64)),
        (config("EulerDiscreteScheduler"), text_to_image(*a, 7, 3.0, 64, 48)),
        (config("EulerDiscreteScheduler", use_karras_sigmas=True, final_sigmas_type="sigma_min"),
         text_to_image(*a, 6, 3.0, 64, 48)),
        (config("EulerDiscreteScheduler", **trailing, rescale_betas_zero_snr=True, prediction_type="v_prediction"),
         text_to_image(*a, 5, 3.0, 48, 48)),
        (config("LCMScheduler"), text_to_image(*a, 4, 1.0, 48, 48)),
        (config("DDIMScheduler", clip_sample=False), text_to_image(*b, 5, 3.0, 48, 48)),
        (config("PNDMScheduler", skip_prk_steps=True), text_to_image(*b, 5, 3.0, 48, 48, strength=0.8), (48, 48)),
        (dict(override="DPMSolverMultistepScheduler"), text_to_image(*a, 6, 5.0, 48, 48)),
        (dict(override="EulerAncestralDiscreteScheduler"), text_to_image(*a, 6, 5.0, 48, 48)),
    ]
    embeds = pipeline.encode_prompt("two boats, 日本", do_classifier_free_guidance=False)
    write("sdxl", arrays, dict(cases=[run(arrays, "sdxl", pipeline, kinds, *case) for case in cases],
                               embeddings=dict(prompt="two boats, 日本", embeds=arrays.add(embeds[0]), pooled=arrays.add(embeds[2]))))


def record_flux(work: Path) -> None:
    arrays = Arrays()
    schnell, dev = build_flux(work / "schnell", False), build_flux(work / "dev", True)
    kinds = (FluxPipeline, FluxImg2ImgPipeline)
    for pipeline, name in ((schnell, "flux-schnell"), (dev, "flux-dev")):
        assert_reacts(pipeline)
        export(pipeline, name)
    a, b = ("two boats with red sails", 6), ("日本の灯台、 hello!", 2**20)
    cases = [
        run(arrays, "flux-schnell", schnell, kinds, {}, text_to_image(*a, 4, 0.0, 64, 48, maxSequenceLength=32)),
        run(arrays, "flux-schnell", schnell, kinds, {}, text_to_image(*b, 1, 3.5, 96, 64, maxSequenceLength=256)),
        run(arrays, "flux-dev", dev, kinds, {}, text_to_image(*a, 6, 3.5, 64, 48, maxSequenceLength=40)),
        run(arrays, "flux-dev", dev, kinds, {}, text_to_image(*b, 5, 7.0, 48, 96)),
        run(arrays, "flux-dev", dev, kinds, {}, text_to_image(*b, 7, 2.0, 64, 64, maxSequenceLength=24, strength=0.6), (50, 70)),
    ]
    write("flux", arrays, dict(cases=cases))


def schedules() -> list[dict]:
    """Timesteps, sigmas and the scale of the first noise, for settings and step counts as people use them."""
    sd = dict(**BETAS)
    spacings = [dict(timestep_spacing=s, steps_offset=o) for s, o in (("linspace", 0), ("leading", 1), ("trailing", 0))]
    plain = [dict(), dict(beta_schedule="squaredcos_cap_v2"), dict(beta_schedule="linear", beta_start=0.001, beta_end=0.03)]
    zero_snr = dict(rescale_betas_zero_snr=True, timestep_spacing="trailing")
    settings = [
        *(("DDIMScheduler", {**sd, **s}) for s in [*spacings, *plain, zero_snr]),
        *(("PNDMScheduler", {**sd, "skip_prk_steps": skip, **s}) for s in spacings for skip in (True, False)),
        *(("EulerDiscreteScheduler", {**sd, **s}) for s in [*spacings, *plain, zero_snr]),
        *(("EulerDiscreteScheduler", {**sd, **s, "use_karras_sigmas": True}) for s in spacings),
        ("EulerDiscreteScheduler", {**sd, "final_sigmas_type": "sigma_min"}),
        ("EulerDiscreteScheduler", {**sd, "prediction_type": "v_prediction", "timestep_type": "continuous", "use_karras_sigmas": True, "sigma_min": 0.002, "sigma_max": 700.0}),
        *(("EulerAncestralDiscreteScheduler", {**sd, **s}) for s in [*spacings, zero_snr]),
        *(("DPMSolverMultistepScheduler", {**sd, **s, "use_karras_sigmas": k}) for s in spacings for k in (True, False)),
        ("DPMSolverMultistepScheduler", {**sd, "beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}),
        ("DPMSolverMultistepScheduler", {**sd, "final_sigmas_type": "sigma_min"}),
        ("DPMSolverMultistepScheduler", {**sd, **zero_snr}),
        ("LCMScheduler", {**sd}), ("LCMScheduler", {**sd, "original_inference_steps": 100}),
    ]
    out = []
    for name, chosen in settings:
        for steps in (1, 2, 5, 20, 50, 999):
            scheduler = getattr(diffusers, name)(**chosen)
            try:
                scheduler.set_timesteps(steps)
            except (ValueError, ZeroDivisionError, IndexError):
                continue
            timesteps = scheduler.timesteps.tolist()
            if steps == 999:  # the length and a sample are enough
                timesteps = timesteps[:3] + timesteps[-3:]
            entry = dict(config=dict(_class_name=name, **chosen), steps=steps, count=len(scheduler.timesteps), timesteps=timesteps,
                         noise=float(scheduler.init_noise_sigma))
            if name.startswith(("Euler", "DPM")) and steps != 999:
                entry["sigmas"] = scheduler.sigmas.tolist()
            out.append(entry)
    return out


def main() -> None:
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or ["sd", "sdxl", "flux", "schedulers"]
    recorders = dict(sd=record_sd, sdxl=record_sdxl, flux=record_flux)
    for number, name in enumerate(recorders):
        if name in wanted:
            torch.manual_seed(30 + number)
            with tempfile.TemporaryDirectory() as work:
                recorders[name](Path(work))
    if "schedulers" in wanted:
        (HERE / "schedulers.json").write_text(json.dumps(schedules()) + "\n")


if __name__ == "__main__":
    main()
