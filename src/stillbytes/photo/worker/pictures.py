"""Rendered files (JPEG, PNG, TIFF, HEIF, AVIF, WebP) as light. Runs in the worker process only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.profile import Curve, Reading, icc_profile, reading, reading_of_space
from stillbytes.photo.spaces import SPACES
from stillbytes.photo.worker.raw import PIXEL_LIMIT, upright

Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT

FLIPS = {1: 0, 2: 1, 3: 3, 4: 2, 5: 4, 6: 6, 7: 7, 8: 5}
"""EXIF orientation -> LibRaw's flip, which photo.worker.raw.upright takes."""
Samples = NDArray[Any]


def decode_picture(path: Path, kind: str) -> Decoded:
    """kind: of content(), not "raw". Raises UnreadablePhoto, or what a decoder raises on a damaged file."""
    samples, profile, orientation = _READERS[kind](path)
    if samples.ndim == 2:
        samples = np.broadcast_to(samples[..., None], (*samples.shape, 3))
    samples, how = _as_rgb(samples, profile)
    samples = upright(samples, FLIPS.get(orientation, 0))
    if samples.dtype == np.float32:
        return Decoded(layout="picture", samples=samples, white=1.0, matrix=how.matrix)
    white = np.iinfo(samples.dtype).max
    return Decoded(
        layout="picture", samples=samples, white=float(white), tables=how.tables(white + 1), matrix=how.matrix
    )


def check_size(path: Path, width: int, height: int) -> None:
    """Raises UnreadablePhoto for a size that only a decompression bomb or a damaged file has."""
    if width < 1 or height < 1 or width * height > PIXEL_LIMIT:
        raise UnreadablePhoto(
            said(
                "{photo} is {width} x {height} pixels; {most} megapixels are the most.",
                photo=path.name,
                width=width,
                height=height,
                most=PIXEL_LIMIT // 1_000_000,
            ),
            "Make it smaller with another program.",
        )


def _as_rgb(samples: Samples, profile: bytes | None) -> tuple[Samples, Reading]:
    """Three channels and how to read them; colour spaces that need a colour engine become 16-bit ProPhoto RGB."""
    linear = samples.dtype == np.float32
    if samples.shape[2] == 3:
        how = _linear_srgb() if linear and not profile else reading(profile)
        if how is not None:
            return (_linear(samples, how), how) if linear else (samples, how)
    if linear:
        return samples[..., :3], _linear_srgb()
    import imagecodecs  # noqa: PLC0415 - heavy

    colours = "CMYK" if samples.shape[2] == 4 else "RGB"
    try:
        converted = imagecodecs.cms_transform(
            np.ascontiguousarray(samples),
            profile or b"",
            icc_profile("prophoto"),
            colorspace=colours,
            outcolorspace="RGB",
            outdtype="uint16",
            intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
            flags=imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION,
        )
        return converted, reading_of_space(SPACES["prophoto"])
    except (RuntimeError, ValueError):  # a profile that no engine understands: as if there were none
        return _without_profile(samples), reading_of_space(SPACES["srgb"])


