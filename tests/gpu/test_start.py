"""The broker of a machine: what its installed models are counted with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stillbytes.core.errors import Refused
from stillbytes.core.preferences import Preferences
from stillbytes.gpu.broker.messages import Request, Way
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import LanguageArchitecture
from stillbytes.gpu.models.store import Store
from stillbytes.gpu.start import declare_installed, loadable_of, resident_of, start
from stillbytes.gpu.telemetry import HostMemory


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    return Store((), tmp_path / "models")


@pytest.mark.parametrize("model", registry.all_models(), ids=lambda model: model.id)
def test_every_declared_model_can_be_counted(model: registry.Model, store: Store) -> None:
    loadable = loadable_of(model, store)
    resident = resident_of(model, loadable)
    assert resident.name == model.id
    assert 0.0 < resident.uncertainty <= 1.0
    if isinstance(model.architecture, LanguageArchitecture):
        # Weights, 8,192 tokens of cache and buffers; tables of words, which can be half of the file, stay on the host.
        assert model.size / 2**20 * 0.5 < resident.mib < model.size / 2**20 * 1.5 + 2500
    else:
        assert resident.mib >= model.size // 2**20


def test_nothing_is_declared_that_is_not_installed_and_nothing_is_started(store: Store) -> None:
    async def story() -> None:
        async with start(Preferences(), HostMemory(4000), store) as broker:
            assert broker.snapshot().holders == ()
            with pytest.raises(KeyError):
                await broker.run(Request("a", "chat", (Way(("qwen3-8b-q4_k_m",)),)), lambda lease: asyncio.sleep(0))

    asyncio.run(story())


def install(id: str, store: Store, content: bytes = b"") -> Path:
    """A model's file as a download would have left it, as far as its size tells."""
    (file,) = registry.get(id).files
    path = store.home / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as opened:
        opened.write(content)
        opened.truncate(file.size)
    return path


def test_a_damaged_file_keeps_only_its_own_model_away(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    damaged = install("smollm2-135m", store, b"GGUF nothing of a header")
    install("isnet-small", store)

    async def story() -> dict[str, str]:
        async with start(Preferences(), HostMemory(4000), store) as broker:
            with pytest.raises(Refused):  # known, but too much is asked for beside it
                await broker.run(Request("b", "mask", (Way(("isnet-small",), 9000),)), lambda lease: asyncio.sleep(0))
            return declare_installed(broker, Preferences(), store)

    skipped = asyncio.run(story())
    assert list(skipped) == ["smollm2-135m"] and str(damaged) in skipped["smollm2-135m"]
    assert "SmolLM2" in caplog.text and str(damaged) in caplog.text


def test_work_without_a_model_needs_no_engine(store: Store) -> None:
    async def story() -> None:
        async def work(lease: object) -> str:
            return "done"

        async with start(Preferences(), HostMemory(4000), store) as broker:
            assert await broker.run(Request("a", "remove", (Way((), says="on the processor"),)), work) == "done"

    asyncio.run(story())


def test_a_missing_engine_is_a_refusal_with_its_remedy(store: Store, tmp_path: Path) -> None:
    model = registry.get("smollm2-135m")

    async def story() -> None:
        async with start(Preferences(), HostMemory(8000), store) as broker:
            loadable = loadable_of(model, store, on_card=False)
            broker.declare(resident_of(model, loadable, on_card=False), loadable)
            with pytest.raises(Refused):
                await broker.run(Request("a", "chat", (Way((model.id,), 100),)), lambda lease: asyncio.sleep(0))

    asyncio.run(story())
