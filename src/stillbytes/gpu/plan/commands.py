"""The command lines of a plan, in the words of the engines that are there."""

from __future__ import annotations

from collections.abc import Iterable

from stillbytes.gpu.plan.flags import Flags, first
from stillbytes.gpu.plan.options import ImageOption, LanguageOption

_CACHE_RAM_MIB = 512
"""Prompt states that llama-server keeps in host memory: the long system prompt, not every conversation."""
_IMAGE_TOKENS = 1024
"""At most of one picture: about 0.8 megapixels, beyond which the vision tower's memory grows fastest."""
_COMFY_RESERVE_GB = 0.6
"""What ComfyUI leaves free at any time (its own default on Windows)."""


def llama(option: LanguageOption, flags: Flags, on_card: bool) -> list[str]:
    """Arguments of llama-server, without the port, which is the supervisor's. Files that are not here have their names
    below the models folder."""
    settings = option.settings
    files = {file.role: file.name for file in option.model.files} if option.model else {"model": f"{option.name}.gguf"}
    files |= {role: str(path) for role, path in option.files.items()}
    wanted: list[tuple[tuple[str, ...], str | None]] = [
        (("-m",), files.get("model", option.name)),
        (("-ngl", "--gpu-layers"), "all" if on_card else "0"),
        (("-fit", "--fit"), "off"),  # it would move layers to the processor instead of failing
        (("-c", "--ctx-size"), str(settings.context)),
        (("-np", "--parallel"), "1"),
        (("-ub", "--ubatch-size"), str(settings.ubatch)),
        (("-fa", "--flash-attn"), "on"),
        (("-ctk", "--cache-type-k"), settings.cache_keys),
        (("-ctv", "--cache-type-v"), settings.cache_values),
    ]
    if "projector" in files:
        wanted += [(("--mmproj",), files["projector"]), (("--image-max-tokens",), str(_IMAGE_TOKENS))]
        if not settings.projector:
            wanted.append((("--no-mmproj-offload",), None))
    wanted += [
        (("--slot-save-path",), "slots"),
        (("-cram", "--cache-ram"), str(_CACHE_RAM_MIB)),
        (("--metrics",), None),
        (("--host",), "127.0.0.1"),
    ]
    return ["llama-server", *_those(wanted, flags)]


def comfyui(option: ImageOption, flags: Flags, held_by_others_mib: int, on_card: bool) -> list[str]:
    """Arguments of ComfyUI's main.py beside a neighbour that holds so much memory."""
    wanted: list[tuple[tuple[str, ...], str | None]] = [
        (("--listen",), "127.0.0.1"),
        (("--disable-auto-launch",), None),
    ]
    if not on_card:
        wanted.append((("--cpu",), None))
    elif held_by_others_mib and flags.has("--vram-headroom"):
        wanted.append((("--vram-headroom",), f"{held_by_others_mib / 1024:.1f}"))
    if on_card:
        wanted.append((("--reserve-vram",), f"{_COMFY_RESERVE_GB:g}"))
    if on_card and option.shape == "lean" and not flags.has("--enable-dynamic-vram"):
        wanted.append((("--disable-smart-memory",), None))
    wanted.append((("--preview-method",), "auto"))
    return ["python", "main.py", *_those(wanted, flags)]


def _those(wanted: Iterable[tuple[tuple[str, ...], str | None]], flags: Flags) -> list[str]:
    """Of the wanted options, those that the program has, in its spelling."""
    line: list[str] = []
    for spellings, value in wanted:
        name = first(flags, spellings)
        if name is not None:
            line += [name] if value is None else [name, value]
    return line
