"""Exports with a name, kept in STILLBYTES_HOME/export-presets as JSON; two come with the program."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from stillbytes.core.errors import ExportError
from stillbytes.core.filenames import made_plain
from stillbytes.core.files import write_atomically
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.exporting.spec import Spec, spec_of

log = logging.getLogger(__name__)

BUNDLED = {
    "For the web": Spec(resize="long:2048", sharpen_for="screen", quality=85, metadata="copyright", gps=False),
    "For print": Spec(format="tiff16", space="adobe-rgb", sharpen_for="glossy", dpi=300),
}
MOST_BYTES = 1 << 16


class ExportPresets:
    """One file each. What is there is read anew each time."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home() / "export-presets" if folder is None else folder

    def all(self) -> dict[str, Spec]:
        """By name; those of the program first. A file that is none is passed over."""
        found = dict(BUNDLED)
        if self.folder.is_dir():
            for path in sorted(self.folder.glob("*.json")):
                try:
                    found[path.stem] = _read(path)
                except (OSError, ExportError, ValueError, RecursionError) as problem:
                    log.warning("%s is no preset of exports: %s", path, problem)
        return found

    def find(self, name: str) -> Spec:
        """Whatever the case. Raises ExportError."""
        every = self.all()
        if name in every:
            return every[name]
        for known, spec in every.items():
            if known.casefold() == name.casefold():
                return spec
        raise ExportError(
            said("There is no preset of exports called {name!r}.", name=name[:80]),
            said("There are {these}.", these=", ".join(every)),
        )

    def keep(self, name: str, spec: Spec) -> str:
        """Write it; one of the same name is replaced. Returns the name. Raises ExportError."""
        if made_plain(name) != name.strip():
            raise ExportError(
                said("A preset cannot be called {name!r}.", name=name[:80]), "Use letters, digits and spaces."
            )
        path = self.folder / f"{name.strip()}.json"
        try:
            write_atomically(path, json.dumps(spec.stored(), indent=1).encode())
        except OSError as error:
            raise ExportError(
                said("{file} could not be written: {why}.", file=path, why=str(error.strerror or error)),
                "Check its rights.",
            ) from error
        return name.strip()

    def remove(self, name: str) -> None:
        """Raises ExportError for one that there is not or that comes with the program."""
        path = self.folder / f"{made_plain(name)}.json"
        if not path.is_file():
            raise ExportError(said("There is no preset of your own called {name!r}.", name=name[:80]), "")
        try:
            path.unlink()
        except OSError as error:
            raise ExportError(
                said("{file} could not be removed: {why}.", file=path, why=str(error.strerror or error)),
                "Check its rights.",
            ) from error


def _read(path: Path) -> Spec:
    """Raises OSError, ValueError, ExportError."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is too large")
    given = json.loads(path.read_bytes())
    if not isinstance(given, dict):
        raise ValueError("it is no object")
    spec = spec_of(given)
    format_of(path, spec.format)
    return spec
