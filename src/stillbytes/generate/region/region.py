"""What an image model is shown of the frame: enough around the hole, in the size that the model works in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import Affine

Floats = NDArray[np.float32]

CONTEXT = 0.5
"""Around the hole at least so much of its size, on every side where the frame goes on."""
LEAST_CONTEXT = 64
MOST_ENLARGED = 2.0
"""A small hole is shown with more around it rather than enlarged further than that."""
SMALL = 4.0
"""But the hole is at least that part of what is shown, along its long edge."""
SOFT = 0.7
"""Below this scale a model's picture is visibly softer than the photo."""
OVERLAP, LEAST_SHARE = 128, 8
"""Pixels that tiles share, and at most such a part of a tile's side; half of it is shown around each."""


@dataclass(frozen=True, slots=True)
class Native:
    """What a model works in. pixels: about so many. multiple: of both sides. ratio: the most of its sides.

    fixed: the one size that it takes, whatever the rest says.
    """

    pixels: int = 1024 * 1024
    multiple: int = 64
    ratio: float = 2.5
    fixed: Size | None = None

    @property
    def overlap(self) -> int:
        """Pixels that neighbouring tiles of this size share."""
        side = self.size(1.0)
        return min(OVERLAP, min(side.width, side.height) // LEAST_SHARE)

    def size(self, aspect: float) -> Size:
        """For a picture of that width over height: about `pixels` in whole multiples."""
        if self.fixed is not None:
            return self.fixed
        aspect = min(max(aspect, 1 / self.ratio), self.ratio)
        width = self._whole(math.sqrt(self.pixels * aspect))
        return Size(width, self._whole(self.pixels / width))

    def _whole(self, side: float) -> int:
        return max(self.multiple, round(side / self.multiple) * self.multiple)


@dataclass(frozen=True, slots=True)
class Region:
    """hole: where pixels may change. crop: what is looked at, both in pixels of the frame. size: of the model's
    picture.

    Nothing outside of the hole comes back from a model.
    """

    hole: Rect
    crop: Rect
    size: Size

    @classmethod
    def of(cls, hole: Rect, bounds: Rect, native: Native) -> Region:
        """The crop around a hole. bounds: where there are pixels; the crop leaves them only where the hole does."""
        bounds = bounds.around(hole)
        margin = max(LEAST_CONTEXT, math.ceil(CONTEXT * max(hole.width, hole.height)))
        crop = hole.grown(margin).within(bounds)
        # Pixel for pixel where that shows not too much around a small hole, else enlarged a little.
        most = SMALL * max(hole.width, hole.height)
        wanted = native.size(crop.width / crop.height)
        wide = max(crop.width, min(wanted.width, max(most, wanted.width / MOST_ENLARGED)))
        high = max(crop.height, min(wanted.height, max(most, wanted.height / MOST_ENLARGED)))
        wanted = native.size(wide / high)
        aspect = wanted.width / wanted.height
        wide, high = max(wide, high * aspect), max(high, wide / aspect)
        crop = _placed(hole, math.ceil(wide), math.ceil(high), bounds)
        return cls(hole, crop, native.size(crop.width / crop.height))

    @property
    def scale(self) -> float:
        """Pixels of the model's picture per pixel of the frame, along one edge."""
        return math.sqrt(self.size.width * self.size.height / (self.crop.width * self.crop.height))

    @property
    def soft(self) -> bool:
        """Whether the model's picture has too few pixels for the hole."""
        return self.scale < SOFT

    @property
    def affine(self) -> Affine:
        """Columns and rows of the model's picture -> pixels of the frame, see FrameGrid."""
        across, down = self.crop.width / self.size.width, self.crop.height / self.size.height
        return (
            across, 0.0, self.crop.x + across / 2 - 0.5,
            0.0, down, self.crop.y + down / 2 - 0.5,
        )  # fmt: skip

    def enters(self, plane: Floats, over: Rect) -> Floats:
        """(height, width) of a rectangle of the frame, 0 outside of it, at the size of the model's picture."""
        canvas = np.zeros((self.crop.height, self.crop.width), np.float32)
        inside = over.within(self.crop)
        if not inside.empty:
            rows = slice(inside.y - over.y, inside.bottom - over.y)
            columns = slice(inside.x - over.x, inside.right - over.x)
            target = canvas[inside.y - self.crop.y :, inside.x - self.crop.x :]
            target[: inside.height, : inside.width] = plane[rows, columns]
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(canvas, (self.size.width, self.size.height), interpolation=how), np.float32)

    def returns(self, picture: Floats, to: Rect) -> Floats:
        """(rows, columns, channels) of the model's picture as pixels of a rectangle of the frame."""
        if self.scale >= 1:  # averaged, over the whole crop, which is small then
            whole = cv2.resize(picture, (self.crop.width, self.crop.height), interpolation=cv2.INTER_AREA)
            shift = np.array([[1, 0, to.x - self.crop.x], [0, 1, to.y - self.crop.y]], np.float64)
            how = cv2.INTER_NEAREST
        else:
            whole = picture
            across, _, left, _, down, top = self.affine
            shift = np.array([[1 / across, 0, (to.x - left) / across], [0, 1 / down, (to.y - top) / down]])
            how = cv2.INTER_LANCZOS4
        flags = how | cv2.WARP_INVERSE_MAP
        made = cv2.warpAffine(whole, shift, (to.width, to.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(made, np.float32)

    def tiles(self, native: Native) -> Iterator[Region]:
        """The hole in parts that a model makes pixel for pixel; neighbours share `native.overlap` pixels.

        Each part's crop is as large as the model's picture where the frame is; its hole is what it may change.
        """
        side, overlap = native.size(1.0), native.overlap
        for y, height in _parts(self.hole.y, self.hole.bottom, side.height - overlap, overlap):
            for x, width in _parts(self.hole.x, self.hole.right, side.width - overlap, overlap):
                part = Rect(x, y, width, height)
                crop = _placed(part, max(width, side.width), max(height, side.height), self.crop.around(part))
                size = Size(
                    *(max(native.multiple, s // native.multiple * native.multiple) for s in (crop.width, crop.height))
                )
                # Whole multiples of pixels, so that a tile is not resampled.
                crop = _placed(part, max(size.width, width), max(size.height, height), crop)
                yield Region(part, crop, size)


def _placed(hole: Rect, width: int, height: int, bounds: Rect) -> Rect:
    """A rectangle of that size, or as large as fits, about the hole's centre, moved into the bounds."""
    width, height = min(width, bounds.width), min(height, bounds.height)
    x = min(max(hole.x + (hole.width - width) // 2, bounds.x), bounds.right - width)
    y = min(max(hole.y + (hole.height - height) // 2, bounds.y), bounds.bottom - height)
    return Rect(x, y, width, height)


def _parts(start: int, end: int, most: int, overlap: int) -> list[tuple[int, int]]:
    """Start and length of equal parts of at most `most` pixels that overlap and together are start..end."""
    length = end - start
    count = max(1, math.ceil((length - overlap) / max(most - overlap, 1)))
    size = math.ceil((length + (count - 1) * overlap) / count)
    step = (length - size) / (count - 1) if count > 1 else 0.0
    return [(start + round(i * step), size) for i in range(count)]
