"""The programs that plans write command lines for: those that are here, else copies that we have read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.comfyui import local
from stillbytes.engines.llama import find as llama_find
from stillbytes.engines.llama.program import Program, parse_help

_LLAMA_HELP = """\
-m,    --model FNAME                    the file
-ngl,  --gpu-layers, --n-gpu-layers N   a number, 'auto', or 'all'
-fit,  --fit [on|off]                   fewer layers on the device where not all fit
-c,    --ctx-size N                     tokens
-np,   --parallel N                     conversations
-b,    --batch-size N                   tokens of a logical batch
-ub,   --ubatch-size N                  tokens of a physical batch
-fa,   --flash-attn [on|off|auto]       attention
-ctk,  --cache-type-k TYPE              keys
-ctv,  --cache-type-v TYPE              values
-mm,   --mmproj FILE                    what sees pictures
--mmproj-offload, --no-mmproj-offload   whether that is on the device
--image-max-tokens N                    of one picture
--slot-save-path PATH                   for prompt states
-cram, --cache-ram N                    MiB of prompt states in host memory
--jinja, --no-jinja                     the model's own template
--slots, --no-slots                     tells of its slots
--metrics                               tells its figures
--offline                               never downloads
--webui, --no-webui                     a page of its own
--host HOST                             who is heard
--port PORT                             where
"""
"""The options that plans use, by their names and what follows them in build 11434."""
_COMFYUI_FLAGS = """
    --listen --port --disable-auto-launch --reserve-vram --disable-smart-memory --preview-method
    --cache-lru --cache-classic --cache-none --lowvram --normalvram --cpu --fp8_e4m3fn-text-enc
    --fp16-vae --bf16-vae --async-offload --use-pytorch-cross-attention --max-upload-size
"""


@dataclass(frozen=True, slots=True)
class Comfy:
    """One copy of ComfyUI. command: what starts it, before any options; flags: those it takes."""

    version: str
    command: tuple[str, ...]
    flags: frozenset[str]


LLAMA = Program(Path("llama-server"), "build 11434", parse_help(_LLAMA_HELP))
COMFYUI = Comfy("0.3.64", ("python", "main.py"), frozenset(_COMFYUI_FLAGS.split()))


@dataclass(frozen=True, slots=True)
class Programs:
    """assumed: by engine, the version whose options are used because there is none here."""

    llama: Program = LLAMA
    comfyui: Comfy = COMFYUI
    assumed: dict[str, str] = field(
        default_factory=lambda: {
            "llama": f"llama.cpp {LLAMA.version}",
            "comfyui": f"ComfyUI {COMFYUI.version}",
        }
    )


async def find(choices: Preferences) -> Programs:
    """Those on this disk, as the engines find them. ComfyUI is asked for its options, which takes it a moment."""
    llama, comfyui = await asyncio.gather(_llama(choices), _comfyui(choices))
    assumed = {
        name: version for name, version in Programs().assumed.items() if (llama if name == "llama" else comfyui) is None
    }
    return Programs(llama or LLAMA, comfyui or COMFYUI, assumed)


def found(choices: Preferences) -> Programs:
    """`find` for those without an event loop."""
    return asyncio.run(find(choices))


async def _llama(choices: Preferences) -> Program | None:
    chosen = choices.llama.model_copy(update={"url": None})  # what runs elsewhere is not started by us
    return (await llama_find.find(chosen, ports=())).program


async def _comfyui(choices: Preferences) -> Comfy | None:
    chosen = choices.comfyui.model_copy(update={"url": None})
    installed = (await comfyui_find.find(chosen, ports=())).installed
    if installed is None:
        return None
    try:
        return Comfy(installed.version, installed.command(), await local.flags(installed))
    except EngineError:  # it cannot be started as it is: the engine's status says why
        return None
