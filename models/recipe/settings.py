"""Where the recipe keeps its intermediate files, and the sizes that all its steps share.

Everything lies below RECIPE_WORK (default: .cache/recipe, which git ignores).
"""

import os
from pathlib import Path

WORK = Path(os.environ.get("RECIPE_WORK", ".cache/recipe"))
SCENES = WORK / "scenes"  # NN.npy pictures [1000, 128, 128, 3] and NN.json attributes
LATENTS = WORK / "latents"  # NN.npy posteriors [1000, 2 (mean, std), 16, 16, 16]; NN-mirrored.npy
TOKENIZER = WORK / "tokenizer"
VAE = WORK / "vae"
STATE = WORK / "transformer.pt"
PIPELINE = WORK / "pipeline"  # the model as a diffusers folder
ONNX = WORK / "onnx"  # as Optimum exports it, float32
MODEL = Path(os.environ.get("RECIPE_MODEL", WORK / "demo-sd3"))  # the result

SHARD = 1000  # scenes in a shard
SHARDS = 28
HELD_OUT = 99  # a shard of its own, never trained on
THREADS = int(os.environ.get("RECIPE_THREADS", "1"))  # on a busy machine two OpenMP threads are slower than one
