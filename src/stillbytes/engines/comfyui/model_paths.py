"""Where a ComfyUI on this disk looks for models: its own folders, those of `extra_model_paths.yaml`, and ours."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from stillbytes.core import paths
from stillbytes.core.errors import EngineError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints",),
    "diffusion_models": ("diffusion_models", "unet"),
    "text_encoders": ("text_encoders", "clip"),
    "vae": ("vae",),
    "loras": ("loras",),
    "controlnet": ("controlnet", "t2i_adapter"),
    "clip_vision": ("clip_vision",),
    "style_models": ("style_models",),
    "model_patches": ("model_patches",),
    "upscale_models": ("upscale_models",),
    "ipadapter": ("ipadapter",),
    "sam2": ("sam2",),
    "grounding-dino": ("grounding-dino",),
}
"""By the name that ComfyUI's loaders use, the folders under models/: the newer name first."""
RENAMED: Mapping[str, str] = {"clip": "text_encoders", "unet": "diffusion_models"}
MOST_BYTES = 2**20


def model_folders(base: Path, configurations: tuple[Path, ...]) -> dict[str, tuple[Path, ...]]:
    """By name, every folder that exists. base: the folder with models/ in it. configurations: the YAML files."""
    found: dict[str, list[Path]] = {
        name: [base / "models" / folder for folder in folders] for name, folders in FOLDERS.items()
    }
    for file in configurations:
        for name, path, first in extra_paths(file):
            places = found.setdefault(RENAMED.get(name, name), [])
            places.insert(0 if first else len(places), path)
    present = {name: tuple(dict.fromkeys(p for p in places if p.is_dir())) for name, places in found.items()}
    return {name: places for name, places in present.items() if places}


def shared(base: Path) -> tuple[str, ...]:
    """Options with which a ComfyUI that we start sees the models that Stillbytes downloaded, too.

    base: the folder with its own models/ in it. Raises EngineError when the file for it cannot be written.
    """
    own = paths.home() / "models"
    places = {name: [own / name] for name in FOLDERS}
    # The node pack takes ComfyUI's own folder for it only where nobody has named another.
    places["ipadapter"].append(base / "models" / "ipadapter")
    lines = [line for name, of in places.items() for line in (f"    {name}: |", *(f"        {path}" for path in of))]
    file = paths.home() / "cache" / "comfyui" / "model_paths.yaml"
    content = "\n".join(["stillbytes:", *lines, ""]).encode()
    try:
        if not file.is_file() or file.read_bytes() != content:
            write_atomically(file, content)
    except OSError as error:
        raise EngineError(
            said("{file} cannot be written: {why}.", file=file, why=str(error.strerror or error)), "Is the disk full?"
        ) from error
    return ("--extra-model-paths-config", str(file))


def extra_paths(file: Path) -> Iterator[tuple[str, Path, bool]]:
    """What the file adds: a folder's name, its path, and whether it comes first. A file that is not there adds nothing.

    We understand the part of YAML that such files are written in: sections, `name: path`, and `name: |` with a path a
    line. Paths are relative to the section's `base_path`, or to the file.
    """
    try:
        text = file.read_bytes()[:MOST_BYTES].decode("utf-8", "replace")
    except OSError:
        return
    for section in _sections(text):
        base = file.parent / _expanded("\n".join(section.pop("base_path", [])))
        first = "".join(section.pop("is_default", [])).lower() in {"true", "yes", "on"}
        for name, places in section.items():
            for path in places:
                yield name, Path(os.path.normpath(base / _expanded(path))), first


def _expanded(path: str) -> str:
    return os.path.expandvars(str(Path(path).expanduser())) if path else ""


def _sections(text: str) -> Iterator[dict[str, list[str]]]:
    section: dict[str, list[str]] = {}
    block: list[str] | None = None
    block_indent = 0
    for line in text.splitlines():
        content = line.strip()
        indent = len(line) - len(line.lstrip())
        if not content or content.startswith("#"):
            continue
        if block is not None and indent > block_indent:
            block.append(content)
            continue
        block = None
        name, colon, value = content.partition(":")
        if not colon:
            continue
        if indent == 0:
            if section:
                yield section
            section = {}
            continue
        value = _plain(value)
        section[_plain(name)] = [] if value in {"", "|", "|-", ">", ">-"} else [value]
        if value in {"|", "|-", ">", ">-"}:
            block, block_indent = section[_plain(name)], indent
    if section:
        yield section


def _plain(value: str) -> str:
    """A scalar without its quotes or a comment behind it."""
    value = value.strip()
    if value[:1] in {'"', "'"} and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    return value.partition(" #")[0].rstrip()
