"""All large weights of a part in one file, `model.onnx_data`, each at a place that the system can map into memory.

torch writes small models as one file with weights and large ones as a thousand; both end up the same here, streamed
tensor by tensor.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import onnx
from onnx import TensorProto, external_data_helper, helper

# A page of memory, to which mapped files are aligned.
PAGE = 4096
# Smaller ones stay in the graph, as onnx's own default has it: shapes, and biases of narrow layers.
MIN_BYTES = 1024
WEIGHTS = {TensorProto.FLOAT: 4, TensorProto.FLOAT16: 2}
NAME = "model.onnx_data"


@dataclass(frozen=True)
class Initializer:
    """A weight as it lies in the ONNX files."""

    name: str
    dims: tuple[int, ...]
    digest: bytes


def gather(traced: Path, folder: Path) -> list[Initializer]:
    """Writes `folder`/model.onnx and its data from what torch has traced; removes torch's files on the way. Returns all weights."""
    model = onnx.load(traced, load_external_data=False)
    lift_constants(model.graph)
    with open(folder / NAME, "wb") as data:
        found = [place(tensor, traced.parent, data) for tensor in model.graph.initializer]
    onnx.save(model, folder / "model.onnx")
    return found


def lift_constants(graph: onnx.GraphProto) -> None:
    """Large constants become initializers, so that their file is mapped, too; and so do all that torch put into files."""
    for node in list(graph.node):
        value = next((attribute.t for attribute in node.attribute if attribute.name == "value"), None)
        if node.op_type != "Constant" or value is None:
            continue
        if bytes_of(value) >= MIN_BYTES or external_data_helper.uses_external_data(value):
            value.name = node.output[0]
            graph.initializer.append(value)
            graph.node.remove(node)


def bytes_of(tensor: TensorProto) -> int:
    return WEIGHTS.get(tensor.data_type, 0) * count(tensor.dims)


def count(dims) -> int:
    product = 1
    for dim in dims:
        product *= dim
    return product


def place(tensor: TensorProto, traced: Path, data: BinaryIO) -> Initializer:
    raw = content(tensor, traced)
    if bytes_of(tensor) >= MIN_BYTES:
        data.write(b"\0" * (-data.tell() % PAGE))
        external_data_helper.set_external_data(tensor, NAME, data.tell(), len(raw))
        tensor.ClearField("raw_data")
        data.write(raw)
    return Initializer(tensor.name, tuple(tensor.dims), hashlib.sha256(raw).digest())


def content(tensor: TensorProto, traced: Path) -> bytes:
    """A tensor's bytes; a file of its own that they lie in is removed, and they are the tensor's again."""
    if not external_data_helper.uses_external_data(tensor):
        return tensor.raw_data or helper.make_tensor("", tensor.data_type, tensor.dims, onnx.numpy_helper.to_array(tensor)).raw_data
    info = external_data_helper.ExternalDataInfo(tensor)
    with open(traced / info.location, "rb") as file:
        file.seek(info.offset or 0)
        raw = file.read(info.length or -1)
    (traced / info.location).unlink()
    tensor.raw_data = raw
    tensor.data_location = TensorProto.DEFAULT
    del tensor.external_data[:]
    return raw
