# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "diffusers==0.39.0",
#   "transformers==4.57.6",
#   "torch==2.12.0",
#   "optimum-onnx[onnxruntime]==0.1.0",
#   "onnx==1.23.2",
#   "onnxruntime==1.30.0",
#   "numpy==2.4.6",
#   "pillow==13.0.0",
# ]
# ///
"""The peers that `npm run bench` compares with, each a process that loads once and paints an image per order.

    uv run peers.py build OUT TOKENIZER     a mid-size SDXL of random weights: OUT/torch and OUT/onnx
    uv run peers.py diffusers OUT           diffusers on PyTorch
    uv run peers.py optimum MODEL           Optimum's pipeline on ONNX Runtime
    uv run peers.py callback MODEL          the same, with previews as the project's source document makes them

A peer says {"ready": versions} and then answers each line of JSON on its standard input with one line of JSON:
seconds of wall time and of CPU for one image, its peak memory, and its steps' durations where it measures them.
"""

import io
import json
import resource
import sys
import time
import urllib.request
from pathlib import Path

THREADS = 1
ABSENT = dict(text_encoder_3=None, tokenizer_3=None, image_encoder=None, feature_extractor=None)
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
# As in models/export_model.py: traced at an odd size, the UNet takes every multiple of 8 pixels.
ODD_SAMPLE_SIZE = 65

# --- the mid-size model ----------------------------------------------------------------------------------------

TEXT_WIDTHS = (256, 512)
UNET = dict(
    sample_size=ODD_SAMPLE_SIZE, in_channels=4, out_channels=4, layers_per_block=2, block_out_channels=(96, 192, 384),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), transformer_layers_per_block=(1, 2, 4),
    attention_head_dim=(3, 6, 12), cross_attention_dim=sum(TEXT_WIDTHS), use_linear_projection=True,
    addition_embed_type="text_time", addition_time_embed_dim=64,
    projection_class_embeddings_input_dim=6 * 64 + TEXT_WIDTHS[1],
)
VAE = dict(
    block_out_channels=(32, 64, 128, 128), down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=2, latent_channels=4, scaling_factor=0.13025,
)


def build(out: Path, tokenizer_folder: str) -> None:
    """SDXL's shape with a few per cent of its weights, drawn at random from a fixed seed."""
    import torch
    from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from optimum.exporters.onnx import onnx_export_from_model
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    torch.manual_seed(8)
    tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder)

    def text_config(width: int) -> CLIPTextConfig:
        return CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=width, intermediate_size=4 * width, projection_dim=width,
            num_hidden_layers=6, num_attention_heads=8, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )

    pipeline = StableDiffusionXLPipeline(
        unet=UNet2DConditionModel(**UNET).eval(), vae=AutoencoderKL(**VAE).eval(), tokenizer=tokenizer,
        text_encoder=CLIPTextModel(text_config(TEXT_WIDTHS[0])).eval(), tokenizer_2=tokenizer,
        text_encoder_2=CLIPTextModelWithProjection(text_config(TEXT_WIDTHS[1])).eval(),
        scheduler=EulerDiscreteScheduler(**BETAS, timestep_spacing="leading", steps_offset=1),
        force_zeros_for_empty_prompt=True, add_watermarker=False,
    )
    pipeline.save_pretrained(out / "torch")
    onnx_export_from_model(pipeline, out / "onnx", task="text-to-image", opset=17, do_validation=False)


# --- the peers -------------------------------------------------------------------------------------------------


def open_diffusers(folder: Path):
    import torch
    from diffusers import StableDiffusionXLPipeline

    torch.set_num_threads(THREADS)
    return StableDiffusionXLPipeline.from_pretrained(folder / "torch", add_watermarker=False)


def open_optimum(folder: Path):
    import onnxruntime
    import torch
    import optimum.onnxruntime

    torch.set_num_threads(THREADS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    index = json.loads((folder / "model_index.json").read_text())
    pipeline = getattr(optimum.onnxruntime, f"ORT{index['_class_name']}")
    is_sd3, is_xl = (index["_class_name"] == f"StableDiffusion{family}Pipeline" for family in ("3", "XL"))
    more = dict(add_watermarker=False) if is_xl else {}
    if is_sd3:
        more = {name: None for name in ABSENT if name not in index or index[name][0] is None}
    return pipeline.from_pretrained(folder, **more, session_options=options)


def versions() -> dict:
    from importlib.metadata import version

    return {name: version(name) for name in ("diffusers", "optimum-onnx", "onnxruntime", "torch", "transformers")}


def paint(pipeline, order: dict, **more) -> None:
    import torch

    pipeline(
        order["prompt"], num_inference_steps=order["steps"], guidance_scale=order["guidance"], width=order["width"],
        height=order["height"], generator=torch.Generator("cpu").manual_seed(order["seed"]), **more,
    )


# --- the source document's way: convert and upload inside the callback -------------------------------------------

# Its weights and biases; with other than 4 channels they cannot be applied, so only SDXL is given to this peer.
WEIGHTS = ((60, -60, 25, -70), (60, -5, 15, -50), (60, 10, -5, -35))


def latents_to_rgb(latents):
    import PIL.Image
    import torch

    weights = torch.t(torch.tensor(WEIGHTS, dtype=latents.dtype))
    biases = torch.tensor((150, 140, 130), dtype=latents.dtype).unsqueeze(-1).unsqueeze(-1)
    rgb = torch.einsum("...lxy,lr -> ...rxy", latents, weights) + biases
    return PIL.Image.fromarray(rgb.clamp(0, 255)[0].byte().cpu().numpy().transpose(1, 2, 0))


def upload(url: str, body: bytes) -> None:
    urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT")).read()


def paint_with_callback(pipeline, order: dict) -> list[float]:
    """Paints, and returns milliseconds from step to step as the callback sees them, then those of `final`."""
    times = [time.perf_counter()]

    def on_step_end(pipe, step, timestep, callback_kwargs):
        times.append(time.perf_counter())
        with io.BytesIO() as buffer:
            latents_to_rgb(callback_kwargs["latents"]).convert("RGB").save(buffer, format="PNG")
            upload(f"{order['store']}{step}.png", buffer.getvalue())
        return callback_kwargs

    paint(pipeline, order, callback_on_step_end=on_step_end)
    times.append(time.perf_counter())
    return [(later - earlier) * 1000 for earlier, later in zip(times, times[1:])]


# --- orders ------------------------------------------------------------------------------------------------------


def answer(pipeline, order: dict, with_callback: bool) -> dict:
    wall, cpu = time.perf_counter(), time.process_time()
    durations = paint_with_callback(pipeline, order) if with_callback else paint(pipeline, order)
    return dict(
        seconds=time.perf_counter() - wall,
        cpuSeconds=time.process_time() - cpu,
        peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        durations=durations or [],
    )


def serve(kind: str, folder: Path) -> None:
    pipeline = open_diffusers(folder) if kind == "diffusers" else open_optimum(folder)
    pipeline.set_progress_bar_config(disable=True)
    print(json.dumps(dict(ready=versions())), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(pipeline, json.loads(line), kind == "callback")), flush=True)


def main() -> None:
    global THREADS
    kind, folder, *more = sys.argv[1:]
    if kind == "build":
        return build(Path(folder), more[0])
    THREADS = int(more[0])
    serve(kind, Path(folder))


if __name__ == "__main__":
    main()
