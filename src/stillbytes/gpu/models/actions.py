"""What can be done with models: list, pull, verify, remove, and tell where they are. The command line, the page's
routes and the engines call these."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models import gguf, own, safetensors
from stillbytes.gpu.models.fetch import fetch
from stillbytes.gpu.models.fetch.download import Control, check_space, gigabytes
from stillbytes.gpu.models.folders import Kind as Place
from stillbytes.gpu.models.model import File, Kind, Licence, Model, Task
from stillbytes.gpu.models.registry import all_models, declared, get
from stillbytes.gpu.models.store import Store, fits

Verdict = Literal["ok", "unchecked", "missing", "damaged"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A model and how much of it is here. size: bytes on this disk where they are, declared ones where not.

    damage: what is wrong with its files as far as their headers tell, in words; "" when they are sound.
    """

    model: Model
    installed: bool
    size: int
    places: tuple[Place, ...]
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Pull:
    """What pulling a model means: the files that are not here yet, or damaged, of it and of what it needs.

    found: files that are elsewhere on this machine and so are not downloaded. estimated: whether `size` is exact.
    """

    models: tuple[Model, ...]
    missing: tuple[tuple[Model, File], ...]
    found: tuple[Path, ...]

    @property
    def size(self) -> int:
        return sum(file.size for _, file in self.missing)

    @property
    def estimated(self) -> bool:
        return any(file.estimated for _, file in self.missing)

    @property
    def licences(self) -> tuple[Licence, ...]:
        return tuple(dict.fromkeys(model.licence for model, _ in self.missing))


@dataclass(frozen=True, slots=True)
class Verified:
    """One file after a look at it. says: what is known or wrong, in words."""

    file: File
    path: Path | None
    verdict: Verdict
    says: str


@dataclass(frozen=True, slots=True)
class Removed:
    """freed: bytes. kept: files that stay, each with the reason."""

    removed: tuple[Path, ...]
    freed: int
    kept: tuple[tuple[Path, str], ...]


def list_models(store: Store, *, kind: Kind | None = None, task: Task | None = None) -> list[Listed]:
    """All declared models, or those of one kind or task."""
    wanted = [m for m in all_models() if (kind is None or m.kind == kind) and (task is None or task in m.tasks)]
    return [_listed(store, model) for model in wanted]


def with_needs(models: Iterable[Model]) -> tuple[Model, ...]:
    """The models and everything they need, what is needed first, each once."""
    ordered: dict[str, Model] = {}

    def add(model: Model) -> None:
        if model.id not in ordered:
            for id in model.needs:
                add(get(id))
            ordered[model.id] = model

    for model in models:
        add(model)
    return tuple(ordered.values())


def plan_pull(store: Store, models: Iterable[Model], control: Control | None = None) -> Pull:
    """What would be downloaded. With a control also compares contents, so that nothing is downloaded twice."""
    hashing = (lambda name: _tell(control, f"looking at {name}")) if control else None
    wanted = with_needs(models)
    missing: dict[str, tuple[Model, File]] = {}
    found: list[Path] = []
    for model in wanted:
        for file in model.files:
            if (here := store.find(file, hashing)) and not damaged(here.path):
                found.append(here.path)
            else:
                missing.setdefault(file.name, (model, file))
    return Pull(wanted, tuple(missing.values()), tuple(dict.fromkeys(found)))


def pull(store: Store, plan: Pull, control: Control) -> str:
    """Download what is missing, one file after the other, and say what was done.

    Progress counts the bytes of all files together. Raises ModelError, and Cancelled; what arrived whole stays, what
    arrived in part is kept for the next time.
    """
    if not plan.missing:
        return said("Everything is here already.")
    store.home.mkdir(parents=True, exist_ok=True)
    check_space(store.home, plan.size, "All of it")
    done = 0
    for number, (_, file) in enumerate(plan.missing, 1):
        every = len(plan.missing)
        of = said("{number} of {all}: ", number=number, all=every) if every > 1 else ""
        arrived = fetch(file, store.home / file.name, store.home / ".partial", _Shifted(control, done, plan.size, of))
        store.record(file, arrived.source, arrived.sha256)
        done += arrived.size
    store.refresh()
    return said("Downloaded {size} to {folder}.", size=gigabytes(done), folder=str(store.home))


def verify(store: Store, model: Model, control: Control) -> list[Verified]:
    """Read every file of a model and compare it with what was published, or at least with its own header.

    Raises Cancelled.
    """
    return [_verified(store, file, control) for file in model.files]


def add(store: Store, path: Path, id: str = "") -> Model:
    """Make a file that the person brought known as a model. Raises ModelError for one that cannot be used."""
    return own.add(path, store, frozenset(model.id for model in declared()), id)


