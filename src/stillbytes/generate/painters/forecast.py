"""What drawing costs on this machine before it is begun: memory in which ways, and seconds."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.generate.workflows.choose import Candidate
from stillbytes.generate.workflows.graph import Drawing
from stillbytes.gpu.broker.messages import Way
from stillbytes.gpu.estimate import picture
from stillbytes.gpu.estimate.diffusion import ImageSettings, activation_mib, image, vae_mib
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import DiffusionArchitecture, Model
from stillbytes.gpu.plan.machine import Machine

TILES = (0, 512, 256)
UNKNOWN_MIB = 4096
"""Beside a model of which nothing is known."""
UPSCALED_BYTES = 700.0
"""Bytes per pixel of what an upscaler puts out, of its activations in tiles and the result: an estimate."""
MIB = 1024.0 * 1024.0


@dataclass(frozen=True, slots=True)
class Offer:
    """A way for the broker, and the VAE's tile in it, 0 for none."""

    way: Way
    tile: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """peak: MiB of device memory at most, weights included. seconds: of one picture with everything loaded, None where
    nothing is known of this machine's speed. load: seconds to bring the weights there, None likewise."""

    peak: Figure
    seconds: Figure | None
    load: Figure | None


def ways(candidate: Candidate, drawing: Drawing) -> tuple[Offer, ...]:
    """From the quickest to the one that takes least memory."""
    needed = candidate.needs(drawing)
    ids = tuple(dict.fromkeys(model.id for model in (candidate.model, *needed) if model is not None))
    if candidate.model is None or not isinstance(candidate.model.architecture, DiffusionArchitecture):
        pixels = drawing.width * drawing.height * drawing.scale**2
        work = round(UPSCALED_BYTES * pixels / MIB) if candidate.model else UNKNOWN_MIB
        return (Offer(Way(ids, work), 0),)
    offers = []
    for tile in TILES:
        settings = _settings(candidate, drawing, tile)
        told = picture.of(candidate.model, registry.get)
        most = max(activation_mib(told, settings), vae_mib(settings, decode=True), vae_mib(settings, decode=False))
        says = f"the VAE works on tiles of {tile}" if tile else ""
        offers.append(Offer(Way(ids, round(most), says=says, slower_s=1.0 if tile else 0.0), tile))
    return tuple(offers)


def forecast(candidate: Candidate, drawing: Drawing, machine: Machine) -> Forecast:
    """Of one picture on a machine."""
    if candidate.model is None or not isinstance(candidate.model.architecture, DiffusionArchitecture):
        size = sum(model.size for model in candidate.needs(drawing)) / MIB
        (offer,) = ways(candidate, drawing)
        return Forecast(Figure(size + offer.way.working_mib, "MiB", spread=0.5), None, None)
    told = image(picture.of(candidate.model, registry.get), _settings(candidate, drawing, 0), machine.card)
    return Forecast(told.peak("warm" if told.resident else "lean"), told.seconds, told.reload)


def size_of(candidate: Candidate, drawing: Drawing) -> float:
    """Of the work on one picture, in units that take about equally long: megapixels, times steps where there are."""
    megapixels = drawing.width * drawing.height / 1e6
    if candidate.model is None or not isinstance(candidate.model.architecture, DiffusionArchitecture):
        return megapixels
    return megapixels * drawing.batch * (_settings(candidate, drawing, 0).steps or 1)


def _settings(candidate: Candidate, drawing: Drawing, tile: int) -> ImageSettings:
    sampling = candidate.sampling
    steps = sampling.steps if drawing.steps is None else drawing.steps
    guidance = sampling.guidance if drawing.guidance is None else drawing.guidance
    model = candidate.model
    guided = model is not None and isinstance(model.architecture, DiffusionArchitecture) and model.architecture.guided
    return ImageSettings(
        width=drawing.width,
        height=drawing.height,
        batch=drawing.batch,
        steps=drawing.taken(steps),
        guided=guided and guidance != 1,
        tile=tile,
        encodes=bool(drawing.picture),
        control=_mib(candidate, drawing, "controlnet"),
        adapter=_mib(candidate, drawing, "adapter", "image-encoder"),
        loras=_mib(candidate, drawing, "lora"),
    )


def _mib(candidate: Candidate, drawing: Drawing, *kinds: str) -> float:
    found: list[Model] = [model for model in candidate.needs(drawing) if model.kind in kinds]
    return sum(model.size for model in found) / MIB
