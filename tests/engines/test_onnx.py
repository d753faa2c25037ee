"""ONNX Runtime in its process: networks loaded, run, counted, damaged and killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from engines.onnx_model import addition
from masks.detect.export import FLOAT, export

from stillbytes.core.errors import EngineCrashed, EngineError, ModelError
from stillbytes.engines.engine import Engine, Loadable
from stillbytes.engines.onnx import Onnx

ONES = np.ones((2, 3), np.float32)


def model(folder: Path, id: str = "add", weights: int = 0, content: bytes | None = None) -> Loadable:
    path = folder / f"{id}.onnx"
    path.write_bytes(addition(weights) if content is None else content)
    return Loadable(id, {"model": path}, {"provider": "cpu", "threads": 1})


def with_engine(test: Callable[[Onnx], Awaitable[None]], *command: str) -> None:
    async def run() -> None:
        engine = Onnx(command) if command else Onnx()
        try:
            async with asyncio.timeout(60):
                await test(engine)
        finally:
            await engine.close()

    asyncio.run(run())


def workers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "onnx_worker" in " ".join(one.cmdline())]


def test_a_network_is_loaded_run_and_given_back(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        engines: list[Engine] = [engine]
        assert await engines[0].footprint() == {}
        one = model(tmp_path)
        await engine.load(one)
        await engine.load(one)  # at once
        (worker,) = workers()
        outputs = await engine.run("add", {"X": ONES})
        np.testing.assert_array_equal(outputs["Y"], ONES * 2)
        assert outputs["Y"].dtype == np.float32 and not engine.in_use()
        strided = np.arange(12, dtype=np.float32).reshape(3, 4).T[::2]
        np.testing.assert_array_equal((await engine.run("add", {"X": strided}))["Y"], strided * 2)
        empty = np.ones((0, 5), np.float32)
        assert (await engine.run("add", {"X": empty}))["Y"].shape == (0, 5)
        await engine.unload("add")
        assert await engine.footprint() == {} and not worker.is_running()

    with_engine(test)


@pytest.mark.parametrize(("wanted", "answered"), [(0, ["mask", "side", "half"]), (1, ["mask"]), (2, ["mask", "side"])])
def test_only_the_outputs_that_are_wanted_leave_the_process(wanted: int, answered: list[str], tmp_path: Path) -> None:
    path = export(tmp_path / "a.onnx", {"X": (FLOAT, [2, 3])}, {"mask": [1, 4], "side": [2, 2], "half": [3]})

    async def test(engine: Onnx) -> None:
        await engine.load(Loadable("a", {"model": path}, {"provider": "cpu", "outputs": wanted}))
        assert list(await engine.run("a", {"X": ONES})) == answered

    with_engine(test)


def test_memory_is_what_the_process_holds_more(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        await engine.load(model(tmp_path, "light"))
        await engine.load(model(tmp_path, "heavy", 4096))  # 64 MiB of weights
        held = await engine.footprint()
        assert held["heavy"] >= 60 and held["light"] < held["heavy"] / 2
        await engine.run("heavy", {"X": np.ones((1, 4096), np.float32)})
        (worker,) = workers()
        await engine.unload("heavy")
        assert set(await engine.footprint()) == {"light"} and worker.is_running()
        np.testing.assert_array_equal((await engine.run("light", {"X": ONES}))["Y"], ONES * 2)

    with_engine(test)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "not a network"), (b"\x00rubbish" * 50, "not a network"), (addition(64)[:-9000], "not a network")],
)
def test_a_damaged_file_is_a_model_error(content: bytes, said: str, tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        with pytest.raises(ModelError, match=said) as failed:
            await engine.load(model(tmp_path, "bad", content=content))
        assert "bad.onnx" in failed.value.message and "models pull" in failed.value.remedy
        assert await engine.footprint() == {}
        await engine.load(model(tmp_path))  # and the next one works
        assert (await engine.run("add", {"X": ONES}))["Y"][0, 0] == 2

    with_engine(test)


def test_files_that_are_missing(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        with pytest.raises(ModelError, match="is not there"):
            await engine.load(Loadable("none", {"model": tmp_path / "none.onnx"}))
        with pytest.raises(ModelError, match=r"has no \.onnx file"):
            await engine.load(Loadable("none", {"model": tmp_path / "none.gguf"}))

    with_engine(test)


def test_inputs_that_do_not_fit(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        with pytest.raises(EngineError, match="not loaded"):
            await engine.run("add", {"X": ONES})
        await engine.load(model(tmp_path))
        for inputs in ({"Q": ONES}, {"X": ONES[0]}, {"X": ONES.astype(np.int64)}, {"X": np.array(["text"])}, {}):
            with pytest.raises(EngineError, match="add") as failed:
                await engine.run("add", inputs)
            assert not isinstance(failed.value, EngineCrashed)
        with pytest.raises(EngineError, match="not loaded"):
            await engine.run("add", {"X": ONES}, role="decoder")
        assert (await engine.run("add", {"X": ONES}))["Y"][0, 0] == 2

    with_engine(test)


def test_a_process_that_dies_costs_its_job_and_starts_again(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        one = model(tmp_path)
        await engine.load(one)
        (worker,) = workers()
        worker.kill()
        worker.wait()
        with pytest.raises(EngineCrashed, match="crashed"):
            await engine.run("add", {"X": ONES})
        assert await engine.footprint() == {} and not engine.in_use()
        await engine.load(one)
        assert (await engine.run("add", {"X": ONES}))["Y"][0, 0] == 2
        await engine.restart()
        assert await engine.footprint() == {} and workers() == []

    with_engine(test)


PROGRAM = """
import time
from stillbytes.engines import onnx_worker
onnx_worker.ANSWERS["run"] = lambda request, arrays: time.sleep(600)
onnx_worker.main()
"""


def test_one_that_hangs_is_ended_after_its_limit_and_when_nobody_waits(tmp_path: Path) -> None:
    program = tmp_path / "onnx_worker_hangs.py"
    program.write_text(PROGRAM)

    async def test(engine: Onnx) -> None:
        one = model(tmp_path)
        await engine.load(one)
        with pytest.raises(EngineCrashed, match=r"did not finish add within 0\.3 s"):
            await engine.run("add", {"X": ONES}, limit=0.3)
        await engine.load(one)
        (worker,) = workers()
        running = asyncio.ensure_future(engine.run("add", {"X": ONES}))
        await asyncio.sleep(0.1)
        assert engine.in_use()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not worker.is_running() and not engine.in_use()

    with_engine(test, sys.executable, str(program))


def test_a_program_that_is_something_else(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        with pytest.raises(EngineCrashed):
            await engine.load(model(tmp_path))
        assert await engine.footprint() == {}

    with_engine(test, sys.executable, "-c", "print('x' * 100)")


def test_no_program(tmp_path: Path) -> None:
    async def test(engine: Onnx) -> None:
        with pytest.raises(EngineError, match="does not start"):
            await engine.load(model(tmp_path))

    with_engine(test, str(tmp_path / "nothing"))


FIRST_HANGS = """
import time
from pathlib import Path
from stillbytes.engines import onnx_worker
answer, mark = onnx_worker.ANSWERS["run"], Path(__file__).with_suffix(".began")
def run(request, arrays):
    if not mark.exists():
        mark.touch()
        time.sleep(600)
    return answer(request, arrays)
onnx_worker.ANSWERS["run"] = run
onnx_worker.main()
"""


def test_a_run_that_waits_outlives_the_cancelling_of_the_one_before(tmp_path: Path) -> None:
    program = tmp_path / "onnx_worker_first_hangs.py"
    program.write_text(FIRST_HANGS)

    async def test(engine: Onnx) -> None:
        await engine.load(model(tmp_path))
        await engine.load(model(tmp_path, "other"))
        first = asyncio.ensure_future(engine.run("add", {"X": ONES}))
        while not program.with_suffix(".began").exists():
            await asyncio.sleep(0.01)
        second = asyncio.ensure_future(engine.run("add", {"X": ONES}))
        await asyncio.sleep(0)
        first.cancel()
        np.testing.assert_array_equal((await second)["Y"], ONES * 2)
        assert (await engine.run("other", {"X": ONES}))["Y"].shape == ONES.shape

    with_engine(test, sys.executable, str(program))
