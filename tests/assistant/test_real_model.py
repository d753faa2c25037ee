"""The real llama-server with a real, very small model, through the real broker: as a person asks, and after a swap."""

from __future__ import annotations

import asyncio
import json

import pytest
from dng import make_photo
from engines.llama.conftest import BUDGET, needed, with_model

from stillbytes.app.cli import main
from stillbytes.assistant import models
from stillbytes.assistant.conversation import asked, planned, schema
from stillbytes.assistant.situation import Situation
from stillbytes.core import preferences
from stillbytes.core.preferences import LlamaPreferences, Preferences
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import gather
from stillbytes.engines.llama.talk import Message, Request
from stillbytes.gpu import access, start
from stillbytes.gpu.broker import messages
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.store import open_store
from stillbytes.gpu.telemetry import HostMemory

jsonschema = pytest.importorskip("jsonschema")
pytestmark = pytest.mark.alone
MODEL = "smollm2-135m"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with_model(home, MODEL)
    return home


@pytest.fixture
def choices(home, monkeypatch):
    monkeypatch.setenv("STILLBYTES_HOME", str(home))
    chosen = Preferences(llama=LlamaPreferences(program=needed("STILLBYTES_TEST_LLAMA")), vram_mib=BUDGET)
    preferences.save(chosen)
    return chosen


def test_asked_from_the_command_line(choices, tmp_path, capsys):
    make_photo(tmp_path / "a.dng")
    try:
        assert main(["ask", str(tmp_path / "a.dng"), "like an old film", "--json"]) == 0
    finally:
        access.release()
    told = json.loads(capsys.readouterr().out)
    assert told["engine"] == MODEL
    assert told["message"]
    assert bool(told["steps"]) is told["understood"]
    assert not list(tmp_path.glob("*.xmp"))


def test_after_the_broker_swapped_it_out_and_in_the_long_prompt_is_not_read_again(choices):
    """And the answer is as the schema says, before and after."""
    request = "give it the mood of a foggy morning"

    async def run(broker, name, request):
        async def work(lease):
            return await gather(broker.engines["llama"].chat(request))

        return await broker.run(messages.Request(str(id(request)), models.LABEL, (messages.Way((name,)),)), work)

    async def talk():
        broker = start.start(choices, HostMemory(BUDGET), open_store(choices))
        other = Loadable("other", {"model": open_store(choices).files(registry.get(MODEL))["model"]}, {"threads": 1})
        broker.declare(messages.Resident("other", "llama", 300, 0.3), other)
        try:
            first = await run(broker, MODEL, asked(request, {"taken": {"iso": 100}}))
            short = Request((Message("user", "Say hello."),), tokens=4)
            await run(broker, "other", short)
            assert MODEL not in {one.name for one in broker.snapshot().holders if one.state == "resident"}
            return first, await run(broker, MODEL, asked(request, {"taken": {"iso": 800}}))
        finally:
            await broker.close()

    first, second = asyncio.run(talk())
    for reply in (first, second):
        jsonschema.validate(json.loads(reply.text), schema(request))
        planned(reply.text, reply.finished.reason, request, Situation(), MODEL)
    usage = second.finished.usage
    assert usage.prompt > 1200
    assert 5 * (usage.prompt - usage.cached) < usage.prompt
