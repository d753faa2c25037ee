"""A plan: what runs on a machine, why that, with which command lines and settings, and how fast.

`plan(machine, wish)` starts nothing; it reads no file but the headers of those it is told of.
Every number keeps its basis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import ModelError, Refused, StillbytesError
from stillbytes.core.saying import said
from stillbytes.gpu.estimate import picture, quantisation, weights
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import DiffusionArchitecture, LanguageArchitecture, Model
from stillbytes.gpu.plan import commands, words
from stillbytes.gpu.plan.combine import Combination, combinations
from stillbytes.gpu.plan.machine import Machine
from stillbytes.gpu.plan.masks import Masks, masks
from stillbytes.gpu.plan.options import ImageOption, Kind, LanguageOption, Wish, image_options, language_options
from stillbytes.gpu.plan.programs import Programs

_PRECISIONS = ("Q4_K_M", "Q6_K")
"""Of language models, which quantisations are considered when none is named."""
_LEAST_SAVING = 32.0
"""MiB that a step of the ladder must save over the one before it."""
_TILE_FROM_MEGAPIXELS = 1.5
"""Above this the VAE works on tiles whatever the memory: whole decoding grows by 2.2 GB per megapixel."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """Settings for the image engine's graphs. tile: of the VAE in pixels, 0 for none up to max_megapixels."""

    precision: str
    tile: int
    overlap: int
    max_megapixels: float
    steps: int
    guided: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One step down when memory is short. saves: MiB. costs: in words, with the predicted seconds where there are."""

    step: str
    saves: float
    costs: str


@dataclass(frozen=True, slots=True)
class Plan:
    """chosen is the first of `combinations`. masks: what is on the card beside them, counted in their memory.

    llama, comfyui: command lines, empty when the part is not wanted.
    """

    machine: Machine
    combinations: tuple[Combination, ...]
    masks: Masks
    reasons: tuple[str, ...]
    llama: tuple[str, ...]
    comfyui: tuple[str, ...]
    workflow: Workflow | None
    ladder: tuple[Rung, ...]
    notes: tuple[str, ...]

    @property
    def chosen(self) -> Combination:
        return self.combinations[0]

    @property
    def fill(self) -> Figure | None:
        return self.chosen.image.seconds if self.chosen.image else None

    @property
    def generation(self) -> Figure | None:
        return self.chosen.language.generation if self.chosen.language else None


def plan(
    machine: Machine,
    wish: Wish | None = None,
    *,
    measured: Measured | None = None,
    files: Callable[[Model], Mapping[str, Path]] | None = None,
    programs: Programs | None = None,
) -> Plan:
    """What to run on `machine`. files: which of a model's files are on this disk, by role. programs: what the command
    lines are for, without them copies that we have read.

    Raises ModelError for a model that is not known, naming near misses, and Refused when nothing fits.
    """
    wish, programs = wish or Wish(), programs or Programs()
    on_card = machine.card is not None
    needed = masks(lambda model: _whole(model, files(model)) if files else False, card=on_card)
    beside = needed.beside(on_card=on_card)
    languages = [
        list(language_options(m, wish, machine, measured, files(m) if files and isinstance(m, Model) else None))
        for m in _languages(wish)
    ]
    images = [list(image_options(m, wish, machine, registry.get, measured)) for m in _images(wish)]
    found = combinations([o for o in languages if o], [o for o in images if o], machine, beside)
    if not found:
        room = machine.room_mib - beside.most
        raise Refused(words.nothing_fits(languages, images, room), "Name a smaller model, or close other programs.")
    best = found[0]
    return Plan(
        machine=machine,
        combinations=tuple(found),
        masks=needed,
        reasons=tuple(words.reasons(best, found, machine, needed)),
        llama=commands.llama(best.language, programs.llama, on_card=on_card) if best.language else (),
        comfyui=commands.comfyui(best.image, programs.comfyui, neighbour_mib(best), on_card=on_card or machine.other)
        if best.image
        else (),
        workflow=workflow(best.image) if best.image else None,
        ladder=tuple(_ladder(best, languages, images)),
        notes=tuple(_notes(best, machine, programs)),
    )


def neighbour_mib(combination: Combination) -> int:
    """What the language model keeps on the card while pictures are made."""
    language = combination.language
    return language.peak.mib if language is not None and combination.arrangement == "together" else 0


def _whole(model: Model, files: Mapping[str, Path]) -> bool:
    return all(file.role in files for file in model.files)


def _languages(wish: Wish) -> list[Model | str]:
    if wish.llm == "none":
        return []
    if wish.llm is None:
        return [
            model
            for model in registry.all_models()
            if isinstance(model.architecture, LanguageArchitecture)
            and model.precision in _PRECISIONS
            and model.quality > 1
        ]
    return _named(wish.llm, "language")


def _images(wish: Wish) -> list[Model | str]:
    if wish.image == "none":
        return []
    if wish.image is None:
        return [model for model in registry.all_models() if isinstance(model.architecture, DiffusionArchitecture)]
    return _named(wish.image, "image")


def _named(name: str, kind: Kind) -> list[Model | str]:
    """The declared model of this name, its whole family where the name leaves the precision open, or the name itself
    when it describes a model well enough to be estimated."""
    wanted = LanguageArchitecture if kind == "language" else DiffusionArchitecture
    try:
        model = registry.find(name)
    except ModelError as unknown:
        try:
            weights.by_name(name) if kind == "language" else picture.by_name(name)
        except StillbytesError as error:
            raise unknown from error
        return [name]
    if not isinstance(model.architecture, wanted):
        raise ModelError(
            said(
                "{model} is not a language model." if kind == "language" else "{model} is not an image model.",
                model=model.title,
            )
        )
    if quantisation.in_name(name) or any(form in name.lower() for form in quantisation.FORMATS):
        return [model]
    return [other for other in registry.all_models() if other.family == model.family and other.kind == model.kind]


def workflow(option: ImageOption) -> Workflow:
    """The settings of an option for the image engine's graphs."""
    pixels = option.settings.width * option.settings.height / 1e6
    tile = option.settings.tile
    return Workflow(
        precision=option.picture.precision,
        tile=tile or (512 if pixels > _TILE_FROM_MEGAPIXELS else 0),
        overlap=64,
        max_megapixels=round(pixels, 2),
        steps=option.picture.steps,
        guided=option.picture.guided,
    )


