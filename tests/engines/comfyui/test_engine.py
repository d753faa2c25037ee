"""ComfyUI as an engine: started, adopted, used, asked for memory, crashed and started again."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from engines.comfyui.recorded import answers, jobs
from engines.comfyui.sample_workflows import restyle_sdxl
from engines.comfyui.stand_in import StandIn
from engines.comfyui.test_client import LIMITS, pictures

from stillbytes.core.errors import EngineCrashed, EngineError, ModelError
from stillbytes.engines.comfyui import engine as engine_module
from stillbytes.engines.comfyui import local, model_paths
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.comfyui.find import Found, Running
from stillbytes.engines.comfyui.validate import InvalidWorkflow
from stillbytes.engines.engine import Engine, Loadable

HERE = Path(__file__).resolve().parent
GIB = 1 << 30


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STILLBYTES_TESTS", str(HERE.parents[1]))
    monkeypatch.setattr(engine_module, "LOOK_AGAIN", 0.01)


def model(folder: Path, id: str = "sd15", size: int = 3 << 20) -> Loadable:
    file = folder / f"{id}.safetensors"
    with file.open("wb") as made:
        made.truncate(size)
    return Loadable(id, {"checkpoint": file})


def guest(server: StandIn, **more: Any) -> ComfyUI:
    """An engine that finds the stand-in running."""

    async def where() -> Found:
        return Found(Running(server.url, "0.3.64", "cpu", 0, False), None)

    return ComfyUI(where, limits=LIMITS, **more)


def own(folder: Path, *options: str) -> ComfyUI:
    """An engine that starts a made-up ComfyUI."""
    program = folder / "ComfyUI"
    (program / "comfy").mkdir(parents=True, exist_ok=True)
    (program / "comfyui_version.py").write_text('__version__ = "0.3.64"\n')
    shutil.copy(HERE / "fake_main.py", program / "main.py")

    async def where() -> Found:
        return Found(None, local.read(program, Path(sys.executable)))

    return ComfyUI(where, flags=options, limits=LIMITS, ready_within=30)


def used(engine: ComfyUI, use: Callable[[ComfyUI], Awaitable[None]], server: StandIn | None = None) -> None:
    async def main() -> None:
        try:
            async with asyncio.timeout(40):
                await use(engine)
        finally:
            await engine.close()

    async def both(server: StandIn) -> None:
        async with server.serving():
            await main()

    asyncio.run(both(server) if server else main())


def test_it_is_an_engine() -> None:
    async def where() -> Found:
        return Found(None, None)

    engine: Engine = ComfyUI(where)
    assert engine.name == "comfyui"
    assert not engine.divisible
    assert not engine.in_use()


def test_loading_starts_it_once_and_closing_ends_it(tmp_path: Path) -> None:
    recorded = jobs("text_to_image")[0]

    async def use(engine: ComfyUI) -> None:
        await asyncio.gather(engine.load(model(tmp_path)), engine.load(model(tmp_path, "other")))
        pid = engine.process.pid
        assert pid is not None
        command = psutil.Process(pid).cmdline()
        assert command[command.index("--listen") + 1] == "127.0.0.1"
        assert "--disable-auto-launch" in command
        told = model_paths.extra_paths(Path(command[command.index("--extra-model-paths-config") + 1]))
        assert ("checkpoints", tmp_path / "home" / "models" / "checkpoints") in {(name, at) for name, at, _ in told}
        finished = await engine.complete(recorded.prompt)
        assert [output.content for output in finished.outputs] == pictures(recorded)
        footprint = await engine.footprint()
        assert footprint.keys() == {"sd15", "other"}
        assert all(mib > 0 for mib in footprint.values())  # what the process holds, without a device
        await engine.close()
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert await engine.footprint() == {}

    used(own(tmp_path), use)


def test_a_crash_fails_the_job_with_its_last_words_and_the_next_load_starts_it_again(tmp_path: Path) -> None:
    recorded = jobs("text_to_image")[0]
    engine = own(tmp_path, "--die-at", "7")

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        with pytest.raises(EngineCrashed, match="illegal memory access"):
            await engine.complete(recorded.prompt)
        assert not engine.in_use()
        with pytest.raises(EngineError, match="does not run"):
            await engine.complete(recorded.prompt)
        engine.flags = ()
        await engine.load(model(tmp_path))
        assert [output.content for output in (await engine.complete(recorded.prompt)).outputs] == pictures(recorded)

    used(engine, use)


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    async def use(engine: ComfyUI) -> None:
        with pytest.raises(EngineError, match="unrecognized arguments: --nonsense"):
            await engine.load(model(tmp_path))

    used(own(tmp_path, "--nonsense"), use)


def test_restarting_brings_a_new_process(tmp_path: Path) -> None:
    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        before = engine.process.pid
        await engine.restart()
        assert engine.process.pid is None
        await engine.load(model(tmp_path))
        assert engine.process.pid not in (None, before)

    used(own(tmp_path), use)


def test_without_any_comfyui_it_says_how_to_get_one(tmp_path: Path) -> None:
    async def where() -> Found:
        return Found(None, None)

    async def use(engine: ComfyUI) -> None:
        with pytest.raises(EngineError) as error:
            await engine.load(model(tmp_path))
        assert "stillbytes engines install comfyui" in error.value.remedy

    used(ComfyUI(where), use)


def test_what_was_chosen_and_is_not_there_is_told(tmp_path: Path) -> None:
    async def where() -> Found:
        return Found(None, None, (EngineError("There is no ComfyUI in /nowhere.", "Choose another folder."),))

    async def use(engine: ComfyUI) -> None:
        with pytest.raises(EngineError, match="/nowhere"):
            await engine.load(model(tmp_path))

    used(ComfyUI(where), use)


def test_a_missing_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    server = StandIn()

    async def use(engine: ComfyUI) -> None:
        with pytest.raises(ModelError, match=r"gone\.safetensors") as error:
            await engine.load(Loadable("sd15", {"checkpoint": tmp_path / "gone.safetensors"}))
        assert "stillbytes models pull sd15" in error.value.remedy

    used(guest(server), use, server)
    assert not server.asked


# somebody else's


def test_one_that_runs_is_used_and_left_running(tmp_path: Path) -> None:
    recorded = jobs("text_to_image")[0]
    server = StandIn(recorded)

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        assert engine.process.state == "adopted"
        assert [output.content for output in (await engine.complete(recorded.prompt)).outputs] == pictures(recorded)
        await engine.close()
        assert server.freed == [{"unload_models": True, "free_memory": True}]
        await engine.load(model(tmp_path))
        assert engine.process.running

    used(guest(server), use, server)


def test_one_that_went_away_is_looked_for_again(tmp_path: Path) -> None:
    recorded = jobs("text_to_image")[0]
    first, second = StandIn(recorded), StandIn(recorded)
    there = [first]

    async def where() -> Found:
        return Found(Running(there[0].url, "0.3.64", "cpu", 0, False), None)

    async def use(engine: ComfyUI) -> None:
        async with first.serving():
            await engine.load(model(tmp_path))
        there[0] = second
        await engine.load(model(tmp_path))
        assert engine.client.server.url == second.url
        await engine.complete(recorded.prompt)

    used(ComfyUI(where, limits=LIMITS), use, second)


# memory


def on_a_card(server: StandIn, reserved: int) -> None:
    """As a server with a card tells it."""
    device = server.system["devices"][0]
    server.system = {**server.system, "devices": [{**device, "type": "cuda", "torch_vram_total": reserved}]}


def test_what_it_holds_is_shared_by_size(tmp_path: Path) -> None:
    server = StandIn()
    on_a_card(server, 4 * GIB)

    async def use(engine: ComfyUI) -> None:
        assert await engine.footprint() == {}
        await engine.load(model(tmp_path, "large", 3 << 20))
        await engine.load(model(tmp_path, "small", 1 << 20))
        assert await engine.footprint() == {"large": 3072, "small": 1024}

    used(guest(server), use, server)


def test_without_our_pack_everything_is_freed(tmp_path: Path) -> None:
    server = StandIn()
    on_a_card(server, 4 * GIB)

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        assert not engine.divisible
        await engine.unload("another", 100)
        assert server.freed == []
        await engine.unload("sd15", 100)
        assert server.freed == [{"unload_models": True, "free_memory": True}]
        assert await engine.footprint() == {}

    used(guest(server), use, server)


def test_with_our_pack_a_part_is_freed(tmp_path: Path) -> None:
    server = StandIn(pack=True)
    server.memory = {
        **answers("about", "/stillbytes/memory"),
        "device": {"type": "cuda", "torch_reserved": 4 * GIB},
        "models": [{"name": "SDXL", "loaded": 3 * GIB}],
    }

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        assert engine.divisible
        assert await engine.footprint() == {"sd15": 4096}
        await engine.unload("sd15", 500)
        assert [wanted["bytes"] for wanted in server.freed] == [500 << 20]
        assert "sd15" in await engine.footprint()
        await engine.unload("sd15")
        assert server.freed[-1] == {"unload_models": True, "free_memory": True}
        assert await engine.footprint() == {}

    used(guest(server), use, server)


# work


def test_it_is_in_use_until_a_stopped_job_has_ended(tmp_path: Path) -> None:
    recorded = jobs("cancel_running")[0]
    server = StandIn(recorded)

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        task = asyncio.create_task(engine.complete(recorded.prompt))
        await server.until(lambda: server.running is not None)
        assert engine.in_use()
        task.cancel()
        await asyncio.wait({task})
        await server.until(lambda: not engine.in_use())
        assert server.running is None

    used(guest(server), use, server)


def test_a_workflow_is_checked_against_the_server_before_it_is_sent(tmp_path: Path) -> None:
    """Its list of nodes has no such model; it is asked again, for the model may have come meanwhile."""
    server = StandIn()
    server.nodes = gzip.decompress((HERE / "data" / "object_info.json.gz").read_bytes())

    async def use(engine: ComfyUI) -> None:
        await engine.load(model(tmp_path))
        with pytest.raises(InvalidWorkflow) as error:
            await engine.complete(restyle_sdxl())
        assert "missing-model" in {problem.kind for problem in error.value.problems}
        assert server.count("GET", "/object_info") == 2
        assert not server.prompts

    used(guest(server), use, server)
