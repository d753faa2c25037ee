"""What a GGUF header says about a language model: its architecture, and where its bytes are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import repeat

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.gguf import Header, Skipped, Tensor
from stillbytes.gpu.models.model import LanguageArchitecture

WINDOW_PATTERNS = {
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "cohere2": 4,
    "exaone4": 4,
    "olmo2": 4,
    "gpt-oss": 2,
    "smallthinker": 4,
}
"""Every n-th layer attends to the whole context, the others to the window: what llama.cpp's src/models knows."""
_STATE_BYTES = 4  # llama.cpp keeps recurrent states as float32
_LAYER = re.compile(r"blk\.(\d+)\.")
_LARGEST = 1 << 31


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of a model's tensors by where they go. output: of the output matrix, zero when it is the embedding's."""

    layers: tuple[int, ...]
    embedding: int
    output: int
    other: int

    @property
    def total(self) -> int:
        return sum(self.layers) + self.embedding + self.output + self.other


def weights(header: Header) -> Weights:
    """Exact bytes by layer and role.

    Raises ModelError when the tensor table names layers that cannot be.
    """
    layers: dict[int, int] = {}
    parts = {"token_embd.weight": 0, "output.weight": 0, "": 0}
    for tensor in header.tensors:
        if found := _LAYER.match(tensor.name):
            number = int(found[1])
            if number >= len(header.tensors):
                raise ModelError(
                    said("The GGUF header names layer {number}, which cannot be.", number=number),
                    "Download the file again.",
                )
            layers[number] = layers.get(number, 0) + tensor.size
        else:
            parts[tensor.name if tensor.name in parts else ""] += tensor.size
    count = max(layers, default=-1) + 1
    return Weights(
        tuple(layers.get(number, 0) for number in range(count)),
        parts["token_embd.weight"],
        parts["output.weight"],
        parts[""],
    )


def architecture(header: Header) -> LanguageArchitecture:
    """The numbers that determine memory and speed. Raises ModelError when the header lacks one of them."""
    facts = _Facts(header)
    blocks = facts.number("block_count", largest=len(header.tensors) + 1)
    layers = max(0, blocks - facts.number("nextn_predict_layers", 0, largest=blocks))
    shared = facts.number("attention.shared_kv_layers", 0, largest=layers)
    heads = facts.each("attention.head_count", layers)
    kv_heads = facts.each("attention.head_count_kv", layers, default=heads)
    hidden = facts.number("embedding_length")
    head = hidden // max(1, max(heads, default=1))
    key = facts.number("attention.key_length", head)
    value = facts.number("attention.value_length", head)
    context = facts.number("context_length", 0)
    window = facts.number("attention.sliding_window", 0)
    interval = facts.number("full_attention_interval", 0)
    recurrent = [kv_heads[n] == 0 or (interval > 0 and (n + 1) % interval != 0) for n in range(layers)]
    windowed = _windowed(facts, layers, window if window < context else 0)
    with_cache = [n for n in range(layers - shared) if not recurrent[n]]
    full = [n for n in with_cache if not windowed[n]]
    inside = [n for n in with_cache if windowed[n]]
    of_full = max([kv_heads[n] for n in full or inside], default=0)
    key_inside = facts.number("attention.key_length_swa", key)
    return LanguageArchitecture(
        parameters=float(sum(t.elements for t in header.tensors)),
        layers=layers,
        hidden=hidden,
        vocabulary=facts.vocabulary(),
        kv_heads=of_full,
        key_length=key,
        value_length=value,
        full_layers=len(full),
        window_layers=len(inside),
        window=window if inside else 0,
        window_kv_heads=-(-max(kv_heads[n] for n in inside) * key_inside // max(1, key)) if inside else None,
        state_bytes=sum(recurrent) * _state(facts, hidden),
        active_parameters=_active(header, facts),
        context=context or 4096,
    )


class _Facts:
    """The metadata of the header's own architecture, checked."""

    def __init__(self, header: Header) -> None:
        named = header.metadata.get("general.architecture")
        if not isinstance(named, str):
            raise ModelError("The GGUF header does not say which architecture it has.", "Is it a language model?")
        self.name, self._header = named, header

    def number(self, key: str, default: int | None = None, largest: int = _LARGEST) -> int:
        found = self._header.metadata.get(f"{self.name}.{key}", default)
        if isinstance(found, tuple) and found and all(type(item) is int for item in found):
            found = max(item for item in found if isinstance(item, int))
        if type(found) is not int or not 0 <= found <= largest:
            raise ModelError(
                said(
                    "The GGUF header has no usable {name}.{key} ({given}).",
                    name=self.name,
                    key=key,
                    given=str(found)[:40],
                ),
                "Is it a language model?",
            )
        return found

    def each(self, key: str, layers: int, default: list[int] | None = None) -> list[int]:
        """One number for each layer; one for all is repeated."""
        found = self._header.metadata.get(f"{self.name}.{key}")
        if found is None and default is not None:
            return default
        if isinstance(found, tuple) and len(found) >= layers and all(type(item) is int for item in found):
            return [min(max(0, item), _LARGEST) for item in found[:layers] if isinstance(item, int)]
        return list(repeat(self.number(key), layers))

    def flags(self, key: str, layers: int) -> list[bool] | None:
        found = self._header.metadata.get(f"{self.name}.{key}")
        return [bool(item) for item in found[:layers]] if isinstance(found, tuple) and len(found) >= layers else None

    def vocabulary(self) -> int:
        tokens = self._header.metadata.get("tokenizer.ggml.tokens")
        if isinstance(tokens, Skipped):
            return tokens.count
        return self.number("vocab_size", len(tokens) if isinstance(tokens, tuple) else 0)


def _windowed(facts: _Facts, layers: int, window: int) -> list[bool]:
    if not window:
        return [False] * layers
    if (told := facts.flags("attention.sliding_window_pattern", layers)) is not None:
        return told
    every = facts.number("attention.sliding_window_pattern", WINDOW_PATTERNS.get(facts.name, 1))
    return [every > 0 and (n + 1) % every != 0 for n in range(layers)]


def _state(facts: _Facts, hidden: int) -> int:
    """Bytes of one recurrent layer's state: llama.cpp's n_embd_s and n_embd_r (src/llama-hparams.cpp)."""
    if short := facts.number("shortconv.l_cache", 0):
        return _STATE_BYTES * hidden * (short - 1)
    inner, state = facts.number("ssm.inner_size", 0), facts.number("ssm.state_size", 0)
    past = max(0, facts.number("ssm.conv_kernel", 1) - 1)
    return _STATE_BYTES * (state * inner + past * (inner + 2 * facts.number("ssm.group_count", 0) * state))


def _active(header: Header, facts: _Facts) -> float | None:
    """Parameters that take part in one token, None when all do."""
    experts, used = facts.number("expert_count", 0), facts.number("expert_used_count", 0)
    share = used / experts if experts else 1.0
    active = sum(t.elements * _share(t, share) for t in header.tensors)
    return None if active == sum(t.elements for t in header.tensors) else active


def _share(tensor: Tensor, of_experts: float) -> float:
    if tensor.name.startswith("per_layer_token_embd"):
        return 0.0  # looked up, not multiplied
    return of_experts if "_exps" in tensor.name else 1.0
