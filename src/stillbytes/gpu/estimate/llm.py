"""What a language model needs in llama.cpp, and how fast it answers.

Memory: weights (without the embedding table, which stays on the host) + keys and values + compute buffers + the
engine's context. Speed: every token reads all weights that are at work and the whole cache once, so generation is
bytes over bandwidth; a prompt is arithmetic, 2 operations per parameter and token.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate import constants as fitted
from stillbytes.gpu.estimate.constants import FITTED, Constants
from stillbytes.gpu.estimate.figure import Figure, published, total
from stillbytes.gpu.estimate.host import Host
from stillbytes.gpu.estimate.quantisation import cached
from stillbytes.gpu.estimate.weights import Weights

MIB = 1024.0 * 1024.0
CONTEXT_MIB = 250.0
"""CUDA context and cuBLAS of one process: 160 + 55 MB (PozzettiAndrea/comfy-env pool.py), 265 MB of a llama-server
without layers on the card (inventivehq.com, VRAM offload sweep)."""
UBATCH = 512
"""Tokens computed at once: llama-server's default of --ubatch-size."""
_CELLS = 256
"""llama.cpp rounds the cache up to so many tokens."""


@dataclass(frozen=True, slots=True)
class Settings:
    """context: tokens. cache_keys, cache_values: types. layers: on the card, None for all. depth: tokens already in
    the cache when a speed is wanted. projector: whether what sees pictures is on the card too. experts_only: only
    experts leave the card with layers that do not fit, as --n-cpu-moe and --fit do it; attention and cache stay."""

    context: int = 8192
    cache_keys: str = "q8_0"
    cache_values: str = "q8_0"
    ubatch: int = UBATCH
    layers: int | None = None
    depth: int = 0
    projector: bool = False
    experts_only: bool = False


@dataclass(frozen=True, slots=True)
class LanguageEstimate:
    """Parts of device memory and their sum, MiB; host: MiB of host memory that it needs besides.

    generation, prompt: tokens per second, None without a card whose speed is known. layers: on the card.
    """

    weights: Figure
    cache: Figure
    compute: Figure
    engine: Figure
    host: Figure
    layers: int
    generation: Figure | None
    prompt: Figure | None
    origin: str
    note: str

    @property
    def total(self) -> Figure:
        return total((self.weights, self.cache, self.compute, self.engine))


