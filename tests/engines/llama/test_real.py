"""The real llama-server: chat, constraint, tools, cancel, crash, swap."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import httpx
import jsonschema
import psutil
import pytest

from stillbytes.core.errors import EngineCrashed, EngineError, ModelError, OutOfMemory
from stillbytes.engines.engine import Engine, Loadable
from stillbytes.engines.llama.client import Client
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.failures import ContextExceeded
from stillbytes.engines.llama.find import Running, probe
from stillbytes.engines.llama.grammar import Unsupported, compact
from stillbytes.engines.llama.guest import Guest
from stillbytes.engines.llama.states import PromptStates
from stillbytes.engines.llama.talk import Call, Finished, Image, Message, Request, Text, Tool
from stillbytes.engines.supervise import records

pytestmark = pytest.mark.alone
RULES = "You edit photos. " + " ".join(f"Rule {n}: slider {n} has the range of 0 to {n * 10}." for n in range(16))
"""About 350 tokens, which are worth keeping."""
TOOL_TEMPLATE = """\
{%- if tools %}<|im_start|>system
Tools, one JSON object each:
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}Call one with <tool_call>{"name": ..., "arguments": {...}}</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{% if message.content %}{{ message.content }}{% endif %}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
HELLO = Request((Message("system", RULES), Message("user", "Say hello.")), tokens=6, temperature=0.0, seed=1)
ENDLESS = Request(
    (Message("user", "Count."),),
    schema={"type": "array", "items": {"type": "integer"}, "minItems": 400},
    tokens=1500,
    temperature=0.0,
)


class Runs(Protocol):
    def run(self, work: Coroutine[Any, Any, Any], limit: float = 120.0) -> Any: ...


