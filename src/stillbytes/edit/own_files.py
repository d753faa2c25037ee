"""Files of a person's own that edits name, of one kind in one folder: look-up tables, camera profiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import SidecarError, StillbytesError
from stillbytes.core.filenames import made_plain
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """what: a word for one of them. unreadable: raised for a file that cannot be one. Files may also be put into the
    folder by hand, and into folders below it."""

    folder: Path
    what: str
    extensions: tuple[str, ...]
    most_bytes: int
    unreadable: type[StillbytesError]

    def paths(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for path in sorted(self.folder.rglob("*")):
                if path.suffix.lower() in self.extensions and not path.name.startswith("."):
                    yield path

    def content(self, path: Path) -> bytes:
        """Of a file anywhere. Raises `unreadable`."""
        try:
            if path.stat().st_size > self.most_bytes:
                raise self.unreadable(f"{path.name} is larger than any {self.what}.", "Choose another file.")
            return path.read_bytes()
        except OSError as error:
            problem = f"{path} could not be read: {error.strerror or error}."
            raise self.unreadable(problem, "Check its name and rights.") from error

    def keep(self, content: bytes, name: str) -> Path:
        """Write it under that name, or that name with a number. Raises SidecarError."""
        stem, extension = made_plain(name.rpartition(".")[0]), name.rpartition(".")[2].lower()
        path, number = self.folder / f"{stem}.{extension}", 2
        while path.exists():
            path, number = self.folder / f"{stem} {number}.{extension}", number + 1
        try:
            write_atomically(path, content)
        except OSError as error:
            problem = said(
                "The {what} {file} could not be written: {why}.",
                what=self.what,
                file=path.name,
                why=str(error.strerror or error),
            )
            raise SidecarError(
                problem, said("Check the rights of {folder} and the free space.", folder=self.folder)
            ) from error
        return path

    def remove(self, path: Path) -> None:
        """Raises SidecarError."""
        try:
            path.unlink()
        except OSError as error:
            problem = said("{file} could not be removed: {why}.", file=path, why=str(error.strerror or error))
            raise SidecarError(problem, "Check its rights.") from error
