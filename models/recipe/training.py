"""What the training steps share: Muon for convolutions, learning-rate shape, averaged weights."""

import copy
import math

import torch

CLIP_NORM = 1.0


class ConvOptimizer:
    """Muon for convolution kernels, AdamW for everything else (first and last convolution included).

    torch.optim.Muon takes matrices only; a kernel [out, in, h, w] is one matrix [out, in*h*w] here. With AdamW
    alone the autoencoder learned several times more slowly.
    """

    def __init__(self, *modules: torch.nn.Module, adamw_share: float, weight_decay: float) -> None:
        """`adamw_share`: AdamW's learning rate as a share of Muon's. `weight_decay` is Muon's; AdamW has none."""
        self.adamw_share, self.weight_decay = adamw_share, weight_decay
        named = [item for module in modules for item in module.named_parameters()]
        self.kernels = [p for name, p in named if p.ndim == 4 and "conv_in" not in name and "conv_out" not in name]
        chosen = {id(p) for p in self.kernels}
        self.adamw = torch.optim.AdamW(
            [p for _, p in named if id(p) not in chosen], betas=(0.9, 0.98), weight_decay=0.0
        )
        self.momenta = [torch.zeros(k.shape[0], k.numel() // k.shape[0]) for k in self.kernels]
        self.parameters = [p for _, p in named]

    def minimize(self, loss: torch.Tensor, rate: float) -> None:
        """One step down the gradient of `loss`."""
        for p in self.parameters:
            p.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP_NORM)
        self.adamw.param_groups[0]["lr"] = rate * self.adamw_share
        self.adamw.step()
        self._step_kernels(rate)

    @torch.no_grad()
    def _step_kernels(self, rate: float) -> None:
        for kernel, momentum in zip(self.kernels, self.momenta, strict=True):
            gradient = kernel.grad.reshape(kernel.shape[0], -1)
            momentum.mul_(0.9).add_(gradient)
            update = orthogonalize(gradient + 0.9 * momentum).reshape(kernel.shape)
            kernel.mul_(1 - rate * self.weight_decay).add_(update, alpha=-rate * 0.2 * max(momentum.shape) ** 0.5)


def orthogonalize(matrix: torch.Tensor) -> torch.Tensor:
    """The nearest semi-orthogonal matrix, by five Newton-Schulz iterations in bfloat16."""
    x = matrix.bfloat16()
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.775 * a + 2.0315 * (a @ a)) @ x
    return (x if wide else x.T).float()


def cosine_factor(step: int, steps: int, warm_up: int, floor: float) -> float:
    """Learning-rate factor: a linear warm-up, then half a cosine from 1 to `floor`."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return min(1.0, (step + 1) / warm_up) * (floor + (1 - floor) * cosine)


class MovingAverage:
    """A copy of a module whose parameters are the exponential moving average of the original's."""

    def __init__(self, module: torch.nn.Module, keep: float, updates: int = 0) -> None:
        """`keep`: share of the average kept a step, reached as `updates` grows, so that early weights fade fast."""
        self.live = list(module.parameters())
        self.module = copy.deepcopy(module).requires_grad_(False)
        self.means = list(self.module.parameters())
        self.keep, self.updates = keep, updates

    @torch.no_grad()
    def update(self) -> None:
        keep = min(self.keep, self.updates / (self.updates + 10))
        torch._foreach_lerp_(self.means, [p.detach() for p in self.live], 1 - keep)
        self.updates += 1
