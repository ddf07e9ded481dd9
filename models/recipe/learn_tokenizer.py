"""Step 2: learn a byte-level CLIP tokenizer from the captions and from everyday words.

Merging goes on until each of those words is one token (893 merges, 1,407 tokens). Any other text falls into
pieces of them, bytes at worst.
"""

import json
import random
from collections import Counter

from transformers import CLIPTokenizer, CLIPTokenizerFast
from transformers.models.clip.tokenization_clip import bytes_to_unicode

from scenes import caption, sample
from settings import TOKENIZER
from words import COMMON, FILLER, WORDS

CAPTIONS = 20_000
COMMON_COUNT = 3  # as if each everyday word had been seen so often
MOST_COUNT = 400  # so that "the" doesn't decide every merge

Word = tuple[str, ...]


def count_words() -> Counter:
    rng = random.Random(0)
    counts: Counter = Counter()
    for _ in range(CAPTIONS):
        counts.update(WORDS.findall(caption(sample(rng), rng).lower()))
    for word in COMMON + FILLER:
        for piece in WORDS.findall(word):
            counts[piece] += COMMON_COUNT
    return counts


def to_symbols(word: str, alphabet: dict[int, str]) -> Word:
    """The word's bytes as CLIP writes them, the last one marked as the end of a word."""
    *head, last = (alphabet[byte] for byte in word.encode())
    return (*head, last + "</w>")


def merge(word: Word, pair: tuple[str, str]) -> Word:
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def learn_merges(words: dict[Word, int]) -> list[tuple[str, str]]:
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:], strict=False):
                pairs[pair] += count
        if not pairs:
            return merges
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        merged: dict[Word, int] = {}
        for word, n in words.items():
            merged[merge(word, best)] = merged.get(merge(word, best), 0) + n
        words = merged


def main() -> None:
    alphabet = bytes_to_unicode()
    words = {to_symbols(w, alphabet): min(n, MOST_COUNT) for w, n in count_words().items()}
    merges = learn_merges(words)
    letters = list(alphabet.values())
    vocabulary = [*letters, *(c + "</w>" for c in letters), *(a + b for a, b in merges)]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    TOKENIZER.mkdir(parents=True, exist_ok=True)
    ids = {token: i for i, token in enumerate(vocabulary)}
    (TOKENIZER / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False))
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (TOKENIZER / "merges.txt").write_text("\n".join(lines) + "\n")
    files = (str(TOKENIZER / "vocab.json"), str(TOKENIZER / "merges.txt"))
    CLIPTokenizer(*files, model_max_length=77, pad_token="<|endoftext|>").save_pretrained(TOKENIZER)
    CLIPTokenizerFast.from_pretrained(TOKENIZER).save_pretrained(TOKENIZER)
    print(f"{len(merges)} merges, {len(vocabulary)} tokens")


if __name__ == "__main__":
    main()
