"""Step 9: the exported model against the one that was trained, as whole images from the same seeds.

Text to image through diffusers on PyTorch and through Optimum on ONNX Runtime; then one image-to-image run, so
that the exported encoder is used too. Differences are what half-precision weights cost.
"""

import numpy as np
import onnxruntime
import torch
from diffusers import StableDiffusion3Img2ImgPipeline, StableDiffusion3Pipeline
from optimum.onnxruntime import ORTStableDiffusion3Img2ImgPipeline, ORTStableDiffusion3Pipeline
from PIL import Image

from export import ABSENT
from settings import HELD_OUT, MODEL, PIPELINE, SCENES, THREADS

PROMPTS = ["three white houses by the sea at dusk", "a red sun over blue mountains, ink"]
SETTINGS = dict(num_inference_steps=20, guidance_scale=4.0)
WORST_MEAN_DIFFERENCE = 2.0  # of 255


def open_onnx(kind):
    """One of Optimum's pipelines on the exported model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return kind.from_pretrained(MODEL, **ABSENT, session_options=options)


def compare(name: str, reference: Image.Image, image: Image.Image) -> None:
    difference = np.abs(np.asarray(reference).astype(int) - np.asarray(image))
    print(f"{name}: mean difference {difference.mean():.3f}, largest {difference.max()} (of 255)")
    if difference.mean() > WORST_MEAN_DIFFERENCE:
        raise SystemExit("the exported model does not paint what the trained one paints")


def main() -> None:
    torch.set_num_threads(THREADS)
    trained = StableDiffusion3Pipeline.from_pretrained(PIPELINE, **ABSENT)
    exported = open_onnx(ORTStableDiffusion3Pipeline)
    for prompt in PROMPTS:
        images = [p(prompt, **SETTINGS, generator=torch.manual_seed(7)).images[0] for p in (trained, exported)]
        compare(prompt, *images)
    source = Image.fromarray(np.load(SCENES / f"{HELD_OUT:02d}.npy", mmap_mode="r")[0])
    trained = StableDiffusion3Img2ImgPipeline.from_pretrained(PIPELINE, **ABSENT)
    exported = open_onnx(ORTStableDiffusion3Img2ImgPipeline)
    edit = dict(image=source, strength=0.6, **SETTINGS)
    images = [p(PROMPTS[0], **edit, generator=torch.manual_seed(7)).images[0] for p in (trained, exported)]
    compare("image to image", *images)


if __name__ == "__main__":
    main()
