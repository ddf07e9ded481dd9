"""Step 7: the trained parts as a diffusers pipeline, its ONNX export, and the same with half-size weights.

Weights are stored as float16 and cast to float32 inside the graph: half the bytes in the repository, and
inputs, outputs and arithmetic stay float32, so the model runs on any execution provider.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, StableDiffusion3Pipeline
from onnx import TensorProto, helper, numpy_helper
from optimum.exporters.onnx import onnx_export_from_model
from transformers import CLIPTokenizer

from latents import load_norm
from network import TextToLatents
from settings import MODEL, ONNX, PIPELINE, STATE, THREADS, TOKENIZER, VAE

SMALLEST_HALVED = 64  # tensors below this many elements (scalars, shapes) stay as they are
ABSENT = dict(text_encoder_3=None, tokenizer_3=None, image_encoder=None, feature_extractor=None)


def save_pipeline(shift: float) -> None:
    """STATE and VAE -> PIPELINE."""
    tokenizer, norm = CLIPTokenizer.from_pretrained(TOKENIZER), load_norm()
    model = TextToLatents(len(tokenizer)).eval()
    model.load_state_dict(torch.load(STATE, weights_only=False)["average"])
    vae = AutoencoderKL.from_pretrained(VAE).eval()
    vae.register_to_config(scaling_factor=norm["scale"], shift_factor=norm["shift"])
    pipeline = StableDiffusion3Pipeline(
        transformer=model.tr,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=shift),
        vae=vae,
        text_encoder=model.te1,
        tokenizer=tokenizer,
        text_encoder_2=model.te2,
        tokenizer_2=CLIPTokenizer.from_pretrained(TOKENIZER),
        text_encoder_3=None,
        tokenizer_3=None,
    )
    shutil.rmtree(PIPELINE, ignore_errors=True)
    pipeline.save_pretrained(PIPELINE)
    copy_tokenizers(PIPELINE)


def copy_tokenizers(folder: Path) -> None:
    """Both tokenizers as learned, with vocab.json and merges.txt as well as tokenizer.json."""
    for name in ("tokenizer", "tokenizer_2"):
        shutil.copytree(TOKENIZER, folder / name, dirs_exist_ok=True)


def export_onnx() -> None:
    """PIPELINE -> ONNX, in the layout that Optimum and diffusers know."""
    pipeline = StableDiffusion3Pipeline.from_pretrained(PIPELINE, **ABSENT)
    shutil.rmtree(ONNX, ignore_errors=True)
    onnx_export_from_model(pipeline, ONNX, task="text-to-image", opset=17, do_validation=False)
    copy_tokenizers(ONNX)


def halve_weights(source: Path, target: Path) -> None:
    """Rewrite a graph with its large float32 constants stored as float16, each followed by a Cast."""
    model = onnx.load(source)
    graph = model.graph
    initializers, casts, nodes = [], [], []

    def halve(name: str, values: np.ndarray) -> None:
        initializers.append(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT, name=f"cast_{name}"))

    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type == TensorProto.FLOAT and values.size >= SMALLEST_HALVED:
            halve(tensor.name, values)
        else:
            initializers.append(tensor)
    for node in graph.node:
        tensor = next((a.t for a in node.attribute if node.op_type == "Constant" and a.name == "value"), None)
        if tensor is not None and tensor.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor)
            if values.size >= SMALLEST_HALVED:
                halve(node.output[0], values)
                continue
        nodes.append(node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(initializers)
    graph.node.extend(casts + nodes)
    onnx.save(model, target)


def write_model() -> None:
    """ONNX -> MODEL, with halved weights."""
    shutil.rmtree(MODEL, ignore_errors=True)
    shutil.copytree(ONNX, MODEL)
    for source in ONNX.glob("*/model.onnx"):
        halve_weights(source, MODEL / source.parent.name / source.name)
    index = json.loads((MODEL / "model_index.json").read_text())
    index.pop("_name_or_path", None)
    (MODEL / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    for config in MODEL.glob("*/config.json"):
        values = json.loads(config.read_text())
        values.pop("_name_or_path", None)
        config.write_text(json.dumps(values, indent=2) + "\n")
    size = sum(f.stat().st_size for f in MODEL.rglob("*") if f.is_file())
    print(f"{MODEL}: {size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shift", type=float, default=2.0, help="the scheduler's shift; 1 loses the sun at night")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    save_pipeline(options.shift)
    export_onnx()
    write_model()


if __name__ == "__main__":
    main()
