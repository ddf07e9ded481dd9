"""The lower half: the sea with waves and the sun's reflection, or land with dunes, rows or flowers."""

import numpy as np

from .canvas import SIZE, X, Y, Canvas, Pen, below, blur, gradient, mask, noise
from .palette import CELESTIAL, GROUND, rgb


def paint_ground(canvas: Canvas) -> None:
    ground = canvas.attributes["ground"]
    colour = canvas.jitter(GROUND[ground]) * (canvas.light * 0.92 + 0.08)
    if ground == "sea":
        _paint_sea(canvas, colour)
    else:
        _paint_land(canvas, ground, colour)


def _paint_sea(canvas: Canvas, colour: np.ndarray) -> None:
    horizon, sky = canvas.horizon, canvas.sky_bottom
    coverage = (Y >= horizon).astype(np.float32) * np.minimum(1, (Y - horizon) * SIZE).clip(0, 1)
    dark = colour * 0.55
    if canvas.style == "poster":
        band = (np.floor(((Y - horizon) / (1 - horizon)).clip(0, 0.999) * 4) / 3)[..., None]
        texture = (colour * 0.78 + sky * 0.22) * (1 - band) + dark * band
    else:
        texture = gradient(colour * 0.6 + sky * 0.4, dark, horizon, 1)
    canvas.put(coverage, texture, 0.6)
    _paint_waves(canvas)
    if canvas.celestial:
        _paint_reflection(canvas)


def _paint_waves(canvas: Canvas) -> None:
    rng, horizon = canvas.rng, canvas.horizon

    def waves(pen: Pen) -> None:
        for _ in range(16):
            y = horizon + 0.03 + (1 - horizon) * rng.random() ** 1.2
            x = rng.random()
            length = rng.uniform(0.04, 0.13) * (0.4 + 1.4 * (y - horizon) / (1 - horizon))
            pen.line((x, y), (x + length, y), width=5)

    canvas.put(mask(waves) * 0.45, canvas.sky_bottom * 0.6 + 0.4 * canvas.light, 0)


def _paint_reflection(canvas: Canvas) -> None:
    rng, horizon = canvas.rng, canvas.horizon
    x, _y, radius = canvas.celestial

    def stripes(pen: Pen) -> None:
        y = horizon + 0.015
        while y < 0.99:
            half = radius * rng.uniform(0.35, 1.05) * (1 - 0.35 * (y - horizon) / (1 - horizon))
            shift = rng.uniform(-0.02, 0.02)
            pen.rectangle(x + shift - half, y, x + shift + half, y + 0.012)
            y += 0.034

    coverage = mask(stripes) * (0.8 if canvas.time != "day" else 0.5)
    canvas.put(coverage, CELESTIAL[canvas.attributes["cel"]], 0)
    canvas.accent = np.maximum(canvas.accent, coverage)


def _paint_land(canvas: Canvas, ground: str, colour: np.ndarray) -> None:
    rng, horizon = canvas.rng, canvas.horizon
    phase = rng.uniform(0, 6.28)
    outline = horizon + 0.018 * np.sin(X[0] * rng.uniform(4, 8) + phase)
    if canvas.style == "poster":
        texture = colour * np.ones((SIZE, SIZE, 1), np.float32)
    elif canvas.style == "ink":
        texture = gradient(rgb(250, 250, 250), colour, horizon, 1.1)
    else:
        near = colour * (0.82 if ground != "snow" else 0.95)
        texture = gradient(colour * 0.85 + canvas.haze * 0.15, near, horizon, 1)
    canvas.put(below(outline), texture)
    if ground in ("green", "desert", "snow", "golden"):
        rise = horizon + 0.16 + 0.04 * np.sin(X[0] * rng.uniform(3, 6) + rng.uniform(0, 6))
        canvas.put(below(rise), colour * (0.84 if ground != "snow" else 0.92), 0.8)
    if ground in ("golden", "lavender"):
        _paint_rows(canvas, colour)
    if ground == "flowers":
        _paint_flowers(canvas)
    if ground == "desert" and canvas.style != "poster":
        ripples = (np.sin(Y * 150 + noise(rng, 4) * 14) > 0.75).astype(np.float32) * (Y > horizon + 0.06)
        canvas.put(ripples * 0.18, colour * 0.6, 0)


def _paint_rows(canvas: Canvas, colour: np.ndarray) -> None:
    """Rows of a crop, running to a vanishing point on the horizon."""
    vanishing = canvas.rng.uniform(0.35, 0.65)
    slope = (X - vanishing) / (Y - canvas.horizon + 0.05)
    rows = (np.sin(slope * 16) > 0.1).astype(np.float32) * (canvas.horizon + 0.03 < Y)
    canvas.put(blur(rows.astype(np.float32), 0.6) * 0.55, colour * 0.68, 0)


def _paint_flowers(canvas: Canvas) -> None:
    rng, horizon = canvas.rng, canvas.horizon

    def flowers(pen: Pen) -> None:
        for _ in range(120):
            y = horizon + 0.03 + (1 - horizon) * rng.random()
            x = rng.random()
            r = 0.004 + 0.012 * (y - horizon) / (1 - horizon)
            pen.ellipse(x - r, y - r * 0.8, x + r, y + r * 0.8)

    canvas.put(mask(flowers), rgb(230, 50, 50) * (canvas.light * 0.8 + 0.2), 0)
