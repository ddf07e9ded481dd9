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
"""Records images that are seeded as on an NVIDIA GPU: `uv run test/goldens/record_cuda.py`, after the other two scripts.

torch draws such noise on a GPU only. Here a second implementation draws it, in NumPy, from the papers and headers that
describe it (Philox4x32-10: Salmon et al. 2011; Box-Muller and the order of the values: curand_normal.h and torch's
DistributionTemplates.h), and takes the place of diffusers' `randn_tensor`: the first noise, the draw from the VAE's
posterior, the noise of image-to-image and what schedulers add on the way. Everything else is diffusers on the CPU, with
the pipelines of record.py and record_families.py, which are built again from their seeds and checked to be the same.
Pictures of this size fit in one block of threads or a few; nothing here was compared with a GPU.

Written beside this file: cuda.json, whose arrays lie in cuda.bin.
"""

import functools
import json
import sys
import tempfile
from pathlib import Path

import diffusers.utils.torch_utils
import numpy as np
import record
import torch
from diffusers import (
    FluxImg2ImgPipeline,
    FluxPipeline,
    StableDiffusion3Img2ImgPipeline,
    StableDiffusion3Pipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
)
from record import HERE, Arrays
from record_families import build_flux, build_sd, build_sdxl, config, run, text_to_image
from record_previews import recorded_latents

F = np.float32
BLOCK, UNROLL = 256, 4


