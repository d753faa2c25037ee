"""A ComfyUI on this disk: which version it is, which Python runs it, what it has, and which options it takes.

Everything is read from its files; only `flags` runs it, with `--help`, which ends before PyTorch is loaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core import paths
from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.model_paths import model_folders

HELP_LIMIT = 60.0
"""Seconds for `--help`: 0.1 s here; a cold disk and a virus scanner can make it very much longer."""
PYTHONS = ("bin/python", "Scripts/python.exe", "python.exe")
HIDDEN = frozenset({"__pycache__", "example_node.py.example"})
MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Installation:
    """folder: where main.py is. python: what runs it, None when there is none in it. version: empty when not told.

    base: where its models, custom_nodes, input and output are, which ComfyUI Desktop keeps apart from the program.
    packs: the node packs in custom_nodes that are switched on. models: folders by ComfyUI's name for them.
    """

    folder: Path
    python: Path | None
    version: str
    base: Path
    packs: tuple[str, ...]
    models: Mapping[str, tuple[Path, ...]]

    def command(self) -> tuple[str, ...]:
        """What starts it, before any options. Raises EngineError when there is no Python for it."""
        if self.python is None:
            raise EngineError(
                said("There is no Python inside {folder}.", folder=self.folder),
                "Choose the one that ComfyUI was installed with in the settings (comfyui.python).",
            )
        started = (str(self.python), "-s", str(self.folder / "main.py"))
        return started if self.base == self.folder else (*started, "--base-directory", str(self.base))


def read(folder: Path, python: Path | None = None) -> Installation:
    """What is in `folder`: a ComfyUI, a portable one (the folder above), or ComfyUI Desktop's.

    python: to be used in place of the one inside. Raises EngineError when there is no ComfyUI.
    """
    program = next((place for place in (folder, folder / "ComfyUI", *_desktop(folder)) if _is_comfyui(place)), None)
    if program is None:
        raise EngineError(
            said("There is no ComfyUI in {folder}.", folder=folder),
            "Choose the folder with ComfyUI's main.py in it, or install one: `stillbytes engines install comfyui`.",
        )
    base = _desktop_base(folder) or program
    if python is None:
        python = _python(base) or _python(program)
    elif not python.is_file():
        raise EngineError(
            said("There is no Python at {python}.", python=python), "Correct it in the settings (comfyui.python)."
        )
    configurations = (program / "extra_model_paths.yaml", *(folder / name for name in DESKTOP_PATHS))
    return Installation(
        program, python, _version(program), base, _packs(base / "custom_nodes"), model_folders(base, configurations)
    )


async def flags(installation: Installation, limit: float = HELP_LIMIT) -> frozenset[str]:
    """The options that this very copy takes, such as "--reserve-vram". limit: seconds.

    Raises EngineError when it does not say.
    """
    return frozenset(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9]", await _help(installation, limit)))


async def _help(installation: Installation, limit: float) -> str:
    command = (*installation.command(), "--help")
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=installation.folder,
            env={**os.environ, "COLUMNS": "400", "PYTHONUTF8": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise EngineError(
            said("ComfyUI's Python {program} does not start: {why}.", program=command[0], why=str(error)),
            "Correct comfyui.python in the settings.",
        ) from error
    try:
        told, _ = await asyncio.wait_for(process.communicate(), limit)
    except TimeoutError as error:
        raise EngineError(
            said(
                "ComfyUI in {folder} did not list its options within {limit:g} s.",
                folder=installation.folder,
                limit=limit,
            ),
            "Does it start by hand? If the machine was busy, try again.",
        ) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    text = told.decode("utf-8", "replace")
    if process.returncode != 0 or "--listen" not in text:
        last = " ".join(text.split()[-40:]) or f"exit status {process.returncode}"
        raise EngineError(
            said("ComfyUI in {folder} cannot list its options: {why}.", folder=installation.folder, why=last[-400:]),
            "Its Python packages may be incomplete: install them again, or choose another Python in the settings.",
        )
    return text


# where people have it


DESKTOP_PATHS = ("extra_models_config.yaml", "extra_model_config.yaml")
"""What ComfyUI Desktop calls its extra_model_paths.yaml: https://docs.comfy.org/installation/desktop, its README."""


def ours() -> Path:
    """Where `stillbytes engines install comfyui` puts it."""
    return paths.home() / "engines" / "comfyui"


def places() -> tuple[Path, ...]:
    """Folders in which a ComfyUI is often found on this platform, ours first."""
    home = Path.home()
    usual = [
        home / "ComfyUI",
        home / "comfy" / "ComfyUI",
        home / "Documents" / "ComfyUI",
        home / "ComfyUI_windows_portable",
    ]
    if sys.platform == "win32":
        drives = [Path(f"{letter}:/") for letter in "CDE"]
        usual += [drive / name for drive in drives for name in ("ComfyUI_windows_portable", "ComfyUI", "AI/ComfyUI")]
        usual.append(Path(os.environ.get("APPDATA", home / "AppData/Roaming")) / "ComfyUI")
    elif sys.platform == "darwin":
        usual.append(home / "Library" / "Application Support" / "ComfyUI")
    else:
        usual += [Path("/opt/ComfyUI"), Path("/usr/share/comfyui"), home / ".config" / "ComfyUI"]
    return (ours(), *usual)


def _is_comfyui(folder: Path) -> bool:
    return (folder / "main.py").is_file() and (folder / "comfy").is_dir()


def _desktop(settings: Path) -> tuple[Path, ...]:
    """Where ComfyUI Desktop has its program, if `settings` is its settings folder."""
    if _desktop_base(settings) is None:
        return ()
    programs = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "Programs"
    return (
        programs / "@comfyorgcomfyui-electron" / "resources" / "ComfyUI",
        programs / "comfyui-electron" / "resources" / "ComfyUI",
        Path("/Applications/ComfyUI.app/Contents/Resources/ComfyUI"),
    )


def _desktop_base(settings: Path) -> Path | None:
    """The folder that the person chose in ComfyUI Desktop, from its config.json."""
    try:
        told = json.loads((settings / "config.json").read_bytes()[:MOST_BYTES])
    except (OSError, ValueError, RecursionError):
        return None
    base = told.get("basePath") if isinstance(told, dict) else None
    return Path(base) if isinstance(base, str) and base and Path(base).is_dir() else None


def _python(folder: Path) -> Path | None:
    """The Python that belongs to a ComfyUI: its virtual environment, or the portable one beside it."""
    homes = (folder / "venv", folder / ".venv", folder.parent / "python_embeded", folder.parent / "python_embedded")
    return next((place / name for place in homes for name in PYTHONS if (place / name).is_file()), None)


def _version(folder: Path) -> str:
    try:
        told = (folder / "comfyui_version.py").read_bytes()[:MOST_BYTES].decode("utf-8", "replace")
        if found := re.search(r"""^__version__\s*=\s*["']([\w.+-]{1,40})["']""", told, re.MULTILINE):
            return found[1]
    except OSError:
        pass
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_bytes()[:MOST_BYTES].decode("utf-8", "replace"))
        return str(project["project"]["version"])[:40]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _packs(folder: Path) -> tuple[str, ...]:
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return ()
    return tuple(n for n in names if n not in HIDDEN and not n.startswith(".") and not n.endswith(".disabled"))
