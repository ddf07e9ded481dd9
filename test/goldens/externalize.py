# /// script
# requires-python = ">=3.11"
# dependencies = ["onnx==1.23.2"]
# ///
"""Writes external/vae_decoder: the tiny Stable Diffusion decoder in `sd/`, its weights in a file of their own, as exporters
do above 2 GB. Same numbers, another layout: `uv run test/goldens/externalize.py`."""

import shutil
from pathlib import Path

import onnx

HERE = Path(__file__).parent
target = HERE / "external" / "vae_decoder"
target.mkdir(parents=True, exist_ok=True)
for old in target.glob("model.onnx*"):
    old.unlink()
shutil.copy(HERE / "sd" / "vae_decoder" / "config.json", target)
onnx.save_model(
    onnx.load(HERE / "sd" / "vae_decoder" / "model.onnx"),
    target / "model.onnx",
    save_as_external_data=True,
    all_tensors_to_one_file=True,
    location="model.onnx_data",
    size_threshold=0,
)