def remove(store: Store, model: Model) -> Removed:
    """Remove the files of a model that Stillbytes downloaded, except those that another installed model uses.

    Files that somebody else put here are never touched; a model that the person brought is only forgotten.
    """
    if own.known(model.id):
        path = own.forget(model.id)
        store.refresh()
        return Removed((), 0, ((path, "yours, and only forgotten"),) if path else ())
    used = {f.name for m in all_models() if m.id != model.id and store.installed(m) for f in m.files}
    removed: list[Path] = []
    kept: list[tuple[Path, str]] = []
    freed = 0
    for file in model.files:
        found = store.find(file)
        if found is None:
            continue
        if not found.ours:
            kept.append((found.path, "not downloaded by Stillbytes"))
        elif file.name in used:
            kept.append((found.path, "used by another model"))
        else:
            _delete(found.path, store.home)
            store.forget(file)
            removed.append(found.path)
            freed += found.size
    store.refresh()
    return Removed(tuple(removed), freed, tuple(kept))


def where(store: Store, model: Model) -> dict[str, Path]:
    """The files of a model by role. Raises ModelError when one is missing."""
    found = store.files(model)
    for file in model.files:
        if file.role not in found:
            raise ModelError(
                said("{model} is not on this computer ({file} is missing).", model=model.title, file=file.name),
                said("`stillbytes models pull {model}` downloads it.", model=model.id),
            )
    return found


class _Shifted:
    """A control for one file of several."""

    def __init__(self, control: Control, before: int, total: int, prefix: str) -> None:
        self._control, self._before, self._total, self._prefix = control, before, total, prefix
        self.cancelled = control.cancelled

    def progress(self, done: int, total: int, message: str) -> None:
        doing = said("{number}{file}", number=self._prefix, file=message)
        self._control.progress(self._before + done, max(self._total, self._before + total), doing)


def _listed(store: Store, model: Model) -> Listed:
    found = [store.find(file) for file in model.files]
    here = [one for one in found if one]
    size = sum(one.size if one else file.size for one, file in zip(found, model.files, strict=True))
    places = tuple(dict.fromkeys(one.kind for one in here))
    damage = next((wrong for one in here if (wrong := damaged(one.path))), "")
    return Listed(model, len(here) == len(found), size, places, damage)


def _tell(control: Control | None, message: str) -> None:
    if control:
        if control.cancelled():
            raise Cancelled
        control.progress(0, 0, message)


def _verified(store: Store, file: File, control: Control) -> Verified:
    found = store.find(file)
    if found is None:
        own = store.home / file.name
        if own.is_file():
            says = f"it has {own.stat().st_size:,} bytes, not {file.size:,}"
            return Verified(file, own, "damaged", says)
        return Verified(file, None, "missing", "not on this computer")

    def progress(done: int) -> None:
        if control.cancelled():
            raise Cancelled
        control.progress(done, found.size, said("checking {file}", file=found.path.name))

    try:
        _check_header(found.path)
        told = file.sha256 or store.downloaded().get(file.name, {}).get("sha256")
        sha256 = store.sha256(found.path, progress, anew=True)
    except ModelError as error:
        return Verified(file, found.path, "damaged", error.message)
    if not fits(file, found.size):
        return Verified(file, found.path, "damaged", f"it has {found.size:,} bytes, not {file.size:,}")
    if told is None:
        return Verified(file, found.path, "unchecked", "nobody published its sha256; its header is sound")
    if sha256 != told:
        return Verified(file, found.path, "damaged", f"its sha256 is {sha256[:12]}..., not {told[:12]}...")
    return Verified(file, found.path, "ok", f"sha256 {sha256}")


def damaged(path: Path) -> str:
    """What is wrong with a file as far as its header tells, in words; "" for one that seems sound.

    Quick: nothing but the header is read, and that once as long as the file's size and date stay.
    """
    try:
        about = path.stat()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}."
    return _damaged(path, about.st_size, about.st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _damaged(path: Path, _size: int, _changed: int) -> str:
    try:
        _check_header(path)
    except ModelError as error:
        return error.message
    return ""


def _check_header(path: Path) -> None:
    """Raises ModelError when a file cannot be what its name says."""
    if path.suffix.lower() == ".gguf":
        gguf.read(path)
    elif path.suffix.lower() == ".safetensors":
        safetensors.read(path)


def _delete(path: Path, home: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise ModelError(
            said("{path} cannot be removed: {why}.", path=path, why=str(error.strerror or error)),
            "Is it in use? Stop the engines first.",
        ) from error
    for folder in path.parents:
        if folder == home or any(folder.iterdir()):
            return
        folder.rmdir()
