"""Whether a published figure can be true: no card reads faster than its bus or computes faster than its units."""

from __future__ import annotations

from dataclasses import replace

from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate.diffusion import ImageSettings, work
from stillbytes.gpu.estimate.host import Host
from stillbytes.gpu.estimate.llm import MIB, Settings, fitted_in, language, read_per_token
from stillbytes.gpu.estimate.picture import Picture
from stillbytes.gpu.estimate.weights import Weights

_BEST_HOST = Host(bandwidth_gbs=90.0)
"""What two channels of DDR5-6400 or four of DDR4-3200 give of their 102 GB/s: the most of an ordinary computer."""
_ACCUMULATE = 4.0
"""How much faster than `Card.tflops` the fastest units of any kind are: int8 is four times half precision as rated."""
_SLOW, _SLOW_OTHERS = 0.5, 0.25
"""Share of the estimate below which a model that fits was not run as said; wider where kernels vary more."""


def doubts_generation(speed: float, weights: Weights, settings: Settings, card: Card, engine: str = "") -> list[str]:
    """Reasons against `speed` tokens/s of generation, in words; empty when it can be true."""
    found = _format(weights.precision, engine)
    read, held = read_per_token(weights, settings.depth, settings.cache_keys, settings.cache_values)
    placed = fitted_in(weights, settings, card, card.vram_mib) if settings.layers is None else settings
    fits = placed.layers is None or placed.layers > weights.architecture.layers
    rate = speed * (read + held) / 1e9
    if fits and rate > card.bandwidth_gbs * 1.02:
        found.append(f"{speed:g} tokens/s would read {rate:.0f} GB/s of a memory that gives {card.bandwidth_gbs:g}.")
    if not fits:
        share = (placed.layers or 0) / weights.architecture.layers
        seconds = read * share / card.bandwidth_gbs / 1e9 + read * (1 - share) / _BEST_HOST.bandwidth_gbs / 1e9
        if speed > 1 / seconds * 1.05:
            found.append(
                f"{weights.file / 1e9:.1f} GB do not fit in {card.vram_mib} MiB, and {speed:g} tokens/s is more than"
                f" host memory allows for the rest ({1 / seconds:.0f})."
            )
    else:
        expected = language(weights, replace(placed, layers=None), card).generation
        least = _SLOW if card.maker == "nvidia" and (card.capability or 0) >= 7 else _SLOW_OTHERS
        if expected is not None and speed < expected.value * least:
            found.append(f"{speed:g} tokens/s is far below the {expected.value:.0f} of a model that is on the card.")
    return found


def doubts_prompt(speed: float, weights: Weights, card: Card, engine: str = "") -> list[str]:
    """Reasons against reading a prompt at `speed` tokens/s."""
    needed = speed * 2 * weights.computed / 1e12
    if needed <= card.tflops * _ACCUMULATE:
        return _format(weights.precision, engine)
    return [
        *_format(weights.precision, engine),
        f"{speed:g} tokens/s needs {needed:.0f} TFLOPS; the card has {card.tflops:g}.",
    ]


def doubts_memory(mib: float, weights: Weights, settings: Settings) -> list[str]:
    """Reasons against `mib` of device memory for a model that is wholly on the card."""
    least = (weights.layers + weights.output) / MIB * 0.9
    if settings.layers is None and mib < least:
        return [f"{mib:.0f} MiB is less than the weights alone ({least:.0f})."]
    return []


def doubts_image(seconds: float, picture: Picture, settings: ImageSettings, card: Card) -> list[str]:
    """Reasons against one picture in `seconds`."""
    computing, _, _ = work(replace(picture, precision="fp16"), settings, card)
    least = computing * (settings.steps or picture.steps) / _ACCUMULATE
    if seconds < least:
        return [f"{seconds:g} s is less than the arithmetic takes at the card's highest rate ({least:.2f} s)."]
    return []


def _format(precision: str, engine: str) -> list[str]:
    """llama.cpp's mixtures of K and I types are not something that vLLM computes with; its loader unpacks some."""
    name = precision.upper()
    if engine.lower() in ("vllm", "sglang", "tensorrt-llm") and ("_K" in name or name.startswith("IQ")):
        return [f"{engine} does not run {precision} files at speed: engine and format do not go together."]
    return []
