"""What llama-server says about its own memory while it loads."""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTEXT_MIB = 300
"""What a process holds on a CUDA device beside the buffers it lists: 215-265 MiB were measured (FIELD.md)."""
_BUFFER = re.compile(r"([A-Za-z][\w.\[\]-]*)\s+[\w/ ]*?buffer size\s*=\s*(\d+(?:\.\d+)?) MiB")
_HOST = re.compile(r"CPU|.*_Host$|BLAS|RPC")
_NO_ROOM = re.compile(
    r"out of memory|outofmemory|out of device memory|failed to allocate|unable to allocate|cannot allocate memory"
    r"|bad_alloc|insufficient memory|not enough memory|alloc.* failed",
    re.IGNORECASE,
)
_BAD_MODEL = re.compile(
    r"invalid magic|not a gguf|gguf_init_from|tensor .* is not within|file bounds|unknown model architecture"
    r"|corrupt|invalid model|failed to read|unexpectedly reached end|error loading model|failed to load model",
    re.IGNORECASE,
)
_PORT_TAKEN = re.compile(r"couldn't bind|address already in use|failed to (?:bind|listen)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of the buffers that were allocated: devices by name ("CUDA0"), and the host's in all."""

    devices: dict[str, float]
    host: float

    @property
    def on_device(self) -> float:
        """MiB on all devices, contexts included; 0 when everything is in host memory."""
        return sum(self.devices.values()) + CONTEXT_MIB * len(self.devices)


def parse(text: str) -> Memory | None:
    """From the lines of the latest loading; None when there are none.

    >>> parse("load_tensors: CUDA0 model buffer size = 4403.49 MiB\\nllama_kv_cache: CPU KV buffer size = 9.0 MiB")
    Memory(devices={'CUDA0': 4403.49}, host=9.0)
    """
    text = text[max(0, text.rfind("loading model tensors")) :]
    devices: dict[str, float] = {}
    host, found = 0.0, False
    for name, size in _BUFFER.findall(text):
        found = True
        if _HOST.match(name):
            host += float(size)
        else:
            devices[name] = devices.get(name, 0.0) + float(size)
    return Memory(devices, host) if found else None


def no_room(text: str) -> bool:
    """Whether the text tells of memory that could not be had."""
    return bool(_NO_ROOM.search(text))


def bad_model(text: str) -> bool:
    """Whether the text tells of a model file that cannot be used."""
    return bool(_BAD_MODEL.search(text))


def port_taken(text: str) -> bool:
    return bool(_PORT_TAKEN.search(text))
