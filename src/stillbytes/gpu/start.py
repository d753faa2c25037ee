"""The broker of this machine: its memory, the engines that are here, the models that are installed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from stillbytes.core import paths
from stillbytes.core.errors import EngineError, StillbytesError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.engine import Engine, Loadable, Option
from stillbytes.engines.llama import find as llama_find
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.program import Program
from stillbytes.engines.onnx import Onnx
from stillbytes.gpu.broker.broker import Broker
from stillbytes.gpu.broker.messages import DISK_MIB_PER_S, HOST_MIB_PER_S, Resident
from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate import llm, weights
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import LanguageArchitecture, Model, NetworkArchitecture
from stillbytes.gpu.models.store import Store, open_store
from stillbytes.gpu.telemetry import Memory, memory

CONTEXT = 8192
"""Tokens of the assistant's conversation; the planner's default too."""
START_S = {"llama": 0.8, "comfyui": 0.1, "onnx": 0.1}
"""Beside copying: a llama-server is a process of its own, in the others only the model is new. Estimates."""
NETWORK_OVERHEAD = 1.5
"""Sessions hold weights and the arena of their first run; where no activations are declared, half of it again."""
_ANY_CARD = Card("any card", "none", 0, 0.0, 0.0)
"""Memory does not depend on which it is."""
FAMILY_S = 2.0
"""How long the list of an engine's processes is kept."""
MIB = 1024 * 1024
log = logging.getLogger(__name__)


def start(choices: Preferences, device: Memory | None = None, store: Store | None = None) -> Broker:
    """Nothing is started and no memory is taken until somebody asks. device: for tests; the machine's own without."""
    engines = _engines(choices)
    divided = device or memory(choices.vram_mib)
    broker = Broker(divided, engines, processes=Families(engines), journal=paths.home() / "logs" / "broker.jsonl")
    declare_installed(broker, choices, store)
    return broker


def declare_installed(broker: Broker, choices: Preferences, store: Store | None = None) -> dict[str, str]:
    """Make the models that are installed known to it. Returns those that cannot be used, by id, with the reason."""
    skipped: dict[str, str] = {}
    here, on_card = store or open_store(choices), broker.memory.kind == "card"
    for model in registry.all_models():
        if here.installed(model):
            try:
                loadable = loadable_of(model, here, on_card=on_card)
                broker.declare(resident_of(model, loadable, on_card=on_card), loadable)
            except StillbytesError as error:  # the others can be used all the same
                log.warning("%s is not used: %s", model.title, error)
                skipped[model.id] = error.message
    return skipped


def loadable_of(model: Model, store: Store, *, on_card: bool = True) -> Loadable:
    """A model that is installed, as its engine loads it."""
    options: dict[str, Option] = {}
    if isinstance(model.architecture, LanguageArchitecture):
        options = {"ctx-size": CONTEXT, "gpu-layers": "all" if on_card else 0, "flash-attn": "on"}
        options |= {"cache-type-k": "q8_0", "cache-type-v": "q8_0"}
    elif isinstance(model.architecture, NetworkArchitecture) and not on_card:
        options = {"provider": "cpu"}
    return Loadable(model.id, store.files(model), options)


def resident_of(model: Model, loadable: Loadable, *, on_card: bool = True) -> Resident:
    """What the broker sets aside for a model before it was ever loaded here."""
    if isinstance(model.architecture, LanguageArchitecture):
        file = loadable.files.get("model")
        estimate = llm.language(weights.of(model, file), llm.Settings(context=CONTEXT), _ANY_CARD if on_card else None)
        needed = estimate.total if on_card else estimate.host
        mib, uncertainty = needed.value, max(0.1, needed.most / needed.value - 1)
    elif isinstance(model.architecture, NetworkArchitecture):
        arena = model.architecture.activation_bytes / MIB
        mib, uncertainty = (model.size / MIB + arena) if arena else model.size / MIB * NETWORK_OVERHEAD, 0.5
    else:
        mib, uncertainty = model.size / MIB, 0.1
    return Resident(
        model.id,
        model.engine,
        max(1, round(mib)),
        uncertainty,
        divisible=model.engine == "comfyui",
        start_s=START_S[model.engine],
        host_s=mib / HOST_MIB_PER_S,
        disk_s=mib / DISK_MIB_PER_S,
        lazy=model.engine == "comfyui",
    )


def _engines(choices: Preferences) -> dict[str, Engine]:
    async def program() -> Program:
        there = await llama_find.find(choices.llama, ports=())
        if there.program is None:
            raise next(
                iter(there.problems), EngineError("There is no llama-server on this computer.", llama_find.REMEDY)
            )
        return await found(there.program.path)

    async def comfyui() -> comfyui_find.Found:
        return await comfyui_find.find(choices.comfyui)

    return {"llama": Llama(program), "comfyui": ComfyUI(comfyui), "onnx": Onnx()}


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
