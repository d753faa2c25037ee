"""What an assistant of another program can do: look at photos in some folders, change them, and export.

Originals are never written, nothing is deleted or overwritten, and nothing outside of the folders is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stillbytes.app.mcp import changing, looking, making
from stillbytes.app.mcp.folders import Folders
from stillbytes.app.mcp.verb import Done, Verb
from stillbytes.core.errors import InvalidSetting, NotFound


class Verbs:
    """The verbs over some folders. read_only: only those that change nothing."""

    def __init__(self, folders: Sequence[Path], *, read_only: bool = False) -> None:
        reached = Folders(folders)
        found = looking.verbs(reached)
        if not read_only:
            found += [*changing.verbs(reached), *making.verbs(reached)]
        self.all: Mapping[str, Verb] = {verb.name: verb for verb in found}

    def do(self, name: str, arguments: Mapping[str, Any]) -> Done:
        """Raises StillbytesError."""
        if name not in self.all:
            raise NotFound(f"There is no tool {name[:60]!r}.", f"There are {', '.join(self.all)}.")
        verb = self.all[name]
        if unknown := set(arguments) - set(verb.properties):
            raise InvalidSetting(f"{name} has no {min(unknown)[:60]!r}.", f"It takes {', '.join(verb.properties)}.")
        if missing := [one for one in verb.required if one not in arguments]:
            raise InvalidSetting(f"{name} needs {missing[0]}.")
        return verb.do(arguments)
