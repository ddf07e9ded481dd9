"""Muon for convolution kernels: momentum, orthogonalised, one kernel at a time.

torch.optim.Muon takes matrices only; a kernel [out, in, h, w] is one matrix [out, in*h*w] here. With AdamW
alone the autoencoder learned several times more slowly.
"""

import torch


class ConvMuon:
    def __init__(self, kernels: list[torch.Tensor], weight_decay: float = 0.01) -> None:
        self.kernels = kernels
        self.weight_decay = weight_decay
        self.momenta = [torch.zeros(k.shape[0], k.numel() // k.shape[0]) for k in kernels]

    @torch.no_grad()
    def step(self, rate: float) -> None:
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


def split_parameters(module: torch.nn.Module) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Kernels for Muon; everything else, first and last convolution included, for AdamW."""
    kernels, others = [], []
    for name, p in module.named_parameters():
        (kernels if p.ndim == 4 and "conv_in" not in name and "conv_out" not in name else others).append(p)
    return kernels, others
