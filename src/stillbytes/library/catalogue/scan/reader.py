"""The reading process: `python -m stillbytes.library.catalogue.scan.reader` looks at many photos for one request.

Everything that a damaged or malicious file can do stays here; see `stillbytes.photo.worker`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stillbytes.core.errors import StillbytesError
from stillbytes.photo.metadata import Metadata, Remarks
from stillbytes.photo.whereabouts import content_of
from stillbytes.photo.worker import serving

_LONGEST = 20_000
_REMARKED = ("rating", "flag", "label", "title", "caption", "creator", "copyright", "keywords")


def look(path: Path, sidecar: Path | None = None) -> dict[str, Any]:
    """Everything that the catalogue keeps of one photo, in JSON's types.

    What cannot be read is left out and told in "problems", a list of (message, remedy). Raises OSError when the photo
    itself cannot be opened.
    """
    from stillbytes.photo.worker import remarks  # noqa: PLC0415 - the parent imports this module, but not Exiv2

    content = content_of(path)
    problems: list[tuple[str, str]] = []
    try:
        facts, said = remarks.glance(path)
    except StillbytesError as error:
        facts, said = Metadata(), Remarks()
        problems.append((error.message, error.remedy))
    except Exception as error:  # Exiv2 and LibRaw raise anything on damaged files
        facts, said = Metadata(), Remarks()
        problems.append((f"{path.name} cannot be read ({type(error).__name__}).", "The file is probably damaged."))
    edited, conflict, version = False, "", ""
    if sidecar is not None:
        from stillbytes.edit.sidecar import has_settings  # noqa: PLC0415
        from stillbytes.edit.versions import name_of  # noqa: PLC0415

        try:
            beside, packet = remarks.of_sidecar(sidecar)
            edited, version = has_settings(packet), name_of(packet)
            said, conflict = merged(said, beside)
        except StillbytesError as error:
            problems.append((error.message, error.remedy))
    return _row(content, facts, said, problems) | {
        "edited": edited,
        "conflict": conflict,
        "version_name": _clean(version),
    }


def nothing(content: bytes, problems: list[tuple[str, str]]) -> dict[str, Any]:
    """What `look` gives for a file of which nothing could be read."""
    return _row(content, Metadata(), Remarks(), problems)


def digest_of(path: Path) -> bytes:
    """Thirty-two bytes of every byte of the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).digest()


def merged(photo: Remarks, sidecar: Remarks) -> tuple[Remarks, str]:
    """What photo and sidecar say together, and the names of what they disagree about, apart by commas.

    The sidecar is right, unless the photo's own XMP was written later.
    """
    first, second = (photo, sidecar) if _later(photo.written, sidecar.written) else (sidecar, photo)
    values, differing = {}, []
    for name in _REMARKED:
        one, other = getattr(first, name), getattr(second, name)
        values[name] = other if one is None else one
        if one is not None and other is not None and one != other:
            differing.append(name)
    return replace(sidecar, **values), ", ".join(differing)


def _row(content: bytes, facts: Metadata, said: Remarks, problems: list[tuple[str, str]]) -> dict[str, Any]:
    taken = facts.taken
    zone = taken.utcoffset() if taken else None
    return {
        "content": content.hex(),
        "width": facts.width,
        "height": facts.height,
        "orientation": facts.orientation,
        "taken": taken.replace(tzinfo=None).isoformat(" ") if taken else None,
        "zone": None if zone is None else round(zone.total_seconds() / 60),
        "camera": _clean(facts.camera),
        "lens": _clean(facts.lens),
        "iso": facts.iso,
        "exposure": facts.exposure_time,
        "aperture": facts.aperture,
        "focal": facts.focal_length,
        "focal_35": facts.focal_length_35,
        "latitude": facts.gps.latitude if facts.gps else None,
        "longitude": facts.gps.longitude if facts.gps else None,
        "altitude": facts.gps.altitude if facts.gps else None,
        "rating": max(said.rating or 0, 0),
        "flag": said.flag or 0,
        "label": _clean(said.label),
        "title": _clean(said.title),
        "caption": _clean(said.caption),
        "creator": _clean(said.creator),
        "copyright": _clean(said.copyright),
        "keywords": [_clean(word) for word in said.keywords or ()],
        "edited": False,
        "conflict": "",
        "version_name": "",
        "problems": problems,
    }


def _later(one: str, other: str) -> bool:
    try:
        first, second = (datetime.fromisoformat(text) for text in (one, other))
    except ValueError:
        return False
    return _aware(first) > _aware(second)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clean(text: str | None) -> str:
    """As SQLite can keep it."""
    return (text or "")[:_LONGEST].encode("utf-8", "replace").decode().replace("\0", "")


def _look(request: dict[str, Any]) -> serving.Reply:
    """request["photos"]: (path, sidecar or None) of each. A result for each; None for one that is gone."""
    found: list[dict[str, Any] | None] = []
    for path, sidecar in request["photos"]:
        try:
            found.append(look(Path(path), Path(sidecar) if sidecar else None))
        except FileNotFoundError:
            found.append(None)
        except OSError as error:
            reason = error.strerror or str(error)
            found.append({"error": f"{Path(path).name} cannot be read: {reason}."})
    return found, []


def _digest(request: dict[str, Any]) -> serving.Reply:
    return digest_of(Path(request["path"])).hex(), []


if __name__ == "__main__":
    serving.main({"look": _look, "digest": _digest})
