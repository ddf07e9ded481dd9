"""What the picture is about: houses, people, trees, boats or a lighthouse.

Each painter gets `feet`, the range of heights on which its things may stand.
"""

import numpy as np

from .attributes import MANY
from .canvas import X, Canvas, Pen, below, mask, polygon, rectangle
from .palette import CLOTHES, HOUSE, ROOFS, SAIL, rgb


def paint_subject(canvas: Canvas) -> None:
    a, rng = canvas.attributes, canvas.rng
    if a["subj"] == "none":
        return
    if a["ground"] == "sea" and a["subj"] != "boat":  # a shore to stand on
        shore = 0.83 + 0.02 * np.sin(X[0] * 5 + rng.uniform(0, 6))
        colour = rgb(228, 200, 148) if a["subj"] != "house" else rgb(120, 170, 84)
        canvas.put(below(shore), colour * (canvas.light * 0.92 + 0.08))
        feet = (0.86, 0.9)
    else:
        feet = (canvas.horizon + 0.14, canvas.horizon + 0.24)
    painters = dict(
        house=_paint_houses, people=_paint_people, tree=_paint_trees, boat=_paint_boats, lighthouse=_paint_lighthouse
    )
    painters[a["subj"]](canvas, a["n"], feet)


def _places(canvas: Canvas, count: int, width: float) -> list[float]:
    """Horizontal places for `count` things side by side, as a group somewhere in the picture."""
    rng = canvas.rng
    span = min(0.84, width * count * 1.25 + 0.05)
    start = rng.uniform(0.08, 0.92 - span) if count < 4 else 0.06
    if count >= 4:
        span = 0.88
    return [start + span * (i + 0.5) / count + rng.uniform(-0.015, 0.015) for i in range(count)]


def _paint_houses(canvas: Canvas, count: int, feet: tuple[float, float]) -> None:
    rng, wall = canvas.rng, HOUSE[canvas.attributes["hc"]]
    width = {1: 0.24, 2: 0.21, 3: 0.18, 4: 0.15}[count] * rng.uniform(0.92, 1.08)
    roof = rng.choice(ROOFS)
    if canvas.attributes["hc"] == "red":
        roof = ROOFS[1]
    light = canvas.light * 0.7 + 0.3 if canvas.time != "night" else canvas.light * 0.6 + 0.25
    window = rgb(255, 214, 100) if canvas.time in ("night", "dusk") else rgb(70, 84, 110) * light
    for x in _places(canvas, count, width):
        y, height = rng.uniform(*feet), width * rng.uniform(0.62, 0.8)
        roof_height, half, top = width * rng.uniform(0.4, 0.52), width / 2, y - height
        canvas.put(rectangle(x - half, top, x + half, y), wall * light)
        canvas.put(rectangle(x + half * 0.3, top, x + half, y), wall * light * 0.84, 0)
        gable = polygon((x - half * 1.2, top), (x + half * 1.2, top), (x, top - roof_height))
        canvas.put(gable, roof * light)

        def windows(pen: Pen, x=x, y=y, height=height, half=half) -> None:
            for side in (-0.55, 0.45):
                cx = x + half * side
                pen.rectangle(cx - width * 0.09, y - height * 0.8, cx + width * 0.09, y - height * 0.45)

        canvas.put(mask(windows), window, 0.3)
        door = rectangle(x - width * 0.09, y - height * 0.42, x + width * 0.09, y)
        canvas.put(door, rgb(96, 60, 44) * light, 0.3)


def _paint_people(canvas: Canvas, count: int, feet: tuple[float, float]) -> None:
    rng, light = canvas.rng, canvas.light * 0.72 + 0.2
    if count == MANY:
        low, high = feet[0] - 0.02, min(0.95, feet[1] + 0.1)
        people = [
            (rng.uniform(0.05, 0.95), rng.uniform(low, high), rng.uniform(0.2, 0.25)) for _ in range(rng.randint(7, 9))
        ]
        people.sort(key=lambda person: person[1])
    else:
        tall = rng.uniform(0.36, 0.44)
        people = [(x, rng.uniform(*feet) + 0.03, tall * rng.uniform(0.92, 1.05)) for x in _places(canvas, count, 0.17)]
    for x, y, height in people:
        clothes, half, head = rng.choice(CLOTHES) * light, height * 0.17, height * 0.105

        def legs(pen: Pen, x=x, y=y, height=height, half=half) -> None:
            pen.rectangle(x - half * 0.75, y - height * 0.42, x - half * 0.12, y)
            pen.rectangle(x + half * 0.12, y - height * 0.42, x + half * 0.75, y)

        canvas.put(mask(legs), rgb(44, 42, 58) * light, 0.4)
        shoulder, hem = y - height * 0.8, y - height * 0.36
        coat = polygon(
            (x - half * 0.7, shoulder), (x + half * 0.7, shoulder), (x + half * 1.15, hem), (x - half * 1.15, hem)
        )
        canvas.put(coat, clothes, 0.6)
        top = y - height
        face = mask(lambda pen: pen.ellipse(x - head, top, x + head, top + 2 * head))
        canvas.put(face, rgb(224, 176, 142) * light, 0.5)


