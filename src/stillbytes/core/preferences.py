"""What a person has chosen for this machine: one JSON file in STILLBYTES_HOME, every field with a default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from stillbytes.core import paths
from stillbytes.core.device import Device
from stillbytes.core.errors import StillbytesError
from stillbytes.core.files import lock, write_atomically
from stillbytes.core.saying import said

Command = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
Keys = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f]{1,40}$")]
Shortcuts = Annotated[dict[Command, Annotated[tuple[Keys, ...], Field(max_length=6)]], Field(max_length=500)]
"""Of the page, by command: its combinations of keys (`Mod+Shift+Z`), in place of the usual ones."""

Language = Literal["en", "de", "es"]
"""Of the page and of what the declarations say."""

Appearance = Literal["dark", "grey", "light"]
"""Of the page: its greys."""

Keyboard = Literal["us", "de", "es"]


class _Choices(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LlamaPreferences(_Choices):
    """The language engine. url: a running OpenAI-compatible server, used as it is. program: path of llama-server."""

    url: str | None = None
    program: Path | None = None
    model: str | None = None
    """Id of the language model to use, or None for the planner's choice."""
    think: bool = False
    """Whether a model that can think before it answers may do so, which takes several times as long."""


class ComfyPreferences(_Choices):
    """The image engine. url: a running ComfyUI. folder: a local one, started with `python` or the one inside it."""

    url: str | None = None
    folder: Path | None = None
    python: Path | None = None


class Preferences(_Choices):
    """vram_mib: the most device memory we take, None for all there is. models: folders to look for models in.

    generated: whether pixels that a model made are shown and made. Without, patches of models are left out everywhere;
    what is taken from the photo itself stays.

    captions: whether captions and keywords are suggested by themselves while nothing else is done.

    device: what draws the look stage where it can; the processor always can.

    language: of the page; None for what the browser asks for.

    appearance: of the page.

    keyboard: whose usual shortcuts the page has; None for the one that the browser tells. shortcuts: instead of these.
    Commands that this release has not are kept.
    """

    llama: LlamaPreferences = LlamaPreferences()
    comfyui: ComfyPreferences = ComfyPreferences()
    models: tuple[Path, ...] = ()
    vram_mib: int | None = Field(default=None, ge=0)
    generated: bool = True
    captions: bool = True
    device: Device = "cpu"
    language: Language | None = None
    appearance: Appearance = "dark"
    keyboard: Keyboard | None = None
    shortcuts: Shortcuts = {}


def path() -> Path:
    return paths.preferences()


def load() -> Preferences:
    """What was saved, or the defaults. Raises StillbytesError for a file that is not ours."""
    try:
        return Preferences.model_validate_json(path().read_bytes())
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise StillbytesError(
            said(
                "The preferences in {file} cannot be read: {these}.",
                file=path(),
                these=" ".join(str(error).split())[:300],
            ),
            "Mend the file, or remove it to start from the defaults.",
        ) from error


def generated() -> bool:
    """Whether pixels that a model made may be shown. Preferences that cannot be read forbid nothing, since whoever
    loads them is told. Read anew only when the file changed."""
    try:
        status = path().stat()
    except OSError:
        return True
    return _generated(path(), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _generated(place: Path, changed: int, size: int) -> bool:
    del place, changed, size
    try:
        return load().generated
    except StillbytesError:
        return True


def refuse_generated(task: str) -> None:
    """Raises StillbytesError where pixels of models are not wanted. task: what was asked for, for people."""
    if not generated():
        raise StillbytesError(
            said("{task} makes pixels with a model, and generated pixels are switched off.", task=task),
            "Switch them on with `stillbytes generated --on`, or use what takes the photo's own pixels: heal, clone, "
            "remove.",
        )


def change(**fields: Any) -> Preferences:
    """Save with these fields in place of what they were; what others change at the same moment is kept.

    Raises StillbytesError when the file cannot be read or written, and leaves it alone.
    """
    with _alone():
        changed = load().model_copy(update=fields)
        save(changed)
    return changed


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time, of all threads and programs; where the place or its file system knows no locks, as it comes."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        held = path().with_suffix(".lock").open("ab")
    except OSError:  # saving tells what is wrong
        yield
        return
    with held:
        with suppress(OSError):
            lock(held.fileno(), wait=True)
        yield


def save(preferences: Preferences) -> None:
    """Raises StillbytesError when they cannot be written; the old ones are kept then."""
    try:
        text = json.dumps(preferences.model_dump(mode="json", exclude_defaults=True), indent=2)
        write_atomically(path(), text.encode() + b"\n")
    except OSError as error:
        raise StillbytesError(
            said("The preferences cannot be written: {why}.", why=str(error)),
            said("Is {parent} writable?", parent=path().parent),
        ) from error
