"""What changes nothing: listing, searching, viewing, comparing, asking what would change, explaining."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stillbytes.app.mcp.folders import LARGEST, SMALLEST, Folders, jpeg, shown, size_of
from stillbytes.app.mcp.verb import PHOTO, Arguments, Done, Verb
from stillbytes.assistant import asking, tools
from stillbytes.assistant.checking import checks
from stillbytes.assistant.explaining import explained
from stillbytes.assistant.light import light
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.suggestions import suggestions
from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Edit

MOST_FOUND = 200
SIZE = {"type": "integer", "minimum": SMALLEST, "maximum": LARGEST, "description": "Long edge in pixels."}
WORDS = {"type": "string", "maxLength": 500, "description": "What to change, in plain words."}


def verbs(folders: Folders) -> list[Verb]:
    query = {"type": "string", "maxLength": 500, "description": "Words and fields: owl rating:>=3 date:2024-05"}
    against = {"enum": ["original", "last"], "description": "Without any change, or before the last one."}
    says = "A slider, a tool or a part of the picture; with a photo also a question: why is it flat?"
    name = {"type": "string", "maxLength": 200, "description": says}

    def list_photos(arguments: Arguments) -> Done:
        found, more = folders.photos()
        return Done({"photos": found, "more": more})

    def view(arguments: Arguments) -> Done:
        document = folders.document(arguments)
        labels = [entry.label for entry in document.history.entries][-20:]
        return shown(document, {"history": labels, "step": document.history.position}, size_of(arguments))

    def propose(arguments: Arguments) -> Done:
        return Done(proposed(folders.document(arguments), arguments).to_json())

    def suggest(arguments: Arguments) -> Done:
        document = folders.document(arguments)
        found = suggestions(
            light(document.photo, document.settings), document.settings, document.photo.metadata.iso or None
        )
        return Done({"suggestions": [{"request": one.request, "reason": one.reason} for one in found]})

    return [
        Verb("list_photos", "The photos in the folders.", {}, (), False, list_photos),
        Verb("find_photos", "Search the library, as far as its photos are in the folders.", {"query": query},
             ("query",), False, lambda a: _found(folders, a)),
        Verb("view", "The photo as it is edited now, and facts about it.", {"photo": PHOTO, "size": SIZE},
             ("photo",), False, view),
        Verb("compare", "The photo before and after, and what changed in numbers.",
             {"photo": PHOTO, "before": against, "size": SIZE}, ("photo",), False, lambda a: _compared(folders, a)),
        Verb("propose", "What a request in plain words would change; nothing is changed.",
             {"photo": PHOTO, "request": WORDS}, ("photo", "request"), False, propose),
        Verb("suggest", "What could be done for this photo, with reasons in numbers.", {"photo": PHOTO}, ("photo",),
             False, suggest),
        Verb("explain", "What a slider or tool does; or, of a photo, why it looks as it does.",
             {"name": name, "photo": PHOTO}, ("name",), False, lambda a: _explained(folders, a)),
    ]  # fmt: skip


def proposed(document: Document, arguments: Arguments) -> Proposal:
    """By the vocabulary alone: who calls this is a language model already."""
    request = arguments["request"]
    if not isinstance(request, str):
        raise InvalidSetting("A request is a text.")
    return asking.propose(
        request, asking.situation(document.photo, document.history), "vocabulary", photo=document.photo
    )


def _found(folders: Folders, arguments: Arguments) -> Done:
    from stillbytes import library  # noqa: PLC0415 - the catalogue is opened only when it is searched

    with library.open() as catalogue:
        found = catalogue.search(str(arguments["query"])[:500], limit=5 * MOST_FOUND)
    inside = [one for one in found.photos if folders.holds(Path(one.path).resolve())]
    photos = [{"photo": str(one.path), "rating": one.rating} for one in inside[:MOST_FOUND]]
    return Done({"photos": photos, "more": len(inside) > MOST_FOUND or found.total > len(found.photos)})


def _compared(folders: Folders, arguments: Arguments) -> Done:
    document, size = folders.document(arguments), size_of(arguments)
    history, against = document.history, arguments.get("before", "original")
    if against not in ("original", "last"):
        raise InvalidSetting("before is “original” or “last”.")
    last = history.settings_at(max(history.position - 1, 0))
    before = Settings() if against == "original" else last
    pictures = [np.asarray(Edit(document.photo, one).render(size=256)) for one in (before, document.settings)]
    told = {"photo": str(document.photo.path), "changed": list(checks(pictures[0], pictures[1]))}
    return Done(told, (jpeg(document, before, size), jpeg(document, document.settings, size)))


def _explained(folders: Folders, arguments: Arguments) -> Done:
    asked = str(arguments["name"])[:200].strip()
    name = asked.lower().replace(" ", "_")
    said = tools.explained(name) or tools.explained(name.replace("_", " "))
    if said:
        return Done({"says": said})
    document = folders.document(arguments) if "photo" in arguments else None
    settings = document.settings if document is not None else Settings()
    look = None if document is None else lambda: light(document.photo, settings)
    answer = explained(asked, settings, look, lambda: document.photo.metadata.iso if document else None)
    if answer is None:
        raise NotFound(f"There is no {asked[:60]!r}.", "The tools list the sliders' names.")
    return Done({"says": answer.message})
