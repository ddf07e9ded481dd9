"""Which ONNX initializer a parameter of diffusers or transformers has become, so that a LoRA can be merged into the ONNX files.

The exporter renames what it transposes (`onnx::MatMul_1234`), so parameters are found by their content: shape and digest, as
they are or transposed.
"""

import hashlib
from collections import Counter

import numpy as np
import torch

from exporting.one_file import Initializer


def map_weights(model: torch.nn.Module, initializers: list[Initializer]) -> dict:
    """`{parameter: {"name": initializer, "transposed": bool}}` for parameters of two or more dimensions.

    One to one: left out are parameters that were folded into others, and those whose content occurs twice, as a zero matrix
    may, unless their names are the same in both.
    """
    known: dict[tuple, list[str]] = {}
    for one in initializers:
        known.setdefault((one.dims, one.digest), []).append(one.name)
    found = {name: place for name, weight in model.named_parameters() if weight.ndim > 1 and (place := find(name, weight, known))}
    uses = Counter(place["name"] for place in found.values())
    return {name: place for name, place in found.items() if uses[place["name"]] == 1}


def find(name: str, weight: torch.Tensor, known: dict[tuple, list[str]]) -> dict | None:
    values = weight.detach().numpy()
    for transposed in (False, True)[: 2 if values.ndim == 2 else 1]:
        candidates = known.get(key(values.T if transposed else values), [])
        if name in candidates or len(candidates) == 1:
            return dict(name=name if name in candidates else candidates[0], transposed=transposed)
    return None


def key(values: np.ndarray) -> tuple:
    return values.shape, hashlib.sha256(np.ascontiguousarray(values)).digest()
