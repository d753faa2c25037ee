"""Which files of which models are on this machine, and where: downloaded by us, or found where others put them."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stillbytes.core import paths
from stillbytes.core.errors import ModelError
from stillbytes.core.files import write_atomically
from stillbytes.core.preferences import Preferences
from stillbytes.core.saying import said
from stillbytes.gpu.models.folders import Folder, Kind, Seen, files, known, ours
from stillbytes.gpu.models.model import File, HuggingFace, Model

CHUNK = 8 << 20
TOLERANCE = 0.25
"""How far an estimated size may be off."""
_COMMON = re.compile(
    r"(mmproj.*|model([-_].*)?|(diffusion_)?pytorch_model.*|encoder|decoder|unet|vae|tokenizer|vocab)\.\w+"
)
"""Names that many different files have: they tell nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a model on this disk. ours: downloaded by Stillbytes, which alone it removes again."""

    path: Path
    size: int
    kind: Kind
    ours: bool


class Store:
    """What lies in a set of folders. The folders are looked through once, when first needed; `refresh` forgets that.

    home: where Stillbytes' own downloads are.
    """

    def __init__(self, folders: tuple[Folder, ...], home: Path | None = None) -> None:
        self.home = home or ours()
        self._folders = folders
        self._hashes = _Hashes()

    def refresh(self) -> None:
        self.__dict__.pop("_seen", None)

    @functools.cached_property
    def _seen(self) -> dict[Kind, list[Seen]]:
        found: dict[Kind, list[Seen]] = {}
        for folder in self._folders:
            found.setdefault(folder.kind, []).extend(files(folder))
        return found

    def find(self, file: File, hashing: Callable[[str], None] | None = None) -> Found | None:
        """Where the file is, or None.

        It is recognised by its place in our folder, by the content its place is named after, by repository and path,
        or by name and size. hashing: also compare the content of files of the right size, which takes a second for
        each gigabyte that was not read before; it is told which file is read.
        """
        own = self.home / file.name
        if (size := _size(own)) is not None and fits(file, size):
            return Found(own, size, "stillbytes", file.name in self.downloaded())
        everywhere = [seen for of_kind in self._seen.values() for seen in of_kind if fits(file, seen.size)]
        for tells in (_content, _origin, _name):
            for seen in everywhere:
                if tells(file, seen):
                    return Found(seen.path, seen.size, seen.kind, False)
        if hashing and file.sha256 and not file.estimated:
            for seen in everywhere:
                if seen.sha256 is None:
                    hashing(str(seen.path))
                    if self.sha256(seen.path) == file.sha256:
                        return Found(seen.path, seen.size, seen.kind, False)
        return None

    def files(self, model: Model) -> dict[str, Path]:
        """By role, those that are here."""
        return {file.role: found.path for file in model.files if (found := self.find(file))}

    def installed(self, model: Model) -> bool:
        """Whether all of its own files are here; what it needs besides is not asked."""
        return all(self.find(file) for file in model.files)

    def lost(self, model: Model) -> bool:
        """Whether it was downloaded, and a file of it is gone or has another size by now."""
        downloaded = self.downloaded()
        return any(file.name in downloaded and self.find(file) is None for file in model.files)

    def sha256(self, path: Path, progress: Callable[[int], None] | None = None, anew: bool = False) -> str:
        """Of a file's content, remembered as long as its size and date stay, unless it is to be read anew.

        Raises ModelError when it cannot be read.
        """
        return self._hashes.of(path, progress or (lambda done: None), anew)

    def downloaded(self) -> dict[str, dict[str, str]]:
        """What Stillbytes brought into its folder: name -> source and sha256."""
        try:
            told = json.loads((self.home / "downloaded.json").read_bytes())
            return {str(name): dict(about) for name, about in told.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def record(self, file: File, source: str, sha256: str) -> None:
        self._write({**self.downloaded(), file.name: {"source": source, "sha256": sha256}})
        self._hashes.remember(self.home / file.name, sha256)

    def forget(self, file: File) -> None:
        self._write({name: about for name, about in self.downloaded().items() if name != file.name})

    def _write(self, records: dict[str, dict[str, str]]) -> None:
        write_atomically(self.home / "downloaded.json", json.dumps(records, indent=2, sort_keys=True).encode())


def open_store(preferences: Preferences) -> Store:
    """The store of this machine, as the person's preferences describe it."""
    return Store(known(preferences))


def here() -> Callable[[Model | str], bool]:
    """Tells whether a model, or that of an id, is on this machine: without a broker, so also while none is ready."""
    from stillbytes.core import preferences  # noqa: PLC0415 - whoever has a store does without both
    from stillbytes.gpu.models import registry  # noqa: PLC0415

    store = open_store(preferences.load())
    return lambda model: store.installed(registry.get(model) if isinstance(model, str) else model)


def fits(file: File, size: int) -> bool:
    """Whether a file of `size` bytes can be it."""
    return abs(size - file.size) <= file.size * TOLERANCE if file.estimated else size == file.size


def _content(file: File, seen: Seen) -> bool:
    return file.sha256 is not None and seen.sha256 == file.sha256


def _origin(file: File, seen: Seen) -> bool:
    """The hub's cache, LM Studio and Ollama keep the repository's name."""
    if not seen.of or (seen.sha256 and file.sha256):
        return False  # contents that are both known were compared already
    for source in (file.source, *file.mirrors):
        if isinstance(source, HuggingFace):
            whole = f"{source.repository}/{source.path}".lower()
            repository, _, tag = seen.of.lower().partition(":")
            if seen.of.lower() == whole or (tag and repository == source.repository.lower() and tag in whole):
                return True
    return False


def _name(file: File, seen: Seen) -> bool:
    if seen.sha256 and file.sha256:
        return False
    names = {PurePosixPath(file.name).name.lower()}
    names |= {PurePosixPath(s.path).name.lower() for s in (file.source, *file.mirrors) if isinstance(s, HuggingFace)}
    names = {name for name in names if not _COMMON.fullmatch(name)}
    return seen.path.name.lower() in names


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


class _Hashes:
    """sha256 of files by path, size and date, kept between runs."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int, str]] | None = None

    def of(self, path: Path, progress: Callable[[int], None], anew: bool) -> str:
        known = self._load()
        try:
            about = path.stat()
            entry = known.get(str(path.resolve()))
            if not anew and entry and entry[:2] == (about.st_size, about.st_mtime_ns):
                return entry[2]
            digest, done = hashlib.sha256(), 0
            with path.open("rb") as file:
                while data := file.read(CHUNK):
                    digest.update(data)
                    done += len(data)
                    progress(done)
        except OSError as error:
            raise ModelError(
                said("{path} cannot be read: {why}.", path=path, why=str(error.strerror or error))
            ) from error
        self.remember(path, digest.hexdigest())
        return digest.hexdigest()

    def remember(self, path: Path, sha256: str) -> None:
        known = self._load()
        with contextlib.suppress(OSError):  # it is only a cache
            about = path.stat()
            known[str(path.resolve())] = (about.st_size, about.st_mtime_ns, sha256)
            write_atomically(paths.cache("models") / "hashes.json", json.dumps(known).encode())

    def _load(self) -> dict[str, tuple[int, int, str]]:
        if self._known is None:
            try:
                told = json.loads((paths.cache("models") / "hashes.json").read_bytes())
                self._known = {str(p): (int(size), int(date), str(sha)) for p, (size, date, sha) in told.items()}
            except (OSError, ValueError, TypeError, AttributeError):
                self._known = {}
        return self._known