def philox(counters: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """[n, 4] counters to [n, 4] random words, in 64-bit arithmetic."""
    words, mask = counters.astype(np.uint64).T, np.uint64(0xFFFFFFFF)
    k0, k1 = key
    for _ in range(10):
        left, right = words[0] * np.uint64(0xD2511F53), words[2] * np.uint64(0xCD9E8D57)
        words = np.stack([(right >> np.uint64(32)) ^ words[1] ^ np.uint64(k0), right & mask,
                          (left >> np.uint64(32)) ^ words[3] ^ np.uint64(k1), left & mask])
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return words.T


class CudaNoise:
    """Stands in for torch.Generator("cuda"), for fewer values than a GPU runs threads."""

    def __init__(self, seed: int):
        self.key, self.offset = (seed & 0xFFFFFFFF, seed >> 32), 0

    def randn(self, shape) -> torch.Tensor:
        count = int(np.prod(shape))
        threads = -(-count // BLOCK) * BLOCK
        counters = np.zeros((threads, 4), np.uint64)
        counters[:, 0], counters[:, 2] = self.offset, np.arange(threads)
        words = philox(counters, self.key).astype(F)
        pairs = []
        for first in (0, 2):
            u = words[:, first] * F(2**-32) + F(2**-33)
            v = words[:, first + 1] * F(2**-32 * 2 * np.pi) + F(2**-33 * 2 * np.pi)
            radius = np.sqrt(F(-2) * np.log(u))
            pairs += [radius * np.sin(v), radius * np.cos(v)]
        self.offset += 1  # one block of four values a thread
        assert count <= threads * UNROLL
        return torch.from_numpy(np.concatenate(pairs)[:count].reshape(shape))


def draw_as_cuda() -> None:
    original = diffusers.utils.torch_utils.randn_tensor

    def randn_tensor(shape, generator=None, device=None, dtype=None, layout=None):
        if isinstance(generator, CudaNoise):
            return generator.randn(shape)
        return original(shape, generator=generator, device=device, dtype=dtype, layout=layout)

    for module in list(sys.modules.values()):
        if getattr(module, "randn_tensor", None) is original:
            module.randn_tensor = randn_tensor


def pipelines(work: Path) -> dict:
    """Built as they were for the models that are committed."""
    torch.manual_seed(20)
    record.build_t5(work / "a")
    sd3 = record.build_plain(work / "a")
    torch.manual_seed(30)
    sd = build_sd(work / "b")
    torch.manual_seed(31)
    sdxl = build_sdxl(work / "c")
    torch.manual_seed(32)
    build_flux(work / "d", False)
    return dict(sd3=sd3, sd=sd, sdxl=sdxl, flux=build_flux(work / "e", True))


def assert_same(built: dict) -> None:
    """An image that is recorded already must come out again to the bit."""
    for family, model, kinds in (("sd", "sd", SD), ("sdxl", "sdxl", SDXL), ("flux", "flux-dev", FLUX)):
        cases = json.loads((HERE / f"{family}.json").read_text())["cases"]
        number = next(i for i, case in enumerate(cases) if case["model"] == model and "strength" not in case["request"])
        again = Arrays()
        place = run(again, model, built[family], kinds, {}, cases[number]["request"])["latents"]
        latents = np.frombuffer(bytes(again.data), "<f4", int(np.prod(place["dims"])), place["at"])
        np.testing.assert_array_equal(latents, recorded_latents(family, number).numpy().ravel(), family)
    place = json.loads((HERE / "goldens.json").read_text())["cases"][3]
    again = Arrays()
    new = record.run(again, "sd3", built["sd3"], "a lighthouse at dusk", None, 1, 6, 0.0, 64, 64, 256)["latents"]
    old = (HERE / "goldens.bin").read_bytes()[place["latents"]["at"] :][: 4 * int(np.prod(new["dims"]))]
    assert bytes(again.data)[new["at"] :][: len(old)] == old, "sd3"


SD, SDXL = (StableDiffusionPipeline, StableDiffusionImg2ImgPipeline), (StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline)
SD3, FLUX = (StableDiffusion3Pipeline, StableDiffusion3Img2ImgPipeline), (FluxPipeline, FluxImg2ImgPipeline)
A, B, C = ("two boats with red sails", 0), ("日本の灯台、 hello!", 2**33 + 5), ("night sky", 42)


def cases(arrays: Arrays, built: dict) -> list[dict]:
    sd, sdxl = functools.partial(recorded, arrays, "sd", built["sd"], SD), functools.partial(recorded, arrays, "sdxl", built["sdxl"], SDXL)
    sd3, flux = functools.partial(recorded, arrays, "sd3", built["sd3"], SD3), functools.partial(recorded, arrays, "flux-dev", built["flux"], FLUX)
    ancestral, leading = "EulerAncestralDiscreteScheduler", dict(timestep_spacing="leading", steps_offset=1)
    return [
        sd({}, text_to_image(*A, 4, 7.5, 64, 48, negativePrompt="a crowd")),
        sd({}, text_to_image(*B, 6, 5.0, 64, 64, strength=0.55), (64, 64)),
        sd(config(ancestral, **leading), text_to_image(*B, 4, 7.5, 56, 72)),
        sd(config(ancestral, **leading), text_to_image(*C, 6, 3.0, 48, 48, strength=0.6), (64, 64)),
        sd(config("DDIMScheduler", clip_sample=False), text_to_image(*C, 4, 3.0, 48, 64)),
        sd(config("DPMSolverMultistepScheduler", algorithm_type="sde-dpmsolver++"), text_to_image(*C, 4, 3.0, 48, 48)),
        sd(config("LCMScheduler"), text_to_image(*A, 4, 1.0, 64, 48, strength=0.8), (64, 48)),
        sdxl({}, text_to_image(*B, 4, 5.0, 64, 48, negativePrompt="snow")),
        sdxl(config(ancestral), text_to_image(*C, 5, 0.0, 64, 64, strength=0.8), (50, 70)),
        sd3({}, text_to_image(*B, 4, 5.0, 64, 48, maxSequenceLength=16, strength=0.7), (64, 48)),
        sd3({}, text_to_image(*C, 3, 0.0, 32, 64, maxSequenceLength=16)),
        flux({}, text_to_image(*A, 4, 3.5, 48, 64, maxSequenceLength=16, strength=0.6), (48, 64)),
    ]


def recorded(arrays: Arrays, model: str, pipeline, kinds, scheduler, request: dict, image=None) -> dict:
    """With the pictures that the scheduler expects, where it tells them."""
    denoised = []

    def watch(used) -> None:
        step = used.step

        @functools.wraps(step)
        def told(*args, **options):
            result = step(*args, **options)
            denoised.extend(result[1:2])
            return result

        used.step = told

    case = run(arrays, model, pipeline, kinds, scheduler, request, image, generator=CudaNoise, watch=watch)
    return case | (dict(denoised=arrays.add(torch.cat(denoised))) if denoised else {})


def main() -> None:
    torch.set_num_threads(1)
    arrays = Arrays()
    with tempfile.TemporaryDirectory() as work:
        for name in "abcde":
            (Path(work) / name).mkdir()
        built = pipelines(Path(work))
        assert_same(built)
        draw_as_cuda()
        goldens = dict(cases=cases(arrays, built), noise=[
            dict(seed=seed, counts=[12, 300, 5], values=[arrays.add(noise.randn((count,))) for count in (12, 300, 5)])
            for seed in (0, 7, 2**40 + 3) for noise in [CudaNoise(seed)]
        ])
    (HERE / "cuda.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")
    (HERE / "cuda.bin").write_bytes(arrays.data)
    print(len(goldens["cases"]), "cases,", len(arrays.data), "bytes")


if __name__ == "__main__":
    main()
