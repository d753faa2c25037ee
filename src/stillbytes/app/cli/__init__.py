"""The command line. Each command is one file here; only the one that was asked for is loaded."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib.util
import itertools
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from stillbytes.core import blas


def task_names() -> tuple[str, ...]:
    """Of the generative tasks, one file each, none of which is imported for that."""
    found = importlib.util.find_spec("stillbytes.generate.tasks")
    places = found.submodule_search_locations if found else None
    files = [file for place in places or () for file in Path(place).iterdir()]
    names = {file.stem for file in files if file.suffix in (".py", ".pyc") and not file.stem.startswith("_")}
    return tuple(name.replace("_", "-") for name in sorted(names))


def own_names() -> list[str]:
    """Of a person's own workflows, which are tasks too; only who has some waits for them to be read."""
    from stillbytes.core import paths  # noqa: PLC0415 - not for what is known without

    if not any((paths.home() / "workflows").glob("*.json")):
        return []
    from stillbytes.generate.own_tasks import own_tasks  # noqa: PLC0415

    return [name for name in own_tasks() if name not in COMMANDS]


COMMANDS = (
    "open",
    "app",
    "develop",
    "batch",
    "ask",
    "mask",
    *task_names(),
    "heal",
    "denoise",
    "match",
    "generated",
    "info",
    "versions",
    "snapshots",
    "lenses",
    "params",
    "presets",
    "profiles",
    "luts",
    "doctor",
    "device",
    "models",
    "engines",
    "serve",
    "gpu",
    "library",
    "import",
    "mcp",
)
"""The modules of `commands`, and the generative tasks, in the order of the help."""
DECODING = ("develop", "mask", *task_names(), "heal", "denoise", "match", "info")
_OF_ALL = ("--help", "-h", "--version")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 failed with a message, 2 wrong usage."""
    given = with_command(sys.argv[1:] if arguments is None else arguments)
    try:
        blas.use_one_thread()
        if given[0] in DECODING and not {"--help", "-h"} & set(given):
            with contextlib.suppress(ImportError):  # it comes up again, and is told, when the command needs it
                _begin(given)  # first of all: the decoder works while the rest is imported
        from stillbytes.app.cli.run import run  # noqa: PLC0415

        return run(given)
    except KeyboardInterrupt:  # while all this was imported
        print("stillbytes: Stopped.", file=sys.stderr)
        return 1


def console() -> None:
    """The program: `main`, and no time lost with taking everything in memory apart."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # Windows, started by a click
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115
    gc.disable()  # until the command is there: nothing that is imported is garbage
    status = main()
    # What Py_FinalizeEx begins with: threads that are waited for, and what was asked to be done at the end.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):  # whoever read it may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _begin(arguments: Sequence[str]) -> None:
    """Have the first photo decoded, or at least a decoding process started. A wrong guess costs nothing but that."""
    from stillbytes.photo.process import start_ahead  # noqa: PLC0415

    start_ahead()
    if arguments[0] == "develop":
        from stillbytes.core import memory  # noqa: PLC0415

        memory.keep_freed()  # before there are threads
    from stillbytes.photo.decode import begin, warm_up  # noqa: PLC0415
    from stillbytes.photo.formats import is_photo  # noqa: PLC0415

    pairs = itertools.pairwise(arguments)
    photos = [Path(given) for before, given in pairs if not before.startswith("-") and is_photo(Path(given))]
    if photos and arguments[0] == "develop":
        begin(photos[0].expanduser())
    else:
        warm_up()


def with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with `open` before a path or an option of it, or instead of nothing.

    >>> with_command(["holiday/"]), with_command([]), with_command(["develop", "a.dng"])
    (['open', 'holiday/'], ['open'], ['develop', 'a.dng'])
    """
    if not arguments:
        return ["open"]
    first = arguments[0]
    if first in COMMANDS or first in _OF_ALL or (not Path(first).exists() and first in own_names()):
        return list(arguments)
    looks_like_path = any(mark in first for mark in "./\\~") or Path(first).exists()
    return ["open", *arguments] if looks_like_path or first.startswith("-") else list(arguments)
