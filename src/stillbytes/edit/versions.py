"""The versions of a photo (virtual copies): each an edit of its own, with its own history, snapshots and rating.

The photo's own version is in its sidecar, NAME.xmp, where every other program looks. Each further one is in
NAME.EXTENSION.version-NUMBER.xmp beside it: a whole sidecar that is written by itself, atomically. Pixels of masks and
patches belong to the photo and are shared. Why so: docs/decisions/010-versions-are-sidecars.md.
"""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import InvalidSetting, NotFound, SidecarError
from stillbytes.core.saying import said
from stillbytes.edit import sidecar
from stillbytes.edit.foreign.rawtherapee import EXTENSION
from stillbytes.edit.snapshots import LONGEST_NAME, named
from stillbytes.edit.version_names import MAIN, MOST, further, sidecar_name
from stillbytes.edit.xmp import NO_XML, Packet

DELETED = "deleted"
"""The folder among the photo's pixel files that deleted versions wait in."""
_NAME = re.compile(rb"VersionName\s*(?:=\s*\"([^\"]*)\"|=\s*'([^']*)'|>([^<]*)<)")


@dataclass(frozen=True, slots=True)
class Version:
    """number: stays the same whatever the version is called; MAIN for the photo's own. name: empty for that. sidecar:
    the file to read; None where there is none, as for a photo that was never edited."""

    number: int
    name: str
    sidecar: Path | None

    @property
    def main(self) -> bool:
        return self.number == MAIN


def listed(photo: Path, names: Collection[str] | None = None) -> list[Version]:
    """All versions of a photo, its own first, then by number. names: of the files in its folder, if they are known."""
    names = names_beside(photo) if names is None else names
    found = [Version(MAIN, "", sidecar.existing(photo))]
    for number, name in further(names).get(photo.name, {}).items():
        path = photo.with_name(name)
        found.append(Version(number, name_in(path, number), path))
    return found


def find(photo: Path, which: str | int) -> Version:
    """By number, or by name without regard to case; "" and "main" are the photo's own. Raises NotFound."""
    versions = listed(photo)
    wanted = str(which).strip().casefold()
    for one in versions:
        if one.name.casefold() == wanted or (one.main and wanted == "main"):
            return one
    for one in versions:
        if str(one.number) == wanted:
            return one
    there = ", ".join(one.name for one in versions[1:])
    raise NotFound(
        said("{photo} has no version {which!r}.", photo=photo.name, which=which),
        said("It has {there}, and its own.", there=there) if there else said("It has only its own."),
    )


def create(photo: Path, name: str = "", source: int | None = MAIN) -> Version:
    """A new version that begins as another one is: settings, history, snapshots, rating, keywords and all; with nothing
    at all where source is None.

    name: a free one is chosen where it is empty. Raises NotFound, InvalidSetting for a name that another version has,
    SidecarError.
    """
    with sidecar.changing:
        versions = listed(photo)
        if source is not None and all(one.number != source for one in versions):
            raise NotFound(
                said("{photo} has no version {source}.", photo=photo.name, source=source), "It may have been deleted."
            )
        first = max((one.number for one in (*versions, *deleted(photo))), default=MAIN) + 1
        called = _free(versions, name) if name.strip() else _unused(versions)
        from_ = None if source is None else sidecar.existing(photo, source)
        packet = Packet(_content(photo, from_), from_.name) if from_ is not None else Packet()
        if packet.text("crs:RawFileName") is None:
            packet.put("crs:RawFileName", NO_XML.sub("?", photo.name))
        packet.put("sb:VersionName", called)
        number, path = _claimed(photo.parent, photo.name, first)
        try:
            sidecar.replace(path, packet.content())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Version(number, called, path)


def rename(photo: Path, number: int, name: str) -> Version:
    """Raises NotFound, InvalidSetting for a name that another version has and for the photo's own, SidecarError."""
    with sidecar.changing:
        versions = listed(photo)
        one = _further(photo, versions, number, said("has no name of its own"))
        called = _free([other for other in versions if other.number != number], name)
        path = photo.with_name(sidecar_name(photo.name, number))
        packet = Packet(sidecar.content_of(one.sidecar), one.sidecar.name) if one.sidecar is not None else Packet()
        packet.put("sb:VersionName", called)
        sidecar.replace(path, packet.content())
        return Version(number, called, path)


def delete(photo: Path, number: int) -> Version:
    """Take a version out of the photo's; `restore` brings back what is returned: by its number, which is another one
    where a deleted version has this one already.

    Raises NotFound, InvalidSetting for the photo's own, SidecarError where its file cannot be moved and where darktable
    has it, too: it would stay, as it is there.
    """
    with sidecar.changing:
        one = _further(photo, listed(photo), number, said("cannot be deleted; reset it instead"))
        path = photo.with_name(sidecar_name(photo.name, number))
        theirs = sidecar.darktables(photo, number)
        if theirs is not None or not path.is_file():
            other = theirs.name if theirs is not None else "a file"
            raise SidecarError(
                said("{what} is a duplicate of darktable's ({other}).", what=one.name, other=other),
                "Delete it in darktable.",
            )
        gone = [other.number for other in deleted(photo)]
        if number in gone:
            number = max(*gone, *(other.number for other in listed(photo))) + 1
        return Version(*_moved(photo, path, _deleted_folder(photo), number, one.name))


