"""One frame of the live picture: what is asked for, and the message that answers it."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from stillbytes.app.server.models import Id, SettingsModel, settings_of
from stillbytes.app.server.shape import Strict
from stillbytes.core.errors import Cancelled, ExportError, InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.develop.frame import Frame, Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.output.convert import FROM, kept, profile_of
from stillbytes.photo.output.encode import preview_jpeg
from stillbytes.photo.profile import icc_profile
from stillbytes.photo.spaces import SPACES

MOST_PIXELS = 40_000_000
DRAFT_QUALITY, FULL_QUALITY = 80, 92
SHADOWS, HIGHLIGHTS = (40, 90, 255), (255, 45, 45)
"""The colours that mark clipped pixels."""
TINTS = {"red": (255, 40, 40), "green": (40, 220, 80), "blue": (60, 110, 255)}
"""The colours that masks are shown in."""
MESH = 17
"""Places across and down the picture by which the page knows a bent map."""
SAMPLE = 100_000
"""Pixels that the clipped parts are counted in."""

View = Literal["main", "before"]


class Region(Strict):
    x: Annotated[int, Field(ge=0, le=1 << 20)]
    y: Annotated[int, Field(ge=0, le=1 << 20)]
    width: Annotated[int, Field(ge=1, le=1 << 16)]
    height: Annotated[int, Field(ge=1, le=1 << 16)]


class Overlay(Strict):
    """Shows a mask on the picture. component: its place in the mask; all of it when None. style: the colour laid over,
    or the mask alone (white on black, black on white), or the picture where it is (on black)."""

    adjustment: Annotated[str, Field(min_length=1, max_length=200)]
    component: Annotated[int, Field(ge=0, le=63)] | None = None
    style: Literal["red", "green", "blue", "white", "black", "image"] = "red"


class Proof(Strict):
    """Shows the picture through the colours that an export would have. space: name of a colour space; icc: name of a
    profile that is kept here, which then takes its place. warn: colours that it has not are grey."""

    space: Annotated[str, Field(max_length=20)] = "srgb"
    icc: Annotated[str, Field(max_length=1000)] = ""
    intent: Literal["relative", "perceptual", "saturation", "absolute"] = "relative"
    black_point: bool = True
    warn: bool = False


class Wish(Strict):
    """One request. scale: output pixels per full-resolution pixel; region: on the output grid of that scale."""

    sequence: Annotated[int, Field(ge=0, le=1 << 52)]
    photo: Id
    view: View = "main"
    settings: SettingsModel  # type: ignore[valid-type]
    scale: Annotated[float, Field(gt=0, le=4)]
    region: Region | None = None
    draft: bool = False
    space: Literal["srgb", "display-p3"] = "srgb"
    clipping: Literal["none", "shadows", "highlights", "both"] = "none"
    overlay: Overlay | None = None
    proof: Proof | None = None


def frame(
    wish: Wish, arrived: float, opened: Callable[[str, Callable[[], bool]], Pipeline], cancelled: Callable[[], bool]
) -> bytes:
    """The answer: u32le header length, JSON header, 4 x 256 u32le histogram, JPEG.

    arrived: time.perf_counter() when the wish came. opened: the pipeline of a photo's id. Raises Cancelled as soon as
    `cancelled` says so, InvalidSetting, NotFound, UnreadablePhoto, and ExportError for a proof through a profile that
    there is not.
    """
    started = time.perf_counter()
    pipeline = opened(wish.photo, cancelled)
    settings = settings_of(wish.settings)
    developed = pipeline.developed_size(settings)
    region = visible(wish, developed)
    output = Output(wish.space) if wish.proof is None else Output(FROM, "uint16")
    made, outside = pipeline.render(settings, wish.scale, region, output, cancelled), None
    if wish.proof is not None:
        made, outside = through(made, wish.proof, wish.space)
    pixels = np.asarray(made.pixels, np.uint8)
    histogram, clipped = made.histogram(), clipped_parts(made.sample(SAMPLE))
    if wish.overlay is not None:
        lay_over(pixels, wish.overlay, settings, pipeline, wish.scale, region)
    if wish.clipping != "none":
        mark_clipped(pixels, wish.clipping)
    if cancelled():
        raise Cancelled()
    rendered = time.perf_counter()
    quality, subsampling = (DRAFT_QUALITY, "420") if wish.draft else (FULL_QUALITY, "444")
    jpeg = preview_jpeg(pixels, quality, space=wish.space, subsampling=subsampling)
    encoded = time.perf_counter()
    white = pipeline.white_balance(settings)
    header: dict[str, Any] = {
        "sequence": wish.sequence,
        "photo": wish.photo,
        "view": wish.view,
        "region": {"x": region.x, "y": region.y, "width": region.width, "height": region.height},
        "scale": wish.scale,
        "draft": wish.draft,
        "width": region.width,
        "height": region.height,
        "developed": {"width": developed.width, "height": developed.height},
        "white_balance": {"temperature": round(white.temperature), "tint": round(white.tint)},
        "timings": {
            "queue": round((started - arrived) * 1e3, 2),
            "render": round((rendered - started) * 1e3, 2),
            "encode": round((encoded - rendered) * 1e3, 2),
        },
        "clipped": clipped,
        "outside": outside,
        "empty": round(pipeline.empty(settings), 6),
        "mesh": mesh(pipeline, settings),
        "to_frame": [round(v, 9) for v in pipeline.to_frame(settings)],
    }
    text = json.dumps(header).encode()
    return b"".join((struct.pack("<I", len(text)), text, histogram.astype("<u4").tobytes(), jpeg))


def through(made: Frame, asked: Proof, space: str) -> tuple[Frame, float]:
    """A frame in FROM as it looks through what is asked for, in `space`, and the part of it that is out of gamut, 0..1.
    Raises ExportError."""
    from stillbytes.edit.exporting.proof import proofed  # noqa: PLC0415 - only when a proof is shown

    if asked.icc and asked.icc not in kept():
        raise ExportError(
            said("There is no profile {icc!r}.", icc=asked.icc), said("Put it into {home}.", home=home() / "profiles")
        )
    if not asked.icc and asked.space not in SPACES:
        raise ExportError(
            said("There is no colour space {space!r}.", space=asked.space),
            said("Use one of {these}.", these=", ".join(SPACES)),
        )
    profile = profile_of(asked.icc) if asked.icc else icc_profile(asked.space)
    pixels, outside = proofed(
        np.asarray(made.pixels, np.uint16), profile,
        intent=asked.intent, bpc=asked.black_point, warn=asked.warn, space=space, quick=True,
    )  # fmt: skip
    return replace(made, pixels=pixels, space=space), outside


def mesh(pipeline: Pipeline, settings: Settings) -> dict[str, Any] | None:
    """Where a regular mesh over the developed picture lies in the frame, row by row; None where `to_frame` says it."""
    form = pipeline.form(settings)
    if form.warp is None:
        return None
    places = form.places(MESH, MESH)
    return {"columns": MESH, "rows": MESH, "places": [round(v, 6) for v in places.ravel().tolist()]}


def visible(wish: Wish, developed: Size) -> Rect:
    """The part of the output grid that is asked for and exists. Raises InvalidSetting."""
    size = developed.scaled(wish.scale)
    whole = Rect.of(size)
    region = whole if wish.region is None else Rect(**wish.region.model_dump()).within(whole)
    if region.empty:
        extent = said("The picture has {width} x {height} pixels at this scale.", width=size.width, height=size.height)
        raise InvalidSetting("The region lies outside the picture.", extent)
    if region.width * region.height > MOST_PIXELS:
        raise InvalidSetting("The region is too large for a live frame.", "Ask for the visible part.")
    return region


def lay_over(
    pixels: NDArray[np.uint8], overlay: Overlay, settings: Settings, pipeline: Pipeline, scale: float, region: Rect
) -> None:
    """Show a mask on (height, width, 3) pixels, in place. One that cannot be evaluated yet shows nothing."""
    from stillbytes.masks.local import local_of  # noqa: PLC0415 - only when a mask is shown

    local = local_of(settings, overlay.adjustment, overlay.component, pipeline.rasters)
    if local is None:
        return
    weight = pipeline.coverage(local, settings, scale, region) >> 8
    if overlay.style in TINTS:
        rows, columns = np.flatnonzero(weight.any(1)), np.flatnonzero(weight.any(0))
        if not rows.size:
            return
        part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        strength = weight[part] * np.uint16(5) >> 3
        rest = 255 - strength
        for channel, tint in enumerate(TINTS[overlay.style]):
            pixels[(*part, channel)] = _divided(pixels[(*part, channel)] * rest + strength * np.uint16(tint))
    elif overlay.style == "image":
        for channel in range(3):
            pixels[..., channel] = _divided(pixels[..., channel] * weight)
    else:
        pixels[:] = (weight if overlay.style == "white" else 255 - weight)[..., None]


def _divided(products: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """By 255, rounded down, of 0 to 255 * 255: without a division, which is slow."""
    return np.asarray((products + 1 + (products >> 8)) >> 8, np.uint16)


def clipped_parts(pixels: NDArray[np.uint8]) -> dict[str, float]:
    """Parts of (..., 3) uint8 pixels that are clipped, see `_brightest`."""
    brightest = _brightest(pixels)
    count = max(1, brightest.size)
    return {
        "shadows": np.count_nonzero(brightest == 0) / count,
        "highlights": np.count_nonzero(brightest == 255) / count,
    }


def mark_clipped(pixels: NDArray[np.uint8], which: Literal["shadows", "highlights", "both"]) -> None:
    """Colour clipped pixels in place. pixels: (height, width, 3) uint8."""
    brightest = _brightest(pixels)
    marks = []
    if which != "highlights":
        marks.append((np.flatnonzero(brightest == 0), SHADOWS))
    if which != "shadows":
        marks.append((np.flatnonzero(brightest == 255), HIGHLIGHTS))
    flat = pixels.reshape(-1, 3)
    for places, colour in marks:
        flat[places] = colour


def _brightest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest channel of each pixel; channel by channel, which is far quicker than along an axis.

    At 255 a highlight has lost its shade or its colour. At 0 nothing is left of a shadow, while a single channel at 0
    is only a saturated colour.
    """
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
