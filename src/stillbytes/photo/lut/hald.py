"""HaldCLUT: a look-up table as a PNG picture (E. Steineder, "Hald CLUT", quelsolaar.com): of level n it is n^3 pixels
wide and high, and its pixels row by row are the n^2 nodes along each axis, red running fastest."""

from __future__ import annotations

import struct

import numpy as np

from stillbytes.photo.lut.table import MOST_EDGE, Lut, cubed

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_LEVEL = 12


def parse(content: bytes) -> Lut:
    """Raises ValueError."""
    level = _level(content)  # before anything is unpacked: the header says how large it will be
    import imagecodecs  # noqa: PLC0415 - with the first picture

    try:
        picture = imagecodecs.png_decode(content)
    except Exception as error:  # whatever its decoder calls a damaged file
        raise ValueError(f"it is a damaged PNG ({str(error)[:80]})") from error
    pixels = np.asarray(picture)
    if pixels.shape[:2] != (level**3, level**3) or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise ValueError("it is not a picture of red, green and blue")
    codes = pixels[..., :3].reshape(-1, 3) / np.iinfo(pixels.dtype).max
    return Lut(nodes=cubed(codes, level * level)).checked()


def _level(content: bytes) -> int:
    if not content.startswith(_SIGNATURE) or len(content) < 33 or content[12:16] != b"IHDR":
        raise ValueError("it is no PNG")
    width, height = struct.unpack(">II", content[16:24])
    level = next((n for n in range(2, MOST_LEVEL + 1) if n**3 == width == height), None)
    if level is None:
        sizes = ", ".join(str(n**3) for n in (2, 3, 4, 8, MOST_LEVEL))
        raise ValueError(f"{width} x {height} pixels are not those of a HaldCLUT, such as {sizes} square")
    assert level**2 <= MOST_EDGE
    return level
