"""Step 1: draw the scenes, 1,000 to a shard, each shard from its own seed. About 6 s a shard on one core."""

import json
import random

import numpy as np

from scenes import SIZE, render, sample
from settings import HELD_OUT, SCENES, SHARD, SHARDS

FIRST_SEED = 5000


def draw_shard(number: int) -> None:
    rng = random.Random(FIRST_SEED + number)
    attributes, pictures = [], np.empty((SHARD, SIZE, SIZE, 3), np.uint8)
    for i in range(SHARD):
        attributes.append(sample(rng))
        pictures[i] = render(attributes[i], rng.random())
    (SCENES / f"{number:02d}.json").write_text(json.dumps(attributes))
    np.save(SCENES / f"{number:02d}.npy", pictures)


def main() -> None:
    SCENES.mkdir(parents=True, exist_ok=True)
    for number in [*range(SHARDS), HELD_OUT]:
        if not (SCENES / f"{number:02d}.npy").exists():
            draw_shard(number)
            print(f"shard {number:02d}", flush=True)


if __name__ == "__main__":
    main()
