"""Finding a mask: the best detector that this machine has, its edges at full resolution, and how to do better."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.gpu.access import Access
from stillbytes.gpu.models import registry
from stillbytes.masks import detect
from stillbytes.masks.detect.detector import CLASSICAL, Detector, Picture, best
from stillbytes.masks.kind import Found
from stillbytes.masks.refine.matting import refined

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that would find it better. size: bytes to download. licence: its name. lost: it was downloaded here, and
    is damaged or gone."""

    model: str
    title: str
    size: int
    licence: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """pixels: (height, width) uint8 over the whole frame, 255 where it is 1. used: ids of models, or "classical".

    recipe: what to store beside it, to find it again. better: models that are not here and would do better.
    """

    pixels: NDArray[np.uint8]
    used: tuple[str, ...]
    recipe: Mapping[str, Any]
    better: tuple[Offer, ...]


@cache
def detectors() -> Mapping[str, Detector[Any]]:
    """Every detector by the kind of mask that it fills."""
    found: dict[str, Detector[Any]] = {}
    for info in pkgutil.iter_modules(detect.__path__):
        module = importlib.import_module(f"{detect.__name__}.{info.name}")
        for member in vars(module).values():
            if inspect.isclass(member) and issubclass(member, Detector) and hasattr(member, "kind"):
                found[member.kind] = member()
    return found


def find(
    kind: Found,
    picture: Picture,
    networks: Access,
    *,
    progress: Progress = lambda step: None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Look for it in the photo.

    Raises NotFound when it is not in the picture or nothing here could find it, Cancelled, Refused, ModelError,
    EngineError.
    """
    detector = detectors().get(kind.name)
    if detector is None:
        raise NotFound(said("Nothing here finds “{kind}”.", kind=said(kind.label)))
    lacking = [model for model in detector.also if not networks.here(model)]
    if lacking:
        raise NotFound(
            said("{kind} needs {these}.", kind=said(kind.label), these=" and ".join(lacking)),
            said("`stillbytes models pull {these}` gets it.", these=" ".join(lacking)),
        )
    choices = detector.choices(kind)
    progress(said("Looking for “{kind}”", kind=said(kind.label)))
    asked = _Asked(networks, kind.label, cancelled)
    found = detector.find(picture, kind, asked, best(choices, asked))
    if found.refine:
        progress(said("Refining edges"))
        pixels = refined(picture.pixels, found.coarse, cancelled, trust=found.trust)
    else:
        pixels = np.rint(np.clip(found.coarse, 0, 1) * 255).astype(np.uint8)
    pixels = 255 - pixels if found.inverted else pixels
    recipe: dict[str, Any] = {
        "detector": detector.kind,
        "version": detector.version,
        "models": {id: _sha256(id) for id in found.used if id != CLASSICAL},
    }
    if found.sure is not None:
        recipe["sure"] = round(found.sure, 2)
    better = offers(choices, found.used, networks.here, large=networks.on_card, lost=networks.lost)
    return Result(pixels, found.used, recipe, better)


def completed(kind: Found, raster: str, result: Result) -> Found:
    """The kind with what was found, under that content address."""
    return replace(kind, raster=raster, recipe=dict(result.recipe))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The networks of this machine, asked for one mask."""

    networks: Access
    label: str
    cancelled: Callable[[], bool] | None

    def ask(self, model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model", /) -> dict[str, NDArray[Any]]:
        return self.networks.ask(model, inputs, role, label=self.label, cancelled=self.cancelled)

    def drawn(
        self, model: str, picture: bytes, build: Callable[[str, Mapping[str, str]], Workflow], /
    ) -> tuple[bytes, ...]:
        return self.networks.drawn(model, picture, build, label=self.label, cancelled=self.cancelled)

    def here(self, model: str, /) -> bool:
        return self.networks.here(model)

    def file(self, model: str, role: str, /) -> Path:
        return self.networks.file(model, role)


def offers(
    choices: tuple[str, ...],
    used: tuple[str, ...],
    here: Callable[[str], bool],
    *,
    large: bool,
    lost: Callable[[str], bool],
) -> tuple[Offer, ...]:
    """The models before the best one that is here; at most three, those that were downloaded and got lost before the
    others, then those whose results may be sold.

    choices: those that could find it. here: whether a model is on this machine. lost: whether it was downloaded, and is
    damaged or gone. large: whether those of ComfyUI are offered too: without a card they take minutes.
    """
    places = [place for place, id in enumerate(choices) if id in used or here(id)]
    before = choices[: min(places)] if places else choices
    known = [model for model in map(registry.get, before) if large or model.engine != "comfyui"]
    told = [Offer(m.id, m.title, m.size, m.licence.name, lost(m.id)) for m in known]
    sold = {model.id for model in known if model.licence.commercial}
    first = sorted(told, key=lambda offer: (not offer.lost, offer.model not in sold))
    return tuple(first[:3])


def _sha256(model: str) -> str:
    return next((file.sha256 or "" for file in registry.get(model).files), "")