@pytest.fixture(scope="module")
def shared(
    llama_server: Path, smollm2: Loadable, loop: Runs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Llama]:
    """One that stays loaded; a test that ends it loads it again."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("STILLBYTES_HOME", str(home))

        async def make() -> Llama:
            return Llama(lambda: found(llama_server), states=PromptStates(home / "states"))

        engine: Llama = loop.run(make())
        loop.run(engine.load(smollm2))
        yield engine
        loop.run(engine.close())


@pytest.fixture
def engine(shared: Llama, smollm2: Loadable, loop: Runs, home: Path, monkeypatch: pytest.MonkeyPatch) -> Llama:
    monkeypatch.setenv("STILLBYTES_HOME", str(shared._states.folder.parent))
    loop.run(shared.load(smollm2))
    return shared


async def idle(client: Client) -> int:
    """Wait until the server does nothing. Returns the tokens that slot 0 holds."""
    async with asyncio.timeout(60):
        while True:
            (slot,) = await client.slots()
            if not slot.busy:
                return slot.tokens
            await asyncio.sleep(0.02)


def test_an_answer_comes_in_pieces_with_its_accounts(engine: Llama, loop: Runs) -> None:
    async def test() -> list[object]:
        assert not engine.in_use()
        async with contextlib.aclosing(engine.chat(HELLO)) as chunks:
            collected: list[object] = []
            async for chunk in chunks:
                assert engine.in_use()
                collected.append(chunk)
        assert not engine.in_use()
        return collected

    *pieces, last = loop.run(test())
    assert len(pieces) >= 2 and all(isinstance(piece, Text) for piece in pieces)
    assert isinstance(last, Finished) and last.usage is not None and last.timings is not None
    assert last.usage.prompt > 300 and 1 <= last.usage.answer <= 6
    assert last.timings.answer_per_s > 0


def test_an_answer_obeys_its_schema(engine: Llama, loop: Runs) -> None:
    schema = {
        "type": "object",
        "properties": {
            "slider": {"enum": ["exposure", "contrast"]},
            "amount": {"type": "integer", "minimum": -5, "maximum": 5},
        },
        "required": ["slider", "amount"],
        "additionalProperties": False,
    }
    asked = Request((Message("user", "Make it brighter."),), schema=schema, tokens=60, seed=3)
    answer = json.loads(loop.run(engine.complete(asked)).text)
    assert set(answer) == {"slider", "amount"}
    assert answer["slider"] in ("exposure", "contrast") and -5 <= answer["amount"] <= 5


def test_the_schema_of_plans_is_obeyed_without_white_space(engine: Llama, loop: Runs) -> None:
    """Every kind of thing that plans hold, and quotation marks, in answers to different seeds."""
    steps = {"type": "array", "maxItems": 2, "items": {"anyOf": [
        {"type": "object", "properties": {"for": {"enum": ['make "it" \\ grün', "or not"]}, "tool": {"const": "set"},
         "value": {"type": "number"}}, "required": ["for", "tool", "value"], "additionalProperties": False},
        {"type": "object", "properties": {"tool": {"const": "switch"}, "on": {"type": "boolean"},
         "times": {"type": "integer"}}, "required": ["tool", "on", "times"], "additionalProperties": False},
    ]}}  # fmt: skip
    held = {"steps": steps, "say": {"type": "string", "maxLength": 12}}
    schema = {"type": "object", "properties": held, "required": list(held), "additionalProperties": False}
    assert compact(schema)
    for seed in range(6):
        asked = Request((Message("user", "Two steps."),), schema=schema, tokens=160, temperature=1.5, seed=seed)
        text = loop.run(engine.complete(asked)).text
        jsonschema.validate(json.loads(text), schema)
        assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) or "." in text


@pytest.mark.parametrize("schema", [
    {"type": "object", "properties": {"a": {"type": "string"}}},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    {"type": "string", "pattern": "a+"},
    {"type": "number", "minimum": 0},
    {"type": "null"},
])  # fmt: skip
def test_schemas_beyond_plans_are_left_to_the_server(schema: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        compact(schema)


def test_a_tool_is_called_with_parsed_arguments(
    llama_server: Path, smollm2: Loadable, loop: Runs, tmp_path: Path
) -> None:
    """With a template that knows of tools; this model's own does not."""
    template = tmp_path / "tools.jinja"
    template.write_text(TOOL_TEMPLATE)
    model = Loadable(smollm2.id, smollm2.files, {**smollm2.options, "chat-template-file": str(template)})
    parameters = {"type": "object", "properties": {"ev": {"type": "number"}}, "required": ["ev"]}
    tool = Tool("set_exposure", "Sets the exposure in EV.", parameters)
    past: list[Message] = []  # from which even a very small model sees what is wanted
    for id, words, ev in (("a", "Darken by one stop.", -1), ("b", "Brighten by two stops.", 2)):
        call = Call(id, "set_exposure", {"ev": ev})
        past += [Message("user", words), Message("assistant", calls=(call,)), Message("tool", "done", answers=id)]
    asked = (*past, Message("user", "Brighten by one stop."))

    async def test() -> None:
        engine = Llama(lambda: found(llama_server))
        await engine.load(model)
        reply = await engine.complete(Request(asked, tools=(tool,), must_call=True, tokens=200, temperature=0.0))
        assert reply.finished.reason == "tool_calls"
        call = reply.calls[0]
        assert call.id and call.name == "set_exposure" and isinstance(call.arguments["ev"], int | float)
        await engine.close()

    loop.run(test())


def test_closing_an_answer_stops_the_servers_work(engine: Llama, loop: Runs) -> None:
    async def test() -> int:
        async with contextlib.aclosing(engine.chat(ENDLESS)) as chunks:
            for _ in range(5):
                await anext(chunks)
            (slot,) = await engine.client.slots()
            assert slot.busy
        return await idle(engine.client)

    assert loop.run(test()) < 400  # the whole answer has some 800 tokens


def test_cancelling_while_the_prompt_is_read_stops_it(engine: Llama, loop: Runs) -> None:
    long = " ".join(f"word{n}" for n in range(200))

    async def test() -> None:
        task = asyncio.ensure_future(engine.complete(Request((Message("user", long),), tokens=500)))
        while not (await engine.client.slots())[0].busy:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await idle(engine.client)
        assert not engine.in_use()
        assert (await engine.complete(HELLO)).text  # it is as good as new

    loop.run(test())


