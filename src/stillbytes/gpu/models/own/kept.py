"""The list of models that the person brought: own.json beside the downloads, and a link where ComfyUI looks.

A file of theirs is never moved, changed or removed.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from stillbytes.core.errors import ModelError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.gpu.models import safetensors
from stillbytes.gpu.models.folders import ours
from stillbytes.gpu.models.model import (
    Architecture,
    DiffusionArchitecture,
    File,
    Licence,
    Local,
    Model,
    NetworkArchitecture,
    Task,
)
from stillbytes.gpu.models.own import links
from stillbytes.gpu.models.own.detect import Detected, detect
from stillbytes.gpu.models.store import Store

YOURS = Licence("unknown: yours", "", commercial=False)
"""Nobody but the person can know what they may do with it."""
TASKS: dict[str, tuple[Task, ...]] = {
    "flux.1-dev": ("create", "restyle"),
    "flux.1-schnell": ("create", "restyle"),
    "upscaler": ("upscale",),
}
"""Of families that nothing is declared of."""
FLUX = DiffusionArchitecture(
    parameters=11.9e9, activation=3.1, step_tflop=69.5, steps=20, guided=False, latent_channels=16
)
"""As gpu/estimate/diffusion.csv has it."""
MOST_MODELS = 10_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """One of them as it is written down. name: of the file below the models folder, or of the link to it."""

    id: str
    path: str
    name: str
    size: int
    detected: Detected


_KEPT = TypeAdapter(Kept)


def models() -> tuple[Model, ...]:
    """All of them, as the registry lists models; read anew when the list has changed."""
    path = _list()
    try:
        about = path.stat()
    except OSError:
        return ()
    return _models(path, about.st_mtime_ns, about.st_size, about.st_ino)


def known(id: str) -> bool:
    return any(model.id == id for model in models())


def add(path: Path, store: Store, taken: frozenset[str], id: str = "") -> Model:
    """Take a file into the list, and make it visible to ComfyUI. taken: ids that others have.

    Raises ModelError for a file that cannot be read, is of no use, or cannot be linked, and for an id that is taken.
    """
    path = path.expanduser().absolute()
    if path.suffix.lower() not in (".safetensors", ".sft"):
        raise ModelError(
            said("{file} is no safetensors file.", file=path.name), "Other formats can hold programs and are not taken."
        )
    detected = detect(safetensors.read(path), path.name)
    entries = {one.id: one for one in _read(_list())}
    same = next((one for one in entries.values() if Path(one.path) == path), None)
    id = id or (same.id if same else _free(path, frozenset(entries) | taken))
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", id):
        raise ModelError(
            said("{id!r} cannot be an id.", id=id), "Use small letters, digits, points, underscores and dashes."
        )
    if id in taken or (id in entries and Path(entries[id].path) != path):
        raise ModelError(said("There is a model called {id!r} already.", id=id), "Choose another with --id.")
    if same and same.id != id:
        del entries[same.id]
    kept = Kept(id, str(path), f"{detected.folder}/{path.name}", path.stat().st_size, detected)
    if not _seen(store, kept):
        kept = _linked(kept, id)
    _write({**entries, id: kept})
    store.refresh()
    return next(model for model in models() if model.id == id)


def forget(id: str) -> Path | None:
    """Take it out of the list, and remove our link to it. Returns where the file stays; None for one unknown."""
    entries = {one.id: one for one in _read(_list())}
    gone = entries.pop(id, None)
    if gone is None:
        return None
    link, path = ours() / gone.name, Path(gone.path)
    if links.placed(link) != links.placed(path) and (
        links.same(link, path) or (link.is_symlink() and not link.exists())
    ):
        link.unlink(missing_ok=True)
    _write(entries)
    return path


def _list() -> Path:
    return ours() / "own.json"


def _read(path: Path) -> list[Kept]:
    """What the list says, without what cannot be understood."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("%s cannot be read: %s", path, error)
        return []
    found = []
    for entry in told[:MOST_MODELS] if isinstance(told, list) else []:
        try:
            found.append(_KEPT.validate_python(entry))
        except ValidationError as error:
            log.warning("an entry of %s is passed over: %s", path, error.errors()[0]["msg"])
    return found


def _write(entries: dict[str, Kept]) -> None:
    try:
        content = json.dumps(_LIST.dump_python(list(entries.values()), mode="json"), indent=2)
        write_atomically(_list(), content.encode())
    except OSError as error:
        raise ModelError(
            said("{file} cannot be written: {why}.", file=_list(), why=str(error.strerror or error)),
            "Is the disk full?",
        ) from error


_LIST: TypeAdapter[list[Kept]] = TypeAdapter(list[Kept])


@functools.lru_cache(maxsize=4)
def _models(path: Path, *_changed: int) -> tuple[Model, ...]:
    return tuple(_model(kept) for kept in _read(path))


def _model(kept: Kept) -> Model:
    from stillbytes.gpu.models import registry  # noqa: PLC0415 - it lists these models too

    about = kept.detected
    alike = [model for model in registry.declared() if model.family == about.family]
    quality = max([3, *(model.quality for model in alike)])  # it was brought to be used
    tasks = TASKS.get(about.family) or (alike[0].tasks if alike else ("create", "restyle", "fill"))
    return Model(
        id=kept.id,
        family=about.family,
        title=f"{Path(kept.path).stem} (yours)",
        kind=about.kind,
        engine="comfyui",
        tasks=tasks,
        precision=about.precision,
        architecture=_architecture(about, alike[0] if alike else None),
        files=(File(about.role, kept.name, Local(kept.path), kept.size),),
        licence=YOURS,
        quality=quality,
        facts=("Read from the file itself.",),
        needs=about.needs,
    )


def _architecture(about: Detected, alike: Model | None) -> Architecture:
    """That of its family, with the parameters that were counted."""
    if about.kind != "diffusion":
        side = alike.architecture.side if alike and isinstance(alike.architecture, NetworkArchitecture) else 512
        return NetworkArchitecture(about.parameters, side)
    family = alike.architecture if alike else FLUX
    assert isinstance(family, DiffusionArchitecture)
    return DiffusionArchitecture(
        parameters=about.parameters,
        activation=family.activation,
        step_tflop=family.step_tflop * about.parameters / family.parameters,
        steps=4 if about.family == "flux.1-schnell" else family.steps,
        guided=family.guided,
        downscale=family.downscale,
        latent_channels=family.latent_channels,
        pixels=family.pixels,
    )


def _free(path: Path, taken: frozenset[str]) -> str:
    """An id after the file's name."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")[:60] or "model"
    return next(id for n in range(1, MOST_MODELS) if (id := plain if n == 1 else f"{plain}-{n}") not in taken)


def _seen(store: Store, kept: Kept) -> bool:
    """Whether it lies where ComfyUI looks already."""
    found = store.find(File(kept.detected.role, kept.name, Local(kept.path), kept.size))
    return found is not None and found.kind in links.SEEN and found.path.resolve() == Path(kept.path).resolve()


def _linked(kept: Kept, id: str) -> Kept:
    """With a link in our models folder, under its own name where that is free."""
    path = Path(kept.path)
    for name in (kept.name, f"{kept.detected.folder}/{id}{path.suffix.lower()}"):
        link = ours() / name
        if links.same(link, path) or not link.exists():
            links.make(path, link)
            return _renamed(kept, name)
    raise ModelError(
        said("There are other files called {file} in {folder}.", file=path.name, folder=ours()),
        "Choose another id with --id.",
    )


def _renamed(kept: Kept, name: str) -> Kept:
    return Kept(kept.id, kept.path, name, kept.size, kept.detected)
