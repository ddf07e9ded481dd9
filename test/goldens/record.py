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
# ]
# ///
"""Records what diffusers computes, for the engine's tests to compare with: `uv run test/goldens/record.py`.

Two Stable Diffusion 3 pipelines with tiny random weights are built, exported to ONNX by Optimum and run by
diffusers on torch:

  sd3-t5   three text encoders; tokenizers as tokenizer.json (CLIPTokenizerFast, T5TokenizerFast)
  sd3      two CLIP encoders, SD 3.5's attention; tokenizers as vocab.json + merges.txt (CLIPTokenizer)

Written beside this file: the two model directories, sd3-half (sd3 with float16 and int32 inputs and outputs),
and goldens.json, whose arrays lie in goldens.bin ({"at": byte offset, "dims": […], "type": "f4" or "u1"}).
"""

import json
import math
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import sentencepiece
import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    SD3Transformer2DModel,
    StableDiffusion3Img2ImgPipeline,
    StableDiffusion3Pipeline,
)
from onnx import TensorProto, helper
from optimum.exporters.onnx import onnx_export_from_model
from PIL import Image
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPTokenizerFast,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)
from transformers.models.clip.tokenization_clip import bytes_to_unicode

HERE = Path(__file__).parent
CORPUS = """a photo of the sea at dusk, two boats with red sails and a lighthouse on the rocks; painting like an epic
poem, watercolor of mountains in snow, a crowd of people in a public space, photorealistic. It's the data researcher's
house, we'll see them there: 1 2 3, wheat fields and the night sky over a small town by the river""".split()
PROMPTS = [
    "",
    "a photo of the sea at dusk",
    "It's   the researcher's HOUSE,\nwe'll see: 12345!!! hello!world",
    "Zürich, Ærøskøbing, İstanbul, ΟΔΥΣΣΕΥΣ, ﬁn, e\u0301tude",
    "日本の海と灯台、東京。雪国 漢字kanji",
    "서울의 밤하늘, 파도",
    "بحر عند الغسق مع قاربين",
    "समुद्र पर सूर्यास्त",
    "море на закате, два корабля",
    "🌊⛵️ 👩‍👩‍👧 sea\u200b\u200dside\ufeff \u00a0nbsp\u3000wide ½ ²",
    "<|startoftext|>a boat<|endoftext|> more <|ENDOFTEXT|> text",
    "tab\tnull\x00bell\x07 \ufffd ｆｕｌｌ　ｗｉｄｔｈ ①",
    "sea " * 120,
    "灯台" * 60,
    "q" * 300,
    "one two three four five six seven eight nine ten " * 9,
]


# --- the pipelines -------------------------------------------------------------------------------------------


def clip_files(folder: Path, merges_count: int) -> None:
    """vocab.json and merges.txt of a byte-level BPE with a few merges, learned from the corpus by counting."""
    alphabet = list(bytes_to_unicode().values())
    words = [tuple(w[:-1]) + (w[-1] + "</w>",) for w in (w.lower() for w in CORPUS)]
    merges = []
    for _ in range(merges_count):
        pairs = [p for w in words for p in zip(w, w[1:])]
        if not pairs:
            break
        best = max(sorted(set(pairs)), key=pairs.count)
        merges.append(best)
        words = [merge(w, best) for w in words]
    vocab = [*alphabet, *(c + "</w>" for c in alphabet), *("".join(m) for m in merges)]
    vocab += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(vocab)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n")


