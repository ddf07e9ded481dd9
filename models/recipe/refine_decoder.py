"""Train the decoder alone on cached latents, with the encoder (and so the latents) frozen.

Crops of 8x8 latents first, whole pictures last. A little extra noise on the latents makes the decoder
forgive what the transformer gets slightly wrong. Edges count more than flat areas, because windows, masts
and faces are what a viewer misses.
"""

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from autoencoder import edge_loss, psnr, to_pixels
from settings import HELD_OUT, LATENTS, SCENES, SHARDS, THREADS, VAE
from training import ConvOptimizer, MovingAverage, cosine_factor

SHARDS_USED = 12
EDGE_EMPHASIS = 3.0


def edge_weight(pixels: torch.Tensor) -> torch.Tensor:
    """[B, 1, H, W]: 1 on flat areas, up to 1 + EDGE_EMPHASIS around strong edges."""
    grey = pixels.mean(1, keepdim=True)
    spread = F.max_pool2d(grey, 3, 1, 1) + F.max_pool2d(-grey, 3, 1, 1)
    return 1 + EDGE_EMPHASIS * spread.clamp(0, 1)


def draw_crops(latents, pictures, count: int, side: int, rng: np.random.RandomState):
    """Random crops: posterior sample [count, 16, side, side] and the pixels they stand for."""
    posterior = np.empty((count, 2, 16, side, side), np.float32)
    images = np.empty((count, 8 * side, 8 * side, 3), np.uint8)
    for i in range(count):
        shard = rng.randint(len(latents))
        k, y, x = rng.randint(len(latents[shard])), rng.randint(17 - side), rng.randint(17 - side)
        posterior[i] = latents[shard][k][:, :, y : y + side, x : x + side]
        images[i] = pictures[shard][k, 8 * y : 8 * (y + side), 8 * x : 8 * (x + side)]
    mean, std = torch.from_numpy(posterior).unbind(1)
    z = mean + std * torch.randn_like(mean)
    z = z + 0.05 * torch.rand(count, 1, 1, 1) * torch.randn_like(z)
    return z.contiguous(memory_format=torch.channels_last), to_pixels(images)


@torch.no_grad()
def held_out_quality(decoder: torch.nn.Module) -> str:
    """PSNR and L1 on 200 pictures never trained on."""
    z = torch.from_numpy(np.load(LATENTS / f"{HELD_OUT:02d}.npy")[:200, 0].astype(np.float32))
    x = to_pixels(np.load(SCENES / f"{HELD_OUT:02d}.npy", mmap_mode="r")[:200])
    y = torch.cat([decoder(part) for part in z.split(50)])
    return f"held-out PSNR {psnr(y, x):.2f} dB, L1 {(y - x).abs().mean():.4f}, edges {edge_loss(y, x):.4f}"


def reconstruction_loss(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """L1 weighted towards edges, the edges themselves, and a squared error against outliers."""
    weight = edge_weight(x)
    weighted = ((y - x).abs() * weight).mean() / weight.mean()
    return weighted + 0.5 * edge_loss(y, x) + 0.5 * ((y - x) ** 2).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--compile", action="store_true", help="torch.compile: twice as fast, needs a C++ compiler")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    rng = np.random.RandomState(3)
    numbers = [f"{n:02d}" for n in range(min(SHARDS, SHARDS_USED))]
    latents = [np.load(LATENTS / f"{n}.npy") for n in numbers]
    pictures = [np.load(SCENES / f"{n}.npy", mmap_mode="r") for n in numbers]
    vae = AutoencoderKL.from_pretrained(VAE).to(memory_format=torch.channels_last)
    optimizer = ConvOptimizer(vae.decoder, adamw_share=0.5, weight_decay=0.0)
    average = MovingAverage(vae.decoder, keep=0.995)
    decode = torch.compile(vae.decoder, dynamic=False) if options.compile else vae.decoder
    print(held_out_quality(vae.decoder), flush=True)
    started = time.time()
    for step in range(options.steps):
        crops = (24, 8) if step < 0.75 * options.steps else (6, 16)
        z, x = draw_crops(latents, pictures, *crops, rng)
        with torch.autocast("cpu", torch.bfloat16):
            y = decode(z)
        loss = reconstruction_loss(y.float(), x)
        optimizer.minimize(loss, options.rate * cosine_factor(step, options.steps, warm_up=30, floor=0.02))
        average.update()
        if step % 200 == 199:
            print(f"step {step + 1}  loss {loss.item():.4f}  {time.time() - started:.0f} s", flush=True)
    print(held_out_quality(average.module), flush=True)
    vae.decoder = average.module
    vae.save_pretrained(VAE)


if __name__ == "__main__":
    main()
