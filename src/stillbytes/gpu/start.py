"""The broker of this machine: its memory, the engines that are here, the models that are installed.

Models are loaded with the options that a plan for this machine gives them, and counted with what was measured of them
here, or else with the plan's estimate.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stillbytes.core import paths
from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.comfyui import install_plan, local
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.engine import Engine, Loadable, Option
from stillbytes.engines.llama import find as llama_find
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.program import Program
from stillbytes.engines.onnx import Onnx
from stillbytes.gpu import measured
from stillbytes.gpu.broker.broker import Broker
from stillbytes.gpu.broker.messages import DISK_MIB_PER_S, HOST_MIB_PER_S, Resident
from stillbytes.gpu.estimate.figure import MEASURED, Figure
from stillbytes.gpu.estimate.network import network
from stillbytes.gpu.learn import Learning, Named
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.actions import damaged
from stillbytes.gpu.models.model import Model, NetworkArchitecture
from stillbytes.gpu.models.store import Store, open_store
from stillbytes.gpu.plan.commands import comfyui_flags, language_options
from stillbytes.gpu.plan.here import here
from stillbytes.gpu.plan.masks import on_device
from stillbytes.gpu.plan.options import ImageOption, LanguageOption
from stillbytes.gpu.plan.plan import neighbour_mib, workflow
from stillbytes.gpu.plan.settle import Settled, settle
from stillbytes.gpu.telemetry import Memory, memory

START_S = {"llama": 0.8, "comfyui": 0.1, "onnx": 0.1}
"""Beside copying: a llama-server is a process of its own, in the others only the model is new. Estimates."""
MEASURED_MARGIN = 0.05
"""A measured size varies from one load to the next, and with what else is in the process."""
FAMILY_S = 2.0
"""How long the list of an engine's processes is kept."""
MIB = 1024 * 1024
Planned = LanguageOption | ImageOption | None
log = logging.getLogger(__name__)


def start(choices: Preferences, device: Memory | None = None, store: Store | None = None) -> Broker:
    """Nothing is started and no memory is taken until somebody asks. device: for tests; the machine's own without."""
    divided = device or memory(choices.vram_mib)
    engines = Engines(choices, on_card=divided.kind == "card")
    broker = Broker(divided, engines, processes=Families(engines), journal=paths.home() / "logs" / "broker.jsonl")
    broker.watch(Learning(engines.named, lambda name: engines.versions.get(name, "")))
    declare_installed(broker, choices, store)
    return broker


def declare_installed(broker: Broker, choices: Preferences, store: Store | None = None) -> dict[str, str]:
    """Make the models that are installed known to it. Returns those that cannot be used, by id, with the reason."""
    files, on_card = _installed(store or open_store(choices)), broker.memory.kind == "card"
    skipped = {id: why for id, of in files.items() if (why := next(filter(None, map(damaged, of.values())), ""))}
    for id, why in skipped.items():  # the others can be used all the same
        log.warning("%s is not used: %s", registry.get(id).title, why)
    usable = [registry.get(id) for id in files if id not in skipped]
    known = measured.usable()
    settled = _settled(usable, files, known, broker.memory, choices)
    for model in usable:
        option = settled.option(model.id)
        loadable = loadable_of(model, files[model.id], option, on_card=on_card)
        off_card = model.engine == "onnx" and on_card and not on_device()
        broker.declare(resident_of(model, option, known, off_card=off_card), loadable)
    if isinstance(broker.engines, Engines):
        broker.engines.settled = settled
        # Of networks the broker hears what they hold before they have worked, which is little of it.
        told = [model for model in usable if model.engine != "onnx"]
        broker.engines.named.update({model.id: named(model, settled.option(model.id)) for model in told})
    return skipped


def loadable_of(model: Model, files: Mapping[str, Path], option: Planned, *, on_card: bool = True) -> Loadable:
    """A model as its engine loads it, by the options of a plan; without one by the engine's own."""
    options: dict[str, Option] = {}
    if isinstance(option, LanguageOption):
        options = language_options(option, on_card=on_card)
    elif isinstance(option, ImageOption):
        settings = workflow(option)
        options = {"tile": settings.tile, "overlap": settings.overlap, "megapixels": settings.max_megapixels}
        options |= {"steps": settings.steps, "shape": option.shape}
    elif isinstance(model.architecture, NetworkArchitecture) and model.engine == "onnx":
        options = {} if on_card and on_device() else {"provider": "cpu"}
        options |= {"outputs": model.architecture.outputs} if model.architecture.outputs else {}
    return Loadable(model.id, files, options)