def merge(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out, i = [], 0
    while i < len(word):
        joined = word[i : i + 2] == pair
        out.append("".join(pair) if joined else word[i])
        i += 2 if joined else 1
    return tuple(out)


def clip_tokenizer(work: Path, kind: type, merges: int, pad: str):
    folder = work / f"clip-{merges}"
    if not folder.exists():
        clip_files(folder, merges)
    return kind(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77, pad_token=pad)


def charsmap(work: Path) -> bytes:
    """SentencePiece's compiled form of a few of the rules that T5's own map has."""
    rules = {"\u200b": " ", "\u200d": " ", "\ufeff": " ", "\u3000": " ", "\u00a0": " ", "\ufb01": "fi", "\u2460": "1",
             "e\u0301": "\u00e9", "\u00bd": "1\u20442", "\u3002": "\uff61", "\t": " ", "\n": " "}
    rules |= {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
    code = lambda text: " ".join(f"{ord(c):X}" for c in text)  # noqa: E731
    (work / "rules.tsv").write_text("".join(f"{code(a)}\t{code(b)}\n" for a, b in rules.items()))
    (work / "corpus.txt").write_text(" ".join(CORPUS) + "\n")
    sentencepiece.SentencePieceTrainer.train(
        input=str(work / "corpus.txt"), model_prefix=str(work / "spiece"), vocab_size=60, minloglevel=2,
        normalization_rule_tsv=str(work / "rules.tsv"), hard_vocab_limit=False,
    )
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString((work / "spiece.model").read_bytes())
    return model.normalizer_spec.precompiled_charsmap


def t5_tokenizer(work: Path) -> T5TokenizerFast:
    """A small Unigram model with T5's pre-tokenizer and closing token."""
    words = Counter("\u2581" + word for word in CORPUS)
    letters = Counter("\u2581" + "".join(CORPUS))
    pieces = [(piece, math.log(n / len(CORPUS))) for piece, n in sorted(words.items())]
    pieces += [(letter, math.log(n / len(CORPUS)) - 8) for letter, n in sorted(letters.items())]
    tokenizer = Tokenizer(models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *pieces], unk_id=2))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap(work)), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    end = tokenizer.token_to_id("</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", end)]
    )
    return T5TokenizerFast(tokenizer_object=tokenizer, extra_ids=0, model_max_length=512)


def clip_encoder(tokenizer, width: int) -> CLIPTextModelWithProjection:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=2 * width, projection_dim=width,
        num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id, initializer_factor=3.0,
    )
    return CLIPTextModelWithProjection(config).eval()


def vae() -> AutoencoderKL:
    blocks = 4
    return AutoencoderKL(
        block_out_channels=(8,) * blocks, down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks, layers_per_block=1, latent_channels=16, norm_num_groups=4,
        sample_size=64, scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
        mid_block_add_attention=False,
    ).eval()


def transformer(joint: int, pooled: int, **attention) -> SD3Transformer2DModel:
    model = SD3Transformer2DModel(
        sample_size=8, patch_size=2, in_channels=16, out_channels=16, num_layers=2, attention_head_dim=8,
        num_attention_heads=2, joint_attention_dim=joint, caption_projection_dim=16, pooled_projection_dim=pooled,
        pos_embed_max_size=8, **attention,
    )
    with torch.no_grad():  # fresh weights would hardly react to the prompt, and the test would not notice it
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.mul_(2.5 if "context_embedder" in name or "text_embedder" in name else 1.5)
    return model.eval()


def build_t5(work: Path) -> StableDiffusion3Pipeline:
    first = clip_tokenizer(work, CLIPTokenizerFast, 90, "<|endoftext|>")
    second = clip_tokenizer(work, CLIPTokenizerFast, 40, "!")
    third = t5_tokenizer(work)
    t5 = T5EncoderModel(
        T5Config(vocab_size=len(third), d_model=40, d_kv=8, d_ff=32, num_layers=2, num_heads=2, is_gated_act=True,
                 feed_forward_proj="gated-gelu", initializer_factor=2.0)
    ).eval()
    return StableDiffusion3Pipeline(
        transformer=transformer(40, 40), scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0), vae=vae(),
        text_encoder=clip_encoder(first, 16), tokenizer=first, text_encoder_2=clip_encoder(second, 24),
        tokenizer_2=second, text_encoder_3=t5, tokenizer_3=third,
    )


def build_plain(work: Path) -> StableDiffusion3Pipeline:
    first = clip_tokenizer(work, CLIPTokenizer, 90, "<|endoftext|>")
    second = clip_tokenizer(work, CLIPTokenizer, 40, "!")
    return StableDiffusion3Pipeline(
        transformer=transformer(48, 40, qk_norm="rms_norm", dual_attention_layers=(0,)),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=2.0), vae=vae(),
        text_encoder=clip_encoder(first, 16), tokenizer=first, text_encoder_2=clip_encoder(second, 24),
        tokenizer_2=second, text_encoder_3=None, tokenizer_3=None,
    )


