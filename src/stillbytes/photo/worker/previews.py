"""Small pictures of a photo, as fast as can be. Runs in the worker process only."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import rawpy
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageCms

from stillbytes.photo import jpeg
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.profile import icc_profile, reading_of_space
from stillbytes.photo.spaces import SPACES
from stillbytes.photo.worker.camera_tags import NEUTRAL_LIGHT
from stillbytes.photo.worker.content import content
from stillbytes.photo.worker.pictures import FLIPS, decode_picture
from stillbytes.photo.worker.raw import open_raw, unpacked, upright

LARGEST = 2048
"""Long edge in pixels of a preview that has to be rendered."""
SMALLEST = 320
"""An embedded preview with a shorter long edge is a thumbnail and of no use on a screen."""
_ORIENTATIONS = {flip: orientation for orientation, flip in FLIPS.items()}

Pixels = NDArray[np.uint8]


def embedded(path: Path) -> tuple[bytes, int, int]:
    """(JPEG file, width, height): the preview that the file holds, else a quick rendering.

    The compressed data is the camera's own; an orientation is stated in the JPEG's EXIF, which browsers obey, and
    width and height are those of the upright picture. Its colour profile is kept. Raises UnreadablePhoto.
    """
    kind = content(path)
    if kind == "jpeg":
        file = path.read_bytes()
        with Image.open(io.BytesIO(file)) as image:
            orientation = image.getexif().get(274, 1)
        return _stated(file, orientation if orientation in FLIPS else 1)
    if kind != "raw":
        return encoded(_shown(decode_picture(path, kind)))
    raw = open_raw(path)
    found = _of_camera(raw)
    return encoded(_rendered(path, raw)) if found is None else found


def thumbnail(path: Path, long_edge: int) -> tuple[bytes, int, int]:
    """(JPEG file, width, height), upright, sRGB, at most `long_edge` pixels. Raises UnreadablePhoto."""
    return encoded(shown(path, long_edge, 3))


def shown(path: Path, long_edge: int, times: int) -> Pixels:
    """(height, width, 3) uint8, upright, sRGB, at most `long_edge` pixels. Raises UnreadablePhoto.

    times: as many pixels along an edge are enough to make it from, if the decoder can leave out the others.
    """
    file = embedded(path)[0]
    with Image.open(io.BytesIO(file)) as image:
        orientation, profile = image.getexif().get(274, 1), image.info.get("icc_profile")
        enough = times * long_edge / max(image.size)
        image.draft("RGB", (max(1, round(image.width * enough)), max(1, round(image.height * enough))))
        picture = image.convert("RGB")
    picture = smaller(picture, long_edge)
    if profile and profile != icc_profile("srgb"):
        picture = _in_srgb(picture, profile)
    return upright(np.asarray(picture), FLIPS.get(orientation, 0))


def smaller(picture: Image.Image, long_edge: int) -> Image.Image:
    scale = min(1.0, long_edge / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _of_camera(raw: rawpy.RawPy) -> tuple[bytes, int, int] | None:
    """The largest embedded preview; None if there is none of use."""
    try:
        thumb = raw.extract_thumb()
        if thumb.format == rawpy.ThumbFormat.JPEG:
            file = bytes(thumb.data)
            width, height = jpeg.size(file)
            if max(width, height) >= SMALLEST:
                return _stated(file, _ORIENTATIONS.get(_flip(raw.sizes, width, height), 1))
        elif thumb.format == rawpy.ThumbFormat.BITMAP:
            pixels = np.asarray(thumb.data)
            if max(pixels.shape[:2]) >= SMALLEST and pixels.ndim == 3:
                return encoded(upright(pixels, _flip(raw.sizes, pixels.shape[1], pixels.shape[0])))
    except (rawpy.LibRawError, ValueError):  # damaged; the samples may be fine
        pass
    return None


def _flip(sizes: rawpy.ImageSizes, width: int, height: int) -> int:
    """What the preview needs to stand upright; nothing if the camera has turned it already."""
    turned = (width > height) != (sizes.width > sizes.height) and width != height
    return 0 if turned and sizes.flip & 4 else sizes.flip


def _stated(file: bytes, orientation: int) -> tuple[bytes, int, int]:
    """The JPEG with no metadata but its orientation and profile. Raises ValueError."""
    width, height = jpeg.size(file)
    added = jpeg.orientation_segment(orientation) if orientation != 1 else b""
    for marker, start, end in jpeg.segments(file):
        if marker == 0xE2 and file.startswith(jpeg.ICC, start + 4):
            added += file[start:end]
    if orientation > 4:
        width, height = height, width
    return jpeg.with_segments(file, added), width, height


def _rendered(path: Path, raw: rawpy.RawPy) -> Pixels:
    """A rendering of the samples at half size or less."""
    decoded = unpacked(path, raw)
    if decoded.layout == "bayer":
        light = _cells(decoded)
    else:
        light = (_strided(decoded.samples).astype(np.float32) - decoded.black[0]) / (decoded.white - decoded.black[0])
    colour = decoded.colour or NEUTRAL_LIGHT
    from_srgb = np.array(colour.color_matrices[-1]) @ SPACES["srgb"].to_xyz
    neutral = np.array(colour.neutral or from_srgb.sum(axis=1))
    to_srgb = np.linalg.inv(from_srgb / from_srgb.sum(axis=1, keepdims=True)) @ np.diag(neutral.max() / neutral)
    light = np.clip(light @ to_srgb.T.astype(np.float32), 0, None)
    brightest = float(np.percentile(light[::8, ::8, 1], 99.5)) or 1.0
    codes = np.minimum(light * (4095 / max(brightest, 0.05)), 4095).astype(np.uint16)
    table = np.rint(SPACES["srgb"].transfer.to_encoded(np.linspace(0, 1, 4096)) * 255).astype(np.uint8)
    return _reduced(table[codes])


def _cells(decoded: Decoded) -> NDArray[np.float32]:
    """(rows, columns, 3): every n-th 2x2 cell as one pixel, 0 at black and 1 at saturation."""
    step = 2 * max(1, -(-max(decoded.width, decoded.height) // (2 * LARGEST)))
    rows, columns = decoded.height // step * step, decoded.width // step * step
    light = np.zeros((rows // step, columns // step, 3), np.float32)
    for site, letter in enumerate(decoded.pattern):
        black = decoded.black[site]
        share = np.float32((0.5 if letter == "G" else 1.0) / (decoded.white - black))
        part = decoded.samples[site // 2 : rows : step, site % 2 : columns : step]
        light[..., "RGB".index(letter)] += (part.astype(np.float32) - np.float32(black)) * share
    return light


def _shown(decoded: Decoded) -> Pixels:
    """A rendered file in 8-bit sRGB."""
    samples = _strided(decoded.samples)
    if decoded.tables is None:
        light = samples.astype(np.float32)
    else:
        light = np.stack([decoded.tables[i][samples[..., i]] for i in range(3)], -1)
    srgb = SPACES["srgb"]
    to_srgb = np.linalg.inv(np.array(reading_of_space(srgb).matrix)) @ np.array(decoded.matrix)
    encoded = srgb.transfer.to_encoded(np.clip(light @ to_srgb.T, 0, 1))
    return _reduced(np.rint(encoded * 255).astype(np.uint8))


def _strided(samples: NDArray[Any]) -> NDArray[Any]:
    """Every n-th pixel, so that at least twice the wanted size is left."""
    step = max(1, max(samples.shape[:2]) // (2 * LARGEST))
    return samples[::step, ::step]


def _reduced(pixels: Pixels) -> Pixels:
    if max(pixels.shape[:2]) <= LARGEST:
        return pixels
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return np.asarray(picture)


def encoded(pixels: Pixels) -> tuple[bytes, int, int]:
    """(JPEG file, width, height) of sRGB pixels."""
    file = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=85, colorspace="RGB", colorsubsampling="420")
    tagged = jpeg.with_segments(file, jpeg.icc_segments(icc_profile("srgb")))
    return tagged, pixels.shape[1], pixels.shape[0]


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.ImageCmsProfile(io.BytesIO(icc_profile("srgb"))),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return picture if converted is None else converted
