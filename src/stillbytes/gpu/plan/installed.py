"""Asks the engines that are on this machine which options they have."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from stillbytes.core import preferences
from stillbytes.gpu.plan.flags import COMFYUI, LLAMA, Flags, parse

_PATIENCE_S = 20.0
"""A program that has not printed its help by then has none for us; ComfyUI imports PyTorch first."""
_LONGEST = 1 << 20


def llama_flags() -> Flags:
    """Of the llama-server in the preferences or on the PATH, else those of the build that we have read."""
    chosen = preferences.load().llama.program
    program = str(chosen) if chosen else shutil.which("llama-server")
    if program is None:
        return LLAMA
    text = _said([program, "--help"])
    version = _said([program, "--version"])
    line = next((line for line in version.splitlines() if line.startswith("version")), "")
    return parse(text, f"llama.cpp {line.removeprefix('version:').strip() or 'of unknown version'}") if text else LLAMA


def comfyui_flags() -> Flags:
    """Of the ComfyUI folder in the preferences, else those of the version that we have read."""
    comfy = preferences.load().comfyui
    if comfy.folder is None:
        return COMFYUI
    main = comfy.folder / "main.py"
    python = comfy.python or _python_of(comfy.folder)
    if python is None or not main.is_file():
        return COMFYUI
    text = _said([str(python), str(main), "--help"])
    return parse(text, "the ComfyUI in " + str(comfy.folder)) if text else COMFYUI


def _python_of(folder: Path) -> Path | None:
    places = ("venv/bin/python", ".venv/bin/python", "venv/Scripts/python.exe", ".venv/Scripts/python.exe")
    portable = folder.parent / "python_embeded" / "python.exe"
    return next((path for path in (*(folder / place for place in places), portable) if path.is_file()), None)


def _said(arguments: Sequence[str]) -> str:
    """What the program prints, "" when it cannot be run or takes too long."""
    try:
        done = subprocess.run(
            arguments, capture_output=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout[:_LONGEST] + b"\n" + done.stderr[:_LONGEST]).decode(errors="replace")
