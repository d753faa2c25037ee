"""darktable's history, which stands in XMP: modules with their parameters as bytes, in hexadecimal or through zlib.

Layouts (little-endian) as darktable 2 to 5 writes them and others describe them: exposure 5 to 7 {int mode,
float black, float exposure ...}, crop 1 to 3 {float left, top, right, bottom ...}, 0..1 of the upright picture.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from stillbytes.edit.corrections.structure import parsed
from stillbytes.edit.foreign.found import Foreign, fitting
from stillbytes.edit.xmp import NAMESPACES, Packet

HISTORY = "darktable:history"
SCENE_REFERRED = {"filmicrgb", "sigmoid", "agx"}
BEGINS_AT = 0.7
"""EV that darktable adds to every RAW photo in its scene-referred workflow; its view transforms count on it."""
MOST_STEPS = 2000
MOST_BYTES = 1 << 16
_SHORT = re.compile(r"gz\d\d")
_EVERY_PHOTO = {
    "rawprepare", "temperature", "highlights", "demosaic", "exposure", "flip", "crop", "colorin", "channelmixerrgb",
    "filmicrgb", "sigmoid", "agx", "basecurve", "colorout", "gamma", "finalscale", "mask_manager", "dither",
    "hotpixels", "sharpen", "invert",
}  # fmt: skip
"""Modules that darktable applies by itself; what is changed in them but exposure and crop is not told apart."""


def there(packet: Packet) -> bool:
    return packet.element(HISTORY) is not None


def read(packet: Packet) -> Foreign:
    """The newest state of the history."""
    steps = _steps(packet)
    notes: list[str] = []
    values: dict[str, Any] = {}
    unmapped: list[str] = []
    if "exposure" in steps:
        found = _exposure(steps["exposure"])
        if found is None:
            unmapped.append("exposure")
        else:
            scene = not SCENE_REFERRED.isdisjoint(steps)
            values["exposure"] = round(found - (BEGINS_AT if scene else 0.0), 3)
            if scene:
                notes.append(f"darktable's exposure of {found:+.2f} EV counts from {BEGINS_AT:+.2f}.")
    if "crop" in steps:
        box = _crop(steps["crop"])
        if box is None:
            unmapped.append("crop")
        else:
            names = ("crop_left", "crop_top", "crop_right", "crop_bottom")
            values |= {name: round(value, 6) for name, value in zip(names, box, strict=True)}
    unmapped += [name for name in steps if name not in _EVERY_PHOTO]
    rating = packet.text("xmp:Rating")
    stars = int(rating) if rating is not None and re.fullmatch(r"-1|[0-5]", rating) else None
    return Foreign(fitting(values, notes), tuple(unmapped), tuple(notes), stars)


def _steps(packet: Packet) -> dict[str, Mapping[str, Any]]:
    """Module -> its last step that counts, where it is on."""
    element = packet.element(HISTORY)
    items = parsed(element) if element is not None else []
    if not isinstance(items, list):
        return {}
    prefix = f"{{{NAMESPACES['darktable']}}}"
    end = packet.text("darktable:history_end") or ""
    counted = items[: min(int(end), MOST_STEPS) if re.fullmatch(r"[0-9]{1,9}", end) else MOST_STEPS]
    found: dict[str, Mapping[str, Any]] = {}
    for item in counted:
        if isinstance(item, dict):
            step = {key.removeprefix(prefix): value for key, value in item.items()}
            name = step.get("operation")
            if isinstance(name, str) and name:
                found.pop(name, None)
                if step.get("enabled") == "1":
                    found[name] = step
    return found


def _exposure(step: Mapping[str, Any]) -> float | None:
    """EV; None where it is automatic or of a layout that is not known."""
    content = _bytes(step, 12, ("5", "6", "7"))
    if content is None:
        return None
    mode, black, exposure = struct.unpack_from("<iff", content)
    good = mode == 0 and math.isfinite(exposure) and abs(exposure) <= 18 and math.isfinite(black)
    return exposure if good else None


def _crop(step: Mapping[str, Any]) -> tuple[float, ...] | None:
    content = _bytes(step, 16, ("1", "2", "3"))
    if content is None:
        return None
    box = struct.unpack_from("<4f", content)
    left, top, right, bottom = box
    return box if 0 <= left < right <= 1 and 0 <= top < bottom <= 1 else None


def _bytes(step: Mapping[str, Any], least: int, versions: tuple[str, ...]) -> bytes | None:
    """The parameters of a step, if they are of a known version and at least so long."""
    text = step.get("params")
    if step.get("modversion") not in versions or not isinstance(text, str) or len(text) > MOST_BYTES:
        return None
    try:
        if _SHORT.match(text):
            content = zlib.decompressobj().decompress(base64.b64decode(text[4:], validate=True), MOST_BYTES)
        else:
            content = bytes.fromhex(text)
    except (ValueError, binascii.Error, zlib.error):
        return None
    return content if len(content) >= least else None
