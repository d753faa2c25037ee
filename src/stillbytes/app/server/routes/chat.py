"""What was asked of a photo before, and what it might want."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query

from stillbytes.app.languages import in_language
from stillbytes.app.server.models import Id, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken
from stillbytes.app.server.workspace import Workspace

if TYPE_CHECKING:
    from stillbytes.app.server.assistant.chats import Chats


class TurnModel(Shape):
    """One request and what came of it. lines: what was changed. checks: what the numbers say of it."""

    id: str
    at: str
    request: str
    engine: str
    message: str
    outcome: Literal["proposed", "answered", "unclear", "applied", "discarded", "failed", "stopped"]
    lines: list[str]
    checks: list[str]


class ChatModel(Shape):
    """turns: oldest first. problem: why they cannot be read or kept, in words."""

    turns: list[TurnModel]
    problem: str


class SuggestionModel(Shape):
    """request: as one would type it. reason: the numbers that it is derived from."""

    request: str
    reason: str


class SuggestionList(Shape):
    suggestions: list[SuggestionModel]


class CompletionList(Shape):
    completions: list[str]


class OutcomeRequest(Strict):
    outcome: Literal["discarded"]


def router(workspace: Workspace, chats: Chats) -> APIRouter:
    routes = part("assistant", "/api/photos/{id}")

    @routes.get("/chat")
    def get_chat(id: str, spoken: Spoken) -> ChatModel:
        kept = chats.of(workspace.document(id))
        turns = [TurnModel.model_validate(dataclasses.asdict(turn)) for turn in kept.turns]
        return ChatModel(turns=turns, problem=in_language(readable(kept.problem), spoken))

    @routes.delete("/chat")
    def clear_chat(id: str, spoken: Spoken) -> ChatModel:
        """Forget what was asked; what was changed stays."""
        chats.clear(workspace.document(id))
        return get_chat(id, spoken)

    @routes.put("/chat/{turn}")
    def close_turn(id: str, turn: Id, request: OutcomeRequest, spoken: Spoken) -> ChatModel:
        """Tell what became of a proposal that was not applied."""
        chats.change(workspace.document(id), turn, outcome=request.outcome)
        return get_chat(id, spoken)

    @routes.get("/completions")
    def list_completions(id: str, text: Annotated[str, Query(max_length=2000)]) -> CompletionList:
        """How a request can go on so that it is understood without a model, or as one that was asked before."""
        from stillbytes.assistant.completing import completions  # noqa: PLC0415 - only when asked
        from stillbytes.assistant.situation import Situation  # noqa: PLC0415

        document = workspace.document(id)
        past = [turn.request for turn in reversed(chats.of(document).turns)]
        about = Situation(document.history, lambda: document.photo.upright[1])  # nothing is measured for it
        return CompletionList(completions=completions(text, about, dict.fromkeys(past)))

    @routes.get("/suggestions")
    def list_suggestions(id: str, spoken: Spoken) -> SuggestionList:
        """What the photo as it is developed now might want, by its numbers; the weightiest first."""
        from stillbytes.assistant.light import light  # noqa: PLC0415 - only when asked
        from stillbytes.assistant.suggestions import suggestions  # noqa: PLC0415

        document = workspace.document(id)
        photo = document.photo.already(workspace.pipeline(id))
        found = suggestions(light(photo, document.settings), document.settings, photo.metadata.iso)
        told = [
            SuggestionModel(request=in_language(one.request, spoken), reason=in_language(one.reason, spoken))
            for one in found
        ]
        return SuggestionList(suggestions=told)

    return routes
