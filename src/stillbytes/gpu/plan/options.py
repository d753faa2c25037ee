"""What could run here: every candidate model with the settings under which it fits, degraded step by step.

The ladder goes from what costs least to what costs most: a smaller context, then a smaller cache, for language; the
lean shape, then VAE tiles, then fewer pixels, for pictures. Layers in host memory are not on it: a tenth of the weights
there halves the speed, and a smaller file is always better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from stillbytes.core.errors import ModelError
from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate import picture, weights
from stillbytes.gpu.estimate.diffusion import ImageEstimate, ImageSettings, Shape, image
from stillbytes.gpu.estimate.figure import Figure, total
from stillbytes.gpu.estimate.llm import LanguageEstimate, Settings, language
from stillbytes.gpu.estimate.picture import Picture
from stillbytes.gpu.estimate.transfer import load
from stillbytes.gpu.estimate.weights import Weights
from stillbytes.gpu.measured import Measured, Quantity, Run
from stillbytes.gpu.models.model import Model
from stillbytes.gpu.plan.machine import Machine

CONTEXTS = (32768, 16384, 8192, 4096)
TILES = (0, 512, 256)
_PROMPT = 1500
"""Tokens of system prompt and tools after which an answer is judged."""


@dataclass(frozen=True, slots=True)
class LanguageOption:
    """One language model under settings with which it fits. steps: what was given up for that, in words.

    files: by role, those of the model that are on this disk. run: what was measured here with just these settings;
    known_as and key are what measurements call the model and them.
    """

    name: str
    known_as: str
    model: Model | None
    weights: Weights
    settings: Settings
    estimate: LanguageEstimate
    peak: Figure
    generation: Figure | None
    prompt: Figure | None
    quality: int
    steps: tuple[str, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    run: Run | None = None

    @property
    def key(self) -> str:
        return language_key(self.settings)

    @property
    def size(self) -> float:
        return self.weights.file


@dataclass(frozen=True, slots=True)
class ImageOption:
    """One image model under settings with which it fits. wanted: pixels that were asked for. run, known_as, key: as of
    LanguageOption."""

    name: str
    known_as: str
    model: Model | None
    picture: Picture
    settings: ImageSettings
    shape: Shape
    estimate: ImageEstimate
    peak: Figure
    seconds: Figure | None
    quality: int
    wanted: int
    steps: tuple[str, ...] = ()
    run: Run | None = None

    @property
    def key(self) -> str:
        return image_key(self.settings, self.shape)

    @property
    def step(self) -> Figure | None:
        """Of one step, measured or estimated."""
        return (self.run.figure("step_s") if self.run else None) or self.estimate.step

    @property
    def size(self) -> float:
        return self.picture.weights

    @property
    def pixels(self) -> int:
        return self.settings.width * self.settings.height


Option = LanguageOption | ImageOption


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants. llm, image: a model by name, None for the best that fits, "none" for none of that kind.

    context: tokens, at least; megapixels: of one fill. encodes: pictures go in (fills and edits).
    """

    llm: str | None = None
    image: str | None = None
    context: int = 8192
    megapixels: float = 1.0
    encodes: bool = True


Lookup = Callable[[str], Model]
Kind = Literal["language", "image"]


def language_options(
    model: Model | str,
    wish: Wish,
    machine: Machine,
    measured: Measured | None = None,
    files: Mapping[str, Path] | None = None,
) -> Iterator[LanguageOption]:
    """From the best settings to the smallest, whether they fit or not. files: of this model on this disk, by role."""
    declared = model if isinstance(model, Model) else None
    here = files or {}
    sized = _sized(model, here.get("model"))
    known_as = _known_as(declared) or sized.name
    steps: list[str] = []
    longest = min(wish.context, sized.architecture.context)
    for context in (longest, *(c for c in CONTEXTS if c < longest)):
        if context < wish.context:
            steps = [f"context of {context} instead of {wish.context} tokens"]
        for cache in ("q8_0", "q4_0"):
            given_up = [*steps, *(["keys and values in 4 bits"] if cache == "q4_0" else [])]
            settings = Settings(context=context, cache_keys=cache, cache_values=cache, depth=_PROMPT)
            estimate = language(sized, settings, machine.card, machine.host)
            same = measured.of(known_as, language_key(settings)) if measured else None
            speeds = same or (measured.latest(known_as) if measured else None)
            yield LanguageOption(
                name=declared.title if declared else sized.name,
                known_as=known_as,
                model=declared,
                weights=sized,
                settings=settings,
                estimate=estimate,
                peak=_peak(same, estimate.total if machine.card else estimate.host, "held_mib"),
                generation=(speeds.figure("generation") if speeds else None) or estimate.generation,
                prompt=(speeds.figure("prompt") if speeds else None) or estimate.prompt,
                quality=declared.quality if declared else 3,
                steps=tuple(given_up),
                files=here,
                run=same,
            )


