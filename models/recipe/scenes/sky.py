"""Sky, stars, sun or moon, clouds, birds."""

import numpy as np

from .canvas import X, Y, Canvas, Pen, blur, mask, noise
from .palette import CELESTIAL, WHITE, rgb


def paint_sky(canvas: Canvas) -> None:
    """A gradient down to the horizon, in five bands on a poster."""
    share = (Y / canvas.horizon).clip(0, 1)
    if canvas.style == "poster":
        share = np.floor(share * 5).clip(0, 4) / 4
    share = share[..., None]
    canvas.image = canvas.sky_top * (1 - share) + canvas.sky_bottom * share
    if canvas.time == "night":
        _paint_stars(canvas)
    if canvas.attributes["cel"] != "none":
        _paint_celestial(canvas)
    if canvas.attributes["clouds"]:
        _paint_clouds(canvas)
    if canvas.attributes["birds"]:
        _paint_birds(canvas)


def _paint_stars(canvas: Canvas) -> None:
    rng = canvas.rng

    def stars(pen: Pen) -> None:
        for _ in range(34):
            x, y, r = rng.random(), rng.random() * canvas.horizon, rng.choice([1.5, 2, 2, 3.2]) / 512
            pen.ellipse(x - r, y - r, x + r, y + r)

    canvas.put(mask(stars), rgb(255, 252, 235), 0)


def _paint_celestial(canvas: Canvas) -> None:
    """Sun or moon, with a glow in photos and paintings and rings on posters."""
    rng, a = canvas.rng, canvas.attributes
    r = rng.uniform(0.125, 0.15) if a["big"] else rng.uniform(0.075, 0.098)
    places = {"left": rng.uniform(0.18, 0.27), "middle": rng.uniform(0.46, 0.54), "right": rng.uniform(0.73, 0.82)}
    x = places[a["cx"]]
    if a["cy"] == "high":
        y = rng.uniform(0.16, 0.22)
    else:
        y = canvas.horizon - r * rng.uniform(0.9, 1.3) - (0.14 if a["back"] in ("mountains", "city") else 0.0)
    canvas.celestial = (x, y, r)
    colour = CELESTIAL[a["cel"]]
    distance = np.sqrt((X - x) ** 2 + (Y - y) ** 2)
    if canvas.style in ("photo", "painting"):
        glow = (np.exp(-((distance / (r * 2.6)) ** 2)) * (0.55 if canvas.time != "night" else 0.3))[..., None]
        canvas.image = canvas.image * (1 - glow) + glow * (colour * 0.6 + 0.4)
    elif canvas.style == "poster":
        rings = ((distance < r * 1.75) * 0.16 + (distance < r * 1.38) * 0.16).astype(np.float32)[..., None]
        canvas.image = canvas.image * (1 - rings) + rings * colour
    disc = mask(lambda pen: pen.ellipse(x - r, y - r, x + r, y + r))
    if a["cel"] == "crescent":
        disc = disc * (1 - mask(lambda pen: pen.ellipse(x - r * 0.45, y - r * 1.1, x + r * 1.35, y + r * 0.8)))
    elif a["cel"] == "moon" and canvas.style != "poster":
        colour = colour * (1 - 0.12 * (noise(rng, 8)[..., None] > 0.6))
    canvas.put(disc, colour, 0.5)
    canvas.accent = np.maximum(canvas.accent, disc)


def _paint_clouds(canvas: Canvas) -> None:
    rng = canvas.rng

    def clouds(pen: Pen) -> None:
        for _ in range(rng.choice([2, 3])):
            x, y, size = rng.random(), rng.uniform(0.08, canvas.horizon * 0.62), rng.uniform(0.05, 0.08)
            for k in range(4):
                r = size * rng.uniform(0.5, 0.8)
                cx = x + (k - 1.5) * size * 0.8
                pen.ellipse(cx - r, y - r * 0.7, cx + r, y + r * 0.7)
            pen.rectangle(x - size * 1.5, y, x + size * 1.5, y + size * 0.42)

    coverage = mask(clouds)
    if canvas.style in ("photo", "painting", "watercolor"):
        coverage = blur(coverage, 1.6) * 0.85
    canvas.put(coverage * 0.92, (WHITE * 0.35 + canvas.light * 0.65) * 0.9 + canvas.sky_bottom * 0.1, 0.4)


def _paint_birds(canvas: Canvas) -> None:
    rng = canvas.rng

    def birds(pen: Pen) -> None:
        x0, y0 = rng.uniform(0.3, 0.7), rng.uniform(0.14, 0.3)
        for _ in range(rng.choice([5, 6, 7])):
            x, y, s = x0 + rng.uniform(-0.24, 0.24), y0 + rng.uniform(-0.1, 0.1), rng.uniform(0.018, 0.03)
            wing = [(x - s, y - s * 0.5), (x - s * 0.4, y - s * 0.55), (x, y)]
            pen.line(*wing, (x + s * 0.4, y - s * 0.55), (x + s, y - s * 0.5), width=6)

    canvas.put(mask(birds), rgb(30, 30, 44) if canvas.time != "night" else rgb(150, 160, 190), 0)
