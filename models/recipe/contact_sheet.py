"""Step 10: paint the contact sheet, 24 prompts with their captions, through Optimum's pipeline."""

import argparse
from pathlib import Path

import torch
from optimum.onnxruntime import ORTStableDiffusion3Pipeline
from PIL import Image, ImageDraw, ImageFont

from check_parity import SETTINGS, open_onnx

PROMPTS = """
a red sun over blue mountains at night
three white houses by the sea at dusk
a crowd of people in a green field
a painting of two boats with red sails on the sea at sunset
a photo of a city skyline at night under a crescent moon
an ink drawing of a red sun over mountains
a lighthouse by the sea at night
watercolor of a tree in a lavender field at dawn
one person in the desert under a yellow sun
a poster of snowy mountains and a golden field by day
a forest in the snow at dawn
two red houses in a wheat field under a big yellow sun
a full moon over the ocean, photo
four blue houses in a green meadow by day
an oil painting of a crowd in a poppy field at sunset
a white boat on the sea by day, watercolor
three trees in a field of red flowers
ink drawing of a lighthouse and a red sun
two people on the beach by the sea at sunrise
purple mountains and a lavender field at dusk, poster
green hills with birds and clouds by day
a city by the sea at sunset, flat poster
a yellow house in the snow at night under a moon
a red sun on the left over the sea
""".strip().splitlines()
COLUMNS, SIDE, GAP, CAPTION_HEIGHT = 6, 128, 6, 46
FIRST_SEED = 100


def wrap(text: str, width: int = 21) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def paint_sheet(pipeline) -> Image.Image:
    rows = -(-len(PROMPTS) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + GAP) - GAP, rows * (SIDE + CAPTION_HEIGHT)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=11)
    for i, prompt in enumerate(PROMPTS):
        image = pipeline(prompt, **SETTINGS, generator=torch.manual_seed(FIRST_SEED + i)).images[0]
        x, y = (i % COLUMNS) * (SIDE + GAP), (i // COLUMNS) * (SIDE + CAPTION_HEIGHT)
        sheet.paste(image, (x, y))
        draw.multiline_text((x + 1, y + SIDE + 2), wrap(prompt), fill="black", font=font, spacing=1)
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, nargs="?", default=Path("models/sheet.png"))
    target = parser.parse_args().target
    pipeline = open_onnx(ORTStableDiffusion3Pipeline)
    pipeline.set_progress_bar_config(disable=True)
    paint_sheet(pipeline).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
