"""Which model draws with which graph: everything that is installed and can do a task, best first."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import graphs as declared
from stillbytes.generate.workflows.graph import Adapter, Drawing, Files, Graph, Input, Lora, Sampling, Task, Tier
from stillbytes.gpu.models import own, registry
from stillbytes.gpu.models.actions import with_needs
from stillbytes.gpu.models.model import DiffusionArchitecture, File, Model
from stillbytes.gpu.models.store import Store

Installed = Callable[[Model], bool]
Names = Callable[[File], str]

FEW_STEPS = 10
"""Up to so many a picture is made "fast"."""
MAKESHIFT = 1.5
"""Points of quality that a model loses for what it was not trained for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to do a task. adapter: a few-step LoRA, None for the model's own steps. trained: whether for this task.

    beside: what is installed and hung onto the model only where a drawing asks for it: "canny", "depth", "union",
    "style". model: None for a person's own workflow, which names its files itself.
    """

    task: Task
    graph: Graph
    model: Model | None
    adapter: Adapter | None = None
    trained: bool = True
    beside: Mapping[str, Model] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def id(self) -> str:
        """Names it in recipes and options: "sdxl-inpaint-fp16+sdxl-lightning-4step"."""
        if self.model is None:
            return self.graph.name
        return self.model.id + (f"+{self.adapter.id}" if self.adapter else "")

    @property
    def title(self) -> str:
        if self.model is None:
            return self.graph.title
        return self.model.title + (f" with {registry.get(self.adapter.id).title}" if self.adapter else "")

    @property
    def sampling(self) -> Sampling:
        if self.adapter is not None:
            return self.adapter.sampling
        return self.graph.sampled(self.model.family if self.model else "")

    @property
    def tier(self) -> Tier:
        return "fast" if self.sampling.steps <= FEW_STEPS else "quality"

    @property
    def quality(self) -> float:
        """1 (for tests) to 5, less for what it was not trained for and for few steps by an adapter."""
        best = float(self.model.quality if self.model else 3)
        if self.adapter is not None:
            best = min(best, registry.get(self.adapter.id).quality) - 0.25
        return best if self.trained else best - MAKESHIFT

    @property
    def work(self) -> float:
        """TFLOP of one picture at the model's own area, 0 where that is not known."""
        told = self.model.architecture if self.model else None
        if not isinstance(told, DiffusionArchitecture):
            return 0.0
        passes = 2 if told.guided and self.sampling.guidance != 1 else 1
        return told.step_tflop * self.graph.pixels / told.pixels * passes * self.sampling.steps

    @property
    def takes(self) -> frozenset[Input]:
        """What a drawing for it may use, with what is installed beside it."""
        more: set[Input] = set()
        if "style" in self.beside:
            more.add("reference")
        for kind in ("canny", "depth"):
            if kind in self.beside or "union" in self.beside:
                more.add(kind)
        return self.graph.takes | more

    def needs(self, drawing: Drawing) -> tuple[Model, ...]:
        """Every model that a drawing is made with, what is needed first; for downloads, memory and leases.

        Raises ModelError for a drawing that uses what this candidate does not take.
        """
        self._check(drawing)
        if self.model is None:
            named = self.graph.loads
            found = {n: m for m in registry.all_models() for f in m.files if (n := f.name.rpartition("/")[2]) in named}
            return tuple(dict.fromkeys(found.values()))
        extra = [registry.get(self.adapter.id)] if self.adapter else []
        return with_needs([self.model, *extra, *self._hung(drawing).values()])

    def files(self, drawing: Drawing, name: Names | None = None, loras: Iterable[Lora] = ()) -> Files:
        """The files for a drawing. name: how ComfyUI calls one, its declared name without. loras: a person's own.

        Raises ModelError for a drawing that uses what this candidate does not take.
        """
        self._check(drawing)
        if self.model is None:
            return Files("", "", self.sampling, loras=tuple(loras))
        called = name or (lambda file: file.name.rpartition("/")[2])
        parts: dict[str, list[str]] = {}
        for needed in with_needs([self.model]):
            for file in needed.files:
                parts.setdefault(file.role if needed is self.model else needed.kind, []).append(called(file))
        hung = {kind: called(model.files[0]) for kind, model in self._hung(drawing).items()}
        vision = [m for m in with_needs(self._hung(drawing).values()) if m.kind == "image-encoder"]
        few = [Lora(called(registry.get(self.adapter.id).files[0]), self.adapter.strength)] if self.adapter else []
        return Files(
            main=called(self.model.files[0]),
            family=self.model.family,
            precision=self.model.precision,
            sampling=self.sampling,
            whole="checkpoint" in parts,
            encoders=(*parts.get("text-encoder", ()), *parts.get("language", ())),
            vae=next(iter(parts.get("vae", ())), ""),
            loras=(*few, *loras),
            control={kind: hung[kind] for kind in ("canny", "depth", "union") if kind in hung},
            style=hung.get("style", ""),
            vision=called(vision[0].files[0]) if vision else "",
        )

    def workflow(self, drawing: Drawing, name: Names | None = None, loras: Iterable[Lora] = ()) -> Workflow:
        """What is sent to ComfyUI. Raises ModelError for a drawing that uses what this candidate does not take."""
        return self.graph.build(drawing, self.files(drawing, name, loras))

    def _hung(self, drawing: Drawing) -> dict[str, Model]:
        """Of `beside`, what this drawing uses."""
        uses = drawing.uses()
        kinds = [kind if kind in self.beside else "union" for kind in ("canny", "depth") if kind in uses]
        if "reference" in uses and "reference" not in self.graph.takes:
            kinds.append("style")
        return {kind: self.beside[kind] for kind in dict.fromkeys(kinds)}

    def _check(self, drawing: Drawing) -> None:
        if drawing.task != self.task:
            raise ModelError(
                said(
                    "{model} was chosen to {task}, not to {other}.",
                    model=self.title,
                    task=self.task,
                    other=drawing.task,
                ),
                "Choose again.",
            )
        # Words that it does not take are no harm: guidance of its own leaves no place for what is not to be seen.
        if lacking := sorted(drawing.uses() - self.takes - {"negative", "denoise"}):
            raise ModelError(
                said("{model} makes no use of {these} here.", model=self.title, these=", ".join(lacking)),
                "Choose another model, pull what is missing, or leave that away.",
            )


