"""Captions in many shapes: keyword lists, sentences that begin with the sun or with the subject.

A caption leaves out attributes at random, so that the model learns to fill in what a prompt doesn't say; a
tenth are empty, which is what guidance pushes away from.
"""

import random

from . import phrases
from .attributes import MANY


def caption(a: dict, rng: random.Random) -> str:
    if rng.random() < 0.10:
        return ""
    detail = rng.random()
    share = 0.92 if detail < 0.45 else 0.7 if detail < 0.85 else 0.38

    def use(probability: float = share) -> bool:
        return rng.random() < probability

    style = a["style"] if rng.random() < (0.5 if a["style"] == "poster" else 0.92) else None
    time = rng.choice(phrases.TIME[a["time"]]) if use() else None
    subject = None
    if a["subj"] != "none" and use(min(1, share + 0.08)):
        subject = _subject(a, rng, rng.random() < 0.8)
    back = _backdrop(a, rng, rng.random() < 0.82) if a["back"] != "none" and use() else None
    celestial = _celestial(a, rng, rng.random() < 0.45) if use() else None
    ground = rng.choice(phrases.GROUND[a["ground"]]) if use() else None
    if time and celestial:
        rng.random()  # kept: it is part of the sequence that the published weights were trained with
    extras = []
    if a["birds"] and rng.random() < 0.75:
        extras.append(rng.choice(phrases.BIRDS))
    if a["clouds"] and rng.random() < 0.6:
        extras.append(rng.choice(phrases.CLOUDS))
    if not any((subject, back, celestial, ground)):
        ground = rng.choice(phrases.GROUND[a["ground"]])
    shape = rng.random()
    where = _preposition(a, rng)
    if shape < 0.2:
        return _keywords(a, rng, [subject, back, ground, celestial, time], extras, style)
    if celestial and (shape < 0.55 or not subject):
        text = _celestial_first(rng, celestial, subject, back, ground, time)
    else:
        text = _subject_first(rng, celestial, subject, back, ground, time, where)
    if extras:
        text += rng.choice([" with ", ", "]) + " and ".join(extras)
    if style is None:
        return text
    if rng.random() < 0.6:
        return rng.choice(phrases.STYLE_BEFORE[style]) + " " + text
    return text + ", " + rng.choice(phrases.STYLE_AFTER[style])


def _keywords(a: dict, rng: random.Random, parts: list, extras: list, style: str | None) -> str:
    parts = [part for part in parts if part]
    rng.shuffle(parts)
    parts += extras
    if style:
        place = 0 if rng.random() < 0.5 else len(parts)
        parts.insert(place, rng.choice(phrases.STYLE_AFTER[style]))
    return ", ".join(parts)


def _celestial_first(rng, celestial, subject, back, ground, time) -> str:
    text = celestial
    under = [part for part in (back, ground) if part]
    if under:
        text += rng.choice([" over ", " above "]) + " and ".join(under)
    if subject:
        text += rng.choice([", ", " and ", " with "]) + subject
    return f"{text} {time}" if time else text


def _subject_first(rng, celestial, subject, back, ground, time, where) -> str:
    if subject:
        text = f"{subject} {where} {ground}" if ground else subject
        if back:
            text += rng.choice([" with ", " and ", ", ", " in front of "]) + back
    else:
        text = " and ".join(part for part in (back, ground) if part) or "a landscape"
        if rng.random() < 0.12 and text != "a landscape":
            text = "a landscape with " + text
    if time:
        text += " " + time
    if celestial:
        text += rng.choice([", ", " under ", " with "]) + celestial
    return text


def _preposition(a: dict, rng: random.Random) -> str:
    by_the_sea = "on" if a["subj"] == "boat" else rng.choice(["by", "beside", "near"])
    return by_the_sea if a["ground"] == "sea" else "in"


def _subject(a: dict, rng: random.Random, colour: bool) -> str:
    kind, count = a["subj"], a["n"]
    number, plural = rng.choice(phrases.NUMBER[count]), count > 1
    if kind == "house":
        noun = rng.choice(["houses", "houses", "cottages"] if plural else ["house", "house", "cottage"])
        painted = a["hc"] + " " if colour else ""
        if count == 4 and rng.random() < 0.3:
            return f"a village of {painted}houses"
        return f"{number} {painted}{noun}"
    if kind == "people":
        if count == MANY:
            return rng.choice(phrases.CROWD)
        if count == 1:
            return rng.choice(phrases.PERSON)
        return f"{number} {rng.choice(['people', 'people', 'figures', 'friends'])}"
    if kind == "tree":
        return f"{number} {'trees' if plural else 'tree'}"
    if kind == "boat":
        return _boats(a, rng, colour, number, plural)
    return rng.choice(phrases.LIGHTHOUSE)


def _boats(a: dict, rng: random.Random, colour: bool, number: str, plural: bool) -> str:
    noun = rng.choice(["boat", "sailboat", "ship", "sailing boat"]) + ("s" if plural else "")
    painted = a["sc"] + " " if colour else ""
    if colour and rng.random() < 0.3:
        return f"{number} {noun.replace('sailing ', '')} with {painted}sails"
    return f"{number} {painted}{noun}"


def _celestial(a: dict, rng: random.Random, placed: bool) -> str | None:
    kind = a["cel"]
    if kind == "none":
        return None
    if a["big"] and rng.random() < 0.7:
        size = "big "
    else:
        size = "small " if not a["big"] and rng.random() < 0.08 else ""
    if kind == "moon":
        text = rng.choice(["a {b}full moon", "a {b}moon", "the {b}moon", "a {b}white moon"])
    elif kind == "crescent":
        text = rng.choice(["a {b}crescent moon", "a thin crescent moon"])
    else:
        colour = rng.choice([kind] * 4 + (["golden"] if kind == "yellow" else []))
        text = rng.choice([f"a {{b}}{colour} sun"] * 3 + [f"the {{b}}{colour} sun"])
    text = text.format(b=size)
    return f"{text} {_place(a, rng)}" if placed else text


def _place(a: dict, rng: random.Random) -> str:
    words = []
    if rng.random() < 0.7:
        words.append({"left": "on the left", "right": "on the right", "middle": "in the middle"}[a["cx"]])
    if not words or rng.random() < 0.35:
        high, low = rng.choice(["high in the sky", "high"]), rng.choice(["low on the horizon", "low"])
        words.insert(0, {"high": high, "low": low}[a["cy"]])
    return " ".join(words)


def _backdrop(a: dict, rng: random.Random, colour: bool) -> str:
    if a["back"] == "mountains":
        painted = a["mc"] + " " if colour else ""
        if a["mc"] == "green" and rng.random() < 0.6:
            return "green hills"
        return rng.choice([f"{painted}mountains", f"{painted}mountains", f"tall {painted}mountains"])
    return rng.choice(phrases.CITY if a["back"] == "city" else phrases.FOREST)
