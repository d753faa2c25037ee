"""Where models may lie already: our folder, the person's, and those of ComfyUI, the model hub, LM Studio and Ollama."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stillbytes.core import paths
from stillbytes.core.preferences import Preferences

Kind = Literal["stillbytes", "folder", "comfyui", "hub", "lmstudio", "ollama", "bundled"]
TITLES: dict[Kind, str] = {
    "stillbytes": "Stillbytes",
    "folder": "your folder",
    "comfyui": "ComfyUI",
    "hub": "the hub's cache",
    "lmstudio": "LM Studio",
    "ollama": "Ollama",
    "bundled": "part of Stillbytes",
}
SUFFIXES = (".gguf", ".safetensors", ".sft", ".onnx", ".pth", ".pt", ".ckpt", ".bin")
MOST_FILES, DEEPEST = 50_000, 8
MOST_YAML = 1 << 20
BUNDLED = Path(__file__).with_name("bundled")
"""The small networks that come with Stillbytes, with their licences."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder to look for models in."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that may be a model. sha256: what its place says it is, where the place is named by content.

    of: what its place says it is from, "owner/repository/path" or, from Ollama, "owner/repository:tag".
    """

    path: Path
    size: int
    kind: Kind
    sha256: str | None = None
    of: str = ""


def ours() -> Path:
    """Where Stillbytes puts models. Its layout is ComfyUI's, so that ComfyUI can use it as it is."""
    return paths.home() / "models"


def known(preferences: Preferences) -> tuple[Folder, ...]:
    """Every folder on this machine that exists, ours first."""
    found = [Folder(ours(), "stillbytes")]
    found += [Folder(path.expanduser(), "folder") for path in preferences.models]
    if preferences.comfyui.folder:
        comfyui = preferences.comfyui.folder.expanduser()
        found.append(Folder(comfyui / "models", "comfyui"))
        found += [Folder(path, "comfyui") for path in extra_paths(comfyui / "extra_model_paths.yaml")]
    found.append(Folder(_hub_cache(), "hub"))
    found += [Folder(path, "lmstudio") for path in _lm_studio()]
    found += [Folder(path, "ollama") for path in _ollama()]
    found.append(Folder(BUNDLED, "bundled"))
    unique = {os.path.normcase(folder.path): folder for folder in reversed(found)}
    return tuple(folder for folder in found if unique[os.path.normcase(folder.path)] is folder and _is_there(folder))


def _is_there(folder: Folder) -> bool:
    try:
        return folder.path.is_dir()
    except OSError:  # below another user's folder, as Ollama's service has it
        return False


def files(folder: Folder) -> Iterator[Seen]:
    """What may be models in it. Unreadable places are passed over."""
    match folder.kind:
        case "hub":
            yield from _in_hub(folder.path)
        case "ollama":
            yield from _in_ollama(folder.path)
        case kind:
            for path in _walk(folder.path):
                if seen := _seen(path, kind, of=path.relative_to(folder.path).as_posix()):
                    yield seen


def extra_paths(file: Path) -> list[Path]:
    """The folders that ComfyUI's extra_model_paths.yaml names.

    Reads the subset of YAML that this file is written in: sections, `base_path`, and one folder or a `|` list of
    folders for each kind of model.
    """
    try:
        text = file.read_bytes()[:MOST_YAML].decode("utf-8", "replace")
    except OSError:
        return []
    found: list[Path] = []
    base = file.parent
    block = -1  # the indentation of the key whose list is being read
    for line in text.splitlines():
        bare = line.split(" #")[0].rstrip()
        content = bare.strip()
        if not content or content.startswith("#"):
            continue
        indent = len(bare) - len(bare.lstrip())
        if indent > block >= 0:
            found.append(base / _unquoted(content))
            continue
        block = -1
        key, colon, value = content.partition(":")
        value = value.strip()
        if not colon:
            continue
        if indent == 0:
            base = file.parent
        elif key == "base_path":
            base = file.parent / Path(_unquoted(value)).expanduser()
        elif value in ("|", ">", "|-"):
            block = indent
        elif value and key != "is_default":
            found.append(base / _unquoted(value))
    return list(dict.fromkeys(found))


def _unquoted(text: str) -> str:
    return text.strip("\"'")


def _walk(folder: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = [] if depth >= DEEPEST else sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                return
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(place) / name


def _seen(path: Path, kind: Kind, sha256: str | None = None, of: str = "") -> Seen | None:
    try:
        return Seen(path, path.stat().st_size, kind, sha256, of) if path.is_file() else None
    except OSError:
        return None


def _in_hub(folder: Path) -> Iterator[Seen]:
    """models--OWNER--NAME/snapshots/REVISION/PATH, a link to blobs/SHA256 for large files."""
    for repository in _listed(folder):
        if not repository.name.startswith("models--"):
            continue
        name = repository.name.removeprefix("models--").replace("--", "/")
        for snapshot in _listed(repository / "snapshots"):
            for path in _walk(snapshot):
                blob = path.resolve().name
                digest = blob if re.fullmatch(r"[0-9a-f]{64}", blob) else None
                if seen := _seen(path, "hub", digest, f"{name}/{path.relative_to(snapshot).as_posix()}"):
                    yield seen


def _in_ollama(folder: Path) -> Iterator[Seen]:
    """blobs/sha256-DIGEST; the manifests say which of them are models of the hub's repositories."""
    names = dict(_manifests(folder / "manifests"))
    for blob in _listed(folder / "blobs"):
        found = re.fullmatch(r"sha256[-:]([0-9a-f]{64})", blob.name)
        if found and (seen := _seen(blob, "ollama", found[1], names.get(found[1], ""))):
            yield seen


def _manifests(folder: Path) -> Iterator[tuple[str, str]]:
    """Digest and "owner/repository:tag" of the models that came from the hub."""
    for host in _listed(folder):
        for path in _paths_below(host, 3):
            try:
                told: Mapping[str, object] = json.loads(path.read_bytes()[: 1 << 20])
                layers = told["layers"]
                digests = [
                    str(layer["digest"]).removeprefix("sha256:")
                    for layer in (layers if isinstance(layers, list) else [])
                    if str(layer["mediaType"]).endswith(".model")
                ]
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
            parts = path.relative_to(host).parts
            yield from ((digest, f"{'/'.join(parts[:-1])}:{parts[-1]}") for digest in digests)


def _paths_below(folder: Path, depth: int) -> Iterator[Path]:
    for path in _listed(folder):
        if depth > 1:
            yield from _paths_below(path, depth - 1)
        elif path.is_file():
            yield path


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:MOST_FILES]
    except OSError:
        return []


def _hub_cache() -> Path:
    if told := os.environ.get("HF_HUB_CACHE"):
        return Path(told).expanduser()
    home = os.environ.get("HF_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".cache" / "huggingface") / "hub"


def _lm_studio() -> list[Path]:
    return [Path.home() / ".lmstudio" / "models", Path.home() / ".cache" / "lm-studio" / "models"]


def _ollama() -> list[Path]:
    if told := os.environ.get("OLLAMA_MODELS"):
        return [Path(told).expanduser()]
    places = [Path.home() / ".ollama" / "models"]
    if sys.platform == "linux":
        places.append(Path("/usr/share/ollama/.ollama/models"))
    return places