def test_a_conversation_that_is_too_long_says_by_how_much(engine: Llama, loop: Runs) -> None:
    long = Request((Message("user", "many words " * 3000),), tokens=5)
    with pytest.raises(ContextExceeded, match="does not fit") as failed:
        loop.run(engine.complete(long))
    assert failed.value.needed > 3000 and failed.value.available == 2048


def test_a_model_without_eyes_says_so(engine: Llama, loop: Runs) -> None:
    picture = Image(b"\xff\xd8\xff\xe0 not really")
    with pytest.raises(EngineError, match="cannot see pictures") as failed:
        loop.run(engine.complete(Request((Message("user", "What is this?", images=(picture,)),), tokens=5)))
    assert "projector" in failed.value.remedy


def test_only_we_can_ask_it(engine: Llama) -> None:
    """Web pages and other programs have no key."""
    assert httpx.get(f"{engine.client.url}/slots", trust_env=False).status_code == 401
    assert str(engine.client._secret) not in " ".join(engine._command)


def test_its_memory_is_known(engine: Llama, loop: Runs) -> None:
    (held,) = loop.run(engine.footprint()).values()
    assert 100 < held < 1000  # 92 MiB of weights, 45 of cache, 19 and more to compute
    assert engine._memory is not None and engine._memory.host > 100


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_killed_in_mid_answer_the_job_fails_with_last_words_and_the_next_one_works(
    engine: Llama, smollm2: Loadable, loop: Runs
) -> None:
    async def test() -> None:
        pid = engine.process.pid
        assert pid is not None
        with pytest.raises(EngineCrashed, match="signal 9") as failed:
            async with contextlib.aclosing(engine.chat(ENDLESS)) as chunks:
                async for _ in chunks:
                    if psutil.pid_exists(pid):
                        os.kill(pid, signal.SIGKILL)
        assert "task" in failed.value.message  # its log's last lines
        assert await engine.footprint() == {} and not engine.in_use()
        with pytest.raises(EngineError, match="No language model is loaded"):
            await engine.complete(HELLO)
        await engine.load(smollm2)
        assert (await engine.complete(HELLO)).text
        assert engine.process.pid != pid

    loop.run(test())


def test_swapped_out_and_back_the_long_prompt_is_not_read_again(engine: Llama, smollm2: Loadable, loop: Runs) -> None:
    async def test() -> None:
        before = await engine.complete(HELLO)
        pid = engine.process.pid
        await engine.unload("another model")
        assert engine.process.pid == pid
        await engine.unload(smollm2.id)
        assert engine.process.state == "stopped" and pid is not None and not psutil.pid_exists(pid)
        assert await engine.footprint() == {}
        await engine.load(smollm2)
        after = await engine.complete(HELLO)
        assert after.finished.usage is not None and after.finished.usage.cached > 300
        assert after.finished.usage.prompt - after.finished.usage.cached < 40
        assert after.text == before.text
        # A damaged state is no disaster: the prompt is read again.
        (state,) = (p for p in engine._states.folder.iterdir() if p.name == engine._prompts[smollm2.id].file)
        await engine.unload(smollm2.id)
        state.write_bytes(state.read_bytes()[:5000])
        await engine.load(smollm2)
        assert not state.exists()
        again = await engine.complete(HELLO)
        assert again.text == before.text and state.exists()

    loop.run(test())


