"""Step 8: fit the factors that turn latents into small preview pictures, and write latent_rgb.json.

Least squares from normalised latents (as the transformer sees them) to the mean colour of the 8x8 pixels
that each latent position stands for. Fitted on one shard, judged on the held-out one.
"""

import json

import numpy as np

from latents import load_norm
from settings import HELD_OUT, LATENTS, MODEL, SCENES

NOTE = "rgb in 0..1 = latent (scaled, as the transformer sees it) @ factors + bias"


def load_pairs(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Latents with a 1 appended [M, 17] and colours [M, 3], one row a latent position."""
    norm = load_norm()
    z = np.load(LATENTS / f"{number:02d}.npy")[:, 0].astype(np.float64)
    z = ((z - norm["shift"]) * norm["scale"]).transpose(0, 2, 3, 1).reshape(-1, 16)
    x = np.load(SCENES / f"{number:02d}.npy").reshape(-1, 16, 8, 16, 8, 3).mean((2, 4)) / 255
    return np.c_[z, np.ones(len(z))], x.reshape(-1, 3)


def main() -> None:
    latents, colours = load_pairs(0)
    solution, *_ = np.linalg.lstsq(latents, colours, rcond=None)
    solution = solution.round(5)
    latents, colours = load_pairs(HELD_OUT)
    error = ((latents @ solution).clip(0, 1) - colours) ** 2
    print(f"held-out PSNR {-10 * np.log10(error.mean()):.2f} dB")
    factors = dict(factors=solution[:16].tolist(), bias=solution[16].tolist(), note=NOTE)
    (MODEL / "latent_rgb.json").write_text(json.dumps(factors) + "\n")


if __name__ == "__main__":
    main()
