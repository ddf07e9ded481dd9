"""The words of the tokenizer, and captions to token ids.

COMMON are everyday English and art words that people put into prompts; they get a share of the merges, so
that words outside the captions do not fall apart into letters. FILLER are words thrown into captions
during training, so that the model learns to paint on undisturbed when it meets them.
"""

import re

import torch
from transformers import CLIPTokenizer

from settings import TOKENIZER

COMMON = """
the of and to in is you that it he was for on are as with his they at be this have from or one had by word
but not what all were we when your can said there use an each which she do how their if will up other about
out many then them these so some her would make like him into time has look two more write go see number no
way could people my than first water been call who oil its now find long down day did get come made may part
over under between behind front near beside above below left right top bottom middle center small big large
tiny huge tall short old new young beautiful lovely quiet calm gentle dramatic bright dark light soft warm
cold pale deep rich vivid colorful colourful simple detailed highly detailed masterpiece art artist picture
image drawing sketch style abstract modern classic vintage dream dreamy magical fantasy mysterious peaceful
lonely happy sad stormy rainy foggy misty windy sunny cloudy snowy winter summer spring autumn morning
evening afternoon night midnight noon sky cloud clouds rain snow wind storm fog mist rainbow star stars moon
sun planet space earth world fire ice river lake sea ocean beach island coast shore wave waves bridge road
path street town village castle tower church temple barn farm garden park flower flowers rose tree trees
leaf forest wood woods jungle hill hills mountain mountains valley cliff rock stone desert sand dune field
meadow grass wheat city skyline building buildings skyscraper window door roof house houses home cottage hut
boat boats ship ships sail sails train car horse dog cat bird birds cow sheep fish lion elephant dragon
robot man men woman women child children boy girl king queen figure figures crowd group family friend
friends person people face hand eye head body walking standing sitting running looking flying red orange
yellow green blue purple violet pink brown black white gray grey gold golden silver three four five six
seven eight nine ten hundred photo photograph photographic realistic photorealistic painting watercolor ink
poster pixel cartoon anime render portrait landscape scene scenery view panorama high quality resolution hd
4k 8k cinematic lighting sunset sunrise dusk dawn twilight van gogh monet hokusai japanese chinese french
italian africa paris london tokyo new york
""".split()

FILLER = """
beautiful lovely quiet calm gentle dramatic simple detailed highly masterpiece vivid colorful soft warm
peaceful dreamy old new classic modern vintage fantasy magical mysterious happy sad cinematic scenery view
scene picture image art style world artist lighting quality very nice wonderful great elegant famous amazing
pretty charming wide far distant my our some this that here there
""".split()

# How CLIP's tokenizer cuts text, for the ASCII that captions are made of.
WORDS = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")


class CaptionEncoder:
    """Captions to padded token ids, word by word from a cache: the tokenizer itself would take most of a step."""

    def __init__(self) -> None:
        self.tokenizer = CLIPTokenizer.from_pretrained(TOKENIZER)
        self.cache: dict[str, list[int]] = {}
        for text in ("a red sun, two white houses by the sea.", "", "Hippo 4k!"):
            if self.ids(text) != self.tokenizer(text).input_ids:
                raise AssertionError(f"the cached tokenizer disagrees with CLIP's on {text!r}")

    def __len__(self) -> int:
        return len(self.tokenizer)

    def ids(self, text: str) -> list[int]:
        """Token ids with start and end marks, at most 77."""
        ids = [len(self) - 2]
        for word in WORDS.findall(text.lower()):
            if word not in self.cache:
                self.cache[word] = self.tokenizer.convert_tokens_to_ids(self.tokenizer.tokenize(word))
            ids += self.cache[word]
        return ids[:76] + [len(self) - 1]

    def batch(self, captions: list[str], tokens: int) -> torch.Tensor:
        """Ids [B, tokens], padded with the end mark as the pipeline does; longer captions are cut."""
        end = len(self) - 1
        rows = [self.ids(c)[: tokens - 1] for c in captions]
        return torch.tensor([row + [end] * (tokens - len(row)) for row in rows])