def resident_of(model: Model, option: Planned, known: Measured | None = None, *, off_card: bool = False) -> Resident:
    """What the broker sets aside for a model: measured here with these options, else estimated.

    off_card: it works on the processor although the broker divides a card.
    """
    about = named(model, option)
    run = known.of(about.model, about.settings) if known else None
    size = Figure(1.0, "MiB") if off_card else _size(model, option)
    if model.engine == "comfyui":  # work in it is counted by itself
        size = (run.figure("held_mib") if run else None) or size
    start_s, host_s, disk_s = START_S[model.engine], size.value / HOST_MIB_PER_S, size.value / DISK_MIB_PER_S
    if run is not None and (again := run.values.get("reload_s")):
        start_s = min(start_s, again)
        host_s = again - start_s
        disk_s = max(disk_s, host_s)
    if run is not None and (first := run.values.get("load_s")):
        disk_s = max(first - start_s, host_s)
    return Resident(
        model.id,
        model.engine,
        max(1, round(size.value)),
        max(MEASURED_MARGIN if size.basis == MEASURED else 0.1, size.spread),
        divisible=model.engine == "comfyui",
        start_s=start_s,
        host_s=host_s,
        disk_s=disk_s,
        lazy=model.engine == "comfyui",
    )


def named(model: Model, option: Planned) -> Named:
    """What measurements call a model with these options."""
    engine = {"llama": "llama.cpp", "comfyui": "ComfyUI", "onnx": "ONNX Runtime"}[model.engine]
    lazy = model.engine == "comfyui"
    return Named(engine, option.known_as if option else model.id, option.key if option else "", lazy)


def _size(model: Model, option: Planned) -> Figure:
    """Of what stays on the device while nothing is done, as the plan has it."""
    if isinstance(option, LanguageOption):
        return option.peak
    if isinstance(model.architecture, NetworkArchitecture) and model.engine == "onnx":
        return network(model)
    return Figure(model.size / MIB, "MiB", spread=0.1 if model.engine == "comfyui" else 0.3)


def _installed(store: Store) -> dict[str, Mapping[str, Path]]:
    """By id the files of each model that is here whole."""
    return {model.id: store.files(model) for model in registry.all_models() if store.installed(model)}


def _settled(
    models: list[Model],
    files: Mapping[str, Mapping[str, Path]],
    known: Measured,
    divided: Memory,
    choices: Preferences,
) -> Settled:
    """The plan's options; none where it fails, for then the engines' own will do."""
    try:
        return settle(models, here(choices, known, divided), known, lambda model: files[model.id])
    except Exception:
        log.exception("models cannot be planned for, so engines use their own options")
        return Settled()


class _OffCard(Onnx):
    """Networks that work on the processor beside a card: what they hold is not the card's."""

    async def footprint(self) -> Mapping[str, int]:
        return {}


class Engines(dict[str, Engine]):
    """The engines of this machine, none of them started. settled: the options that ComfyUI is started by.

    versions: of those that were looked for, by name. named: what measurements call each declared model.
    """

    def __init__(self, choices: Preferences, *, on_card: bool) -> None:
        self._choices, self._on_card = choices, on_card
        self._comfyui = ComfyUI(self._find_comfyui)
        self.settled = Settled()
        self.named: dict[str, Named] = {}
        self.versions: dict[str, str] = {}
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # other builds have other names
            self.versions["onnx"] = importlib.metadata.version("onnxruntime")
        networks = _OffCard() if on_card and not on_device() else Onnx()
        super().__init__(llama=Llama(self._find_llama), comfyui=self._comfyui, onnx=networks)

    async def _find_llama(self) -> Program:
        there = await llama_find.find(self._choices.llama, ports=())
        if there.program is None:
            raise next(
                iter(there.problems), EngineError("There is no llama-server on this computer.", llama_find.REMEDY)
            )
        program = await found(there.program.path)
        self.versions["llama"] = program.version
        return program

    async def _find_comfyui(self) -> comfyui_find.Found:
        there = await comfyui_find.find(self._choices.comfyui)
        if there.running is not None:
            self.versions["comfyui"] = there.running.version
        elif there.installed is not None:
            self.versions["comfyui"] = there.installed.version
            with contextlib.suppress(EngineError):  # its start will say what is wrong
                known = await local.flags(there.installed)
                best = self.settled.best
                others = neighbour_mib(best) if best is not None else 0
                device = self._on_card or install_plan.card() != "cpu"
                image = best.image if best is not None else None
                self._comfyui.flags = comfyui_flags(image, known, others, on_card=device)
        return there


class Families:
    """The processes of each engine, with their children; listed anew every FAMILY_S."""

    def __init__(self, engines: Mapping[str, Engine], clock: Callable[[], float] = time.monotonic) -> None:
        self._engines, self._clock = engines, clock
        self._listed: dict[str, list[int]] = {}
        self._at = float("-inf")

    def __call__(self) -> Mapping[str, Iterable[int]]:
        import psutil  # noqa: PLC0415 - only when an engine may run

        roots = {
            name: getattr(getattr(engine, "process", engine), "pid", None) for name, engine in self._engines.items()
        }
        fresh = self._clock() - self._at < FAMILY_S
        if fresh and all(not root or root in self._listed.get(name, ()) for name, root in roots.items()):
            return self._listed
        self._at = self._clock()
        self._listed = {name: [] for name in roots}
        for name, root in roots.items():
            if root:
                try:
                    family = psutil.Process(root).children(recursive=True)
                    self._listed[name] = [root, *(process.pid for process in family)]
                except psutil.Error:
                    self._listed[name] = []
        return self._listed
