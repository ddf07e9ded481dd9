"""Train text encoders and transformer by rectified flow on cached latents.

The learning rate is a function of the samples seen: a short warm-up, a flat stretch, a linear decay over
the last `--decay` samples. The state on disk holds everything needed to go on, so a run may be stopped and
started again, also with a larger `--samples`. Muon moves the block matrices, AdamW the rest; what is kept
in the end is the exponential moving average of the weights.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch

from latents import HELD_OUT, load_norm, load_shards
from network import LOG_ZERO_TOKENS, TEXT_TOKENS, TextToLatents
from scenes import caption
from settings import STATE, THREADS
from training import MovingAverage
from words import FILLER, CaptionEncoder

BATCH = 64
SHORT = 40  # covers nearly every caption; the padding after it costs time and teaches little
WARM_UP = 60 * BATCH
EMA = 0.999
SAVE_EVERY_S = 240


def training_caption(attributes: dict, rng: random.Random) -> str:
    """A caption as people might type it: sometimes with filler words or a full stop."""
    text = caption(attributes, rng)
    if text and rng.random() < 0.12:
        words = text.split(" ")
        for _ in range(rng.choice([1, 1, 2, 3])):
            words.insert(rng.randrange(len(words) + 1), rng.choice(FILLER))
        text = " ".join(words)
    return text + "." if text and rng.random() < 0.05 else text


class Batches:
    """Random batches of normalised latents and token ids from all cached shards."""

    def __init__(self, encoder: CaptionEncoder, seed: int) -> None:
        self.shards = load_shards()
        self.norm = load_norm()
        self.encoder = encoder
        self.rng = random.Random(seed)

    def draw(self, tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
        posterior = np.empty((BATCH, 2, 16, 16, 16), np.float32)
        captions = []
        for i in range(BATCH):
            latents, attributes = self.rng.choice(self.shards)
            k = self.rng.randrange(len(attributes))
            posterior[i] = latents[k]
            captions.append(training_caption(attributes[k], self.rng))
        mean, std = torch.from_numpy(posterior).unbind(1)
        sample = mean + 0.5 * std * torch.randn_like(mean)
        return (sample - self.norm["shift"]) * self.norm["scale"], self.encoder.batch(captions, tokens)


def flow_loss(model, latents: torch.Tensor, ids: torch.Tensor, noise: torch.Tensor, t: torch.Tensor):
    """Mean squared error of the velocity on the straight line from latents to noise."""
    tt = t.view(-1, 1, 1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        velocity = model((1 - tt) * latents + tt * noise, t, ids, torch.tensor(LOG_ZERO_TOKENS))
    return (velocity.float() - (noise - latents)).pow(2).mean()


def draw_times(count: int) -> torch.Tensor:
    """Logit-normal times as in the SD3 paper, a tenth of them uniform so that the ends are seen too."""
    t = torch.sigmoid(torch.randn(count))
    return torch.where(torch.rand(count) < 0.1, torch.rand(count), t)


@torch.no_grad()
def held_out_loss(model: TextToLatents, encoder: CaptionEncoder) -> float:
    """Loss on 1,000 scenes never trained on, always with the same captions, noise and times."""
    (latents, attributes), norm = load_shards([HELD_OUT])[0], load_norm()
    x = (torch.from_numpy(latents[:, 0].astype(np.float32)) - norm["shift"]) * norm["scale"]
    rng, generator = random.Random(5), torch.Generator().manual_seed(5)
    ids = encoder.batch([caption(a, rng) for a in attributes], TEXT_TOKENS)
    noise = torch.randn(x.shape, generator=generator)
    t = torch.sigmoid(torch.randn(len(x), generator=generator))
    parts = [slice(i, i + 100) for i in range(0, len(x), 100)]
    return float(np.mean([flow_loss(model, x[p], ids[p], noise[p], t[p]).item() for p in parts]))


def make_optimizers(model: TextToLatents, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside blocks, AdamW for embeddings, norms, biases and the outer layers."""
    matrices, embeddings, others = [], [], []
    for name, p in model.named_parameters():
        inside = "transformer_blocks" in name and "norm1" not in name or "encoder.layers" in name
        group = matrices if p.ndim == 2 and inside else others
        (embeddings if name.startswith("te") and "embedding" in name else group).append(p)
    muon = torch.optim.Muon(matrices, lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")
    groups = [dict(params=others, lr=rate / 2), dict(params=embeddings, lr=rate * 0.8)]
    adamw = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adamw):
        for group in optimizer.param_groups:
            group["full_rate"] = group["lr"]
    return [muon, adamw]


