"""The colours of the scenes: linear mixes of these are everything that is ever seen. RGB in 0..1."""

import numpy as np


def rgb(*channels: int) -> np.ndarray:
    return np.array(channels, dtype=np.float32) / 255.0


WHITE = rgb(255, 255, 255)

SKY = dict(  # top and bottom of the gradient
    day=[rgb(58, 140, 215), rgb(196, 228, 246)],
    dawn=[rgb(124, 150, 214), rgb(255, 202, 184)],
    dusk=[rgb(78, 38, 112), rgb(252, 132, 58)],
    night=[rgb(18, 26, 80), rgb(66, 88, 156)],
)
LIGHT = dict(day=rgb(255, 255, 255), dawn=rgb(250, 226, 228), dusk=rgb(196, 140, 150), night=rgb(126, 140, 196))
HAZE = dict(day=rgb(206, 228, 242), dawn=rgb(250, 208, 200), dusk=rgb(226, 120, 96), night=rgb(74, 92, 152))
CELESTIAL = dict(
    red=rgb(226, 48, 36),
    yellow=rgb(255, 206, 58),
    white=rgb(255, 250, 232),
    orange=rgb(255, 140, 40),
    moon=rgb(244, 242, 222),
    crescent=rgb(244, 242, 222),
)
MOUNTAINS = dict(
    blue=rgb(62, 108, 176),
    purple=rgb(124, 82, 160),
    green=rgb(74, 136, 76),
    snowy=rgb(112, 130, 156),
    red=rgb(184, 84, 60),
)
GROUND = dict(
    sea=rgb(30, 104, 156),
    green=rgb(98, 172, 72),
    golden=rgb(226, 182, 66),
    flowers=rgb(92, 150, 70),
    lavender=rgb(150, 112, 196),
    desert=rgb(232, 178, 108),
    snow=rgb(238, 243, 250),
)
HOUSE = dict(white=rgb(248, 246, 240), red=rgb(206, 62, 48), yellow=rgb(246, 202, 80), blue=rgb(74, 128, 196))
ROOFS = [rgb(176, 70, 52), rgb(96, 72, 64), rgb(70, 80, 104)]
SAIL = dict(white=rgb(252, 250, 244), red=rgb(220, 56, 44), yellow=rgb(250, 204, 64))
CLOTHES = [
    rgb(200, 56, 48),
    rgb(40, 88, 160),
    rgb(240, 190, 60),
    rgb(46, 130, 90),
    rgb(240, 240, 236),
    rgb(120, 60, 130),
    rgb(40, 40, 52),
]
