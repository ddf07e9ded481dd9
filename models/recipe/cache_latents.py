"""Step 4: encode all scenes and their mirror images once, and write the encoder's scale and shift.

Run it again after training the autoencoder again; refining the decoder leaves latents as they are.
"""

import json

import numpy as np
import torch
from diffusers import AutoencoderKL

from autoencoder import to_pixels
from settings import HELD_OUT, LATENTS, SCENES, SHARDS, THREADS, VAE


@torch.no_grad()
def encode(vae: AutoencoderKL, pictures: np.ndarray) -> np.ndarray:
    """uint8 [N, 128, 128, 3] -> float16 [N, 2, 16, 16, 16]: posterior means and deviations."""
    parts = []
    for i in range(0, len(pictures), 25):
        with torch.autocast("cpu", torch.bfloat16):
            posterior = vae.encode(to_pixels(pictures[i : i + 25])).latent_dist
        parts.append(torch.stack([posterior.mean.float(), posterior.std.float()], 1).half())
    return torch.cat(parts).contiguous().numpy()


def write_norm(means: np.ndarray) -> None:
    """Scale and shift that give the latents of one shard mean 0 and deviation 1."""
    means = means.astype(np.float32)
    norm = dict(shift=float(means.mean()), scale=float(1 / means.std()))
    (LATENTS / "norm.json").write_text(json.dumps(norm))


def main() -> None:
    torch.set_num_threads(THREADS)
    LATENTS.mkdir(parents=True, exist_ok=True)
    vae = AutoencoderKL.from_pretrained(VAE).eval().to(memory_format=torch.channels_last)
    for number in [*range(SHARDS), HELD_OUT]:
        pictures = np.load(SCENES / f"{number:02d}.npy")
        latents = encode(vae, pictures)
        np.save(LATENTS / f"{number:02d}.npy", latents)
        if number == 0:
            write_norm(latents[:, 0])
        if number != HELD_OUT:
            np.save(LATENTS / f"{number:02d}-mirrored.npy", encode(vae, pictures[:, :, ::-1]))
        print(f"shard {number:02d}", flush=True)


if __name__ == "__main__":
    main()