class Run:
    """Everything that changes while training, and how it is kept on disk."""

    def __init__(self, vocabulary: int, rate: float, start_from: Path | None) -> None:
        self.model = TextToLatents(vocabulary)
        self.optimizers = make_optimizers(self.model, rate)
        self.seen = 0
        saved = torch.load(STATE, weights_only=False) if STATE.exists() else None
        if saved:
            self.seen = saved["seen"]
            self.model.load_state_dict(saved["weights"])
            for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(state)
        elif start_from:
            self.model.load_state_dict(torch.load(start_from))
        self.average = MovingAverage(self.model, EMA, updates=self.seen // BATCH)
        if saved:
            self.average.module.load_state_dict(saved["average"])
        self.first = self.seen

    def rate_factor(self, samples: int, decay: int) -> float:
        """Warm-up after every start, then flat, then linear towards 0 over the last `decay` of `samples`."""
        warm = min(1.0, (self.seen - self.first + BATCH) / WARM_UP)
        return warm * max(0.01, min(1.0, (samples - self.seen) / decay))

    def minimize(self, loss: torch.Tensor, factor: float) -> None:
        """One step with all learning rates scaled by `factor`."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = group["full_rate"] * factor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update()
        self.seen += BATCH

    def save(self) -> None:
        """Write STATE; a crash while writing leaves the one before."""
        partial = STATE.with_suffix(".partial")
        optimizers = [optimizer.state_dict() for optimizer in self.optimizers]
        weights, average = self.model.state_dict(), self.average.module.state_dict()
        torch.save(dict(seen=self.seen, weights=weights, average=average, optimizers=optimizers), partial)
        partial.replace(STATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_200_000)
    parser.add_argument("--decay", type=int, default=300_000)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start-from", type=Path, help="weights to start from where there is no state yet")
    parser.add_argument("--compile", action="store_true", help="torch.compile: 1.6 times faster, needs a C++ compiler")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    encoder = CaptionEncoder()
    run = Run(len(encoder), options.rate, options.start_from)
    torch.manual_seed(run.seen)
    batches = Batches(encoder, seed=run.seen)
    velocity = torch.compile(run.model, dynamic=False) if options.compile else run.model
    saved_at, losses = time.time(), []
    print(f"seen {run.seen}, held-out loss {held_out_loss(run.average.module, encoder):.4f}", flush=True)
    while run.seen < options.samples:
        factor = run.rate_factor(options.samples, options.decay)
        # Prompts are padded to 77 tokens in use; while the rate is high most batches may be shorter.
        tokens = SHORT if factor > 0.5 and batches.rng.random() < 0.7 else TEXT_TOKENS
        latents, ids = batches.draw(tokens)
        loss = flow_loss(velocity, latents, ids, torch.randn_like(latents), draw_times(BATCH))
        run.minimize(loss, factor)
        losses.append(loss.item())
        if time.time() - saved_at > SAVE_EVERY_S or run.seen >= options.samples:
            run.save()
            held_out = held_out_loss(run.average.module, encoder)
            print(
                f"seen {run.seen}  loss {np.mean(losses):.4f}  held-out {held_out:.4f}  rate x{factor:.2f}", flush=True
            )
            saved_at, losses = time.time(), []


if __name__ == "__main__":
    main()