def _without_profile(samples: Samples) -> Samples:
    if samples.shape[2] == 3:
        return samples
    top = np.iinfo(samples.dtype).max
    ink = samples.astype(np.uint32)
    return ((top - ink[..., :3]) * (top - ink[..., 3:]) // top).astype(samples.dtype)


def _linear_srgb() -> Reading:
    """What floating-point files without a profile are by custom."""
    matrix = reading_of_space(SPACES["srgb"]).matrix
    line = Curve()
    return Reading((line, line, line), matrix)


def _linear(samples: Samples, how: Reading) -> Samples:
    """Floating-point samples with their profile's curves undone; finite."""
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    if all(curve.straight for curve in how.curves):
        return samples
    return np.stack([curve(np.clip(samples[..., i], 0, 1)) for i, curve in enumerate(how.curves)], -1, dtype=np.float32)


# One reader per kind: samples (height, width) or (height, width, 3 or 4 for CMYK), ICC profile, EXIF orientation

Read = tuple[Samples, bytes | None, int]


def _jpeg(path: Path) -> Read:
    import simplejpeg  # noqa: PLC0415 - heavy

    with Image.open(path) as image:
        check_size(path, *image.size)
        mode, profile, orientation = image.mode, image.info.get("icc_profile"), _orientation(image)
        if not profile and _adobe_rgb_by_exif(image):
            profile = icc_profile("adobe-rgb")
        if mode == "CMYK":
            return np.asarray(image), profile, orientation
    # Not strict: of a damaged file, what can be shown is shown.
    file = path.read_bytes()
    colours = "GRAY" if mode == "L" else "RGB"
    try:
        samples = simplejpeg.decode_jpeg(file, colorspace=colours, fastdct=False, fastupsample=False, strict=False)
    except ValueError:  # Pillow forgives more in the headers
        with Image.open(path) as image:
            return _of_pillow(image), profile, orientation
    return samples[..., 0] if mode == "L" else samples, profile, orientation


def _png(path: Path) -> Read:
    with Image.open(path) as image:
        check_size(path, *image.size)
        profile, orientation = image.info.get("icc_profile"), _orientation(image)
        with path.open("rb") as file:
            depth, colour_type = file.read(26)[24:26]
        if depth != 16:
            return _of_pillow(image), profile, orientation
    import imagecodecs  # noqa: PLC0415 - heavy

    samples = imagecodecs.png_decode(path.read_bytes())
    if samples.ndim == 3:
        samples = samples[..., :3] if colour_type & 2 else samples[..., 0]
    return samples, profile, orientation


def _webp(path: Path) -> Read:
    with Image.open(path) as image:
        check_size(path, *image.size)
        return _of_pillow(image), image.info.get("icc_profile"), _orientation(image)


def _avif(path: Path) -> Read:
    with Image.open(path) as image:
        check_size(path, *image.size)
        profile, orientation = image.info.get("icc_profile"), _orientation(image)
        file = path.read_bytes()
        configuration = re.search(rb"av1C\x81.([\x00-\xff])", file, re.DOTALL)
        depth = {0: 8, 0x40: 10, 0x60: 12}.get(configuration[1][0] & 0x60, 8) if configuration else 8
        if depth == 8:
            return _of_pillow(image), profile, orientation
    import imagecodecs  # noqa: PLC0415 - heavy

    samples = imagecodecs.avif_decode(file)
    return _widened(samples if samples.ndim == 2 else samples[..., :3], depth), profile, orientation


def _heif(path: Path) -> Read:
    """libheif applies the file's own rotations."""
    import pillow_heif  # noqa: PLC0415 - heavy

    image = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
    check_size(path, *image.size)
    profile = image.info.get("icc_profile")
    samples = np.asarray(image)
    if samples.ndim == 3:
        samples = samples[..., :3] if samples.shape[2] >= 3 else samples[..., 0]
    return samples, profile or _profile_of_nclx(image.info.get("nclx_profile")), 1


def _profile_of_nclx(nclx: Any) -> bytes | None:
    """Display P3 by number (ITU-T H.273, table 2: primaries 12); other numbers are read as sRGB."""
    primaries = nclx.get("color_primaries") if isinstance(nclx, dict) else None
    return icc_profile("display-p3") if primaries == 12 else None


def _tiff(path: Path) -> Read:
    import tifffile  # noqa: PLC0415 - heavy

    with tifffile.TiffFile(path) as file:
        pages = [page for page in file.pages if isinstance(page, tifffile.TiffPage)][:1]
        page = pages[0]
        check_size(path, page.imagewidth, page.imagelength)
        if page.imagedepth > 1 or page.samplesperpixel > 16:
            raise UnreadablePhoto(said("{photo} is a TIFF file that holds no photo.", photo=path.name))
        photometric = tifffile.PHOTOMETRIC(page.photometric).name
        samples = np.asarray(page.asarray())
        if page.samplesperpixel > 1 and page.planarconfig == 2:
            samples = np.moveaxis(samples, 0, -1)
        tag = page.tags.get(274)
        orientation = tag.value if tag is not None and isinstance(tag.value, int) else 1
        profile = page.iccprofile
    if photometric not in ("RGB", "YCBCR", "MINISBLACK", "MINISWHITE", "SEPARATED"):
        with Image.open(path) as image:
            return _of_pillow(image), None, orientation
    samples = _usual(samples)
    if samples.ndim == 3:
        kept = 4 if photometric == "SEPARATED" else 3 if samples.shape[2] >= 3 else 1
        samples = samples[..., :kept] if kept > 1 else samples[..., 0]
    if photometric == "MINISWHITE" and samples.dtype != np.float32:
        samples = np.iinfo(samples.dtype).max - samples
    return samples, profile, orientation


_READERS = {"jpeg": _jpeg, "png": _png, "webp": _webp, "avif": _avif, "heif": _heif, "tiff": _tiff}


def _usual(samples: Samples) -> Samples:
    """As uint8, uint16 or float32."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    if samples.dtype == np.bool_:
        return samples.astype(np.uint8) * np.uint8(255)
    if samples.dtype in (np.uint8, np.uint16):
        return samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if samples.dtype.kind == "u":
        return (samples >> (samples.itemsize * 8 - 16)).astype(np.uint16)
    raise ValueError(f"samples of type {samples.dtype}")


def _widened(samples: Samples, depth: int) -> Samples:
    """Samples of `depth` bits as 16 bits."""
    top = (1 << depth) - 1
    return ((samples.astype(np.uint32) * 65535 + top // 2) // top).astype(np.uint16)


def _of_pillow(image: Image.Image) -> Samples:
    if image.mode in ("I;16", "I;16L", "I;16B"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("L", "RGB"):
        return np.asarray(image)
    return np.asarray(image.convert("L" if image.mode in ("1", "LA") else "RGB"))


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(274, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):  # damaged EXIF: the picture may be fine
        return 1
    return value if value in FLIPS else 1


def _adobe_rgb_by_exif(image: Image.Image) -> bool:
    """DCF 2.0, 5.4: a camera's Adobe RGB file has no profile but this interoperability index."""
    try:
        exif = image.info.get("exif", b"")
        return b"R03\0" in exif and str(image.getexif().get_ifd(0xA005).get(1, "")).startswith("R03")
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return False
