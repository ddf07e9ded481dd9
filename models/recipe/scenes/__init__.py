"""Procedural landscapes: attributes are sampled, a picture is drawn from them, captions describe them.

Everything is a function of the random generator that is passed in, so a seed gives the same scenes on any
machine. The weights depend on this distribution: a change here means training again.
"""

from .attributes import STYLES, mirrored, sample
from .canvas import SIZE
from .captions import caption
from .render import render

__all__ = ["SIZE", "STYLES", "caption", "mirrored", "render", "sample"]
