"""Reading the cached latents: posterior means and deviations with the attributes of their scenes."""

import json

import numpy as np

from scenes import mirrored
from settings import HELD_OUT, LATENTS, SCENES

Shard = tuple[np.ndarray, list[dict]]


def load_norm() -> dict:
    """`shift` and `scale`: normalised latents are (z - shift) * scale."""
    return json.loads((LATENTS / "norm.json").read_text())


def load_shards(numbers: list[int] | None = None) -> list[Shard]:
    """All training shards with their mirror images, or the given shards as drawn."""
    if numbers is not None:
        return [(np.load(LATENTS / f"{n:02d}.npy"), _attributes(f"{n:02d}")) for n in numbers]
    shards = []
    for path in sorted(LATENTS.glob("*.npy")):
        number = path.stem.removesuffix("-mirrored")
        if number == f"{HELD_OUT:02d}":
            continue
        attributes = _attributes(number)
        shards.append((np.load(path), attributes if path.stem == number else [mirrored(a) for a in attributes]))
    return shards


def _attributes(number: str) -> list[dict]:
    return json.loads((SCENES / f"{number}.json").read_text())
