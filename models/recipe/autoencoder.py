"""The autoencoder's architecture and the losses both of its training steps share."""

import numpy as np
import torch
from diffusers import AutoencoderKL


def make_autoencoder() -> AutoencoderKL:
    """A 16-channel KL autoencoder, factor 8, of 1 M parameters and without attention."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 64),
        layers_per_block=1,
        latent_channels=16,
        norm_num_groups=8,
        sample_size=128,
        use_quant_conv=False,
        use_post_quant_conv=False,
        scaling_factor=1.0,
        shift_factor=0.0,
        force_upcast=False,
        mid_block_add_attention=False,
    ).to(memory_format=torch.channels_last)


def to_pixels(images: np.ndarray) -> torch.Tensor:
    """uint8 [B, H, W, 3] -> float [B, 3, H, W] in -1..1, channels last in memory (bfloat16 pays only so)."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return pixels.contiguous(memory_format=torch.channels_last)


def to_image(pixels: torch.Tensor) -> np.ndarray:
    """float [3, H, W] in -1..1 -> uint8 [H, W, 3]."""
    return ((pixels.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()


def edge_loss(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """L1 between horizontal and vertical differences over one and two pixels: blur costs, a shift doesn't."""
    loss = torch.zeros(())
    for s in (1, 2):
        down = (a[:, :, s:] - a[:, :, :-s]) - (b[:, :, s:] - b[:, :, :-s])
        across = (a[..., s:] - a[..., :-s]) - (b[..., s:] - b[..., :-s])
        loss = loss + down.abs().mean() + across.abs().mean()
    return loss


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in dB of pixels in -1..1."""
    return float(-10 * torch.log10(((a.clamp(-1, 1) - b) ** 2).mean() / 4))
