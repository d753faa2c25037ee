"""Profiles between our words and those of Adobe's programs."""

from __future__ import annotations

import pytest

from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit import fields, profiles
from stillbytes.edit.unmapped import unmapped
from stillbytes.edit.xmp import Packet

SIZE = Size(3, 2)
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:ProcessVersion="15.4" '
    'crs:HasSettings="True" crs:CameraProfile="{camera}">{look}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
LOOK = '<crs:Look><rdf:Description crs:Name="{name}" crs:Amount="1"/></crs:Look>'


def packet(camera: str, look: str = "") -> Packet:
    return Packet(XMP.format(camera=camera, look=LOOK.format(name=look) if look else "").encode(), "a.xmp")


@pytest.mark.parametrize(
    ("camera", "look", "profile"),
    [
        ("Adobe Standard", "", "standard"),
        ("Camera Neutral", "", "neutral"),
        ("Adobe Standard", "Adobe Portrait", "portrait"),
        ("Adobe Standard", "Adobe Monochrome", "monochrome"),
        ("Camera Standard", "", "standard"),
        ("My own", "", "standard"),
    ],
)
def test_what_is_like_one_of_ours_is_read(camera: str, look: str, profile: str) -> None:
    settings, notes = fields.read(packet(camera, look), 1, SIZE)
    assert settings.value("profile") == profile
    assert not notes
    assert not unmapped(packet(camera, look))
    assert bool(settings.value("camera_profile")) == (camera not in ("Adobe Standard",))


@pytest.mark.parametrize("before", ["standard", *profiles.WRITTEN, "soft", "linear"])
@pytest.mark.parametrize("after", ["standard", *profiles.WRITTEN, "soft", "linear"])
@pytest.mark.parametrize("look", ["", "Adobe Vivid"])
def test_any_profile_may_follow_any_other(before: str, after: str, look: str) -> None:
    held = packet("Adobe Standard", look)
    for profile in (before, after):
        fields.put(held, Settings(profile=profile), 1, SIZE)
        assert fields.read(held, 1, SIZE)[0] == Settings(profile=profile)


def test_what_is_not_like_ours_stays() -> None:
    held = packet("My own", "Something")
    fields.put(held, Settings(profile="flat"), 1, SIZE)
    assert held.element("crs:Look") is not None
    assert held.text("crs:CameraProfile") == "Camera Flat"