def restore(photo: Path, number: int | None = None) -> Version:
    """Bring back a deleted version, the last one that was deleted when None; where its number or its name is another
    version's meanwhile, with a free one. Raises NotFound, SidecarError."""
    with sidecar.changing:
        there = [one for one in deleted(photo) if number in (None, one.number)]
        if not there:
            raise NotFound(
                said("{photo} has no deleted version{value}.", photo=photo.name, value=f" {number}" if number else ""),
                "",
            )
        one, versions = there[-1], listed(photo)
        path = _deleted_folder(photo) / sidecar_name(photo.name, one.number)
        number, name = one.number, _unlike(versions, one.name)
        if any(other.number == number for other in versions):
            number = max(other.number for other in (*versions, *deleted(photo))) + 1
        if (number, name) != (one.number, one.name):
            packet = Packet(sidecar.content_of(path), path.name)
            packet.put("sb:VersionName", name)
            sidecar.replace(path, packet.content())
        return Version(*_moved(photo, path, photo.parent, number, name))


def deleted(photo: Path) -> list[Version]:
    """The deleted versions that can be brought back, in the order in which they were deleted."""
    try:
        found = {path.name: path for path in _deleted_folder(photo).iterdir()}
    except OSError:
        return []
    numbers = further({photo.name, *found}).get(photo.name, {})
    kept = [Version(n, name_in(found[name], n), found[name]) for n, name in numbers.items()]
    return sorted(kept, key=lambda one: _moved_at(found[sidecar_name(photo.name, one.number)]))


def name_in(path: Path, number: int) -> str:
    """The name that a further version's sidecar gives it; quick, for lists."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    return name_of(content) or f"Version {number}"


def name_of(content: bytes) -> str:
    """The name in a sidecar with this content; empty where there is none."""
    found = _NAME.search(content)
    text = next((group for group in found.groups() if group is not None), b"") if found else b""
    return " ".join(html.unescape(text.decode(errors="replace")).split())


def names_beside(photo: Path) -> set[str]:
    """Of the files in the photo's folder; none where it cannot be read."""
    try:
        return {path.name for path in photo.parent.iterdir()}
    except OSError:
        return set()


def _further(photo: Path, versions: list[Version], number: int, why: str) -> Version:
    if number == MAIN:
        raise InvalidSetting(
            said("The own version of {photo} {why}.", photo=photo.name, why=why), "Further versions can."
        )
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(
        said("{photo} has no version {number}.", photo=photo.name, number=number), "It may have been deleted."
    )


def _free(versions: list[Version], name: str) -> str:
    wanted = named(name)
    if wanted.casefold() == "main" or any(one.name.casefold() == wanted.casefold() for one in versions):
        raise InvalidSetting(said("There is a version {wanted} already.", wanted=wanted), "Choose another name.")
    return wanted


def _unused(versions: list[Version]) -> str:
    """As Lightroom calls them: Copy 1, Copy 2 ..."""
    taken = {one.name.casefold() for one in versions}
    return next(name for n in range(1, MOST + 2) if (name := f"Copy {n}").casefold() not in taken)


def _unlike(versions: list[Version], name: str) -> str:
    """This name, with a number where another version has it."""
    taken = {"main", *(one.name.casefold() for one in versions)}
    names = (name, *(f"{name[: LONGEST_NAME - 5]} {n}" for n in range(2, MOST + 2)))
    return next(called for called in names if called.casefold() not in taken)


def _content(photo: Path, path: Path) -> bytes:
    """Of a sidecar; of a new one that says the same where it is a profile of RawTherapee's."""
    if not path.name.lower().endswith(EXTENSION):
        return sidecar.content_of(path)
    from stillbytes.edit.photo import Photo  # noqa: PLC0415 - seldom

    upright = Photo(photo).upright
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.xmp"
        return sidecar.write(photo, sidecar.read_file(path, *upright).settings, (), 0, *upright, draft)


def _claimed(folder: Path, photo: str, number: int) -> tuple[int, Path]:
    """The first number from this one on that is free there, and its sidecar: empty, so that nobody else takes it."""
    while number <= MOST:
        path = folder / sidecar_name(photo, number)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
            return number, path
        except FileExistsError:  # another process', or of a file system that knows the photo by another spelling, too
            number += 1
        except OSError as error:
            problem = said("{file} could not be written: {why}.", file=path.name, why=str(error.strerror or error))
            raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error
    raise InvalidSetting(
        said("{photo} has too many versions.", photo=photo),
        said("Version {most} is the last that there can be.", most=MOST),
    )


def _deleted_folder(photo: Path) -> Path:
    return sidecar.pixels_for(photo) / DELETED


def _moved(photo: Path, path: Path, folder: Path, number: int, name: str) -> tuple[int, str, Path]:
    """The version whose sidecar now is in that folder, under this number or the next free one. Within one file system,
    at once or not at all; nothing is replaced."""
    number, target = _claimed(folder, photo.name, number)
    try:
        path.touch()  # says when
        path.replace(target)
        return number, name, target
    except OSError as error:
        target.unlink(missing_ok=True)
        problem = said("{file} could not be moved: {why}.", file=path.name, why=str(error.strerror or error))
        raise SidecarError(problem, "Check that the folder is writable.") from error


def _moved_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
