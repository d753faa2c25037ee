"""Pictures into the colours of an ICC profile, by LittleCMS; and what of them a profile cannot show."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import ExportError
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.photo.profile import icc_profile

MOST_BYTES = 32 << 20
FROM = "prophoto"
"""The space that a picture is developed in before it is converted: it holds whatever a printer can show."""
EXTENSIONS = (".icc", ".icm")


def kept() -> list[str]:
    """Names of the profiles in STILLBYTES_HOME/profiles."""
    folder = home() / "profiles"
    return (
        sorted(path.name for path in folder.glob("*") if path.suffix.lower() in EXTENSIONS) if folder.is_dir() else []
    )


def profile_of(named: str) -> bytes:
    """The profile in a file, or of that name among those kept. Raises ExportError."""
    path = Path(named).expanduser()
    if len(path.parts) == 1 and not path.is_file():
        path = home() / "profiles" / path
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ExportError(said("{file} is larger than any honest profile.", file=path.name), "Choose another file.")
        content = path.read_bytes()
    except OSError as error:
        there = ", ".join(kept()) or "none"
        raise ExportError(
            said("The profile {named} cannot be read: {why}.", named=named, why=str(error.strerror or error)),
            said("Profiles kept here: {there}.", there=there),
        ) from error
    check(content, path.name)
    return content


def check(content: bytes, name: str) -> None:
    """Raises ExportError for what is no ICC profile of an RGB device (ICC.1:2022, 7.2 and 7.3)."""
    what = ""
    if len(content) < 132 or content[36:40] != b"acsp":
        what = "is no ICC profile"
    elif content[16:20] != b"RGB ":
        what = f"is for {content[16:20].decode('latin-1').strip()} pictures, and files here are RGB"
    else:
        (size,) = struct.unpack_from(">I", content, 0)
        (count,) = struct.unpack_from(">I", content, 128)
        entries = 132 + 12 * count
        if size > len(content) or count > 200 or entries > len(content):
            what = "is cut off"
        else:
            for at in range(132, entries, 12):
                offset, length = struct.unpack_from(">II", content, at + 4)
                if offset + length > len(content) or offset < entries:
                    what = "is damaged"
    if what:
        raise ExportError(said("{name} {what}.", name=name, what=what), "Choose another profile.")


def converted(
    picture: NDArray[Any],
    profile: bytes,
    *,
    source: str | bytes = FROM,
    bits: int = 8,
    intent: str = "relative",
    bpc: bool = True,
    exact: bool = False,
) -> NDArray[Any]:
    """picture: (height, width, 3) uint8 or uint16, encoded in SPACES[source]. Returns it in the profile's colours with
    8 or 16 bits. source may be another profile. exact: ten times as slow, without a table between. Raises ExportError
    for a profile that cannot be used."""
    import imagecodecs  # noqa: PLC0415 - heavy

    intents = {
        "perceptual": imagecodecs.CMS.INTENT.PERCEPTUAL, "relative": imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        "saturation": imagecodecs.CMS.INTENT.SATURATION, "absolute": imagecodecs.CMS.INTENT.ABSOLUTE_COLORIMETRIC,
    }  # fmt: skip
    kinds = imagecodecs.CMS.FLAGS
    flags: int = kinds.NOOPTIMIZE if exact else kinds.HIGHRESPRECALC
    if bpc and intent != "absolute":
        flags |= imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION
    try:
        return np.asarray(
            imagecodecs.cms_transform(
                np.ascontiguousarray(picture),
                icc_profile(source) if isinstance(source, str) else source,
                profile,
                colorspace="RGB",
                outcolorspace="RGB",
                outdtype="uint8" if bits == 8 else "uint16",
                intent=intents[intent],
                flags=flags,
            )
        )
    except (RuntimeError, ValueError) as error:
        raise ExportError(
            said("The profile cannot be used ({why}).", why=str(error)), "Choose another profile."
        ) from error
