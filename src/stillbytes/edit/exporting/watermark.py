"""A text or a picture over the corner of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.core.saying import said

MARGIN = 0.03
"""Of the short edge, between the mark and the edges."""
PICTURES = (".png", ".webp", ".tif", ".tiff", ".jpg", ".jpeg")
MOST_PIXELS = 50_000_000
_ACROSS = {"left": 0.0, "right": 1.0}
_DOWN = {"top": 0.0, "bottom": 1.0}


def marked(picture: NDArray[Any], mark: str, place: str, opacity: float, size: float) -> NDArray[Any]:
    """picture: (height, width, 3) uint8, uint16 or float32 0..1, encoded; it is changed. mark: a text, or the path of
    a picture. size: height in percent of the short edge. Returns it. Raises ExportError."""
    height, width = picture.shape[:2]
    short = min(height, width)
    margin = round(MARGIN * short)
    tall = max(4, round(short * size / 100))
    room = (max(8, width - 2 * margin), max(8, height - 2 * margin))
    layer = _picture(Path(mark), tall, room) if is_picture(mark) else _text(mark, tall, room)
    across = next((_ACROSS[word] for word in place.split("-") if word in _ACROSS), 0.5)
    down = next((_DOWN[word] for word in place.split("-") if word in _DOWN), 0.5)
    h, w = layer.shape[:2]
    x, y = margin + round(across * (room[0] - w)), margin + round(down * (room[1] - h))
    x, y = max(0, min(x, width - w)), max(0, min(y, height - h))
    under = picture[y : y + h, x : x + w]
    top = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1
    alpha = layer[..., 3:] * np.float32(opacity)
    mixed = under * (1 - alpha) + layer[..., :3] * alpha * np.float32(top)
    picture[y : y + h, x : x + w] = np.rint(mixed) if picture.dtype.kind == "u" else mixed
    return picture


def is_picture(mark: str) -> bool:
    """Whether a watermark is the path of a picture."""
    return mark.lower().endswith(PICTURES)


def _text(text: str, tall: int, room: tuple[int, int]) -> NDArray[np.float32]:
    """(h, w, 4) float32 0..1: white letters with a soft shadow, which are seen on light and dark."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont  # noqa: PLC0415 - heavy

    font = ImageFont.load_default(float(tall))
    left, up, right, down = font.getbbox(text)
    if right - left > room[0]:
        font = ImageFont.load_default(max(4.0, tall * room[0] / (right - left)))
        left, up, right, down = font.getbbox(text)
    border = max(2, tall // 8)
    extent = (min(round(right - left) + 2 * border, room[0]), min(round(down - up) + 2 * border, room[1]))
    letters = Image.new("L", extent, 0)
    ImageDraw.Draw(letters).text((border - left, border - up), text, fill=255, font=font)
    shadow = np.asarray(letters.filter(ImageFilter.GaussianBlur(border / 2)), np.float32) / 255
    inside = np.asarray(letters, np.float32) / 255
    alpha = np.maximum(inside, 0.6 * np.minimum(1, 1.6 * shadow))
    white = np.divide(inside, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    return np.dstack([white, white, white, alpha])


def _picture(path: Path, tall: int, room: tuple[int, int]) -> NDArray[np.float32]:
    from PIL import Image  # noqa: PLC0415 - heavy

    try:
        with Image.open(path.expanduser()) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            image = opened.convert("RGBA")
    except Image.DecompressionBombError as error:  # also Pillow's own, of what only says that it is so large
        raise ExportError(said("The watermark {file} is too large.", file=path.name), "Make it smaller.") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ExportError(
            said("The watermark {file} cannot be read ({why}).", file=path.name, why=str(error)),
            "Choose another picture.",
        ) from error
    scale = min(tall / image.height, room[0] / image.width, room[1] / image.height)
    extent = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(extent, Image.Resampling.LANCZOS), np.float32) / np.float32(255)
