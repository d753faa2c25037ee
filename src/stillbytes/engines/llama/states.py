"""Prompt states on disk: what a model made of a long system prompt, read once and not again after every swap."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from stillbytes.core import paths

LIMIT_MIB = 2048
"""A state of 2,000 tokens takes 45 MiB for the smallest models and about 250 MiB for one of 8 B at 16 bits."""


class PromptStates:
    """The folder that llama-server writes to and reads from. The least recently used go first when it grows too big."""

    def __init__(self, folder: Path | None = None, limit_mib: int = LIMIT_MIB) -> None:
        self.folder = folder if folder is not None else paths.cache("llama-prompts")
        self._limit = limit_mib << 20

    def name(self, model: Path, flags: Sequence[str], tokens: Sequence[int]) -> str:
        """The file for a prompt of a model that was started with `flags`; other flags make other states."""
        state = model.stat()
        facts = [str(model.resolve()), state.st_size, state.st_mtime_ns, list(flags), list(tokens)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest() + ".state"

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def unfinished(self, name: str) -> str:
        """What a state is called while it is written, so that a power cut leaves no half state behind."""
        return f"{name}.part"

    def keep(self, name: str) -> None:
        """It is written whole: give it its name, and make room."""
        with contextlib.suppress(OSError):
            (self.folder / self.unfinished(name)).replace(self.folder / name)
        self.prune()

    def used(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.folder / name).touch()

    def drop(self, name: str) -> None:
        for one in (name, self.unfinished(name)):
            with contextlib.suppress(OSError):
                (self.folder / one).unlink(missing_ok=True)

    def prune(self) -> None:
        """Remove the least recently used until the rest is within the limit."""
        found = []
        for path in self.folder.glob("*.state*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.append((state.st_mtime_ns, state.st_size, path))
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if left <= self._limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                left -= size
