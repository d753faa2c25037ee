"""What changes a photo's settings, each call one step of its history, and what writes new files of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import stillbytes
from stillbytes.app.mcp.folders import Folders, shown
from stillbytes.app.mcp.looking import SIZE, WORDS, proposed
from stillbytes.app.mcp.verb import PHOTO, Arguments, Done, Schema, Verb
from stillbytes.assistant import asking, tools
from stillbytes.assistant.proposal import Proposal, Row, Step
from stillbytes.assistant.vocabulary import described
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import local_parameters
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Edit
from stillbytes.generate.look.table import ALLOWED
from stillbytes.gpu.access import shared_access
from stillbytes.masks import fields
from stillbytes.masks.kind import Kind, kind_of
from stillbytes.masks.kinds import kinds
from stillbytes.masks.mask import Mask

ENGINE = "mcp"
LIKE_EDGE = 512
NAME = {"type": "string", "maxLength": 200, "description": "Name of the new file with its ending, without a folder."}

TABLE = {"type": "boolean", "description": ALLOWED.description}


def verbs(folders: Folders) -> list[Verb]:
    plan = tools.plan_schema()["properties"]["steps"]
    quality = {"type": "integer", "minimum": 1, "maximum": 100}
    again = {"type": "number", "minimum": 0, "maximum": 150, "description": "Per cent of the look."}

    def ask(arguments: Arguments) -> Done:
        document = folders.document(arguments)
        proposal = proposed(document, arguments)
        if proposal.understood and not proposal.steps:  # a question, answered
            return Done(proposal.to_json())
        if not proposal.understood:
            raise InvalidSetting(f"Not understood: {proposal.message}", "Use the other tools instead.")
        return _apply(document, proposal)

    def edit(arguments: Arguments) -> Done:
        return _edit(folders.document(arguments), arguments["steps"])

    def redo(arguments: Arguments) -> Done:
        document = folders.document(arguments)
        document.redo()
        document.save()
        return shown(document, {})

    def mask(arguments: Arguments) -> Done:
        return _masked(folders.document(arguments), arguments)

    found = [
        Verb("ask", "Do what a request in plain words says, as one step that undo takes back.",
             {"photo": PHOTO, "request": WORDS}, ("photo", "request"), True, ask),
        Verb("edit", "Do several things as one step of the history.", {"photo": PHOTO, "steps": plan},
             ("photo", "steps"), True, edit),
        Verb("redo", "Do again what was undone.", {"photo": PHOTO}, ("photo",), True, redo),
        Verb("mask", "Change sliders in a part of the picture: found, drawn, or of a range of tones or colours.",
             {"photo": PHOTO, "kind": {"oneOf": [_kind_schema(kind) for kind in kinds().values()]},
              "changes": _changes_schema()}, ("photo", "kind", "changes"), True, mask),
        Verb("match", "Give the photo the look of another one in the folders.",
             {"photo": PHOTO, "like": PHOTO, "amount": again, "table": TABLE}, ("photo", "like"), True,
             lambda a: _match(folders, a)),
        Verb("export", "Write the developed picture as a new file into the folder of the photo.",
             {"photo": PHOTO, "name": NAME, "size": {**SIZE, "maximum": 20_000}, "quality": quality},
             ("photo", "name"), True, lambda a: _export(folders, a)),
    ]  # fmt: skip
    for tool in tools.tools().values():
        found.append(
            Verb(tool.name, tool.says, {"photo": PHOTO, **tool.properties}, ("photo", *tool.properties), True,
                 _single(folders, tool.name))
        )  # fmt: skip
    return found


def _single(folders: Folders, tool: str) -> Callable[[Arguments], Done]:
    def do(arguments: Arguments) -> Done:
        call = {"tool": tool, **{k: v for k, v in arguments.items() if k != "photo"}}
        return _edit(folders.document(arguments), [call])

    return do


def _edit(document: Document, calls: Any) -> Done:
    if not isinstance(calls, list) or not calls:
        raise InvalidSetting("steps is a list of tools with their arguments.")
    steps, base = tools.planned(calls, asking.situation(document.photo, document.history))
    said = ", ".join(str(call.get("tool")) for call in calls)
    return _apply(document, Proposal(f"By another program: {said}", ENGINE, True, "", tuple(steps), base))


def _apply(document: Document, proposal: Proposal) -> Done:
    asking.apply(document, proposal, shared_access)
    document.save()
    return shown(document, {"done": proposal.message or described(proposal)})


def _kind_schema(kind: type[Kind]) -> Schema:
    held = {name: one for name, one in fields.fields_of(kind).items() if one.form != "hidden"}
    return {
        "type": "object",
        "title": kind.label,
        "description": kind.says,
        "properties": {"kind": {"const": kind.name}, **{name: one.schema for name, one in held.items()}},
        "required": ["kind"],
        "additionalProperties": False,
    }


def _changes_schema() -> Schema:
    numbers = {name: p for name, p in local_parameters().items() if p.kind == "number"}
    return {
        "type": "object",
        "description": "Slider -> what is added to it there.",
        "properties": {
            name: {"type": "number", "minimum": p.minimum, "maximum": p.maximum, "description": p.says}
            for name, p in numbers.items()
        },
        "minProperties": 1,
        "additionalProperties": False,
    }


def _masked(document: Document, arguments: Arguments) -> Done:
    given, changes = arguments["kind"], arguments["changes"]
    if not isinstance(given, Mapping) or not isinstance(changes, Mapping) or not changes:
        raise InvalidSetting("kind is a kind of mask with its fields, changes are sliders and numbers.")
    kind = kind_of(dict(given), kinds())
    known = {name: p for name, p in local_parameters().items() if p.kind == "number"}
    rows = []
    for name, value in changes.items():
        if name not in known:
            raise InvalidSetting(f"There is no {str(name)[:40]!r} in parts of a picture.", f"Use {', '.join(known)}.")
        rows.append(Row(known[name], known[name].neutral, tools.clamped(known[name], value)))
    step = Step("mask", kind.label, tuple(rows), kind.label, Mask.of(kind).to_json(), uuid.uuid4().hex[:12])
    return _apply(document, Proposal("By another program: mask", ENGINE, True, "", (step,), document.settings))


def _match(folders: Folders, arguments: Arguments) -> Done:
    from stillbytes.edit.looks import look_of  # noqa: PLC0415 - with the first look that is taken
    from stillbytes.generate.look import match  # noqa: PLC0415

    document, like = folders.document(arguments), folders.path(arguments["like"])
    amount = arguments.get("amount", 100)
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount <= 150:
        raise InvalidSetting("amount is from 0 to 150 per cent.")
    table = arguments.get("table", False)
    if not isinstance(table, bool):
        raise InvalidSetting("table is true or false.")
    reference = stillbytes.open(like).edit().render(LIKE_EDGE, dtype="float32")
    pipeline = document.photo.pipeline
    matched = match(pipeline, document.settings, reference, reference.space, with_table=table)
    title = f"Look of {like.stem}"
    settings = look_of(matched.settings, matched.table, title, amount / 100, pipeline.as_shot, table)
    document.commit(settings, "By another program: match")
    document.save()
    far = {"before": matched.before, "sliders": matched.sliders, "after": matched.after}
    return shown(document, {"distance": {when: round(value, 2) for when, value in far.items()}})


def _export(folders: Folders, arguments: Arguments) -> Done:
    document = folders.document(arguments)
    target = folders.new_file(arguments["name"], document.photo.path)
    size, quality = arguments.get("size"), arguments.get("quality", 92)
    for name, value, least, most in (("size", size, 16, 20_000), ("quality", quality, 1, 100)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most):
            raise InvalidSetting(f"{name} is from {least} to {most}.")
    written = Edit(document.photo, document.settings).export(target, size=size, quality=quality)
    return Done({"exported": str(written)})
