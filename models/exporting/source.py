"""What is exported: a diffusers pipeline of which only the part at hand has its weights in memory.

The others are skeletons on torch's meta device: their configuration, from which Optimum takes sizes and names, without
numbers. A LoRA needs all parts at once, so with one the whole pipeline is loaded.
"""

import importlib
from pathlib import Path

import torch
from diffusers import DiffusionPipeline, ModelMixin
from transformers import PreTrainedModel

DTYPES = {"fp32": torch.float32, "fp16": torch.float16}
FAMILIES = ("StableDiffusionPipeline", "StableDiffusionXLPipeline", "StableDiffusion3Pipeline", "FluxPipeline")
# In the order in which they are exported: the small ones first, so that what is wrong shows early.
COMPONENTS = ("vae", "text_encoder", "text_encoder_2", "unet", "transformer", "text_encoder_3")
# What Stable Diffusion 3 is given when it runs without T5.
WITHOUT_T5 = dict(text_encoder_3=None, tokenizer_3=None)
# Parts that the engine does not use: their export would only take disk space, or fail.
UNUSED = ("safety_checker", "feature_extractor", "image_encoder")


def absent_in(index: dict, without_t5: bool) -> dict:
    """What a pipeline is told to do without."""
    absent = {name: None for name in UNUSED if name in index} | (WITHOUT_T5 if without_t5 else {})
    return absent | ({"requires_safety_checker": False} if "safety_checker" in index else {})


class Source:
    """A pipeline's folder.

    `parts` are the folders to write: the VAE makes two. `dtype_of` says in what precision each is exported: SDXL's VAE
    overflows in float16, and the others' are small, so a VAE stays in float32.
    """

    def __init__(self, name: str, index: dict, dtype: str, without_t5: bool):
        self.absent = absent_in(index, without_t5)
        # Parts that are None take no download, as the others do.
        self.folder = Path(name if Path(name).is_dir() else DiffusionPipeline.download(name, **self.absent))
        self.dtype = dtype
        self.classes = {
            component: getattr(importlib.import_module(index[component][0]), index[component][1])
            for component in COMPONENTS
            if index.get(component) and index[component][0] and component not in self.absent
        }
        self.pipeline = self.with_components({name: self.skeleton(name) for name in self.classes})

    @property
    def parts(self) -> list[str]:
        halves = {"vae": ["vae_decoder", "vae_encoder"]}
        return [part for component in self.classes for part in halves.get(component, [component])]

    def dtype_of(self, part: str) -> str:
        return "fp32" if part.startswith("vae") else self.dtype

    def with_components(self, components: dict) -> DiffusionPipeline:
        return DiffusionPipeline.from_pretrained(self.folder, **components, **self.absent)

    def skeleton(self, component: str) -> ModelMixin | PreTrainedModel:
        kind = self.classes[component]
        if issubclass(kind, PreTrainedModel):
            with torch.device("meta"):
                return kind(kind.config_class.from_pretrained(self.folder / component)).eval()
        with torch.device("meta"):
            return kind.from_config(kind.load_config(self.folder / component)).eval()

    def read(self, component: str) -> ModelMixin | PreTrainedModel:
        dtype = DTYPES[self.dtype_of(component)]
        return self.classes[component].from_pretrained(self.folder / component, torch_dtype=dtype).eval()

    def load(self, part: str) -> None:
        """Puts a part's weights into the pipeline. Does nothing if they are there."""
        component = component_of(part)
        if is_skeleton(getattr(self.pipeline, component)):
            self.pipeline.register_modules(**{component: self.read(component)})

    def release(self, part: str) -> None:
        """Gives a part's memory back."""
        component = component_of(part)
        self.pipeline.register_modules(**{component: self.skeleton(component)})

    def merge_lora(self, path: Path, scale: float) -> None:
        for component in self.classes:
            self.load(component)
        self.pipeline.load_lora_weights(str(path.parent), weight_name=path.name)
        self.pipeline.fuse_lora(lora_scale=scale)
        self.pipeline.unload_lora_weights()


def component_of(part: str) -> str:
    return "vae" if part.startswith("vae") else part


def is_skeleton(model: torch.nn.Module) -> bool:
    return next(model.parameters()).is_meta