def _paint_trees(canvas: Canvas, count: int, feet: tuple[float, float]) -> None:
    rng = canvas.rng
    for x in _places(canvas, count, 0.24):
        y, height = rng.uniform(*feet) + 0.02, rng.uniform(0.34, 0.42) * (1 if count < 3 else 0.85)
        half = y - height * 0.5
        canvas.put(
            polygon((x - 0.016, half), (x + 0.016, half), (x + 0.024, y), (x - 0.024, y)),
            rgb(92, 64, 48) * canvas.light,
        )
        r = height * 0.23

        def crown(pen: Pen, x=x, y=y, height=height, r=r) -> None:
            for dx, dy in ((0, -0.72), (-0.2, -0.56), (0.2, -0.56), (0, -0.5)):
                cx, cy = x + dx * height, y + dy * height
                pen.ellipse(cx - r, cy - r, cx + r, cy + r)

        leaves = mask(crown)
        canvas.put(leaves, rgb(58, 128, 62) * canvas.light)
        shade = (x - 0.02 * height, y - height * 0.9, x + 0.5 * height, y - height * 0.3)
        shadow = mask(lambda pen: pen.ellipse(*shade)) * leaves
        canvas.put(shadow * 0.4, rgb(40, 96, 56) * canvas.light, 0)


def _paint_boats(canvas: Canvas, count: int, feet: tuple[float, float]) -> None:
    rng, horizon, sail = canvas.rng, canvas.horizon, SAIL[canvas.attributes["sc"]]
    w = {1: 0.30, 2: 0.24, 3: 0.19}[count] * rng.uniform(0.92, 1.08)
    light, mast = canvas.light * 0.72 + 0.25, w * 1.05
    for x in _places(canvas, count, w):
        y = rng.uniform(horizon + 0.14, horizon + 0.26)
        deck, keel = y - w * 0.14, y + w * 0.06
        hull = polygon((x - w * 0.5, deck), (x + w * 0.5, deck), (x + w * 0.34, keel), (x - w * 0.34, keel))
        canvas.put(hull, rgb(116, 62, 40) * light)
        canvas.put(rectangle(x - 0.006, y - mast, x + 0.006, y - w * 0.13), rgb(70, 48, 36) * light, 0.3)
        boom = y - w * 0.2
        canvas.put(polygon((x + 0.014, y - mast), (x + 0.014, boom), (x + w * 0.46, boom)), sail * light)
        jib = polygon((x - 0.014, y - mast * 0.86), (x - 0.014, boom), (x - w * 0.34, boom))
        canvas.put(jib, sail * light * 0.88)
        mirror = rectangle(x - w * 0.3, y + w * 0.09, x + w * 0.3, y + w * 0.13)
        canvas.put(mirror * 0.4, sail * light, 0)


def _paint_lighthouse(canvas: Canvas, _count: int, _feet: tuple[float, float]) -> None:
    rng, light = canvas.rng, canvas.light * 0.7 + 0.28
    x, y = rng.choice([0.2, 0.35, 0.65, 0.8]) + rng.uniform(-0.03, 0.03), 0.9
    height = rng.uniform(0.5, 0.56)
    top = y - height
    lit = canvas.time in ("night", "dusk")
    if lit:
        end = x + (0.9 if x < 0.5 else -0.9)
        beam = polygon((x, top - 0.03), (end, top - 0.16), (end, top + 0.1))
        canvas.put(beam * 0.38, rgb(255, 236, 150), 0)

    def section(pen: Pen, low: float, high: float) -> None:
        """A piece of the tapering tower, from share `low` to `high` of its height."""
        a, b = 0.07 - 0.025 * low, 0.07 - 0.025 * high
        pen.polygon(
            (x - a, y - height * low), (x + a, y - height * low), (x + b, y - height * high), (x - b, y - height * high)
        )

    canvas.put(mask(lambda pen: section(pen, 0, 1)), rgb(250, 248, 242) * light)
    stripes = mask(lambda pen: (section(pen, 0.2, 0.42), section(pen, 0.64, 0.86)))
    canvas.put(stripes, rgb(208, 52, 44) * light, 0.3)
    lamp = rgb(255, 224, 110) if lit else rgb(90, 110, 130) * light
    canvas.put(rectangle(x - 0.035, top - 0.06, x + 0.035, top), lamp)
    canvas.put(polygon((x - 0.05, top - 0.06), (x + 0.05, top - 0.06), (x, top - 0.11)), rgb(180, 44, 38) * light)
