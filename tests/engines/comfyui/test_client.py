"""Jobs on a server that behaves: what comes back, what is told meanwhile, how they are stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from engines.comfyui import graphs
from engines.comfyui.recorded import Recorded, jobs
from engines.comfyui.stand_in import Faults, StandIn

from stillbytes.core.errors import Cancelled, EngineError, ModelError, StillbytesError
from stillbytes.engines.comfyui.client import Client, Limits
from stillbytes.engines.comfyui.job import Event, Finished, Preview, Waiting, Working
from stillbytes.engines.comfyui.validate import InvalidWorkflow
from stillbytes.engines.supervise.process import Unreachable

LIMITS = Limits(connect=2, answer=2, away=1, quiet=5, total=20)
Use = Callable[[StandIn, Client], Awaitable[None]]


def with_server(server: StandIn, use: Use, limits: Limits = LIMITS) -> StandIn:
    async def main() -> None:
        async with server.serving():
            client = Client(server.url, limits=limits)
            try:
                async with asyncio.timeout(20):
                    await use(server, client)
            finally:
                await client.close()

    asyncio.run(main())
    return server


def pictures(recorded: Recorded) -> list[bytes]:
    """What a recorded job made, in the order of its nodes."""
    by_node = dict(recorded.sent)
    for node, output in (recorded.entry["outputs"] if recorded.entry else {}).items():
        by_node[node] = [recorded.files[image["filename"]] for image in output.get("images", ())]
    return [content for node in recorded.prompt for content in by_node.get(node, ())]


DONE = ["text_to_image", "old_client", "image_to_image", "inpaint", "canny", "tiled", "upscale", "reconnect"]


@pytest.mark.parametrize("session", DONE)
def test_a_job_brings_its_pictures(session: str) -> None:
    recorded = jobs(session)[0]

    async def use(server: StandIn, client: Client) -> None:
        finished = await client.complete(recorded.prompt)
        assert [output.content for output in finished.outputs] == pictures(recorded) != []

    server = with_server(StandIn(*jobs(session)), use)
    # The happy path asks nothing that the socket has told already.
    assert {request.path for request in server.asked} <= {"/prompt", "/view"}


def test_news_come_in_order() -> None:
    recorded = jobs("text_to_image")[0]
    told: list[Event] = []

    async def use(server: StandIn, client: Client) -> None:
        async with contextlib.aclosing(client.run(recorded.prompt)) as events:
            told.extend([event async for event in events])

    with_server(StandIn(recorded), use)
    assert isinstance(told[0], Working)
    assert sum(isinstance(event, Preview) for event in told) == 3
    assert isinstance(told[-1], Finished)
    assert [type(event) for event in told].count(Finished) == 1


def test_a_waiting_job_knows_its_place() -> None:
    first, second = jobs("two_clients")

    async def use(server: StandIn, client: Client) -> None:
        server.hold.clear()
        ahead = []

        async def watch(recorded: Recorded) -> None:
            async with contextlib.aclosing(client.run(recorded.prompt)) as events:
                async for event in events:
                    if isinstance(event, Waiting):
                        ahead.append(event.ahead)
                        server.hold.set()

        async with asyncio.TaskGroup() as both:
            both.create_task(watch(first))
            await server.until(lambda: len(server.waiting) == 1)
            both.create_task(watch(second))
        assert 1 in ahead

    with_server(StandIn(first, second), use)


def test_two_clients_see_only_their_own() -> None:
    first, second = jobs("two_clients")

    async def use(server: StandIn, client: Client) -> None:
        other = Client(server.url, limits=LIMITS)
        one, two = await asyncio.gather(client.complete(first.prompt), other.complete(second.prompt))
        await other.close()
        assert [output.content for output in one.outputs] == pictures(first)
        assert [output.content for output in two.outputs] == pictures(second)
        assert pictures(first) != pictures(second)

    server = with_server(StandIn(first, second), use)
    assert len({prompt["client_id"] for prompt in server.prompts}) == 2


def test_many_jobs_of_one_client_at_once() -> None:
    first, second = jobs("two_clients")

    async def use(server: StandIn, client: Client) -> None:
        made = await asyncio.gather(*(client.complete(one.prompt) for one in (first, second) * 4))
        for finished, recorded in zip(made, (first, second) * 4, strict=True):
            assert [output.content for output in finished.outputs] == pictures(recorded)

    with_server(StandIn(first, second), use)


def test_a_server_that_gives_ids_of_its_own() -> None:
    recorded = jobs("text_to_image")[0]

    async def use(server: StandIn, client: Client) -> None:
        finished = await client.complete(recorded.prompt)
        assert [output.content for output in finished.outputs] == pictures(recorded)

    with_server(StandIn(recorded, own_ids=True), use)


# stopping


@pytest.mark.parametrize("cancels", [False, True])
def test_leaving_a_running_job_stops_it(cancels: bool) -> None:
    recorded = jobs("cancel_running")[0]

    async def use(server: StandIn, client: Client) -> None:
        async with contextlib.aclosing(client.run(recorded.prompt)) as events:
            async for event in events:
                if isinstance(event, Working) and event.step == 2:
                    break
        assert not client.busy
        assert server.running is None
        assert [*server.history] == [server.prompts[0]["prompt_id"]]

    server = with_server(StandIn(recorded, cancels=cancels), use)
    if not cancels:
        assert server.interrupted == [{"prompt_id": server.prompts[0]["prompt_id"]}]


def test_cancelling_the_task_stops_the_job() -> None:
    recorded = jobs("cancel_running")[0]

    async def use(server: StandIn, client: Client) -> None:
        task = asyncio.create_task(client.complete(recorded.prompt))
        await server.until(lambda: server.running is not None)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until(lambda: server.running is None)

    with_server(StandIn(recorded), use)


def test_cancelling_while_it_is_being_sent_leaves_nothing_behind() -> None:
    recorded = jobs("cancel_running")[0]

    async def use(server: StandIn, client: Client) -> None:
        task = asyncio.create_task(client.complete(recorded.prompt))
        await server.until(lambda: server.count("POST", "/prompt") == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until(lambda: not client.busy)
        assert server.running is None
        assert not server.waiting

    with_server(StandIn(recorded), use)


def test_a_waiting_job_is_taken_out_of_the_queue_and_nobody_elses_is_touched() -> None:
    running, queued = jobs("cancel_running")[0], jobs("cancel_queued")[1]

    async def use(server: StandIn, client: Client) -> None:
        other = Client(server.url, limits=LIMITS)
        theirs = asyncio.create_task(other.complete(running.prompt))
        await server.until(lambda: server.running is not None)
        ours = asyncio.create_task(client.complete(queued.prompt))
        await server.until(lambda: len(server.waiting) == 1)
        ours.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ours
        assert not server.waiting
        assert server.interrupted == []
        assert server.running is not None
        theirs.cancel()
        await asyncio.wait({theirs})
        await other.close()

    with_server(StandIn(running, queued), use)


def test_a_job_that_somebody_stops_in_comfyui_is_cancelled() -> None:
    recorded = jobs("cancel_running")[0]

    async def use(server: StandIn, client: Client) -> None:
        task = asyncio.create_task(client.complete(recorded.prompt))
        await server.until(lambda: server.running is not None)
        await server.interrupt("")
        with pytest.raises(Cancelled, match="stopped in ComfyUI"):
            await task

    with_server(StandIn(recorded), use)


def test_a_job_that_somebody_takes_out_of_the_queue_is_cancelled() -> None:
    async def use(server: StandIn, client: Client) -> None:
        server.hold.clear()
        task = asyncio.create_task(client.complete(jobs("text_to_image")[0].prompt))
        await server.until(lambda: len(server.waiting) == 1)
        await asyncio.sleep(0.35)
        await server.remove([server.waiting[0].id])
        with pytest.raises(Cancelled, match="queue"):
            await task

    with_server(StandIn(*jobs("text_to_image")), use)


# what is refused, and what fails


def failing(recorded: Recorded, limits: Limits = LIMITS, faults: Faults | None = None) -> StillbytesError:
    """The error with which a job ends."""
    raised: list[StillbytesError] = []

    async def use(server: StandIn, client: Client) -> None:
        client.server.model_of = {"sd_xl_base_1.0.safetensors": "sdxl-base-fp16"}.get
        with pytest.raises(StillbytesError) as error:
            await client.complete(recorded.prompt)
        raised.append(error.value)
        assert not client.busy

    with_server(StandIn(recorded, faults=faults), use, limits)
    assert raised[0].remedy or isinstance(raised[0], Cancelled)
    return raised[0]


def test_an_unknown_node_names_its_pack() -> None:
    error = failing(jobs("unknown_node")[0])
    assert isinstance(error, InvalidWorkflow)
    assert error.problems[0].kind == "unknown-node"
    assert error.problems[0].pack == "ComfyUI-GGUF"
    assert "UnetLoaderGGUF" in error.message


def test_a_missing_model_says_how_to_get_it() -> None:
    error = failing(jobs("missing_model")[0])
    assert isinstance(error, InvalidWorkflow)
    (problem,) = error.problems
    assert (problem.kind, problem.value, problem.folder) == (
        "missing-model",
        "sd_xl_base_1.0.safetensors",
        "checkpoints",
    )
    assert "stillbytes models pull sdxl-base-fp16" in error.remedy


def test_a_model_that_does_not_load_is_named() -> None:
    error = failing(jobs("broken_model")[0])
    assert isinstance(error, ModelError)
    assert "broken.safetensors" in error.message
    assert "Traceback" not in str(error)


def test_a_job_of_which_a_part_was_refused_is_not_done_by_half() -> None:
    """The server would run the rest."""
    recorded = jobs("cancel_running")[0]
    faults = jobs("missing_model")[0].answer["node_errors"]
    error = failing(replace(recorded, answer={**recorded.answer, "node_errors": faults}))
    assert isinstance(error, InvalidWorkflow)


# pictures and the server


def test_pictures_are_uploaded_from_memory_and_from_files(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    with file.open("wb") as made:
        made.truncate(60 << 20)

    async def use(server: StandIn, client: Client) -> None:
        assert await client.upload(b"x" * 1000, "small.png") == "stillbytes/small.png [temp]"
        assert await client.upload(file, "large.png") == "stillbytes/large.png [temp]"
        assert server.uploads["small.png"] > 1000
        assert server.uploads["large.png"] > 60 << 20

    with_server(StandIn(), use)


@pytest.mark.parametrize("told", [True, False])
def test_a_picture_that_is_too_large_is_not_sent(told: bool, tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    with file.open("wb") as made:
        made.truncate(101 << 20)

    async def use(server: StandIn, client: Client) -> None:
        if not told:
            server.features = None  # as before there was /features
        with pytest.raises(EngineError, match="106 MB") as error:
            await client.upload(file, "huge.png")
        assert "--max-upload-size" in error.value.remedy
        assert server.uploads == {}

    with_server(StandIn(), use)


def test_a_server_that_was_started_for_larger_pictures_gets_them(tmp_path: Path) -> None:
    async def use(server: StandIn, client: Client) -> None:
        server.features = {"max_upload_size": 1000}
        with pytest.raises(EngineError, match="0 MB"):
            await client.upload(b"x" * 2000, "small.png")

    with_server(StandIn(), use)


def test_a_picture_that_is_gone_is_said_to_be() -> None:
    recorded = replace(jobs("tiled")[0], files={})
    assert "no longer has the picture" in failing(recorded).message


def test_what_the_server_is() -> None:
    async def use(server: StandIn, client: Client) -> None:
        system = await client.server.system()
        assert system.version == "0.3.64"
        assert system.devices[0].kind == "cpu"
        assert system.memory_total > system.memory_free > 1 << 30
        assert await client.server.memory() is None
        await client.server.free()
        assert server.freed == [{"unload_models": True, "free_memory": True}]

    with_server(StandIn(), use)


def test_the_nodes_are_asked_for_once() -> None:
    async def use(server: StandIn, client: Client) -> None:
        kept = {"input": {"required": {}}, "output": ["IMAGE"], "name": "EmptyImage"}
        server.nodes = b'{"EmptyImage": ' + str(kept).replace("'", '"').encode() + b"}"
        assert "EmptyImage" in await client.server.nodes()
        await client.server.nodes()
        assert server.count("GET", "/object_info") == 1
        await client.server.nodes(again=True)
        assert server.count("GET", "/object_info") == 2

    with_server(StandIn(), use)


def test_nothing_there_is_said_at_once() -> None:
    async def main() -> None:
        client = Client("http://127.0.0.1:9", limits=LIMITS)
        with pytest.raises(Unreachable, match="No ComfyUI answers"):
            await client.complete(graphs.trivial())
        await client.close()

    asyncio.run(main())
