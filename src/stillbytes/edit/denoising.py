"""AI denoise of a photo: the network's result made when it is wanted, and what of it settings show."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, InvalidSetting, ModelError, StillbytesError, UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.generate.denoise.networks import Network, denoisers, network_of
from stillbytes.generate.denoise.store import PROCESS, Recipe
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.fetch.download import gigabytes
from stillbytes.gpu.models.model import Model

if TYPE_CHECKING:
    from stillbytes.develop.clean import Clean
    from stillbytes.edit.photo import Photo
    from stillbytes.engines.onnx import Onnx
    from stillbytes.generate.painters.painter import Cancel, Tell
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease

AMOUNT = 50.0
"""Of a photo that is cleaned for the first time: some grain stays, and hides what a network invents."""
WORKING_MIB = 256
"""Beside the network and its arena: a row of tiles."""
log = logging.getLogger(__name__)
State = Literal["off", "missing", "stale", "ready"]
"""missing: there is no result for this photo. stale: it is of an older release of the network or of this code."""


def wanted(settings: Settings) -> str:
    """The model whose result these settings show; empty for none."""
    return str(settings.value("ai_denoise_model")) if settings.number("ai_denoise") else ""


def clean_of(photo: Photo, settings: Settings) -> Clean | None:
    """What these settings show, as far as it is there, readable, and of this photo."""
    model = wanted(settings)
    recipe = photo.denoised.recipe(model) if model else None
    if recipe is None or recipe.photo != photo.pipeline.sensed.digest:
        return None
    try:
        return photo.denoised.clean(model)
    except StillbytesError:  # `state` says that it is missing
        return None


def state(photo: Photo, settings: Settings, *, sure: bool = True) -> State:
    """Of what these settings show. sure: also look whether the photo is still the one that was cleaned, for which it
    has to be decoded. Raises UnreadablePhoto."""
    if not settings.number("ai_denoise"):
        return "off"
    model = wanted(settings)
    recipe = photo.denoised.recipe(model) if model else None
    if recipe is None or (sure and recipe.photo != photo.pipeline.sensed.digest):
        return "missing"
    known = _known(model)
    same_file = known is None or (known.files[0].sha256 or "") == recipe.sha256
    return "ready" if recipe.process == PROCESS and same_file else "stale"


def chosen(photo: Photo, model: str, access: Access) -> Model:
    """The model of that name, or the best that is here. Raises ModelError, UnreadablePhoto."""
    layout = photo.pipeline.sensed.layout
    if model:
        found = registry.find(model)
        network = network_of(found)
        if network.sees == "mosaic" and layout != "bayer":
            raise ModelError(
                said(
                    "{what} takes the mosaic of a Bayer sensor, which {path} has not.",
                    what=found.title,
                    path=photo.path.name,
                ),
                said("These do: {listed}.", listed=_listed([one for one in denoisers(layout) if one is not found])),
            )
        if not access.here(found.id):
            raise ModelError(said("{what} is not here.", what=found.title), _pull(found))
        return found
    able = denoisers(layout)
    here = [one for one in able if access.here(one.id)]
    if not here:
        raise ModelError("There is no model here that takes out noise.", _pull(able[0]))
    return here[0]


def _known(id: str) -> Model | None:
    return next((one for one in registry.all_models() if one.id == id), None)


def _pull(model: Model) -> str:
    what = f"{gigabytes(model.size)}, {model.licence.name}"
    return said("`stillbytes models pull {model}` gets {title} ({what}).", model=model.id, title=model.title, what=what)


def _listed(models: Sequence[Model]) -> str:
    return ", ".join(model.id for model in models)


def denoise(
    photo: Photo,
    model: str = "",
    *,
    amount: float | None = None,
    again: bool = False,
    access: Access | None = None,
    tell: Tell | None = None,
    cancelled: Cancel | None = None,
) -> dict[str, Any]:
    """The settings that show the photo cleaned by a model, by default the best that is here; what it made is kept
    beside the photo, and made only where it is not there. amount: AMOUNT when None. again: make it in any case.

    Raises InvalidSetting, ModelError, UnreadablePhoto, SidecarError, Cancelled, and what engines raise.
    """
    asked: dict[str, Any] = {"ai_denoise": AMOUNT if amount is None else amount}
    Settings(asked)  # before the work
    if not asked["ai_denoise"]:
        raise InvalidSetting("An amount of 0 needs no network.", "Use 1 to 100.")
    if access is None:
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where something is made

        access = shared_access()
    which = chosen(photo, model, access)
    asked["ai_denoise_model"] = which.id
    if again or state(photo, Settings(asked)) != "ready":
        make(photo, which, access, tell, cancelled)
    return asked


def make(photo: Photo, model: Model, access: Access, tell: Tell | None, cancelled: Cancel | None) -> Recipe:
    """Clean the photo's light by a model and keep the result beside it. Raises as `denoise`."""
    from stillbytes.generate.denoise.work import clean  # noqa: PLC0415 - loads OpenCV
    from stillbytes.generate.painters.painter import silent  # noqa: PLC0415

    network, sensed = network_of(model), photo.pipeline.sensed

    def ask(inputs: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        return _asked(access, model, network, inputs, cancelled)

    done = clean(sensed, photo.pipeline.frame, network, ask, model.title, tell or silent, cancelled)
    recipe = Recipe(
        model.id,
        model.files[0].sha256 or "",
        sensed.digest,
        tiles=done.tiles,
        kept=done.kept,
        dimmed=done.dimmed,
        gain=done.gain,
    )
    photo.denoised.put(done.samples, recipe)
    return recipe


def _asked(
    access: Access, model: Model, network: Network, inputs: Sequence[NDArray[np.float32]], cancelled: Cancel | None
) -> list[NDArray[np.float32]]:
    """One lease for a row of tiles: between rows others have their turn."""
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415 - the broker is there by now

    async def work(lease: Lease, engines: Engines) -> list[NDArray[np.float32]]:
        onnx, answers = cast("Onnx", engines["onnx"]), []
        for one in inputs:
            found = await onnx.run(model.id, {network.input: one})
            answers.append(np.asarray(next(iter(found.values()))))
        return answers

    way = Way((model.id,), WORKING_MIB)
    return access.run(f"{model.title} in a photo", (way,), work, interactive=False, cancelled=cancelled)


def completed(
    photo: Photo,
    settings: Settings,
    access: Access | None = None,
    tell: Tell | None = None,
    cancelled: Cancel | None = None,
) -> None:
    """Before an export: make what these settings show and is not there, or stale; what cannot be made is logged, see
    `remark`. Raises Cancelled, UnreadablePhoto."""
    if not wanted(settings) or state(photo, settings) == "ready":
        return
    amount = settings.number("ai_denoise")
    try:
        denoise(photo, wanted(settings), amount=amount, access=access, tell=tell, cancelled=cancelled)
    except (Cancelled, UnreadablePhoto):
        raise
    except StillbytesError as error:
        log.warning("%s was not denoised: %s", photo.path.name, error)


def remark(photo: Photo, settings: Settings) -> str:
    """What an export of these settings lacks, in words; empty when nothing. Raises UnreadablePhoto."""
    told = state(photo, settings)
    if told in ("off", "ready"):
        return ""
    model = wanted(settings)
    if not model:
        return "AI denoise names no network, so nothing was denoised. `stillbytes denoise` chooses one."
    known = _known(model)
    what = "was left out" if told == "missing" else "is of an older release of its network"
    return f"AI denoise {what}. {_pull(known) if known else 'Its network is not known here.'}"