def export(pipeline: StableDiffusion3Pipeline, name: str) -> None:
    out = HERE / name
    shutil.rmtree(out, ignore_errors=True)
    onnx_export_from_model(pipeline, out, task="text-to-image", opset=17, do_validation=False)
    for part in ("tokenizer", "tokenizer_2"):
        keep = {"tokenizer_config.json", "special_tokens_map.json"}
        slow = type(getattr(pipeline, part)) is CLIPTokenizer
        keep |= {"vocab.json", "merges.txt"} if slow else {"tokenizer.json"}
        for file in (out / part).iterdir():
            if file.name not in keep:
                file.unlink()
        assert keep == {file.name for file in (out / part).iterdir()}, part
    for path in out.glob("*/model.onnx"):
        slim(path)


def slim(path: Path) -> None:
    """Shorter names inside the graph: in models this small they are most of the file."""
    model = onnx.load(path)
    graph = model.graph
    doors = {value.name for value in [*graph.input, *graph.output]} | {""}
    short: dict[str, str] = {}

    def rename(name: str) -> str:
        return name if name in doors else short.setdefault(name, f"v{len(short)}")

    for node in graph.node:
        assert not any(attribute.HasField("g") for attribute in node.attribute), "a subgraph would need renaming, too"
        node.input[:] = [rename(name) for name in node.input]
        node.output[:] = [rename(name) for name in node.output]
        node.name, node.doc_string = "", ""
        del node.metadata_props[:]
    for weight in graph.initializer:
        weight.name = rename(weight.name)
    del graph.value_info[:]
    onnx.save(model, path)


def export_half(source: str, name: str) -> None:
    """The same model with float16 and int32 at its doors, as exports for GPUs have."""
    shutil.rmtree(HERE / name, ignore_errors=True)
    shutil.copytree(HERE / source, HERE / name)
    small = {TensorProto.FLOAT: TensorProto.FLOAT16, TensorProto.INT64: TensorProto.INT32}
    for path in (HERE / name).glob("*/model.onnx"):
        model = onnx.load(path)
        before, after = [], []
        for value in model.graph.input:
            big = value.type.tensor_type.elem_type
            before.append(helper.make_node("Cast", [value.name], [value.name + "_big"], to=big))
            for node in model.graph.node:
                for i, used in enumerate(node.input):
                    if used == value.name:
                        node.input[i] = value.name + "_big"
            value.type.tensor_type.elem_type = small[big]
        for value in model.graph.output:
            for node in model.graph.node:
                for names in (node.input, node.output):
                    for i, used in enumerate(names):
                        if used == value.name:
                            names[i] = value.name + "_big"
            after.append(helper.make_node("Cast", [value.name + "_big"], [value.name], to=TensorProto.FLOAT16))
            value.type.tensor_type.elem_type = TensorProto.FLOAT16
        nodes = [*before, *model.graph.node, *after]
        del model.graph.node[:]
        model.graph.node.extend(nodes)
        onnx.save(model, path)


# --- the goldens ---------------------------------------------------------------------------------------------


class Arrays:
    """Collects arrays into one file; gives back where they lie."""

    def __init__(self):
        self.data = bytearray()

    def add(self, array) -> dict:
        array = np.asarray(array.detach() if isinstance(array, torch.Tensor) else array)
        kind = "u1" if array.dtype == np.uint8 else "f4"
        self.data += b"\0" * (-len(self.data) % 4)
        entry = {"at": len(self.data), "dims": list(array.shape), "type": kind}
        self.data += array.astype("<" + kind).tobytes()
        return entry


