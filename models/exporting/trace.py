"""One part as an ONNX graph, with the names and free sizes that Optimum gives to it.

Not by Optimum's own `export`, which above 2 GB holds all weights in memory twice, and runs the model once more.
"""

from pathlib import Path

import optimum.exporters.onnx.model_configs  # noqa: F401 (registers what it knows)
import torch
from diffusers import ModelMixin
from optimum.exporters.tasks import TasksManager
from optimum.exporters.utils import get_diffusion_models_for_export
from transformers import PreTrainedModel

from exporting.source import Source, component_of

OPSET = 17
# Sides of what is traced: nothing of it stays in the graph, and small ones take little time. 17 is odd at every halving: traced
# at an even size, a UNet leaves out what odd sides need on the way up.
SAMPLE_SIZE = {"unet": 17, "transformer": 16, "vae_encoder": 32}
INPUT_SIZE = dict(height=16, width=16)


def trace(source: Source, part: str, file: Path) -> torch.nn.Module:
    """Writes `file`, with the part's configuration beside it; returns the module whose weights it has."""
    component = getattr(source.pipeline, component_of(part))
    size = component.config.sample_size if part in SAMPLE_SIZE and "sample_size" in component.config else None
    if size is not None:
        component.register_to_config(sample_size=SAMPLE_SIZE[part])
    TasksManager.standardize_model_attributes(source.pipeline)
    model, config = get_diffusion_models_for_export(source.pipeline, float_dtype=source.dtype_of(part))[part]
    model.config.return_dict = True
    inputs = example_inputs(config)
    with torch.no_grad(), config.patch_model_for_export(model):
        names = config.ordered_inputs(model)
        torch.onnx.export(
            # As text: given a Path, torch does not put weights above 2 GB beside it.
            model, (inputs,), str(file), input_names=list(names), output_names=list(config.outputs),
            dynamic_axes={**names, **config.outputs}, opset_version=OPSET, dynamo=False,
        )
    if size is not None:
        model.register_to_config(sample_size=size)
    save_config(model, file.parent)
    return model


def save_config(model: ModelMixin | PreTrainedModel, folder: Path) -> None:
    model.save_config(folder) if isinstance(model, ModelMixin) else model.config.save_pretrained(folder)


def example_inputs(config) -> dict:
    """Timesteps in float32, whatever the weights are: half a thousandth of them is a visible step of a schedule."""
    inputs = config.rename_ambiguous_inputs(config.generate_dummy_inputs(framework="pt", **INPUT_SIZE))
    return {name: value.float() if name == "timestep" else value for name, value in inputs.items()}
