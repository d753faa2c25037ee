"""Small GGUF and safetensors files, made by hand so that they can be made wrong."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

U32, BOOL, TEXT, ARRAY, F32 = 4, 7, 8, 9, 6
BLOCKS = {0: (1, 4), 1: (1, 2), 8: (32, 34), 12: (256, 144), 14: (256, 210)}


def gguf_value(value: Any) -> bytes:
    """With its type in front."""
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", U32, value)
    if isinstance(value, float):
        return struct.pack("<If", F32, value)
    if isinstance(value, str):
        return struct.pack("<I", TEXT) + gguf_text(value)
    items = [gguf_value(item) for item in value]
    return struct.pack("<I", ARRAY) + items[0][:4] + struct.pack("<Q", len(items)) + b"".join(i[4:] for i in items)


def gguf_text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf(metadata: Mapping[str, Any], tensors: Mapping[str, tuple[tuple[int, ...], int]], version: int = 3) -> bytes:
    """A whole file whose tensors are zeros. tensors: name -> (shape, type)."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    head += b"".join(gguf_text(key) + gguf_value(value) for key, value in metadata.items())
    offset = 0
    for name, (shape, type_) in tensors.items():
        head += gguf_text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", type_, offset)
        block, size = BLOCKS[type_]
        offset += -(-math.prod(shape) // block * size // 32) * 32
    return head + bytes(-len(head) % 32) + bytes(offset)


def language_model(architecture: str = "llama", **facts: Any) -> bytes:
    """A GGUF file of a language model with two layers of width 256, unless told otherwise."""
    told = {
        "block_count": 2,
        "embedding_length": 256,
        "context_length": 4096,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
        **facts,
    }
    layers = int(told["block_count"])
    tensors = {"token_embd.weight": ((256, 512), 8), "output.weight": ((256, 512), 14)}
    tensors |= {f"blk.{n}.attn_q.weight": ((256, 256), 12) for n in range(layers)}
    metadata = {"general.architecture": architecture, "tokenizer.ggml.tokens": [f"t{n}" for n in range(512)]}
    return gguf(metadata | {f"{architecture}.{key}": value for key, value in told.items()}, tensors)


def safetensors(tensors: Mapping[str, tuple[str, list[int], int]], **metadata: str) -> bytes:
    """A whole file of zeros. tensors: name -> (dtype, shape, bytes)."""
    told: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name, (type_, shape, size) in tensors.items():
        told[name] = {"dtype": type_, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    head = json.dumps(told).encode()
    return struct.pack("<Q", len(head)) + head + bytes(offset)
