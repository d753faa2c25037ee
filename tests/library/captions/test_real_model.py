"""The real llama-server with a real, very small model, which has no eyes: that is noticed, and the form of the answer
is kept to. What a model with eyes says was never tried here."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

import pytest
from engines.llama.conftest import llama_server, loop, smollm2

from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import gather
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.talk import Message, Request
from stillbytes.library.captions.asking import SCHEMA, Nonsense, described, request, taken

pytestmark = pytest.mark.alone
__all__ = ["llama_server", "loop", "smollm2"]


class Runs(Protocol):
    def run(self, work: Coroutine[Any, Any, Any], limit: float = 120.0) -> Any: ...


def test_a_model_without_eyes_is_not_asked_and_the_form_is_kept(
    llama_server: Path, smollm2: Loadable, loop: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))

    def picture(size: int) -> bytes:
        raise AssertionError("nothing can be shown to it")

    async def talk() -> tuple[Any, str, str]:
        llama = Llama(lambda: found(llama_server))
        try:
            await llama.load(smollm2)
            unseen = await described(llama.chat, await llama.client.properties(), picture, "en", ["Boat"])
            system = request(b"", "en", ["Boat"]).messages[0]
            asked = Message("user", "The photo: a red boat on a quiet lake, fog, morning. Describe it.")
            reply = await gather(llama.chat(Request((system, asked), schema=SCHEMA, tokens=320, temperature=0.0)))
            return unseen, reply.text, reply.finished.reason
        finally:
            await llama.close()

    unseen, text, reason = loop.run(talk())
    assert unseen is None
    try:
        suggestion = taken(text, reason)
    except Nonsense:
        assert reason == "length" or '"caption":""' in text
    else:
        assert suggestion.caption or suggestion.keywords
    assert text.startswith('{"caption":"')
