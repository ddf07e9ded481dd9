"""What a scene consists of: a flat dictionary, sampled with the frequencies that the model should learn."""

import random

STYLES = ["poster", "painting", "watercolor", "ink", "photo"]
MANY = 9  # as a count: a crowd


def sample(rng: random.Random) -> dict:
    """One scene. Keys: style, time, cel (sun or moon), cx, cy, big (its place and size), back, mc (mountain
    colour), ground, subj, n (how many of them), hc (house colour), sc (sail colour), birds, clouds."""
    a: dict = {}
    a["style"] = rng.choices(STYLES, [0.36, 0.16, 0.16, 0.14, 0.18])[0]
    a["time"] = rng.choice(["day", "dawn", "dusk", "night"])
    a["cel"] = _celestial(a["time"], rng)
    a["cx"] = rng.choice(["left", "middle", "right"])
    a["cy"] = rng.choices(["high", "low"], [0.6, 0.4])[0]
    a["big"] = rng.random() < 0.25
    a["back"] = rng.choices(["none", "mountains", "city", "forest"], [0.25, 0.42, 0.18, 0.15])[0]
    a["mc"] = rng.choice(["blue", "purple", "green", "snowy", "red"])
    grounds = ["sea", "green", "golden", "flowers", "lavender", "desert", "snow"]
    a["ground"] = rng.choices(grounds, [0.34, 0.2, 0.1, 0.1, 0.07, 0.1, 0.09])[0]
    a["subj"] = _subject(a["ground"], rng)
    a["n"] = _count(a["subj"], rng)
    a["hc"] = rng.choice(["white", "red", "yellow", "blue"])
    a["sc"] = rng.choice(["white", "red", "yellow"])
    a["birds"] = rng.random() < 0.14
    a["clouds"] = rng.random() < 0.3
    return a


def mirrored(attributes: dict) -> dict:
    """The attributes of the picture's mirror image."""
    sides = {"left": "right", "right": "left", "middle": "middle"}
    return {**attributes, "cx": sides[attributes["cx"]]}


def _celestial(time: str, rng: random.Random) -> str:
    if time == "night":
        return rng.choices(["moon", "crescent", "none", "red"], [0.40, 0.24, 0.12, 0.24])[0]
    if time == "day":
        return rng.choices(["yellow", "white", "red", "none"], [0.42, 0.12, 0.2, 0.26])[0]
    return rng.choices(["red", "yellow", "orange", "none"], [0.38, 0.24, 0.2, 0.18])[0]


def _subject(ground: str, rng: random.Random) -> str:
    if ground == "sea":
        subjects = ["boat", "house", "people", "lighthouse", "tree", "none"]
        return rng.choices(subjects, [0.38, 0.2, 0.16, 0.12, 0.04, 0.1])[0]
    return rng.choices(["house", "people", "tree", "none"], [0.34, 0.34, 0.2, 0.12])[0]


def _count(subject: str, rng: random.Random) -> int:
    count = rng.choice([1, 1, 2, 2, 3, 3])
    if subject == "house":
        count = rng.choice([1, 1, 2, 3, 3, 4])
    elif subject == "people":
        count = rng.choice([1, 1, 2, 2, 3, MANY, MANY])
    elif subject == "tree":
        count = rng.choice([1, 1, 2, 3])
    return 1 if subject == "lighthouse" else count
