"""What a language server's refusals mean for a person."""

from __future__ import annotations

import json
from typing import Any

from stillbytes.core.errors import EngineError, OutOfMemory
from stillbytes.core.saying import said
from stillbytes.engines.llama.memory import no_room

_KEYLESS = said("Start it without one, or let Stillbytes start it.")


class ContextExceeded(EngineError):
    """A conversation longer than the model's context. needed and available in tokens, 0 when not told."""

    def __init__(self, message: str, remedy: str, needed: int = 0, available: int = 0) -> None:
        super().__init__(message, remedy)
        self.needed = needed
        self.available = available


def refusal(status: int, content: bytes, url: str) -> EngineError:
    """The error for an answer that is not 200."""
    told = _told(content)
    if told is not None:
        return told_error(told, status)
    if status in (401, 403):
        return EngineError(said("The language server at {url} wants a key.", url=url), _KEYLESS)
    if status in (404, 405):
        return stranger(url, said("status {status}", status=status))
    if status == 503:
        return EngineError(
            said("The language server at {url} is still loading its model.", url=url), "Try again in a moment."
        )
    return EngineError(
        said(
            "The language server at {url} failed (status {status}): {why}.", url=url, status=status, why=_short(content)
        ),
        "Try again; its log may say more.",
    )


def told_error(told: dict[str, Any], status: int = 500) -> EngineError:
    """The error for {"message", "type", ...} as llama-server and OpenAI's API write it."""
    why = " ".join(str(told.get("message") or told.get("type") or "no reason given").split())[:400].rstrip(".")
    kind = str(told.get("type") or "")
    if kind == "exceed_context_size_error" or ("context size" in why and "exceed" in why):
        needed, available = _whole(told.get("n_prompt_tokens")), _whole(told.get("n_ctx"))
        return ContextExceeded(
            said(
                "The conversation does not fit into the model's context: it needs {needed} tokens, and there is room "
                "for {available}.",
                needed=needed,
                available=available,
            )
            if needed and available
            else said("The conversation does not fit into the model's context."),
            "Begin a new conversation, or choose a plan with a larger context.",
            needed,
            available,
        )
    if no_room(why):
        return OutOfMemory(
            said("The language model ran out of memory: {why}.", why=why), "Close other programs that use the card."
        )
    if "image input" in why or "mmproj" in why or "multimodal" in why:
        return EngineError(
            said("This language model cannot see pictures: {why}.", why=why),
            "Choose a vision-language model and its projector.",
        )
    if status == 401 or kind == "authentication_error":
        return EngineError("The language server wants a key.", _KEYLESS)
    if status == 503 or kind == "unavailable_error":
        return EngineError("The language server is still loading its model.", "Try again in a moment.")
    if "grammar" in why or "schema" in why:
        return EngineError(
            said("The language server cannot constrain its answer so: {why}.", why=why),
            "A newer version of it may be able to.",
        )
    return EngineError(said("The language server refused: {why}.", why=why), "Its log may say more.")


def stranger(url: str, how: str) -> EngineError:
    """What answers is not a language server."""
    return EngineError(
        said("What answers at {url} is not a language server ({why}).", url=url, why=how),
        "Another program may use that port: correct the address in the preferences (`llama.url`).",
    )


def _told(content: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, str):  # as Ollama has it
        return {"message": error}
    return error if isinstance(error, dict) else None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _short(content: bytes) -> str:
    return " ".join(content[:300].decode("utf-8", "replace").split()) or "no reason given"