def picture(width: int, height: int) -> Image.Image:
    """A smooth picture with an edge and a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 / width, y * 255 / height, 255 * ((x * 3 + y * 2) % 37 < 18)], -1)
    noise = np.random.default_rng(5).integers(-20, 20, base.shape)
    return Image.fromarray(np.clip(base + noise, 0, 255).astype(np.uint8))


def run(arrays: Arrays, model: str, pipeline, prompt: str, negative: str | None, seed: int, steps: int,
        guidance: float, width: int, height: int, length: int, image: tuple[int, int] | None = None,
        strength: float | None = None) -> dict:
    latents, initial = [], []
    call = dict(
        prompt=prompt, negative_prompt=negative, num_inference_steps=steps, guidance_scale=guidance, width=width,
        height=height, max_sequence_length=length, generator=torch.Generator("cpu").manual_seed(seed),
        callback_on_step_end=lambda pipe, i, t, kw: (latents.append(kw["latents"].clone()), {})[1],
    )
    kind = StableDiffusion3Pipeline
    source = None
    if image:
        kind, source = StableDiffusion3Img2ImgPipeline, picture(*image)
        call |= dict(image=source, strength=strength)
    pipe = kind(**pipeline.components)
    pipe.set_progress_bar_config(disable=True)
    prepare = pipe.prepare_latents
    pipe.prepare_latents = lambda *a, **k: (initial.append(prepare(*a, **k)), initial[0])[1]
    final = pipe(**call).images[0]
    request = dict(prompt=prompt, seed=seed, steps=steps, guidance=guidance, width=width, height=height,
                   maxSequenceLength=length)
    if negative is not None:
        request["negativePrompt"] = negative
    case = dict(model=model, request=request, initial=arrays.add(initial[0][0]),
                latents=arrays.add(torch.cat(latents)), final=arrays.add(np.asarray(final)))
    if source:
        request["strength"] = strength
        case["image"] = arrays.add(np.asarray(source))
    return case


def assert_reacts(pipeline) -> None:
    """With these weights a prompt must matter, or the goldens could not tell a wrong one."""
    latents = []
    for prompt in ("a lighthouse at dusk", "a crowd"):
        generator = torch.Generator("cpu").manual_seed(1)
        call = dict(num_inference_steps=4, guidance_scale=1.0, width=64, height=64, output_type="latent")
        latents.append(pipeline(prompt, generator=generator, **call).images)
    assert (latents[0] - latents[1]).abs().max() > 0.01 * latents[0].abs().max()


def embeddings(arrays: Arrays, model: str, pipeline, prompt: str, length: int) -> dict:
    embeds, _, pooled, _ = pipeline.encode_prompt(
        prompt, None, None, do_classifier_free_guidance=False, max_sequence_length=length
    )
    return dict(model=model, prompt=prompt, length=length, embeds=arrays.add(embeds), pooled=arrays.add(pooled))


def tokens(model: str, part: str, tokenizer, length: int) -> list[dict]:
    """Ids as the pipeline makes them, and the text that its warning says was cut off."""
    out = []
    for prompt in PROMPTS:
        ids = tokenizer(prompt, padding="max_length", max_length=length, truncation=True).input_ids
        all_ids = tokenizer(prompt).input_ids
        removed = tokenizer.decode(all_ids[length - 1 : -1]) if len(all_ids) > length else None
        out.append(dict(model=model, part=part, length=length, prompt=prompt, ids=ids, removed=removed))
    return out


def schedules() -> list[dict]:
    configs = [dict(shift=1.0), dict(shift=2.0), dict(shift=3.0), dict(shift=3.0, num_train_timesteps=500),
               dict(use_dynamic_shifting=True), dict(use_dynamic_shifting=True, time_shift_type="linear", max_shift=0.9)]
    out = []
    for config in configs:
        for steps in (1, 2, 7, 28):
            scheduler = FlowMatchEulerDiscreteScheduler(**config)
            seq, c = 1024, scheduler.config
            slope = (c.max_shift - c.base_shift) / (c.max_image_seq_len - c.base_image_seq_len)
            mu = seq * slope + (c.base_shift - slope * c.base_image_seq_len)
            scheduler.set_timesteps(steps, **(dict(mu=mu) if c.use_dynamic_shifting else {}))
            out.append(dict(config=config, steps=steps, imageSeqLen=seq, sigmas=scheduler.sigmas.tolist(),
                            timesteps=scheduler.timesteps.tolist()))
    return out


def iterations(pipeline) -> list[list[float]]:
    pipe = StableDiffusion3Img2ImgPipeline(**pipeline.components)
    out = []
    for steps in (1, 7, 10, 28, 50, 100):
        for strength in (0, 0.01, 0.1, 0.25, 0.29, 0.3, 0.5, 0.57, 0.6, 0.7, 0.99, 1):
            pipe.scheduler.set_timesteps(steps)
            timesteps, count = pipe.get_timesteps(steps, strength, "cpu")
            assert len(timesteps) == count
            out.append([steps, strength, count])
    return out


def noise(arrays: Arrays) -> list[dict]:
    out = []
    for seed in (0, 1, 42, 2**32 - 1, 2**32 + 7, 2**53 - 1):
        for count in (1, 7, 15, 16, 17, 31, 1000):
            generator = torch.Generator("cpu").manual_seed(seed)
            first, second = torch.randn(count, generator=generator), torch.randn(3, generator=generator)
            out.append(dict(seed=seed, count=count, values=arrays.add(first), then=arrays.add(second)))
    return out


def resizes(arrays: Arrays) -> list[dict]:
    out = []
    for source, target in [((37, 53), (64, 48)), ((64, 48), (16, 64)), ((200, 10), (33, 47)), ((1, 1), (5, 4)),
                           ((48, 48), (48, 48)), ((31, 40), (31, 90)),
                           ((40, 50), (20, 19)), ((50, 100), (20, 39))]:
        image = picture(*source)
        out.append(dict(source=arrays.add(np.asarray(image)),
                        result=arrays.add(np.asarray(image.resize(target, Image.Resampling.LANCZOS)))))
    return out


def main() -> None:
    torch.manual_seed(20)
    torch.set_num_threads(1)
    arrays = Arrays()
    with tempfile.TemporaryDirectory() as work:
        t5, plain = build_t5(Path(work)), build_plain(Path(work))
        long = "an epic poem of the sea " * 30
        cases = [
            run(arrays, "sd3-t5", t5, "two boats with red sails", "a crowd of people", 0, 6, 4.0, 64, 48, 32),
            run(arrays, "sd3-t5", t5, long, None, 2**40 + 11, 4, 1.0, 48, 64, 40),
            run(arrays, "sd3-t5", t5, "night sky over 灯台", None, 5, 5, 3.0, 64, 64, 256, (37, 53), 0.6),
            run(arrays, "sd3", plain, "a lighthouse at dusk", None, 1, 6, 0.0, 64, 64, 256),
            run(arrays, "sd3", plain, "日本の灯台、 hello!", "snow", 77, 5, 7.5, 32, 96, 256),
            run(arrays, "sd3", plain, "the river", "wheat", 9, 10, 5.0, 64, 48, 256, (64, 48), 0.25),
            run(arrays, "sd3", plain, "the river", None, 3, 3, 1.0, 48, 48, 0, (96, 80), 1.0),
        ]
        assert_reacts(plain)
        export(t5, "sd3-t5")
        export(plain, "sd3")
        export_half("sd3", "sd3-half")
        goldens = dict(
            cases=cases,
            embeddings=[embeddings(arrays, "sd3-t5", t5, "two boats, 日本", 24),
                        embeddings(arrays, "sd3", plain, "two boats, 日本", 24)],
            tokens=[*tokens("sd3-t5", "tokenizer", t5.tokenizer, 77), *tokens("sd3-t5", "tokenizer_2", t5.tokenizer_2, 77),
                    *tokens("sd3-t5", "tokenizer_3", t5.tokenizer_3, 40), *tokens("sd3", "tokenizer", plain.tokenizer, 77),
                    *tokens("sd3", "tokenizer_2", plain.tokenizer_2, 77)],
            schedules=schedules(), iterations=iterations(plain), noise=noise(arrays), resizes=resizes(arrays),
        )
    (HERE / "goldens.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n")
    (HERE / "goldens.bin").write_bytes(arrays.data)
    print(sum(file.stat().st_size for file in HERE.rglob("*") if file.is_file()), "bytes in all")


if __name__ == "__main__":
    main()
