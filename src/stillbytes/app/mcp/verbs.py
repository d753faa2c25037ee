"""What an assistant of another program can do: look at photos in some folders, change them, and export.

Originals are never written, nothing is deleted or overwritten, and nothing outside of the folders is touched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import stillbytes
from stillbytes.assistant import asking, facts, tools
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.vocabulary import described
from stillbytes.core.errors import ExportError, InvalidSetting, NotFound, SidecarError
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Edit, format_of
from stillbytes.gpu.access import shared_access
from stillbytes.photo.encode import FORMATS, preview_jpeg
from stillbytes.photo.formats import is_photo

MOST_LISTED = 500
PREVIEW = 1024
Schema = Mapping[str, Any]
PHOTO: Schema = {"type": "string", "description": "Path of the photo, as list_photos gives it."}


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb came to: JSON, and a JPEG if it has a picture."""

    told: Mapping[str, Any]
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Verb:
    """properties: argument -> JSON schema. required: those that must be given. changes: whether it writes anything."""

    name: str
    says: str
    properties: Mapping[str, Schema]
    required: tuple[str, ...]
    changes: bool
    do: Callable[[Mapping[str, Any]], Done]

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
            "additionalProperties": False,
        }


class Verbs:
    """The verbs over some folders. read_only: only those that change nothing."""

    def __init__(self, folders: Sequence[Path], *, read_only: bool = False) -> None:
        self._folders = tuple(folder.expanduser().resolve() for folder in folders)
        found = [*self._looking(), *([] if read_only else self._changing())]
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

    def _looking(self) -> list[Verb]:
        size = {"type": "integer", "minimum": 64, "maximum": 2048, "description": "Long edge in pixels."}
        words = {"type": "string", "description": "What to change, in plain words."}
        slider = {"type": "string", "description": "Name of a slider, a tool or a part of the picture."}
        return [
            Verb("list_photos", "The photos in the folders.", {}, (), False, self._list),
            Verb("view", "The photo as it is edited now, and facts about it.", {"photo": PHOTO, "size": size},
                 ("photo",), False, self._view),
            Verb("propose", "What a request in plain words would change; nothing is changed.",
                 {"photo": PHOTO, "request": words}, ("photo", "request"), False, self._propose),
            Verb("explain", "What a slider or tool does.", {"name": slider}, ("name",), False, self._explain),
        ]  # fmt: skip

    def _changing(self) -> list[Verb]:
        words = {"type": "string", "description": "What to change, in plain words."}
        plan = tools.plan_schema()["properties"]["steps"]
        name = {"type": "string", "description": "Name of the new file with its extension, without a folder."}
        found = [
            Verb("ask", "Do what a request in plain words says, as one step that undo takes back.",
                 {"photo": PHOTO, "request": words}, ("photo", "request"), True, self._ask),
            Verb("edit", "Do several things as one step of the history.", {"photo": PHOTO, "steps": plan},
                 ("photo", "steps"), True, lambda a: self._edit(a, a["steps"])),
            Verb("redo", "Do again what was undone.", {"photo": PHOTO}, ("photo",), True, self._redo),
            Verb("export", "Write the developed picture as a new file into the folder of the photo.",
                 {"photo": PHOTO, "name": name}, ("photo", "name"), True, self._export),
        ]  # fmt: skip
        for tool in tools.tools().values():
            found.append(
                Verb(tool.name, tool.says, {"photo": PHOTO, **tool.properties}, ("photo", *tool.properties), True,
                     self._single(tool.name))
            )  # fmt: skip
        return found

    def _single(self, tool: str) -> Callable[[Mapping[str, Any]], Done]:
        def do(arguments: Mapping[str, Any]) -> Done:
            return self._edit(arguments, [{"tool": tool, **{k: v for k, v in arguments.items() if k != "photo"}}])

        return do

    # The photos.

    def _path(self, given: Any) -> Path:
        """A photo in one of the folders, links followed. Raises NotFound."""
        if isinstance(given, str) and "\0" not in given:
            path = Path(given).expanduser()
            places = [path] if path.is_absolute() else [folder / path for folder in self._folders]
            for place in places:
                real = place.resolve()
                inside = any(real.is_relative_to(folder) for folder in self._folders)
                if inside and real.is_file() and is_photo(real):
                    return real
        raise NotFound(f"There is no photo {str(given)[:120]!r} in the folders.", "list_photos tells which there are.")

    def _document(self, arguments: Mapping[str, Any]) -> Document:
        return Document(stillbytes.open(self._path(arguments["photo"])))

    # What changes nothing.

    def _list(self, arguments: Mapping[str, Any]) -> Done:
        found: list[str] = []
        for folder in self._folders:
            for root, inside, names in os.walk(folder):
                inside.sort()
                found += [str(Path(root) / name) for name in sorted(names) if is_photo(Path(name))]
                if len(found) > MOST_LISTED:
                    return Done({"photos": found[:MOST_LISTED], "more": True})
        return Done({"photos": found, "more": False})

    def _view(self, arguments: Mapping[str, Any]) -> Done:
        document = self._document(arguments)
        size = arguments.get("size", PREVIEW)
        if isinstance(size, bool) or not isinstance(size, int) or not 64 <= size <= 2048:
            raise InvalidSetting("size is from 64 to 2048 pixels.")
        return self._shown(document, size, {"history": [entry.label for entry in document.history.entries][-20:]})

    def _propose(self, arguments: Mapping[str, Any]) -> Done:
        document = self._document(arguments)
        return Done(self._asked(document, arguments).to_json())

    def _explain(self, arguments: Mapping[str, Any]) -> Done:
        name = str(arguments["name"])[:100].strip().lower().replace(" ", "_")
        said = tools.explained(name) or tools.explained(name.replace("_", " "))
        if not said:
            raise NotFound(f"There is no {name!r}.", "The tools list the sliders' names.")
        return Done({"says": said})

    # What changes something.

    def _asked(self, document: Document, arguments: Mapping[str, Any]) -> Proposal:
        """By the vocabulary alone: who calls this is a language model already."""
        request = arguments["request"]
        if not isinstance(request, str):
            raise InvalidSetting("A request is a text.")
        return asking.propose(request, asking.situation(document.photo, document.history), "vocabulary")

    def _ask(self, arguments: Mapping[str, Any]) -> Done:
        document = self._document(arguments)
        proposal = self._asked(document, arguments)
        if not proposal.understood:
            raise InvalidSetting(f"Not understood: {proposal.message}", "Use the other tools instead.")
        return self._apply(document, proposal)

    def _edit(self, arguments: Mapping[str, Any], calls: Any) -> Done:
        document = self._document(arguments)
        if not isinstance(calls, list) or not calls:
            raise InvalidSetting("steps is a list of tools with their arguments.")
        steps, base = tools.planned(calls, asking.situation(document.photo, document.history))
        said = ", ".join(str(call.get("tool")) for call in calls)
        proposal = Proposal(f"By another program: {said}", "mcp", True, "", tuple(steps), base)
        return self._apply(document, proposal)

    def _apply(self, document: Document, proposal: Proposal) -> Done:
        asking.apply(document, proposal, shared_access)
        self._save(document)
        return self._shown(document, PREVIEW, {"done": proposal.message or described(proposal)})

    def _redo(self, arguments: Mapping[str, Any]) -> Done:
        document = self._document(arguments)
        document.redo()
        self._save(document)
        return self._shown(document, PREVIEW, {})

    def _save(self, document: Document) -> None:
        document.flush()
        if document.unsaved:
            raise SidecarError(document.problem)

    def _export(self, arguments: Mapping[str, Any]) -> Done:
        document = self._document(arguments)
        name = arguments["name"]
        if not isinstance(name, str) or Path(name).name != name or name.startswith(".") or len(name) > 200:
            raise ExportError(f"{str(name)[:60]!r} is no name of a file.", "Give a name without a folder.")
        target = document.photo.path.parent / name
        format_of(target)
        if target.exists():
            raise ExportError(f"{name} is there already; nothing is overwritten.", "Choose another name.")
        written = Edit(document.photo, document.settings).export(target)
        return Done({"exported": str(written), "formats": list(FORMATS)})

    def _shown(self, document: Document, size: int, more: Mapping[str, Any]) -> Done:
        pixels = Edit(document.photo, document.settings).render(size=size)
        told = {"photo": str(document.photo.path), **facts.facts(document.photo, document.settings), **more}
        if document.problem:
            told["problem"] = document.problem
        return Done(told, preview_jpeg(np.asarray(pixels), space="srgb"))
