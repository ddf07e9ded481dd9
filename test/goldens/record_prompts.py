# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "diffusers==0.39.0",
#   "transformers==4.57.6",
#   "torch==2.12.0",
#   "optimum-onnx[onnxruntime]==0.1.0",
#   "onnx==1.23.2",
#   "numpy==2.4.6",
#   "pillow==13.0.0",
#   "sentencepiece==0.2.3",
#   "protobuf==7.36.2",
#   "compel==2.3.1",
# ]
#
# [tool.uv]
# # compel names it, for its examples only.
# override-dependencies = ["notebook; sys_platform == 'none'"]
# ///
"""Records prompts of several windows and weighted ones, as compel reads them: `uv run test/goldens/record_prompts.py`.

The pipelines are those of record_families.py with the same random weights, which is checked against the exported encoders
beside this file. compel cuts windows where they are full (SplitLongTextMode.BRUTAL) and leaves words below 1 out
(DownweightMode.REMOVE). Its own parser is not used: the pieces and weights of each prompt are written beside it here, as
stable-diffusion-webui reads them. What BREAK separates goes to compel piece by piece, as its `.and()` does.

Written beside this file: prompts.json, whose arrays lie in prompts.bin.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from compel import DownweightMode, ReturnedEmbeddingsType, SplitLongTextMode
from compel.embeddings_provider import EmbeddingsProvider
from record import Arrays
from record_families import HERE, build_sd, build_sdxl, cpu_generator, text_to_image, write

LONG = "two boats with red sails near the lighthouse on the rocks at dusk, " * 2 + "an epic poem"
LAST = ReturnedEmbeddingsType.LAST_HIDDEN_STATES_NORMALIZED
PENULTIMATE = ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED
CHUNK, WEIGHTED = dict(longPrompts="chunk"), dict(promptSyntax="weighted")

# A text, and for what BREAK separates: the pieces and their weights.
Text = tuple[str, list[list[tuple[str, float]]]]


def plain(text: str) -> Text:
    return text, [[(text, 1.0)]]


RAISED: Text = ("a (red:1.3) boat, ((sea)) at (night \\(old\\):2)",
                [[("a ", 1.0), ("red", 1.3), (" boat, ", 1.0), ("sea", 1.1 * 1.1), (" at ", 1.0), ("night (old)", 2.0)]])
MIXED: Text = ("a [red] boat, (sea:0.4) and (((snow) rocks:1.5) night:0.8)",
               [[("a ", 1.0), ("red", 1 / 1.1), (" boat, ", 1.0), ("sea", 0.4), (" and ", 1.0),
                 ("snow", 1.1 * 1.5 * 0.8), (" rocks", 1.5 * 0.8), (" night", 0.8)]])
GONE: Text = ("a lighthouse, (boats:0)", [[("a lighthouse, ", 1.0), ("boats", 0.0)]])
CUT: Text = (f"a (house:0.6) {LONG} (snow:0.5)",
             [[("a ", 1.0), ("house", 0.6), (f" {LONG} ", 1.0), ("snow", 0.5)]])
BROKEN: Text = (f"(two boats:1.2), {LONG} BREAK [watercolor] of mountains BREAK snow",
                [[("two boats", 1.2), (f", {LONG}", 1.0)], [("watercolor", 1 / 1.1), (" of mountains", 1.0)], [("snow", 1.0)]])
LOW: Text = (f"{LONG}, (snow:0.5) and {LONG}",
             [[(f"{LONG}, ", 1.0), ("snow", 0.5), (f" and {LONG}", 1.0)]])

# A name, the prompt, the negative prompt (None: none is given) and how they are read.
CASES: list[tuple[str, Text, Text | None, dict]] = [
    ("a long prompt", plain(LONG), plain("a crowd"), CHUNK),
    ("a long negative prompt", plain("a boat"), plain(LONG), CHUNK),
    ("a long prompt without a negative one", plain(LONG), None, CHUNK),
    ("words above 1", RAISED, GONE, WEIGHTED),
    ("words below 1", MIXED, plain("a crowd"), WEIGHTED),
    ("weighted words in a prompt that is cut", CUT, plain(""), WEIGHTED),
    ("weighted words in several windows", LOW, RAISED, CHUNK | WEIGHTED),
    ("BREAK", BROKEN, MIXED, CHUNK | WEIGHTED),
]


def provider(tokenizer, encoder, returned: ReturnedEmbeddingsType, truncate: bool) -> EmbeddingsProvider:
    return EmbeddingsProvider(tokenizer, encoder, truncate=truncate, downweight_mode=DownweightMode.REMOVE,
                              returned_embeddings_type=returned, split_long_text_mode=SplitLongTextMode.BRUTAL)


def embed(by: EmbeddingsProvider, text: Text) -> torch.Tensor:
    parts = [by.get_embeddings_for_weighted_prompt_fragments([[t for t, _ in part]], [[w for _, w in part]])
             for part in text[1]]
    return torch.cat(parts, dim=1)


def padded(embeds: torch.Tensor, by: EmbeddingsProvider, length: int) -> torch.Tensor:
    missing = (length - embeds.shape[1]) // by.empty_z.shape[1]
    return torch.cat([embeds, *[by.empty_z] * missing], dim=1)


def words(text: Text) -> str:
    return "".join(piece for piece, _ in text[1][0])


def embed_all(providers: list[EmbeddingsProvider], texts: list[Text]) -> list[torch.Tensor]:
    """For each text the embeddings of all encoders side by side, all of the same length."""
    by_text = [[embed(by, text) for by in providers] for text in texts]
    length = max(one.shape[1] for embeds in by_text for one in embeds)
    return [torch.cat([padded(one, by, length) for one, by in zip(embeds, providers)], dim=-1) for embeds in by_text]


@torch.no_grad()
def record(arrays: Arrays, model: str, pipeline) -> list[dict]:
    out = []
    for number, (name, prompt, negative, reading) in enumerate(CASES):
        xl = model == "sdxl"
        parts = [(pipeline.tokenizer, pipeline.text_encoder)]
        parts += [(pipeline.tokenizer_2, pipeline.text_encoder_2)] if xl else []
        providers = [provider(*part, PENULTIMATE if xl else LAST, "longPrompts" not in reading) for part in parts]
        against = negative if negative or xl else plain("")
        texts = [prompt, against] if against else [prompt]
        embeds = embed_all(providers, texts)
        pooled = [providers[1].get_pooled_embeddings([words(text)]) for text in texts] if xl else []
        request = text_to_image(prompt[0], number, 3, 5.0, 48, 64, **reading)
        call = dict(prompt_embeds=embeds[0])
        if xl:
            call |= dict(pooled_prompt_embeds=pooled[0])
        if against:
            call |= dict(negative_prompt_embeds=embeds[1])
        if against and xl:
            call |= dict(negative_pooled_prompt_embeds=pooled[1])
        if negative:
            request["negativePrompt"] = negative[0]
        final = pipeline(**call, num_inference_steps=3, guidance_scale=5.0, width=48, height=64,
                         generator=cpu_generator(number)).images[0]
        out.append(dict(name=name, model=model, request=request, embeds=[arrays.add(one) for one in embeds],
                        pooled=[arrays.add(one) for one in pooled], final=arrays.add(np.asarray(final))))
        print(model, name, [tuple(one.shape) for one in embeds])
    return out


@torch.no_grad()
def assert_same_weights(model: str, encoder) -> None:
    """The exported encoder beside this file gives what this one gives."""
    ids = torch.arange(77).unsqueeze(0)
    session = onnxruntime.InferenceSession(HERE / model / "text_encoder" / "model.onnx")
    [exported] = session.run(["last_hidden_state"], {"input_ids": ids.numpy()})
    difference = np.abs(exported - encoder(ids).last_hidden_state.numpy()).max()
    print(model, "differs from its export by", difference)
    assert difference < 1e-4


def main() -> None:
    torch.set_num_threads(1)
    arrays, cases = Arrays(), []
    # The seeds of record_families.py.
    for seed, (model, build) in ((30, ("sd", build_sd)), (31, ("sdxl", build_sdxl))):
        torch.manual_seed(seed)
        with tempfile.TemporaryDirectory() as work:
            pipeline = build(Path(work))
        pipeline.set_progress_bar_config(disable=True)
        assert_same_weights(model, pipeline.text_encoder)
        cases += record(arrays, model, pipeline)
    write("prompts", arrays, dict(cases=cases))


if __name__ == "__main__":
    main()
