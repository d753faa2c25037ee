"""A photo as a DNG: its light after demosaicing, and its settings, for other programs that develop."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, ExportError
from stillbytes.core.geometry import Rect
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit import corrections, fields
from stillbytes.edit.exporting.spec import Spec
from stillbytes.edit.processes import CURRENT
from stillbytes.edit.xmp import Packet
from stillbytes.photo.metadata import Carried
from stillbytes.photo.output.dng import Preview, Taken, encode_dng
from stillbytes.photo.output.encode import preview_jpeg

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit

PREVIEW = 1600
"""Long edge in pixels."""
BAKED = ("ai_denoise", "ai_denoise_model", "patches")
"""Settings that are in the light already: no other program could do that again."""


def check(edit: Edit, spec: Spec) -> None:
    """Raises ExportError for what a DNG cannot be, UnreadablePhoto."""
    asked = [name for name in ("size", "resize", "icc", "watermark") if getattr(spec, name)]
    asked += ["sharpen_for"] if spec.sharpen_for != "none" else []
    if asked:
        raise ExportError(
            said("A DNG holds the whole photo before that: {these}.", these=", ".join(asked)), "Leave it out."
        )
    if not edit.photo.pipeline.raw or edit.photo.pipeline.sensed.colour is None:
        raise ExportError(
            said("{path} is no RAW file, so that there is no light of a sensor to keep.", path=edit.photo.path.name),
            "Choose another format, such as tiff16.",
        )


def dng(edit: Edit, settings: Settings, carried: Carried, spec: Spec, cancelled: Callable[[], bool] | None) -> bytes:
    """The file, with the look of the edit as its preview. Raises ExportError, Cancelled, UnreadablePhoto."""
    pipeline = edit.photo.pipeline
    frame, sensed = pipeline.frame, pipeline.sensed
    gains = np.array(sensed.gains, np.float32)[:, None, None]

    def light(top: int, bottom: int) -> NDArray[np.float32]:
        if cancelled is not None and cancelled():
            raise Cancelled()
        return pipeline.sensor_light(settings, Rect(0, top, frame.width, bottom - top)) / gains

    shown = np.ascontiguousarray(edit.render(PREVIEW, cancelled=cancelled))
    preview = Preview(preview_jpeg(shown, 90, space="srgb", subsampling="444"), shown.shape[1], shown.shape[0])
    colour = sensed.colour
    assert colour is not None
    r, g, b = (float(v) for v in 1 / np.array(sensed.gains))
    named = f"{edit.photo.metadata.camera}".strip() if spec.metadata == "all" else ""
    taken = Taken(frame.width, frame.height, light, max(sensed.gains), colour, (r, g, b), named or "Camera")
    packet = Packet(carried.xmp or None, changing=bool(carried.xmp))
    left = settings.changed(**dict.fromkeys(BAKED))
    corrections.put(packet, left, set(), 1, frame)
    fields.put(packet, left, 1, frame)
    packet.put("sb:Settings", json.dumps(dict(left)))
    packet.put("sb:Process", CURRENT)
    return encode_dng(taken, preview, replace(carried, xmp=packet.content()))
