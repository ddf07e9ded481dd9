"""What stands on the horizon: mountains, a city or a forest, in two layers, the farther one hazier."""

import random

import numpy as np

from .canvas import Y, Canvas, Pen, gradient, mask, noise, polygon
from .palette import MOUNTAINS, WHITE, rgb


def paint_backdrop(canvas: Canvas) -> None:
    painters = {"mountains": _paint_mountains, "city": _paint_city, "forest": _paint_forest}
    paint = painters.get(canvas.attributes["back"])
    if paint:
        paint(canvas)


def _paint_mountains(canvas: Canvas) -> None:
    rng, horizon, colour_name = canvas.rng, canvas.horizon, canvas.attributes["mc"]
    for height, haze in ((0.30, 0.42), (0.19, 0.12)):
        xs, ys = _ridge(rng, horizon, height * rng.uniform(0.85, 1.1), rough=colour_name != "green")
        coverage = polygon(*zip(xs, ys), (1, horizon + 0.02), (0, horizon + 0.02))
        colour = (canvas.jitter(MOUNTAINS[colour_name]) * canvas.light) * (1 - haze) + canvas.haze * haze
        canvas.put(coverage, _mountain_texture(canvas, colour, height))
        if colour_name == "snowy":
            zigzag = (noise(rng, 16)[0] - 0.5) * 0.06
            snow = (Y < (horizon - height * 0.5 + zigzag)[None, :]).astype(np.float32) * coverage
            canvas.put(snow, WHITE * (canvas.light * 0.75 + 0.25), 0.4)


def _mountain_texture(canvas: Canvas, colour: np.ndarray, height: float) -> np.ndarray:
    horizon = canvas.horizon
    if canvas.style == "poster":
        return colour
    if canvas.style == "ink":
        return gradient(colour * 0.7, WHITE, horizon - height, horizon)
    return gradient(colour * 0.92, colour * 0.6 + canvas.haze * 0.4, horizon - height, horizon)


def _ridge(scene_rng: random.Random, base: float, height: float, rough: bool) -> tuple[np.ndarray, np.ndarray]:
    """The outline of 3 to 5 peaks: pointed and rough, or soft as hills."""
    rng = random.Random(scene_rng.random())
    count = scene_rng.choice([3, 4, 5])
    peaks = [(i + 0.5 + rng.uniform(-0.3, 0.3)) / count for i in range(count)]
    heights = [rng.uniform(0.55, 1) for _ in range(count)]
    xs = np.linspace(0, 1, 65)
    y = np.zeros_like(xs)
    for peak, h in zip(peaks, heights, strict=True):
        if rough:
            y = np.maximum(y, h * np.maximum(0, 1 - np.abs(xs - peak) * count * 0.75))
        else:
            y = np.maximum(y, h * np.exp(-(((xs - peak) * count * 0.9) ** 2)))
    if rough:
        y = y + np.array([rng.uniform(-0.03, 0.03) for _ in xs])
    return xs, base - height * y


def _paint_city(canvas: Canvas) -> None:
    """Rows of towers; their windows are lit at dusk and at night."""
    rng, horizon = canvas.rng, canvas.horizon
    dark = rgb(70, 78, 104) * canvas.light
    for layer in (0, 1):
        towers = []
        x = -0.02
        while x < 1:
            width = rng.uniform(0.05, 0.1)
            height = rng.uniform(0.1, 0.34) if layer == 0 else rng.uniform(0.06, 0.2)
            towers.append((x, horizon - height, x + width, horizon + 0.02))
            x += width + rng.uniform(0, 0.012)
        colour = dark * 0.75 + canvas.haze * 0.25 if layer == 0 else dark * 0.7
        if layer == 0 and canvas.time in ("day", "dawn"):
            colour = colour * 0.75 + canvas.haze * 0.25
        canvas.put(mask(lambda pen: [pen.rectangle(*tower) for tower in towers]), colour)
        if canvas.time in ("night", "dusk"):
            canvas.put(mask(lambda pen: _draw_windows(pen, towers, canvas)), rgb(255, 214, 110), 0)


def _draw_windows(pen: Pen, towers: list[tuple[float, float, float, float]], canvas: Canvas) -> None:
    for left, top, right, _bottom in towers:
        y = top + 0.018
        while y < canvas.horizon - 0.02:
            x = left + 0.012
            while x < right - 0.016:
                if canvas.rng.random() < 0.45:
                    pen.rectangle(x, y, x + 0.011, y + 0.013)
                x += 0.024
            y += 0.03


def _paint_forest(canvas: Canvas) -> None:
    rng, horizon = canvas.rng, canvas.horizon
    for layer in (0, 1):

        def firs(pen: Pen, layer=layer) -> None:
            x = -0.03
            while x < 1.03:
                height = rng.uniform(0.13, 0.22) if layer == 0 else rng.uniform(0.09, 0.15)
                width = height * 0.24
                for k in range(3):
                    foot, half = horizon + 0.01 - height * k * 0.28, width * (1 - 0.22 * k)
                    pen.polygon((x - half, foot), (x + half, foot), (x, foot - height * 0.46))
                x += rng.uniform(0.035, 0.06)

        colour = rgb(34, 92, 66) * canvas.light
        canvas.put(mask(firs), colour * 0.65 + canvas.haze * 0.35 if layer == 0 else colour)
