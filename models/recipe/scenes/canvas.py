"""Drawing on arrays: anti-aliased masks, value noise, and a canvas that remembers edges and accents.

Coordinates are shares of the picture's side, 0..1 from the upper left. Masks are drawn at four times the
size and reduced, which gives clean edges.
"""

import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .palette import HAZE, LIGHT, SKY

SIZE = 128
BIG = 4 * SIZE

PIXEL_Y, PIXEL_X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
X, Y = PIXEL_X / SIZE, PIXEL_Y / SIZE

_noise_pool: dict[int, list[np.ndarray]] = {}


def noise(rng: random.Random, cells: int) -> np.ndarray:
    """Smooth noise in 0..1 with about `cells` bumps a side, from a pool of 24 fields, flipped at random."""
    if cells not in _noise_pool:
        state = np.random.RandomState(cells)
        fields = [state.rand(cells + 1, cells + 1).astype(np.float32) for _ in range(24)]
        _noise_pool[cells] = [np.asarray(Image.fromarray(f).resize((SIZE, SIZE), Image.BICUBIC)) for f in fields]
    field = rng.choice(_noise_pool[cells])
    flips = rng.randrange(4)
    if flips & 1:
        field = field[:, ::-1]
    if flips & 2:
        field = field[::-1]
    return field


class Pen:
    """A pen for masks: PIL's drawing calls in shares of the picture instead of pixels."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self.draw = draw

    def rectangle(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.draw.rectangle([x0 * BIG, y0 * BIG, x1 * BIG, y1 * BIG], fill=255)

    def ellipse(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.draw.ellipse([x0 * BIG, y0 * BIG, x1 * BIG, y1 * BIG], fill=255)

    def polygon(self, *points: tuple[float, float]) -> None:
        self.draw.polygon([(x * BIG, y * BIG) for x, y in points], fill=255)

    def line(self, *points: tuple[float, float], width: int) -> None:
        self.draw.line([(x * BIG, y * BIG) for x, y in points], fill=255, width=width)


def mask(paint: Callable[[Pen], object]) -> np.ndarray:
    """[SIZE, SIZE] coverage in 0..1 of what `paint` draws."""
    image = Image.new("L", (BIG, BIG), 0)
    paint(Pen(ImageDraw.Draw(image)))
    return np.asarray(image.reduce(BIG // SIZE), dtype=np.float32) / 255.0


def rectangle(*box: float) -> np.ndarray:
    return mask(lambda pen: pen.rectangle(*box))


def polygon(*points: tuple[float, float]) -> np.ndarray:
    return mask(lambda pen: pen.polygon(*points))


def below(curve: np.ndarray) -> np.ndarray:
    """Mask of everything below a curve of y values, one a column."""
    return ((Y - curve[None, :]) * SIZE).clip(0, 1)


def blur(field: np.ndarray, radius: float) -> np.ndarray:
    image = Image.fromarray((field * 255).clip(0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / 255.0


def gradient(top: np.ndarray, bottom: np.ndarray, y0: float, y1: float) -> np.ndarray:
    """Colour field from `top` at y0 to `bottom` at y1."""
    share = ((Y - y0) / (y1 - y0)).clip(0, 1)[..., None]
    return top * (1 - share) + bottom * share


class Canvas:
    """A picture in the making, with the light of its time of day."""

    def __init__(self, attributes: dict, rng: random.Random) -> None:
        self.rng = rng
        self.attributes = attributes
        self.style: str = attributes["style"]
        self.time: str = attributes["time"]
        self.light, self.haze = LIGHT[self.time], HAZE[self.time]
        self.horizon = rng.uniform(0.54, 0.64) if attributes["ground"] == "sea" else rng.uniform(0.52, 0.62)
        self.sky_top, self.sky_bottom = (self.jitter(c) for c in SKY[self.time])
        self.edges = np.zeros((SIZE, SIZE), np.float32)  # outlines, for ink and watercolour
        self.accent = np.zeros((SIZE, SIZE), np.float32)  # what keeps its colour in an ink drawing
        self.celestial: tuple[float, float, float] | None = None  # x, y, radius of sun or moon
        self.image = np.zeros((SIZE, SIZE, 3), np.float32)

    def jitter(self, colour: np.ndarray) -> np.ndarray:
        """The colour, up to 3 % off in each channel."""
        shift = np.array([self.rng.uniform(-0.03, 0.03) for _ in range(3)], dtype=np.float32)
        return (colour + shift).clip(0, 1)

    def put(self, coverage: np.ndarray, colour: np.ndarray, edge: float = 1.0) -> None:
        """Paint over the picture where `coverage` says; `edge` is how strongly its outline shows."""
        alpha = coverage[..., None]
        self.image = self.image * (1 - alpha) + colour * alpha
        self.accent = self.accent * (1 - coverage)
        self.edges = self.edges * (1 - coverage)
        if edge:
            steps_x = np.abs(np.diff(coverage, axis=1, append=coverage[:, -1:]))
            steps_y = np.abs(np.diff(coverage, axis=0, append=coverage[-1:]))
            self.edges = np.maximum(self.edges, (steps_x + steps_y).clip(0, 1) * edge)
