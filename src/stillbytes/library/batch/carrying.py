"""One photo's part of a batch, carried out wherever there is a processor for it: on this machine or another.

What goes in and what comes out are JSON's types, so that any transport may carry them. Nothing is written where it
belongs: a picture is in a file of a name that nobody else has, and settings are told.
"""

from __future__ import annotations

import hashlib
import logging
import platform
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from stillbytes.core.errors import Cancelled, ExportError, StillbytesError, UnreadablePhoto
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Making, Means
from stillbytes.library.batch.tasks import AnyTask, task_of

log = logging.getLogger(__name__)


class Order(TypedDict):
    """release: of whoever gives it. target: where the file will be, None for tasks that make none."""

    release: str
    batch: str
    number: int
    task: dict[str, Any]
    photo: str
    version: int
    target: str | None


class Result(TypedDict, total=False):
    """by: the machine. With `part` (where the file is) and `digest` (of its bytes), or with `base` and `after` (the
    settings before and after), or with `error` (message and remedy), or with `cancelled`."""

    by: str
    note: str
    part: str
    digest: str
    base: dict[str, Any]
    after: dict[str, Any]
    error: tuple[str, str]
    cancelled: bool


Remap = Callable[[str], str]
"""A path as this machine knows it."""


def order_for(batch: str, task: AnyTask, number: int, photo: Path, version: int, target: Path | None) -> Order:
    from stillbytes import __version__  # noqa: PLC0415 - the package itself

    return Order(
        release=__version__, batch=batch, number=number, task=task.model_dump(mode="json"), photo=str(photo),
        version=version, target=None if target is None else str(target),
    )  # fmt: skip


def carry_out(order: Mapping[str, Any], means: Means | None = None) -> Result:
    """Do it. Never raises what a photo, a file system or a mistake of ours can bring about: that is told."""
    by, means = platform.node(), means or Means()
    try:
        return {"by": by, **_carried(order, means)}  # type: ignore[typeddict-item]
    except Cancelled:
        return {"by": by, "cancelled": True}
    except StillbytesError as error:
        return {"by": by, "error": (error.message, error.remedy)}
    except OSError as error:
        name = Path(order["photo"]).name
        return {"by": by, "error": (f"{name} could not be done: {error}.", "Check the folders and the free space.")}
    except Exception:  # of one photo: the others go on
        log.exception("photo %s of batch %s failed", order["number"], order["batch"])
        return {"by": by, "error": ("Something unexpected went wrong.", "The log says more.")}


def _carried(order: Mapping[str, Any], means: Means) -> dict[str, Any]:
    from stillbytes import __version__  # noqa: PLC0415 - the package itself

    if order["release"] != __version__:
        raise ExportError(
            f"{platform.node()} has Stillbytes {__version__}, and the batch is of {order['release']}.",
            "Have the same release on all machines.",
        )
    photo = Photo(Path(order["photo"]), order["version"])
    try:
        return _result(photo, task_of(order["task"]), order, means)
    finally:
        photo.let_go()


def _result(photo: Photo, task: AnyTask, order: Mapping[str, Any], means: Means) -> dict[str, Any]:
    if not photo.path.is_file():
        raise UnreadablePhoto(
            f"There is no photo at {photo.path} on {platform.node()}.", "Was it moved? Is the folder shared with it?"
        )
    if isinstance(task, Making):
        target = Path(order["target"])
        part = part_beside(target, order["batch"], order["number"])
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            note = task.make(photo, part, target.name, means)
            return {"note": note, "part": str(part), "digest": digest_of(part)}
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    base = photo.settings
    after, note = task.change(photo, means)
    return {"note": note, "base": dict(base), "after": dict(after)}


def part_beside(target: Path, batch: str, number: int) -> Path:
    """A name that no other try has, in the folder of the target, and hidden."""
    return target.with_name(f".{batch}-{number}-{uuid.uuid4().hex[:8]}{target.suffix}")


def left_over(folder: Path, batch: str, number: int | None = None) -> list[Path]:
    """What tries of a batch, or of one photo of it, have left in a folder; also what was not whole (two dots)."""
    name = f".{batch}-{'*' if number is None else number}-*"
    return sorted([*folder.glob(name), *folder.glob(f".{name}")])


def digest_of(path: Path) -> str:
    """Of every byte of a file, hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
