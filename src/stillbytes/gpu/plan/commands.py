"""Options and command lines of a plan: what the engines are started with, and what is shown of it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stillbytes.engines.comfyui.engine import ALWAYS
from stillbytes.engines.engine import Loadable
from stillbytes.engines.engine import Option as EngineOption
from stillbytes.engines.llama.command import command
from stillbytes.engines.llama.find import PORTS
from stillbytes.engines.llama.program import Program
from stillbytes.engines.llama.states import PromptStates
from stillbytes.gpu.estimate.llm import Settings
from stillbytes.gpu.plan.options import ImageOption, LanguageOption
from stillbytes.gpu.plan.programs import Comfy

_IMAGE_TOKENS = 1024
"""At most of one picture: about 0.8 megapixels, beyond which the vision tower's memory grows fastest."""
_COMFY_RESERVE_GB = 0.6
"""What ComfyUI leaves free at any time (its own default on Windows)."""


def language_options(option: LanguageOption, *, on_card: bool) -> dict[str, EngineOption]:
    """What llama-server loads the model with, as `Loadable.options`."""
    return of_settings(option.settings, on_card=on_card, sees="projector" in _files(option))


def of_settings(settings: Settings, *, on_card: bool, sees: bool = False) -> dict[str, EngineOption]:
    """The same for any model. sees: it has a projector."""
    wanted: dict[str, EngineOption] = {
        "n-gpu-layers": "all" if on_card else 0,
        "ctx-size": settings.context,
        "ubatch-size": settings.ubatch,
        "flash-attn": "on",
        "cache-type-k": settings.cache_keys,
        "cache-type-v": settings.cache_values,
    }
    if not on_card:
        wanted["threads"] = threads()
    if sees:
        wanted["image-max-tokens"] = _IMAGE_TOKENS
        if not settings.projector:
            wanted["mmproj-offload"] = False
    return wanted


def threads() -> int:
    """For a model on the processor: a core less than there are, which the editor keeps.

    Threads of a model wait for each other after every layer. Where another program wants one of their cores, all of
    them stand still: with as many threads as cores, answers took five times as long on a busy machine.
    """
    import psutil  # noqa: PLC0415 - only where a model runs on the processor

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, cores - 1)


def llama(option: LanguageOption, program: Program, *, on_card: bool) -> tuple[str, ...]:
    """The command line of llama-server. The supervisor takes another port, whichever is free."""
    loadable = Loadable(option.name, _files(option), language_options(option, on_card=on_card))
    return command(program, loadable, PORTS[0], PromptStates().folder)


def comfyui_flags(
    option: ImageOption | None, known: frozenset[str], held_by_others_mib: int, *, on_card: bool
) -> tuple[str, ...]:
    """Options of ComfyUI's start beside a neighbour that holds so much memory. known: those that this copy takes."""
    wanted: list[tuple[str, str]] = []
    if not on_card:
        wanted.append(("--cpu", ""))
    elif held_by_others_mib and "--vram-headroom" in known:
        wanted.append(("--vram-headroom", f"{held_by_others_mib / 1024:.1f}"))
    if on_card:
        wanted.append(("--reserve-vram", f"{_COMFY_RESERVE_GB:g}"))
    if on_card and option is not None and option.shape == "lean" and "--enable-dynamic-vram" not in known:
        wanted.append(("--disable-smart-memory", ""))
    wanted.append(("--preview-method", "auto"))
    return tuple(word for name, value in wanted if name in known for word in (name, value) if word)


def comfyui(option: ImageOption, comfy: Comfy, held_by_others_mib: int, *, on_card: bool) -> tuple[str, ...]:
    """The command line of ComfyUI."""
    always = [word for name, value in ALWAYS.items() if name in comfy.flags for word in (name, value) if word]
    return (*comfy.command, *comfyui_flags(option, comfy.flags, held_by_others_mib, on_card=on_card), *always)


def as_line(arguments: Sequence[str]) -> str:
    """As the shell of this system takes it."""
    return subprocess.list2cmdline(arguments) if sys.platform == "win32" else shlex.join(arguments)


def _files(option: LanguageOption) -> dict[str, Path]:
    """Those that are not here by their names below the models folder."""
    declared = {file.role: Path(file.name) for file in option.model.files} if option.model else {}
    return {"model": Path(f"{option.name}.gguf"), **declared, **option.files}
