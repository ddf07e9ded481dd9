"""Step 3: train the autoencoder on random crops, then on whole pictures.

Losses: L1, edges, a light KL, and how well a linear map of the latents gives the 1/8-size picture: the last
keeps latents readable as previews, which costs nothing and makes the fitted preview factors good.
"""

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F

from autoencoder import edge_loss, make_autoencoder, psnr, to_pixels
from settings import HELD_OUT, SCENES, SHARDS, THREADS, VAE
from training import ConvOptimizer, MovingAverage, cosine_factor


def draw_crops(pictures: list[np.ndarray], count: int, side: int, rng: np.random.RandomState) -> torch.Tensor:
    crops = np.empty((count, side, side, 3), np.uint8)
    for i in range(count):
        shard = pictures[rng.randint(len(pictures))]
        y, x = rng.randint(129 - side), rng.randint(129 - side)
        crop = shard[rng.randint(len(shard)), y : y + side, x : x + side]
        crops[i] = crop[:, ::-1] if rng.rand() < 0.5 else crop
    return to_pixels(crops)


def reconstruct(vae, x: torch.Tensor, halve: bool) -> tuple[torch.Tensor, ...]:
    """Reconstruction, its target, the sampled latents and the KL term.

    With `halve` latents and target are halved: latents then survive being resized a little.
    """
    with torch.autocast("cpu", torch.bfloat16):
        posterior = vae.encode(x).latent_dist
        mean, log_variance = posterior.mean.float(), posterior.logvar.float()
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        if halve:
            z, x = F.avg_pool2d(z, 2), F.avg_pool2d(x, 2)
        y = vae.decode(z).sample
    kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
    return y.float(), x, z, kl


@torch.no_grad()
def held_out_psnr(vae) -> float:
    x = to_pixels(np.load(SCENES / f"{HELD_OUT:02d}.npy", mmap_mode="r")[:100])
    return psnr(vae.decode(vae.encode(x).latent_dist.mean).sample, x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=3e-3)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    rng = np.random.RandomState(0)
    pictures = [np.load(SCENES / f"{n:02d}.npy", mmap_mode="r") for n in range(SHARDS)]
    vae, preview = make_autoencoder(), torch.nn.Conv2d(16, 3, 1)
    optimizer = ConvOptimizer(vae, preview, adamw_share=0.67, weight_decay=0.01)
    average = MovingAverage(vae, keep=0.99)
    started = time.time()
    for step in range(options.steps):
        progress = step / options.steps
        x = draw_crops(pictures, *((20, 64) if progress < 0.75 else (6, 128)), rng)
        y, target, z, kl = reconstruct(vae, x, halve=progress > 0.3 and rng.rand() < 0.12)
        readable = (preview(z) - F.avg_pool2d(target, 8)).abs().mean()
        loss = (y - target).abs().mean() + 0.5 * edge_loss(y, target) + 4e-4 * kl + 0.1 * readable
        optimizer.minimize(loss, options.rate * cosine_factor(step, options.steps, warm_up=40, floor=0.03))
        average.update()
        if step % 200 == 199:
            print(f"step {step + 1}  loss {loss.item():.4f}  {time.time() - started:.0f} s", flush=True)
    print(f"held-out PSNR {held_out_psnr(average.module):.2f} dB")
    average.module.save_pretrained(VAE)


if __name__ == "__main__":
    main()