def language(
    weights: Weights,
    settings: Settings,
    card: Card | None = None,
    host: Host | None = None,
    constants: Constants = FITTED,
) -> LanguageEstimate:
    """Memory and speed of one model with these settings; without a card everything is in host memory."""
    host = host or Host()
    placed = _placed(weights, settings, card)
    compute = compute_bytes(weights, settings, placed) if card else 0.0
    here, there = placed.cache * placed.held, placed.cache * (1 - placed.held)
    return LanguageEstimate(
        weights=Figure(
            (placed.device + (weights.projector if settings.projector else 0.0)) / MIB, "MiB", spread=weights.spread
        ),
        cache=Figure(here / MIB, "MiB", spread=0.03 if weights.spread < 0.05 else 0.4),
        compute=Figure(compute / MIB, "MiB", spread=0.3),
        engine=Figure(CONTEXT_MIB if card else 0.0, "MiB", published("comfy-env"), 0.3),
        host=Figure((weights.embedding + placed.hosted + there) / MIB + 200, "MiB", spread=0.1),
        layers=placed.layers,
        generation=_generation(weights, settings, placed, card, host, constants),
        prompt=_prompt(weights, settings, placed, card, constants),
        origin=weights.origin,
        note=weights.note,
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """Bytes on the card and on the host. share: of the layers on the card; held: of the cache."""

    layers: int
    share: float
    held: float
    device: float
    hosted: float
    cache: float
    whole: bool


def _placed(weights: Weights, settings: Settings, card: Card | None) -> _Placed:
    layers = weights.architecture.layers
    on_card = 0 if card is None else layers + 1 if settings.layers is None else min(settings.layers, layers + 1)
    share = min(on_card, layers) / layers
    experts = settings.experts_only and card is not None
    whole = on_card > layers or experts
    return _Placed(
        layers=on_card,
        share=share,
        held=1.0 if experts else share,
        device=weights.layers * share + (weights.output if whole else 0.0),
        hosted=weights.layers * (1 - share) + (0.0 if whole else weights.output),
        cache=cache_bytes(weights, settings.context, settings.cache_keys, settings.cache_values, settings.ubatch),
        whole=whole,
    )


def cache_bytes(
    weights: Weights, tokens: int, keys: str = "f16", values: str | None = None, ubatch: int = UBATCH
) -> float:
    """Bytes of keys and values of so many tokens, and of recurrent state. values: None for the type of the keys.

    Full layers hold every token, window layers the window and one batch (llama.cpp, llama-kv-cache-iswa).
    """
    a = weights.architecture
    k, v = cached(keys, values)
    cell = a.key_length * k + a.value_length * v
    heads = a.kv_heads if a.window_kv_heads is None else a.window_kv_heads
    held = math.ceil(tokens / _CELLS) * _CELLS
    windowed = min(held, math.ceil((a.window + ubatch) / _CELLS) * _CELLS) if a.window_layers else 0
    return held * a.full_layers * a.kv_heads * cell + windowed * a.window_layers * heads * cell + a.state_bytes


def compute_bytes(weights: Weights, settings: Settings, placed: _Placed | None = None) -> float:
    """Scratch memory of one batch with flash attention: scores of all words, and a few activations of its tokens.

    Llama 3 8B prints 258.5 MiB for a batch of 512 (of which 250.5 are scores), Qwen3 8B 304.8. What is in host memory
    is copied over for prompts, and the largest of that, the output matrix, needs its room too.
    """
    a = weights.architecture
    activations = settings.ubatch * a.hidden * 4.0 * 4 + settings.context * 2.0
    if placed is None or placed.whole:
        return settings.ubatch * a.vocabulary * 4.0 + activations
    return weights.output + activations


def read_per_token(weights: Weights, depth: int, keys: str, values: str) -> tuple[float, float]:
    """Bytes of weights and of cache that one token reads at this depth."""
    return weights.layers_read + weights.output, cache_bytes(weights, depth, keys, values, 1)


def _generation(
    weights: Weights, settings: Settings, placed: _Placed, card: Card | None, host: Host, c: Constants
) -> Figure | None:
    if card is not None and card.bandwidth_gbs <= 0:
        return None
    layers, held = (
        weights.layers_read,
        cache_bytes(weights, settings.depth, settings.cache_keys, settings.cache_values, 1),
    )
    device = layers * placed.share + held * placed.held + (weights.output if placed.whole else 0.0)
    hosted = layers * (1 - placed.share) + held * (1 - placed.held) + (0.0 if placed.whole else weights.output)
    seconds = hosted / (host.bandwidth_gbs * 1e9 * c.host_read)
    if card is not None:
        rate, each = (c.read_experts, c.layer_experts_s) if weights.mixture else (c.read, c.layer_s)
        if card.capability is not None and card.capability < 7:
            rate *= c.older
        seconds += device / (card.bandwidth_gbs * 1e9 * rate) + weights.architecture.layers * placed.share * each
    spread = fitted.SPREAD_GENERATION * (1.0 if placed.share in (0.0, 1.0) else 1.6) + weights.spread
    return Figure(1 / seconds, "tokens/s", spread=spread)


def _prompt(weights: Weights, settings: Settings, placed: _Placed, card: Card | None, c: Constants) -> Figure | None:
    """Tokens per second of reading a prompt that begins at `depth`; with layers on the host it is not predicted."""
    if card is None or card.tflops <= 0 or placed.share < 1:
        return None
    a = weights.architecture
    attention = 4.0 * a.hidden * (a.full_layers * settings.depth + a.window_layers * min(settings.depth, a.window))
    rate = c.prompt_experts if weights.mixture else c.prompt
    speed = card.tflops * 1e12 * rate / (2 * weights.computed + attention)
    return Figure(speed, "tokens/s", spread=fitted.SPREAD_PROMPT)


def fitted_in(weights: Weights, settings: Settings, card: Card, room_mib: float) -> Settings:
    """The same with as many layers on the card as `room_mib` holds; unchanged when all of them do."""
    if language(weights, settings, card).total.value <= room_mib:
        return settings
    settings = replace(settings, experts_only=weights.mixture)
    low, high = 0, weights.architecture.layers
    while low < high:
        middle = (low + high + 1) // 2
        fits = language(weights, replace(settings, layers=middle), card).total.value <= room_mib
        low, high = (middle, high) if fits else (low, middle - 1)
    return replace(settings, layers=low)
