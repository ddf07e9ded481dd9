# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.23.2", "onnxruntime==1.30.0", "onnxconverter-common==1.16.0", "numpy==2.4.6"]
# ///
"""Writes sd-half/: the tiny Stable Diffusion in `sd/` in float16, each part's weights in a file of their own, as exporters write large
models: `uv run test/goldens/halve.py`.

halves.json beside it records what ONNX Runtime's Python makes of the UNet with the same weights, rounded to float16 and kept in
float32: the numbers that are wanted from the float16 file on a processor that computes in float32."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper
from onnxconverter_common import float16

HERE = Path(__file__).parent
SOURCE = HERE / "sd"
TARGET = HERE / "sd-half"
PARTS = ("text_encoder", "unet", "vae_decoder")


def halve(part: str) -> None:
    folder = TARGET / part
    folder.mkdir(parents=True)
    shutil.copy(SOURCE / part / "config.json", folder)
    model = onnx.load(SOURCE / part / "model.onnx")
    half = float16.convert_float_to_float16(model, keep_io_types=False, op_block_list=[])
    onnx.save_model(
        half,
        folder / "model.onnx",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="model.onnx_data",
        size_threshold=0,
    )


def rounded(part: str) -> onnx.ModelProto:
    """The same in float32, with weights and constants that float16 can hold."""
    model = onnx.load(SOURCE / part / "model.onnx")
    constants = [attribute.t for node in model.graph.node for attribute in node.attribute if attribute.HasField("t")]
    for tensor in [*model.graph.initializer, *constants]:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor).astype(np.float16).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return model


def unet_output(inputs: dict[str, np.ndarray]) -> np.ndarray:
    session = ort.InferenceSession(rounded("unet").SerializeToString())
    return session.run(["out_sample"], inputs)[0]


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    for folder in ("scheduler", "tokenizer"):
        shutil.copytree(SOURCE / folder, TARGET / folder)
    shutil.copy(SOURCE / "model_index.json", TARGET)
    for part in PARTS:
        halve(part)
    config = json.loads((SOURCE / "unet" / "config.json").read_text())
    rng = np.random.default_rng(7)
    inputs = {
        "sample": rng.standard_normal((1, config["in_channels"], 8, 8), dtype=np.float32),
        "timestep": np.array(601, dtype=np.float32),
        "encoder_hidden_states": rng.standard_normal((1, 77, config["cross_attention_dim"]), dtype=np.float32),
    }
    arrays = {**inputs, "out_sample": unet_output(inputs)}
    record = {name: {"dims": list(array.shape), "data": array.flatten().tolist()} for name, array in arrays.items()}
    (HERE / "halves.json").write_text(json.dumps(record) + "\n")


main()
