"""Which options the installed engines have: plans name no others. Without an engine, those of a version we know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z0-9-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flags:
    """options: every spelling that the program takes. version: in words. assumed: not asked, but known from reading."""

    version: str
    options: frozenset[str]
    assumed: bool = False

    def has(self, option: str) -> bool:
        return option in self.options


def parse(help_text: str, version: str) -> Flags:
    """The options that a program's --help lists, from the lines that begin with one.

    >>> sorted(parse("-c, --ctx-size N   size\\n    (default: --no)", "1").options)
    ['--ctx-size', '-c']
    """
    found: set[str] = set()
    for line in help_text.splitlines():
        text = re.sub(r",\s+", ", ", line.strip())  # "-c,    --ctx-size N" is one list
        if text.startswith("-"):
            found.update(_OPTION.findall(re.split(r"\s{2,}", text)[0]))
    return Flags(version, frozenset(found))


_LLAMA = """
    -m -ngl --gpu-layers -fit --fit -c --ctx-size -np --parallel -b --batch-size -ub --ubatch-size -fa
    --flash-attn -ctk --cache-type-k -ctv --cache-type-v --mmproj --no-mmproj-offload --mmproj-offload
    --image-max-tokens --slot-save-path -cram --cache-ram --metrics --host --port --jinja --kv-unified
    -t --threads --sleep-idle-seconds --n-cpu-moe
"""
_COMFYUI = """
    --listen --port --disable-auto-launch --reserve-vram --disable-smart-memory --preview-method
    --cache-lru --cache-classic --cache-none --lowvram --normalvram --cpu --fp8_e4m3fn-text-enc
    --fp16-vae --bf16-vae --async-offload --use-pytorch-cross-attention --max-upload-size
"""
LLAMA = Flags("llama.cpp build 11434", frozenset(_LLAMA.split()), assumed=True)
COMFYUI = Flags("ComfyUI 0.3.64", frozenset(_COMFYUI.split()), assumed=True)


def first(flags: Flags, spellings: Iterable[str]) -> str | None:
    """The first of these that the program has."""
    return next((name for name in spellings if flags.has(name)), None)
