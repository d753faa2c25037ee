"""Our profiles in the words of Adobe's programs: crs:Look names one of theirs, crs:CameraProfile the camera's.

A name that is like one of ours means that where there is no such camera profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillbytes.edit.camera_profiles import divided, joined
from stillbytes.edit.corrections.structure import parsed
from stillbytes.edit.xmp import Packet

LOOK, CAMERA, DIGEST = "crs:Look", "crs:CameraProfile", "crs:CameraProfileDigest"
OURS = "sb:Profile"
PLAIN = ("adobe standard", "adobe color", "adobe colour", "embedded", "default color", "camera default", "")
"""Camera profiles and looks that Adobe's programs begin with: what our standard one stands for."""
WRITTEN = {name: f"Camera {name.capitalize()}" for name in ("neutral", "vivid", "flat", "portrait", "monochrome")}
"""Profile -> what is written: the profile of that name that cameras have themselves."""
NAMES = {
    **{f"{whose} {name}": name for whose in ("camera", "adobe") for name in WRITTEN},
    "camera standard": "standard",
    "camera faithful": "neutral",
    "camera landscape": "vivid",
    "adobe landscape": "vivid",
}
"""What stands there, in small letters -> the nearest of ours."""


def read(packet: Packet) -> str | None:
    """The profile that Adobe's fields name; None where they name none that is like one of ours."""
    return NAMES.get(_look(packet)) or NAMES.get((packet.text(CAMERA) or "").strip().casefold())


def read_camera(packet: Packet, values: Mapping[str, Any]) -> str:
    """The camera profile that the fields name; empty for what programs begin with, and for the name that stands there
    for a profile of ours. values: what other fields say. What another program wrote over our own field counts."""
    name = (packet.text(CAMERA) or "").strip()
    said = str(values.get("camera_profile") or "")
    if name.casefold() == divided(said)[1].casefold() or (said and not name):
        return said
    ours = WRITTEN.get(str(values.get("profile")), "")
    if name.casefold() in PLAIN or (OURS in packet.names("sb") and name == ours):
        return ""
    return joined((packet.text(DIGEST) or "").strip().upper(), name)


def put(packet: Packet, profile: str, camera: str = "") -> None:
    """Have those fields name that profile and camera profile, unless they do. Looks that are not like ours stay."""
    if camera:
        digest, name = divided(camera)
        for field, value in ((CAMERA, name), (DIGEST, digest)):
            if not value:
                packet.remove(field)
            elif (packet.text(field) or "").strip().upper() != value.upper():
                packet.put(field, value)
        return
    if (packet.text(CAMERA) or "").strip().casefold() not in (*PLAIN, *NAMES):
        packet.remove(CAMERA)
        packet.remove(DIGEST)
    if (read(packet) or "standard") == profile:
        return
    packet.remove(DIGEST)
    if _look(packet) in NAMES:
        packet.remove(LOOK)
    if profile in WRITTEN:
        packet.put(CAMERA, WRITTEN[profile])
    elif (packet.text(CAMERA) or "").strip().casefold() in NAMES:
        packet.remove(CAMERA)


def _look(packet: Packet) -> str:
    element = packet.element(LOOK)
    look = None if element is None else parsed(element)
    return str(look.get("Name", "")).strip().casefold() if isinstance(look, dict) else ""
