"""Models that other programs brought are recognised, so that nothing is downloaded twice; nothing else is mistaken."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from stillbytes.core.preferences import ComfyPreferences, Preferences
from stillbytes.gpu.models import folders
from stillbytes.gpu.models.model import File, HuggingFace
from stillbytes.gpu.models.store import Store, open_store

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = File(
    "model", "diffusion_models/klein.safetensors", HuggingFace("Owner/Klein", "split/klein.safetensors"), 7000, SHA256
)


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def store(**preferences: object) -> Store:
    return open_store(Preferences(**preferences))  # type: ignore[arg-type]


def test_nothing_is_found_where_nothing_is() -> None:
    assert store().find(FILE) is None


def test_our_own_folder_comes_first(tmp_path: Path, home: Path) -> None:
    put(tmp_path / "mine" / "klein.safetensors")
    own = put(home / "models" / "diffusion_models" / "klein.safetensors")
    found = store(models=(tmp_path / "mine",)).find(FILE)
    assert found is not None
    assert (found.path, found.kind) == (own, "stillbytes")
    assert not found.ours  # it was put there, not downloaded


def test_what_was_downloaded_is_ours(home: Path) -> None:
    put(home / "models" / "diffusion_models" / "klein.safetensors")
    kept = store()
    kept.record(FILE, "the hub", SHA256)
    found = store().find(FILE)
    assert found is not None
    assert found.ours


def test_a_file_of_another_size_is_not_it(home: Path) -> None:
    put(home / "models" / "diffusion_models" / "klein.safetensors", CONTENT[:-1])
    assert store().find(FILE) is None
    assert store().find(replace(FILE, estimated=True)) is not None


def test_a_folder_of_the_person_is_searched_by_name(tmp_path: Path) -> None:
    path = put(tmp_path / "mine" / "deep" / "er" / "Klein.safetensors")
    found = store(models=(tmp_path / "mine",)).find(FILE)
    assert found is not None
    assert (found.path, found.kind) == (path, "folder")


def test_comfyui_and_its_extra_folders_are_searched(tmp_path: Path) -> None:
    comfyui = tmp_path / "ComfyUI"
    put(comfyui / "models" / "vae" / "other.safetensors")
    (comfyui / "extra_model_paths.yaml").write_text(
        "# a comment\n"
        "a111:\n"
        f"    base_path: {tmp_path / 'webui'}\n"
        "    checkpoints: models/Stable-diffusion  # mine\n"
        "    loras: |\n"
        "        models/Lora\n"
        "        models/LyCORIS\n"
        "    is_default: true\n"
        "other:\n"
        f"    diffusion_models: '{tmp_path / 'big disk'}'\n"
    )
    preferences = {"comfyui": ComfyPreferences(folder=comfyui)}
    for place in ("webui/models/Stable-diffusion", "webui/models/LyCORIS", "big disk"):
        path = put(tmp_path / place / "klein.safetensors")
        found = store(**preferences).find(FILE)
        assert found is not None, place
        assert (found.path, found.kind) == (path, "comfyui")
        path.unlink()
    assert store(**preferences).find(FILE) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- - -\n:\n::\n", b"a:\n b: |\n  c\nd", b"x" * 3_000_000])
def test_any_extra_model_paths_are_survived(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "extra_model_paths.yaml", content)
    assert isinstance(folders.extra_paths(tmp_path / "extra_model_paths.yaml"), list)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_the_hubs_cache_is_recognised_by_content_and_by_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    repository = tmp_path / "hub" / "models--Owner--Klein"
    put(repository / "blobs" / SHA256)
    link = repository / "snapshots" / "abc123" / "split" / "klein.safetensors"
    link.parent.mkdir(parents=True)
    link.symlink_to(repository / "blobs" / SHA256)
    found = store().find(replace(FILE, name="elsewhere/another-name.bin", source=HuggingFace("Other/Name", "x.bin")))
    assert found is not None
    assert found.path == link
    assert store().find(replace(FILE, sha256="0" * 64)) is None  # the same name, but another content
    assert store().find(replace(FILE, sha256=None, name="another.bin")) is not None  # by repository and path


def test_lm_studio_is_recognised_by_repository(tmp_path: Path) -> None:
    path = put(tmp_path / "person" / ".lmstudio" / "models" / "owner" / "klein-GGUF" / "mmproj-F16.gguf")
    projector = File("projector", "llm/klein/mmproj-F16.gguf", HuggingFace("Owner/Klein-GGUF", "mmproj-F16.gguf"), 7000)
    found = store().find(projector)
    assert found is not None
    assert (found.path, found.kind) == (path, "lmstudio")
    of_another = replace(projector, source=HuggingFace("Owner/Other-GGUF", "mmproj-F16.gguf"))
    assert store().find(of_another) is None  # a name that every model's projector has


def test_ollama_is_recognised_by_content_and_by_its_manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "ollama"
    monkeypatch.setenv("OLLAMA_MODELS", str(root))
    blob = put(root / "blobs" / f"sha256-{SHA256}")
    manifest = {
        "layers": [
            {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "1" * 64},
            {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{SHA256}"},
        ]
    }
    put(root / "manifests" / "hub" / "owner" / "klein-gguf" / "Q4_K_M", json.dumps(manifest).encode())
    put(root / "manifests" / "hub" / "owner" / "broken" / "latest", b"{")
    found = store().find(FILE)
    assert found is not None
    assert (found.path, found.kind) == (blob, "ollama")
    unknown = File(
        "model", "llm/klein-Q4_K_M.gguf", HuggingFace("Owner/Klein-GGUF", "Klein-Q4_K_M.gguf"), 6500, estimated=True
    )
    assert store().find(unknown) is not None
    assert store().find(replace(unknown, source=HuggingFace("Owner/Klein-GGUF", "Klein-Q8_0.gguf"))) is None


def test_a_renamed_file_is_recognised_by_its_content_when_asked(tmp_path: Path) -> None:
    path = put(tmp_path / "mine" / "renamed.safetensors")
    put(tmp_path / "mine" / "same-size.safetensors", CONTENT[::-1])
    kept = store(models=(tmp_path / "mine",))
    assert kept.find(FILE) is None
    read: list[str] = []
    found = kept.find(FILE, read.append)
    assert found is not None
    assert found.path == path
    assert read


def test_a_content_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = put(tmp_path / "model.bin")
    read: list[int] = []
    assert store().sha256(path, read.append) == SHA256
    assert store().sha256(path, read.append) == SHA256  # remembered between runs
    assert len(read) == 1
    assert store().sha256(path, read.append, anew=True) == SHA256
    assert len(read) == 2
    path.write_bytes(CONTENT + b"!")
    assert store().sha256(path, read.append) != SHA256


def test_damaged_records_are_no_obstacle(home: Path) -> None:
    put(home / "models" / "downloaded.json", b"[5]")
    put(home / "cache" / "models" / "hashes.json", b'{"a": 5}')
    assert store().downloaded() == {}
    assert store().sha256(put(home / "x.bin")) == SHA256


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere")
def test_folders_of_other_users_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service" / "models").mkdir(parents=True)
    (tmp_path / "service").chmod(0)
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "service" / "models"))
    try:
        assert store().find(FILE) is None
    finally:
        (tmp_path / "service").chmod(0o700)
