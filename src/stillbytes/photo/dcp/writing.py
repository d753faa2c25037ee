"""Camera profiles as files, and the digest that Adobe's programs name them by."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo.dcp import reading as tags
from stillbytes.photo.dcp.profile import CameraProfile, HsvTable
from stillbytes.photo.decoded import Matrix
from stillbytes.photo.illuminants import OTHER

_ASCII, _SHORT, _LONG, _UNDEFINED, _SRATIONAL, _FLOAT = 2, 3, 4, 7, 10, 11
_SIZE = {_ASCII: 1, _SHORT: 2, _LONG: 4, _UNDEFINED: 1, _SRATIONAL: 8, _FLOAT: 4}
STEPS = 10_000
"""Of 1 in a matrix."""


def written(profile: CameraProfile) -> bytes:
    """A .dcp file of it."""
    fields: dict[int, tuple[int, bytes]] = {}
    for tag, text in (
        (tags.CAMERA, profile.camera),
        (tags.NAME, profile.name),
        (tags.COPYRIGHT, profile.copyright),
        (tags.SIGNATURE, profile.signature),
    ):
        if text:
            fields[tag] = _ASCII, text.encode() + b"\0"
    fields[tags.POLICY] = _LONG, struct.pack("<I", profile.policy)
    for i, one in enumerate(profile.calibrations):
        fields[tags.LIGHTS[i]] = _SHORT, struct.pack("<H", one.light)
        fields[tags.COLORS[i]] = _SRATIONAL, _rationals(one.color)
        if one.light == OTHER:
            x, y = (round(v * 1_000_000) for v in one.white)
            fields[tags.LIGHT_DATA[i]] = _UNDEFINED, struct.pack("<H4I", 0, x, 1_000_000, y, 1_000_000)
        if one.forward is not None:
            fields[tags.FORWARDS[i]] = _SRATIONAL, _rationals(one.forward)
        if one.table is not None:
            fields[tags.TABLES[i]] = _FLOAT, one.table.nodes.astype("<f4").tobytes()
            fields[tags.TABLE_SIZE] = _LONG, struct.pack("<3I", *one.table.size)
            fields[tags.TABLE_ENCODING] = _LONG, struct.pack("<I", one.table.encoded)
    if profile.look is not None:
        fields[tags.LOOK] = _FLOAT, profile.look.nodes.astype("<f4").tobytes()
        fields[tags.LOOK_SIZE] = _LONG, struct.pack("<3I", *profile.look.size)
        fields[tags.LOOK_ENCODING] = _LONG, struct.pack("<I", profile.look.encoded)
    if profile.curve is not None:
        fields[tags.CURVE] = _FLOAT, profile.curve.astype("<f4").tobytes()
    if profile.exposure:
        fields[tags.EXPOSURE] = _SRATIONAL, struct.pack("<2i", round(profile.exposure * 1_000_000), 1_000_000)
    fields[tags.BLACK] = _LONG, struct.pack("<I", profile.black)
    return _file(fields)


def digest(profile: CameraProfile) -> str:
    """crs:CameraProfileDigest: the MD5 of what the profile says, in the order and the numbers of Adobe's DNG SDK
    (dng_camera_profile::CalculateFingerprint, version 1.6), 32 hexadecimal digits."""
    found = hashlib.md5(usedforsecurity=False)
    for one in profile.calibrations:
        found.update(struct.pack("<H", one.light) + _rationals(one.color))
        if one.forward is not None:
            found.update(_rationals(one.forward))
    found.update(profile.name.encode() + profile.signature.encode())
    found.update(struct.pack("<I", profile.policy) + profile.copyright.encode())
    tables = profile.tables
    for table in tables:
        found.update(_fingerprint(table))
    if tables and tables[0].encoded:
        found.update(struct.pack("<I", 1))
    if profile.look is not None:
        found.update(_fingerprint(profile.look))
        if profile.look.encoded:
            found.update(struct.pack("<I", 1))
    if profile.exposure:
        found.update(struct.pack("<d", profile.exposure))
    if profile.black:
        found.update(struct.pack("<i", 1))
    if profile.curve is not None:
        found.update(profile.curve.astype("<f4").tobytes())
    return found.hexdigest().upper()


def _fingerprint(table: HsvTable) -> bytes:
    return struct.pack("<3I", *table.size) + table.nodes.astype("<f4").tobytes()


def _rationals(matrix: Matrix) -> bytes:
    values: NDArray[np.int32] = np.rint(np.array(matrix) * STEPS).astype("<i4").reshape(-1)
    return np.stack([values, np.full(len(values), STEPS, "<i4")], -1).astype("<i4").tobytes()


def _file(fields: dict[int, tuple[int, bytes]]) -> bytes:
    """Little-endian, tags in order, what is longer than four bytes behind them."""
    table, body = struct.pack("<H", len(fields)), b""
    start = 8 + 2 + 12 * len(fields) + 4
    for tag, (kind, content) in sorted(fields.items()):
        held = content.ljust(4, b"\0")
        if len(content) > 4:
            held = struct.pack("<I", start + len(body))
            body += content + bytes(len(content) % 2)
        table += struct.pack("<HHI", tag, kind, len(content) // _SIZE[kind]) + held
    return struct.pack("<2sHI", b"II", 0x4352, 8) + table + bytes(4) + body
