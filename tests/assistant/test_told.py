"""A proposal that was told and sent back is the same proposal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from assistant.talk import FRAME

from stillbytes.assistant.situation import Situation
from stillbytes.assistant.told import restored, told
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

PAST = History().committed(Settings(contrast=10), "a").committed(Settings(contrast=30, exposure=0.5), "b")
REQUESTS = (
    "a bit warmer and lift the shadows", "darken the sky", "brighter but don't touch the sky", "crop to 4:5", "undo",
    "undo that and make it warmer instead", "less", "reset everything", "black and white with more contrast",
    "rotate left", "teal shadows, orange highlights", "auto white balance", "before and after",
)  # fmt: skip


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("amount", [0.0, 0.4, 1.0, 1.5])
def test_it_comes_to_the_same_settings(request_: str, amount: float) -> None:
    proposal = understand(request_, Situation(PAST, lambda: FRAME))
    assert proposal.understood, proposal.message
    sent: dict[str, Any] = json.loads(json.dumps(told(proposal)))
    back = restored(sent["request"], sent["base"], sent["steps"], PAST)
    assert back.applied(amount=amount) == proposal.applied(amount=amount)
    assert (back.back(), back.base) == (proposal.back(), proposal.base)


def test_it_is_refused_after_the_photo_changed() -> None:
    sent = told(understand("warmer", Situation(PAST, lambda: FRAME)))
    with pytest.raises(InvalidSetting, match="changed since"):
        restored(sent["request"], sent["base"], sent["steps"], PAST.committed(Settings(contrast=1), "c"))