def _ladder(
    best: Combination, languages: Sequence[Sequence[LanguageOption]], images: Sequence[Sequence[ImageOption]]
) -> list[Rung]:
    """What is given up, in order, when the memory that the plan counts on is not there."""
    rungs: list[Rung] = []
    for option, ladders in ((best.language, languages), (best.image, images)):
        if option is None:
            continue
        steps: Sequence[LanguageOption | ImageOption] = next((list(o) for o in ladders if option in o), [])
        saved = _LEAST_SAVING
        for other in steps[steps.index(option) + 1 :] if steps else ():
            new = [step for step in other.steps if step not in option.steps]
            if new and option.peak.value - other.peak.value >= saved:
                saved = option.peak.value - other.peak.value + _LEAST_SAVING
                rungs.append(Rung("; ".join(new), option.peak.value - other.peak.value, _cost(other)))
    kept = sorted(rungs, key=lambda rung: rung.saves)
    if best.arrangement == "together" and best.language and best.image:
        wait = best.language.size / 5e9
        kept.append(Rung("take turns", best.language.peak.value, f"about {wait:.0f} s at every change"))
    kept.append(Rung("wait in the queue, then refuse with what is missing", 0.0, "never layers on the processor"))
    return kept


def _cost(option: LanguageOption | ImageOption) -> str:
    if isinstance(option, LanguageOption):
        return "it remembers less of a talk" if option.settings.cache_keys == "q8_0" else "it remembers less exactly"
    return f"{option.seconds.value:.0f} s per fill" if option.seconds else "slower fills"


def _notes(best: Combination, machine: Machine, programs: Programs) -> list[str]:
    notes = [machine.note] if machine.note else []
    for wanted, name in ((best.language, "llama"), (best.image, "comfyui")):
        if wanted is not None and name in programs.assumed:
            notes.append(f"Not installed here, so the options are those of {programs.assumed[name]}.")
    if best.image is not None and best.image.seconds is None:
        notes.append("Without a known card a picture takes minutes; how many is not predicted.")
    if best.language is not None and best.language.weights.origin == "inferred from the parameter count":
        notes.append(f"{best.language.name}: {best.language.weights.note}; check it before you rely on it.")
    return notes