def _sized(model: Model | str, file: Path | None) -> Weights:
    """By the file's own tensor table where there is one; a file that cannot be read is passed over, and it is said."""
    if isinstance(model, str):
        return weights.by_name(model)
    try:
        return weights.of(model, file)
    except ModelError as error:
        return replace(weights.of(model), note=f"by its declaration, for {error.message}")


def language_key(settings: Settings) -> str:
    """What measurements call these settings."""
    return f"c{settings.context} {settings.cache_keys}"


def image_key(settings: ImageSettings, shape: Shape) -> str:
    """What measurements call these settings."""
    return f"{settings.width}x{settings.height} {shape} tile{settings.tile}"


def _known_as(model: Model | None) -> str | None:
    """What a measurement calls it: the file's name without its ending."""
    files = [file.name for file in model.files if file.role == "model"] if model else []
    return files[0].rpartition("/")[2].removesuffix(".gguf") if files else None


def image_options(
    model: Model | str, wish: Wish, machine: Machine, lookup: Lookup, measured: Measured | None = None
) -> Iterator[ImageOption]:
    """From warm and whole to lean, tiled and small, whether they fit or not."""
    declared = model if isinstance(model, Model) else None
    parts = picture.of(model, lookup) if isinstance(model, Model) else picture.by_name(model)
    for megapixels in (wish.megapixels, *(m for m in (0.75, 0.5) if m < wish.megapixels)):
        side = _side(megapixels)
        for shape, tile in (*((s, 0) for s in _SHAPES), *(("lean", t) for t in TILES[1:])):
            steps = ["stage by stage, weights loaded anew for each"] if shape == "lean" else []
            steps += [f"the VAE works on tiles of {tile}"] if tile else []
            steps += (
                [f"{megapixels:g} instead of {wish.megapixels:g} megapixels"] if megapixels < wish.megapixels else []
            )
            settings = ImageSettings(width=side, height=side, tile=tile, encodes=wish.encodes)
            estimate = image(parts, settings, machine.card)
            if shape == "warm" and not estimate.resident:
                continue
            known_as = declared.id if declared else parts.name
            run = measured.of(known_as, image_key(settings, shape)) if measured else None
            told = run.figure("seconds") if run else None
            seconds = told or estimate.seconds
            if seconds is not None and shape == "lean" and estimate.reload is not None and told is None:
                seconds = total((seconds, estimate.reload))
            if estimate.streamed:
                steps.append(f"{estimate.streamed:.0f} MiB of the model cross the bus in every step")
            yield ImageOption(
                name=declared.title if declared else parts.name,
                known_as=known_as,
                model=declared,
                picture=parts,
                settings=settings,
                shape=shape,
                estimate=estimate,
                peak=_peak(run, estimate.peak(shape)),
                seconds=seconds,
                quality=declared.quality if declared else 3,
                wanted=_side(wish.megapixels) ** 2,
                steps=tuple(steps),
                run=run,
            )


def _side(megapixels: float) -> int:
    """Of a square of about so many, in whole latent blocks."""
    return round(math.sqrt(megapixels * 1e6) / 64) * 64


_SHAPES: tuple[Shape, ...] = ("warm", "lean")


def _peak(run: Run | None, estimated: Figure, *others: Quantity) -> Figure:
    """The most of what was measured, or the estimate."""
    told = [figure for name in ("peak_mib", *others) if run and (figure := run.figure(name))]
    return max(told, key=lambda figure: figure.value, default=estimated)


def fits(option: Option, room_mib: float) -> bool:
    """By the upper end of its range, and never by moving weights over the bus in every step."""
    if isinstance(option, ImageOption) and option.estimate.streamed:
        return False
    return option.peak.most <= room_mib


def at_hand(option: Option, card: Card | None, machine: Machine, *, cached: bool) -> Figure:
    """Seconds until a model that is not on the card is there. cached: its file is in host memory."""
    measured = option.run.figure("reload_s" if cached else "load_s") if option.run else None
    return measured or load(option.size, card, machine.host, cached=cached)
