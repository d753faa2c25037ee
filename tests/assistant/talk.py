"""A conversation with the vocabulary about a photo that does not exist."""

from __future__ import annotations

from typing import Any

from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

FRAME = Size(6000, 4000)


def say(*turns: str, **start: Any) -> Proposal:
    """The answer to the last of them, the others applied one after the other to a photo with these settings."""
    history = History().committed(Settings(start), "Start") if start else History()
    for turn in turns[:-1]:
        answer = understand(turn, Situation(history, lambda: FRAME))
        assert answer.understood, (turn, answer.message)
        history = history.at(history.position - answer.back())
        history = history.committed(answer.applied(), turn)
    return understand(turns[-1], Situation(history, lambda: FRAME))


def settings(*turns: str, **start: Any) -> dict[str, Any]:
    """The new values of what the last request changes."""
    answer = say(*turns, **start)
    assert answer.understood, (turns, answer.message)
    return dict(answer.to_json()["settings"])


def mask(*turns: str) -> tuple[dict[str, Any], dict[str, float]]:
    """The mask and the delta that the last request makes or changes."""
    answer = say(*turns)
    assert answer.understood, (turns, answer.message)
    (made,) = answer.to_json()["masks"]
    return made["mask"], made["delta"]
