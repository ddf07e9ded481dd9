"""The finish that makes a scene an ink drawing, a watercolour, a painting or a photo. Posters stay as they are."""

import numpy as np

from .canvas import PIXEL_X, PIXEL_Y, SIZE, X, Y, Canvas, noise
from .palette import CELESTIAL, rgb


def finish(canvas: Canvas) -> np.ndarray:
    """The finished picture, uint8 [SIZE, SIZE, 3]."""
    finishes = dict(ink=_ink, watercolor=_watercolor, painting=_painting, photo=_photo)
    image = finishes.get(canvas.style, lambda c: c.image)(canvas)
    return (image.clip(0, 1) * 255).round().astype(np.uint8)


def _ink(canvas: Canvas) -> np.ndarray:
    """Brightness as ink on paper, with dark outlines; a coloured sun keeps its colour."""
    image = canvas.image
    tone = (image @ rgb(76, 150, 29)).clip(0, 1)
    low, high = np.percentile(tone, 2), np.percentile(tone, 98)
    tone = ((tone - low) / (high - low + 1e-4)).clip(0, 1)
    tone = 0.16 + 0.84 * tone**0.8 if canvas.time == "night" else 0.42 + 0.58 * tone**0.75
    tone = tone * (1 - 0.75 * canvas.edges) * (0.93 + 0.12 * noise(canvas.rng, 16))
    paper, ink = rgb(246, 238, 220), rgb(26, 26, 34)
    drawing = ink + (paper - ink) * tone.clip(0, 1)[..., None]
    pale = canvas.attributes["cel"] in ("moon", "crescent", "white")
    keep = canvas.accent[..., None] * (0.0 if pale else 1.0)
    return drawing * (1 - keep) + image * keep


def _watercolor(canvas: Canvas) -> np.ndarray:
    """Pale, blotchy, with outlines and an unpainted border."""
    rng = canvas.rng
    blotches = (noise(rng, 8)[..., None] - 0.5) * 0.11 + (noise(rng, 32)[..., None] - 0.5) * 0.07
    image = canvas.image * 0.66 + 0.34 * rgb(255, 253, 248) + blotches
    image = image * (1 - 0.32 * canvas.edges[..., None])
    inset = np.minimum(np.minimum(X, 1 - X), np.minimum(Y, 1 - Y))
    inset = inset + (noise(rng, 16) - 0.5) * 0.05 + (noise(rng, 8) - 0.5) * 0.03
    border = (1 - ((inset - 0.045) / 0.018).clip(0, 1))[..., None]
    return image * (1 - border) + rgb(252, 250, 244) * border


def _painting(canvas: Canvas) -> np.ndarray:
    """Displaced edges, horizontal brush strokes, stronger colour."""
    rng = canvas.rng
    dx, dy = (noise(rng, 16) - 0.5) * 3.6, (noise(rng, 16) - 0.5) * 3.6
    columns = (PIXEL_X + dx).round().clip(0, SIZE - 1).astype(int)
    rows = (PIXEL_Y + dy).round().clip(0, SIZE - 1).astype(int)
    image = canvas.image[rows, columns]
    grain = noise(rng, 32) - 0.5
    strokes = np.roll(grain, 1, 1) + np.roll(grain, -1, 1) + np.roll(grain, 2, 1) + np.roll(grain, -2, 1) + grain
    image = image + strokes[..., None] * 0.034 * np.array([1.0, 0.9, 0.8], np.float32)
    grey = image.mean(-1, keepdims=True)
    image = grey + (image - grey) * 1.18
    return (image - 0.5) * 1.06 + 0.5


def _photo(canvas: Canvas) -> np.ndarray:
    """Glow around the sun, haze along the horizon, vignette, grain."""
    image = canvas.image
    if canvas.celestial:
        x, y, _radius = canvas.celestial
        distance = np.sqrt((X - x) ** 2 + (Y - y) ** 2)
        glow = np.exp(-((distance / 0.28) ** 2))[..., None] * 0.16
        image = image + glow * CELESTIAL[canvas.attributes["cel"]]
    haze = np.exp(-(((Y - canvas.horizon) / 0.07) ** 2))[..., None] * 0.30
    image = image * (1 - haze) + canvas.haze * haze
    image = image * (1 - 0.55 * ((X - 0.5) ** 2 + (Y - 0.5) ** 2)[..., None])
    return image + (noise(canvas.rng, 32)[..., None] - 0.5) * 0.025
