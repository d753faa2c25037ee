"""RawTherapee's processing profiles (.pp3): sections of keys with values."""

from __future__ import annotations

import math
from typing import Any

from stillbytes.core.errors import SidecarError
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.edit.foreign.found import Foreign, fitting

EXTENSION = ".pp3"
MOST_BYTES = 4 << 20
_KNOWN = {"Version", "General", "White Balance", "Crop", "Coarse Transformation", "RAW", "RAW Bayer", "RAW X-Trans",
          "Color Management", "ColorManagement", "Resize", "PostResizeSharpening", "Exif", "IPTC", "MetaData",
          "Film Negative", "Locallab", "HLRecovery", "PostDemosaicSharpening"}  # fmt: skip
"""Sections that are taken over, that tell of the file, of decoding or of exports, or that every photo begins with."""
_NUMBERS = ("Brightness", "Contrast", "Saturation", "Black", "HighlightCompr")

Profile = dict[str, dict[str, str]]


def read(content: bytes, name: str, upright: Size) -> Foreign:
    """The profile in the file `name`. upright: size of the upright picture, for the crop. Raises SidecarError."""
    profile = _parsed(content, name)
    notes: list[str] = []
    unmapped: list[str] = []
    values: dict[str, Any] = {}
    exposure = profile.get("Exposure", {})
    compensation = _number(exposure, "Compensation")
    if _on(exposure, "Auto"):
        unmapped.append("automatic exposure")
    elif compensation:
        values["exposure"] = compensation
    unmapped += [f"{key.lower()} of its exposure" for key in _NUMBERS if _number(exposure, key) not in (None, 0.0)]
    unmapped += [
        f"its {key.lower()}" for key in ("Curve", "Curve2") if exposure.get(key, "0;").rstrip(";") not in ("0", "")
    ]
    _white(profile.get("White Balance", {}), values, unmapped)
    _geometry(profile, values, unmapped, upright)
    unmapped += [
        section
        for section, keys in profile.items()
        if section not in _KNOWN and _on(keys, "Enabled") and section != "Exposure"
    ]
    rank = _number(profile.get("General", {}), "Rank")
    rating = None if rank is None or not 0 <= rank <= 5 else int(rank)
    return Foreign(fitting(values, notes), tuple(unmapped), tuple(notes), rating)


def _parsed(content: bytes, name: str) -> Profile:
    if len(content) > MOST_BYTES or b"\0" in content:
        raise SidecarError(said("{name} is no profile of RawTherapee's.", name=name), "Move it away.")
    found: Profile = {}
    section: dict[str, str] = {}
    for line in content.decode("utf-8-sig", "replace").splitlines():
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            section = found.setdefault(text[1:-1], {})
        elif "=" in text and not text.startswith(("#", ";")):
            key, _, value = text.partition("=")
            section[key.strip()] = value.strip()
    if "Version" not in found:
        raise SidecarError(said("{name} is no profile of RawTherapee's.", name=name), "Move it away.")
    return found


def _white(keys: dict[str, str], values: dict[str, Any], unmapped: list[str]) -> None:
    """Only a temperature in kelvin means the same here; its green does not."""
    if keys.get("Enabled", "true").lower() == "false" or keys.get("Setting", "Camera") == "Camera":
        return
    temperature = _number(keys, "Temperature")
    if keys.get("Setting") != "Custom" or temperature is None:
        unmapped.append(f"white balance {keys.get('Setting')}")
        return
    values |= {"white_balance": "custom", "temperature": temperature}
    if abs((_number(keys, "Green") or 1.0) - 1) > 0.001:
        unmapped.append("the green of the white balance")


def _geometry(profile: Profile, values: dict[str, Any], unmapped: list[str], upright: Size) -> None:
    coarse = profile.get("Coarse Transformation", {})
    turn = int(_number(coarse, "Rotate") or 0) % 360
    if turn in (90, 180, 270):
        values["rotate"] = str(turn)
    for key, name in (("HorizontalFlip", "flip_horizontal"), ("VerticalFlip", "flip_vertical")):
        if _on(coarse, key):
            values[name] = True
    if _number(profile.get("Rotation", {}), "Degree") not in (None, 0.0):
        unmapped.append("rotation by degrees")
    crop = profile.get("Crop", {})
    if not _on(crop, "Enabled"):
        return
    x, y, w, h = (_number(crop, key) for key in ("X", "Y", "W", "H"))
    if x is None or y is None or not w or not h or values.keys() & {"rotate", "flip_horizontal", "flip_vertical"}:
        unmapped.append("crop")
        return
    corners = (x / upright.width, y / upright.height, (x + w) / upright.width, (y + h) / upright.height)
    left, top, right, bottom = (min(max(round(c, 6), 0.0), 1.0) for c in corners)
    if left < right and top < bottom:
        values |= {"crop_left": left, "crop_top": top, "crop_right": right, "crop_bottom": bottom}


def _number(keys: dict[str, str], name: str) -> float | None:
    try:
        value = float(keys.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e9 else None


def _on(keys: dict[str, str], name: str) -> bool:
    return keys.get(name, "").lower() == "true"
