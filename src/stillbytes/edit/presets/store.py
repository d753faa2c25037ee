"""The presets that there are: those that come with the program, and the user's in STILLBYTES_HOME/presets."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.core.filenames import made_plain
from stillbytes.core.files import write_atomically
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.edit.presets.files import EXTENSIONS, load, opened, stored
from stillbytes.edit.presets.preset import Preset

MOST_KEPT = 1000
"""The user's presets that are not read again as long as their files are the same."""
log = logging.getLogger(__name__)


class Presets:
    """One file each, GROUP/NAME.xmp below `folder`. What is there is read anew each time, so files may be put there."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home() / "presets" if folder is None else folder

    def all(self) -> list[Preset]:
        """Those of the program first, then the user's, by group and name. A file that is no preset is passed over."""
        return [*bundled(), *(preset for _, preset in self._own())]

    def find(self, name: str) -> Preset:
        """By its id, or by its name alone, whatever the case. Raises InvalidSetting."""
        wanted = name.casefold()
        every = self.all()
        for found in (
            [preset for preset in every if preset.id.casefold() == wanted],
            [preset for preset in every if preset.name.casefold() == wanted],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(preset.id for preset in found)
                raise InvalidSetting(
                    said("There are {number} presets called {name!r}.", number=len(found), name=name),
                    said("Use one of {ids}.", ids=ids),
                )
        raise InvalidSetting(
            said("There is no preset called {name!r}.", name=name[:80]),
            "`stillbytes presets list` shows what there is.",
        )

    def keep(self, preset: Preset) -> Preset:
        """Write it among the user's; one of the same group and name is replaced. Raises SidecarError."""
        before = next((path for path, own in self._own() if own.id == preset.id), None)
        path = before or self.folder / made_plain(preset.group) / f"{made_plain(preset.name)}.xmp"
        try:
            write_atomically(path.with_suffix(".xmp"), stored(preset))
            if before is not None and before.suffix.lower() != ".xmp":
                before.unlink()  # of the other kind
        except OSError as error:
            problem = said(
                "The preset {preset} could not be written: {why}.", preset=preset.name, why=str(error.strerror or error)
            )
            raise SidecarError(
                problem, said("Check the rights of {folder} and the free space.", folder=self.folder)
            ) from error
        return replace(preset, own=True)

    def take(self, content: bytes, name: str, group: str = "") -> Preset:
        """Keep the preset in the content of the file `name`. Raises SidecarError."""
        return self.keep(opened(content, name, group))

    def remove(self, name: str) -> Preset:
        """Raises InvalidSetting for one that there is not or that comes with the program, SidecarError."""
        preset = self.find(name)
        if not preset.own:
            raise InvalidSetting(
                said("{preset} comes with Stillbytes and stays.", preset=preset.name), "Remove presets of your own."
            )
        path = next(path for path, own in self._own() if own.id == preset.id)
        try:
            path.unlink()
        except OSError as error:
            raise SidecarError(
                said("{file} could not be removed: {why}.", file=path, why=str(error.strerror or error)),
                "Check its rights.",
            ) from error
        return preset

    def _own(self) -> Iterator[tuple[Path, Preset]]:
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.rglob("*")):
            if path.suffix.lower() in EXTENSIONS and path.is_file():
                group = "" if path.parent == self.folder else path.parent.name
                try:
                    state = path.stat()
                    yield path, _loaded(path, group, state.st_mtime_ns, state.st_size)
                except (SidecarError, OSError) as problem:
                    log.warning("%s", problem)


@cache
def bundled() -> tuple[Preset, ...]:
    """Those that come with the program, by group and name."""
    found = []
    for group in sorted(files(__package__).joinpath("bundled").iterdir(), key=lambda entry: entry.name):
        if group.is_dir():
            for file in sorted(group.iterdir(), key=lambda entry: entry.name):
                with contextlib.suppress(SidecarError):
                    found.append(opened(file.read_bytes(), file.name, group.name, own=False))
    return tuple(found)


@lru_cache(MOST_KEPT)
def _loaded(path: Path, group: str, changed: int, size: int) -> Preset:
    """changed, size: of the file, so that one that was written anew is read anew. Raises SidecarError."""
    return load(path, group)
