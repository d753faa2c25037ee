"""With which options each installed model is loaded here: what plans for them say, worked out for all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import DiffusionArchitecture, LanguageArchitecture, Model
from stillbytes.gpu.plan.combine import Combination, combinations
from stillbytes.gpu.plan.machine import Machine
from stillbytes.gpu.plan.masks import masks
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, Wish, fits, image_options, language_options

Files = Callable[[Model], Mapping[str, Path]]
Either = TypeVar("Either", LanguageOption, ImageOption)


@dataclass(frozen=True, slots=True)
class Settled:
    """By a model's id its options. best: the best pair of installed models, None without any that fits."""

    languages: Mapping[str, LanguageOption] = field(default_factory=dict)
    images: Mapping[str, ImageOption] = field(default_factory=dict)
    best: Combination | None = None

    def option(self, id: str) -> LanguageOption | ImageOption | None:
        return self.languages.get(id) or self.images.get(id)


def settle(
    installed: Iterable[Model], machine: Machine, known: Measured, files: Files, wish: Wish | None = None
) -> Settled:
    """The options of all `installed` models on `machine`. Raises nothing for a damaged file, but ModelError otherwise.

    A language and an image model get what the best pair gives them that they are in; one that fits alone only, what it
    takes alone; one that does not fit, its smallest options, so that it is refused only when memory really lacks.
    """
    wish, models = wish or Wish(), list(installed)
    languages = {
        model.id: list(language_options(model, wish, machine, known, files(model)))
        for model in models
        if isinstance(model.architecture, LanguageArchitecture)
    }
    images = {
        model.id: list(image_options(model, wish, machine, registry.get, known))
        for model in models
        if isinstance(model.architecture, DiffusionArchitecture)
    }
    here = {model.id for model in models}
    on_card = machine.card is not None
    beside = masks(lambda model: model.id in here, card=on_card).beside(on_card=on_card)
    pairs = combinations(list(languages.values()), list(images.values()), machine, beside)
    room = machine.room_mib - beside.most
    return Settled(
        {id: _of(id, ladder, [pair.language for pair in pairs], room) for id, ladder in languages.items()},
        {id: _of(id, ladder, [pair.image for pair in pairs], room) for id, ladder in images.items()},
        pairs[0] if pairs else None,
    )


def _of(id: str, ladder: Sequence[Either], paired: Sequence[Either | None], room: float) -> Either:
    chosen = next((option for option in paired if option is not None and option.model and option.model.id == id), None)
    return chosen or next((option for option in ladder if fits(option, room)), ladder[-1])
