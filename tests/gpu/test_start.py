"""The broker of a machine: what its installed models are counted with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stillbytes.core.errors import Refused
from stillbytes.core.preferences import Preferences
from stillbytes.engines.llama.command import command
from stillbytes.gpu.broker.messages import Request, Way
from stillbytes.gpu.measured import Measured, Run
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.store import Store
from stillbytes.gpu.plan import Machine, Wish, described, plan
from stillbytes.gpu.plan.commands import comfyui_flags
from stillbytes.gpu.plan.plan import neighbour_mib
from stillbytes.gpu.plan.programs import COMFYUI, LLAMA
from stillbytes.gpu.plan.settle import settle
from stillbytes.gpu.start import declare_installed, loadable_of, named, resident_of, start
from stillbytes.gpu.telemetry import HostMemory


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    return Store((), tmp_path / "models")


def described_files(model: Model) -> dict[str, Path]:
    return {file.role: Path(file.name) for file in model.files}


TWELVE = described("RTX 3060", None, "32GB", "nvme")


@pytest.mark.parametrize("model", registry.all_models(), ids=lambda model: model.id)
def test_every_declared_model_can_be_counted(model: Model) -> None:
    option = settle([model], TWELVE, Measured(), lambda model: {}).option(model.id)
    resident = resident_of(model, option)
    assert resident.name == model.id
    assert 0.0 < resident.uncertainty <= 1.0
    if isinstance(model.architecture, LanguageArchitecture):
        # Weights, 8,192 tokens of cache and buffers; tables of words, which can be half of the file, stay on the host.
        assert model.size / 2**20 * 0.5 < resident.mib < model.size / 2**20 * 1.5 + 2500
    else:
        assert resident.mib >= model.size // 2**20


@pytest.mark.parametrize(
    ("machine", "pair"),
    [
        (TWELVE, ("qwen3-8b-q4_k_m", "sdxl-inpaint-fp16")),
        (described("RTX 3060 8GB", None, "32GB", "nvme"), ("qwen3-8b-q4_k_m", "sdxl-inpaint-fp16")),
        (described(None, "7GB", "16GB"), ("qwen3-8b-q4_k_m", "none")),
        (described(None, "0", "16GB"), ("qwen3-4b-q4_k_m", "none")),
    ],
)
def test_the_plan_that_is_shown_is_the_one_that_is_run(machine: Machine, pair: tuple[str, str]) -> None:
    llm, picture = pair
    on_card = machine.card is not None
    installed = [registry.get(id) for id in pair if id != "none"]
    shown = plan(machine, Wish(llm=llm, image=picture))
    settled = settle(installed, machine, Measured(), lambda model: {})
    model = installed[0]
    loadable = loadable_of(model, described_files(model), settled.option(llm), on_card=on_card)
    folder = Path(shown.llama[shown.llama.index("--slot-save-path") + 1])
    assert command(LLAMA, loadable, 8080, folder) == shown.llama
    if picture != "none":
        assert settled.best is not None
        flags = comfyui_flags(settled.best.image, COMFYUI.flags, neighbour_mib(settled.best), on_card=on_card)
        assert set(flags) <= set(shown.comfyui)
        pictured = loadable_of(installed[1], {}, settled.option(picture))
        assert shown.workflow is not None and pictured.options["tile"] == shown.workflow.tile
        assert pictured.options["steps"] == shown.workflow.steps


def test_a_small_card_gets_a_smaller_context_instead_of_a_refusal() -> None:
    small, model = described(None, "7GB", "32GB"), registry.get("qwen3-8b-q4_k_m")
    loadable = loadable_of(model, {}, settle([model], small, Measured(), lambda model: {}).option(model.id))
    wide = loadable_of(model, {}, settle([model], TWELVE, Measured(), lambda model: {}).option(model.id))
    assert wide.options["ctx-size"] == 8192 and wide.options["cache-type-k"] == "q8_0"
    assert loadable.options["ctx-size"] < 8192 or loadable.options["cache-type-k"] == "q4_0"  # type: ignore[operator]


def test_what_was_measured_replaces_the_estimate_at_the_next_start() -> None:
    model = registry.get("qwen3-8b-q4_k_m")
    before = settle([model], TWELVE, Measured(), lambda model: {}).option(model.id)
    about = named(model, before)
    values = {"peak_mib": 5100.0, "held_mib": 5222.0, "reload_s": 2.5, "load_s": 9.0}
    known = Measured(runs=(Run(engine="x", version="1", model=about.model, settings=about.settings, values=values),))
    resident = resident_of(model, settle([model], TWELVE, known, lambda model: {}).option(model.id), known)
    assert resident.mib == 5222 != resident_of(model, before).mib
    assert resident.uncertainty < resident_of(model, before).uncertainty
    assert resident.start_s + resident.host_s == pytest.approx(2.5)
    assert resident.start_s + resident.disk_s == pytest.approx(9.0)


def test_what_an_image_model_was_seen_to_hold_counts_too() -> None:
    model = registry.get("sdxl-inpaint-fp16")
    option = settle([model], TWELVE, Measured(), lambda model: {}).option(model.id)
    about = named(model, option)
    run = Run(engine="x", version="1", model=about.model, settings=about.settings, values={"held_mib": 321.0})
    assert resident_of(model, option, Measured(runs=(run,))).mib == 321


def test_networks_on_the_processor_take_nothing_of_a_card(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    model = registry.get("isnet-small")
    assert resident_of(model, None).mib > 1000 > resident_of(model, None, off_card=True).mib
    assert loadable_of(model, {}, None, on_card=True).options == {"provider": "cpu", "outputs": 1}
    monkeypatch.setattr("stillbytes.gpu.start.on_device", lambda: True)
    assert loadable_of(model, {}, None, on_card=True).options == {"outputs": 1}


def test_a_plan_that_fails_keeps_no_model_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    install("isnet-small", store)

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("stillbytes.gpu.start.settle", broken)
    (store.home.parent / "measured.json").write_text("{")

    async def story() -> dict[str, str]:
        async with start(Preferences(), HostMemory(4000), store) as broker:
            return declare_installed(broker, Preferences(), store)

    assert asyncio.run(story()) == {}


def test_nothing_is_declared_that_is_not_installed_and_nothing_is_started(store: Store) -> None:
    async def story() -> None:
        async with start(Preferences(), HostMemory(4000), store) as broker:
            assert broker.snapshot().holders == ()
            with pytest.raises(Refused, match="qwen3-8b"):
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
            broker.declare(resident_of(model, None), loadable_of(model, store.files(model), None, on_card=False))
            with pytest.raises(Refused):
                await broker.run(Request("a", "chat", (Way((model.id,), 100),)), lambda lease: asyncio.sleep(0))

    asyncio.run(story())