def test_an_engine_of_the_next_process_finds_the_state_too_and_wherever_the_model_is_seen_from(
    engine: Llama, llama_server: Path, smollm2: Loadable, loop: Runs, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.gguf"
    seen.symlink_to(smollm2.files["model"])

    async def test() -> None:
        await engine.complete(HELLO)
        await engine.unload(smollm2.id)
        other = Llama(lambda: found(llama_server), states=engine._states)
        try:
            await other.load(replace(smollm2, files={"model": seen}))
            usage = (await other.complete(HELLO)).finished.usage
            assert usage is not None and usage.cached > 300
            slow = Loadable(smollm2.id, smollm2.files, {**smollm2.options, "ctx-size": 1024})
            await other.load(slow)  # other settings: another state
            names = {path.name for path in engine._states.folder.iterdir()}
            await other.complete(HELLO)
            assert {path.name for path in engine._states.folder.iterdir()} > names
        finally:
            await other.close()

    loop.run(test())


def test_one_that_fell_asleep_is_woken_with_its_prompt(llama_server: Path, smollm2: Loadable, loop: Runs) -> None:
    async def test() -> None:
        engine = Llama(lambda: found(llama_server))
        sleepy = Loadable(smollm2.id, smollm2.files, {**smollm2.options, "sleep-idle-seconds": 1})
        await engine.load(sleepy)
        await engine.complete(HELLO)
        awake = (await engine.footprint())[smollm2.id]
        while not (await engine.client.properties()).sleeping:
            await asyncio.sleep(0.1)
        assert awake > 100
        await engine.load(sleepy)
        assert not (await engine.client.properties()).sleeping
        usage = (await engine.complete(HELLO)).finished.usage
        assert usage is not None and usage.cached > 250
        await engine.close()

    loop.run(test())


def test_one_that_a_command_left_running_is_adopted_and_can_be_ended(
    llama_server: Path, smollm2: Loadable, loop: Runs
) -> None:
    async def test() -> None:
        first = Llama(lambda: found(llama_server))
        await first.load(smollm2, detached=True)
        (record,) = records.running("llama")
        second = Llama(lambda: found(llama_server))
        await second.load(smollm2)
        assert second.process.state == "adopted" and second.process.pid == record.pid
        assert (await second.complete(HELLO)).text
        await second.unload(smollm2.id)
        assert not psutil.pid_exists(record.pid) and records.running("llama") == []

    loop.run(test())


def test_a_running_server_is_a_guest_of_which_no_memory_is_asked(
    engine: Llama, smollm2: Loadable, loop: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        engines: list[Engine] = [engine]
        guest = Guest(Running(engine.client.url, "llama-server", "", ()))
        engines.append(guest)
        with pytest.raises(EngineError, match="key"):  # ours lets nobody in
            await probe(engine.client.url)
        guest._client._secret = engine.client._secret
        await guest.load(smollm2)
        async with contextlib.aclosing(guest.chat(HELLO)) as chunks:
            assert [chunk async for chunk in chunks]
        await guest.unload(smollm2.id)
        await guest.restart()
        assert await guest.footprint() == {} and engine.process.running
        await guest.close()

    loop.run(test())


def test_models_that_cannot_be_loaded_say_so(llama_server: Path, smollm2: Loadable, loop: Runs, tmp_path: Path) -> None:
    cut, other = tmp_path / "cut.gguf", tmp_path / "other.gguf"
    cut.write_bytes(smollm2.files["model"].read_bytes()[:3_000_000])
    other.write_bytes(b"PK\x03\x04 something else")

    async def test() -> None:
        engine = Llama(lambda: found(llama_server))
        for path, said in ((tmp_path / "none.gguf", "cannot be read"), (other, "not a GGUF"), (cut, "cannot load")):
            with pytest.raises(ModelError, match=said) as failed:
                await engine.load(Loadable("m", {"model": path}))
            assert failed.value.remedy and "m" in failed.value.message
        assert engine.process.state == "crashed" and await engine.footprint() == {}
        await engine.close()

    loop.run(test())


def _overcommits() -> bool:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "1"
    return True


@pytest.mark.skipif(_overcommits(), reason="this system promises memory that it does not have")
def test_a_context_that_does_not_fit_is_out_of_memory(llama_server: Path, smollm2: Loadable, loop: Runs) -> None:
    async def test() -> None:
        engine = Llama(lambda: found(llama_server))
        greedy = Loadable(smollm2.id, smollm2.files, {"ctx-size": 20_000_000})
        with pytest.raises(OutOfMemory, match="does not fit"):
            await engine.load(greedy)
        await engine.load(smollm2)  # a smaller plan follows at once
        await engine.close()

    loop.run(test())