@cache
def graphs() -> tuple[Graph, ...]:
    """Every graph that comes with Stillbytes, by name."""
    found: dict[str, Graph] = {}
    for info in pkgutil.iter_modules(declared.__path__):
        module = importlib.import_module(f"{declared.__name__}.{info.name}")
        for member in vars(module).values():
            if inspect.isclass(member) and issubclass(member, Graph) and member.__module__ == module.__name__:
                found[member.name] = member()
    return tuple(found[name] for name in sorted(found))


def serving(
    task: Task,
    installed: Installed | Store,
    *,
    tier: Tier = "quality",
    uses: Iterable[Input] = (),
    more: Iterable[Graph] = (),
) -> tuple[Candidate, ...]:
    """All that can do a task with what is installed, the best first.

    tier: those come before the others. uses: what a drawing will use; who does not take it is left out. more: a
    person's own graphs, which come last: each is asked for by its own name. With `lambda model: True` it tells what
    could be had.
    """
    here = installed.installed if isinstance(installed, Store) else installed
    known: dict[str, bool] = {}

    def whole(model: Model) -> bool:
        for needed in with_needs([model]):
            if needed.id not in known:
                known[needed.id] = here(needed)
            if not known[needed.id]:
                return False
        return True

    wanted = frozenset(uses) - {"negative", "denoise"}
    found = [one for graph in (*graphs(), *more) for one in _of(graph, task, whole) if wanted <= one.takes]
    return tuple(sorted(found, key=lambda one: (one.model is None, one.tier != tier, -one.quality, one.work, one.id)))


def candidate(id: str, task: Task, installed: Installed | Store, more: Iterable[Graph] = ()) -> Candidate:
    """The one of that id. Raises ModelError, which names what there is."""
    there = serving(task, installed, more=more)
    for one in there:
        if one.id == id:
            return one
    raise ModelError(
        said("{model!r} cannot {task} here.", model=id, task=task),
        said("What can: {these}.", these=", ".join(one.id for one in there[:6]))
        if there
        else said("`stillbytes models list` shows models."),
    )


def loras(one: Candidate, installed: Installed | Store) -> tuple[Model, ...]:
    """A person's own LoRAs that go with it."""
    here = installed.installed if isinstance(installed, Store) else installed
    return tuple(m for m in registry.all_models() if m.kind == "lora" and m.family == one.graph.loras and here(m))


def names(store: Store) -> Names:
    """How ComfyUI calls files on this machine: by the names they have on the disk.

    One that lies where it does not look, as in the hub's cache, gets a link in our folder first. Asking for a name
    raises ModelError where that fails.
    """

    def name(file: File) -> str:
        found = own.visible(store, file)
        return found.path.name if found else file.name.rpartition("/")[2]

    return name


def _of(graph: Graph, task: Task, whole: Installed) -> Iterator[Candidate]:
    if not graph.families:  # a person's own
        if task in graph.tasks(""):
            yield Candidate(task, graph, None)
        return
    models = [
        model
        for model in registry.all_models()
        if model.kind in ("diffusion", "upscaler") and task in graph.tasks(model.family) and whole(model)
    ]
    if not models:
        return
    wanted = [(kind, id) for kind, id in (*graph.control.items(), ("style", graph.style)) if id]
    # Its family is the id of a declared one, in whose place a person's own can stand.
    there = [(kind, model) for kind, id in wanted for model in registry.all_models() if model.family == id]
    beside = {kind: model for kind, model in reversed(there) if whole(model)}
    adapters = [adapter for adapter in graph.adapters if whole(registry.get(adapter.id))]
    for model in models:
        trained = task in graph.families.get(model.family, ())
        for adapter in (None, *adapters):
            yield Candidate(task, graph, model, adapter, trained, MappingProxyType(beside))
