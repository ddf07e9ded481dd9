"""How much disk space and memory an export takes, from the number of parameters, before anything is loaded."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch

from exporting.source import DTYPES, Source, component_of

# torch writes the weights of models from this size on to files; below it holds them in the graph, in several copies.
PROTOBUF_LIMIT = 2**31
# Peak memory for each byte of weights, above and below that size, the source's mapped files included. Measured at full size: SDXL's
# UNet took 11.2 GB for 5.1 GB in float16, its second text encoder 6.4 GB for 1.4.
FACTOR_LARGE, FACTOR_SMALL = 2.0, 4.5
# Python, torch and the graph.
BASE_BYTES = 10**9
# The VAE's halves, by how their parameters' names begin.
HALVES = {"vae_decoder": ("decoder.", "post_quant_conv."), "vae_encoder": ("encoder.", "quant_conv.")}


@dataclass(frozen=True)
class Need:
    """Of one part, or of several together: in bytes."""

    parameters: int
    weights: int


def need_of(source: Source, part: str) -> Need:
    model = getattr(source.pipeline, component_of(part))
    kept = getattr(model, "_keep_in_fp32_modules", None) or []
    width = DTYPES[source.dtype_of(part)].itemsize
    tensors = [(name, tensor) for name, tensor in tensors_of(model) if name.startswith(HALVES.get(part, ""))]
    return Need(
        parameters=sum(tensor.numel() for _, tensor in tensors),
        weights=sum(tensor.numel() * (4 if set(kept) & set(name.split(".")) else width) for name, tensor in tensors),
    )


def tensors_of(model: torch.nn.Module) -> list[tuple[str, torch.Tensor]]:
    """Parameters, and buffers such as the positions of Stable Diffusion 3."""
    return [*model.named_parameters(), *model.named_buffers()]


def disk_bytes(needs: list[Need]) -> int:
    """All files, and while the last one is brought together, one tensor or one small model twice."""
    largest = max((need.weights for need in needs), default=0)
    return round(sum(need.weights for need in needs) * 1.01) + min(largest, PROTOBUF_LIMIT)


def memory_bytes(needs: list[Need], together: bool) -> int:
    """At most. `together`: all parts are loaded at once, as a LoRA needs them."""
    peak = max((need.weights * factor(need) for need in needs), default=0)
    return BASE_BYTES + round(peak) + (sum(need.weights for need in needs) if together else 0)


def factor(need: Need) -> float:
    return FACTOR_LARGE if need.weights >= PROTOBUF_LIMIT else FACTOR_SMALL


def free_disk(out: Path) -> int:
    return shutil.disk_usage(next(folder for folder in [out, *out.absolute().parents] if folder.exists())).free


def free_memory() -> int | None:
    """None where the system does not say."""
    lines = Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
