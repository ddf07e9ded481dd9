"""From attributes to a picture, back to front."""

import random

import numpy as np

from .backdrop import paint_backdrop
from .canvas import Canvas
from .ground import paint_ground
from .sky import paint_sky
from .styles import finish
from .subjects import paint_subject


def render(attributes: dict, seed: float) -> np.ndarray:
    """Draw a scene; `seed` decides everything that the attributes leave open. uint8 [128, 128, 3]."""
    canvas = Canvas(attributes, random.Random(seed))
    paint_sky(canvas)
    paint_backdrop(canvas)
    paint_ground(canvas)
    paint_subject(canvas)
    return finish(canvas)
