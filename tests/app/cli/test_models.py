"""`stillbytes models`, with a server on this computer in place of the hub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from app.cli.conftest import Run
from gpu.models.serving import Served, Server, serving
from gpu.models.test_own import written

from stillbytes.gpu.models import actions, registry
from stillbytes.gpu.models.folders import BUNDLED
from stillbytes.gpu.models.licences import APACHE_2, CC_BY_NC_4
from stillbytes.gpu.models.model import File, HuggingFace, Model, NetworkArchitecture

CONTENT = b"upscaler" * 1000
NEEDED = b"needed" * 1000


def model(id: str, precision: str, content: bytes, needs: tuple[str, ...] = ()) -> Model:
    name = f"upscale_models/{id}.pth"
    sha256 = hashlib.sha256(content).hexdigest()
    return Model(
        id=id,
        family="tiny",
        title=f"Tiny {precision}",
        kind="upscaler",
        engine="comfyui",
        tasks=("upscale",),
        precision=precision,
        architecture=NetworkArchitecture(1.0, 0),
        files=(File("upscaler", name, HuggingFace("owner/tiny", name), len(content), sha256),),
        licence=CC_BY_NC_4 if needs else APACHE_2,
        quality=1,
        facts=("made for a test",),
        needs=needs,
    )


MODELS = (model("tiny-fp16", "fp16", CONTENT, needs=("tiny-base",)), model("tiny-base", "fp32", NEEDED))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setattr(registry, "all_models", lambda: MODELS)
    monkeypatch.setattr(actions, "all_models", lambda: MODELS)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-hub"))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "no-ollama"))
    with serving() as server:
        monkeypatch.setenv("STILLBYTES_HUB", server.url)
        for one, content in zip(MODELS, (CONTENT, NEEDED), strict=True):
            server.files[f"/owner/tiny/resolve/main/{one.files[0].name}"] = Served(content)
        yield server


def test_list_shows_families_or_each_model(run: Run, hub: Server) -> None:
    done = run("models", "list")
    assert done.status == 0
    assert "fp16 8 kB, fp32 6 kB" in done.out
    assert "CC-BY-NC-4.0" in done.out
    assert "tiny-base" in run("models", "list", "--all").out
    assert "tiny" not in run("models", "list", "--installed").out.replace("stillbytes", "")
    assert "tiny" not in run("models", "list", "--kind", "vae").out
    assert "tiny" in run("models", "list", "--task", "upscale").out


def test_list_for_programs(run: Run, hub: Server) -> None:
    first = run("models", "list", "--json").json[0]
    assert (first["id"], first["installed"], first["size"], first["needs"]) == ("tiny-fp16", False, 8000, ["tiny-base"])
    assert first["licence"] == {
        "name": "CC-BY-NC-4.0",
        "url": "https://creativecommons.org/licenses/by-nc/4.0/",
        "commercial": False,
    }


def test_pull_shows_size_and_licence_and_asks(
    run: Run, hub: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.confirm", lambda *args, **options: (_ for _ in ()).throw(__import__("click").Abort))
    done = run("models", "pull", "tiny fp16")
    assert done.status == 1
    for shown in ("Tiny fp16", "8 kB", "CC-BY-NC-4.0", "NO", "owner/tiny", "In all 14 kB", "are free"):
        assert shown in done.out
    assert hub.asked == []
    assert not (home / "models").exists()


def test_pull_verify_where_remove(run: Run, hub: Server, home: Path) -> None:
    done = run("models", "pull", "tiny-fp16", "--yes")
    assert done.status == 0
    assert "Downloaded 14 kB" in done.out
    assert "tiny-fp16.pth 100 %" in done.err
    path = home / "models" / "upscale_models" / "tiny-fp16.pth"
    assert path.read_bytes() == CONTENT

    assert run("models", "verify", "--json").json[0]["verdict"] == "ok"
    assert run("models", "where", "tiny-fp16", "--json").json == {"tiny-fp16": {"upscaler": str(path)}}
    assert [one["id"] for one in run("models", "list", "--installed", "--json").json] == ["tiny-fp16", "tiny-base"]

    path.write_bytes(CONTENT[:-1] + b"!")
    damaged = run("models", "verify", "tiny-fp16")
    assert damaged.status == 1
    assert "damaged" in damaged.out
    assert "stillbytes models pull tiny-fp16" in damaged.out

    done = run("models", "remove", "tiny-fp16", "--yes", "--json")
    assert done.json == {"removed": [str(path)], "freed": 8000, "kept": {}}
    assert not path.exists()
    assert run("models", "where", "tiny-fp16").status == 1


def test_pull_for_programs(run: Run, hub: Server) -> None:
    done = run("models", "pull", "tiny-fp16", "--yes", "--json")
    assert [one["installed"] for one in done.json["models"]] == [True, True]
    assert done.err == ""
    assert run("models", "pull", "tiny-fp16", "--json").status == 2


def test_stopping_a_pull_says_how_to_go_on(run: Run, hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*args: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "pull", stopped)
    done = run("models", "pull", "tiny-fp16", "--yes")
    assert done.status == 1
    assert "goes on where it stopped" in done.err


def test_a_failed_pull_is_a_message(run: Run, hub: Server) -> None:
    hub.files["/owner/tiny/resolve/main/upscale_models/tiny-base.pth"].content = b"other" * 1200
    done = run("models", "pull", "tiny-fp16", "--yes")
    assert done.status == 1
    assert "not installed" in done.err
    assert "Traceback" not in done.err
    assert run("models", "pull", "tiny-fp16", "--yes", "--json").json["error"]["remedy"]


def test_a_wrong_name_names_near_misses(run: Run, hub: Server) -> None:
    done = run("models", "pull", "tinny", "--yes")
    assert done.status == 1
    assert "Did you mean tiny?" in done.err


def test_where_shows_the_folders_that_are_searched(run: Run, hub: Server, home: Path) -> None:
    assert str(home / "models") in run("models", "where").out
    run("models", "pull", "tiny-base", "--yes")
    assert run("models", "where", "--json").json == [
        {"path": str(home / "models"), "kind": "stillbytes"},
        {"path": str(BUNDLED), "kind": "bundled"},
    ]


def test_a_model_of_ones_own_is_added_and_forgotten(run: Run, tmp_path: Path) -> None:
    name, shapes = "x2.safetensors", {"conv_first.weight": (8, 12, 3, 3)}
    path = written(tmp_path / "mine" / name, shapes)
    done = run("models", "add", str(path))
    assert done.status == 0, done.err
    assert done.out.startswith("x2: upscaler of the family upscaler, fp16")
    assert "x2" in run("models", "list", "--installed", "--all").out
    again = json.loads(run("models", "add", str(path), "--id", "mine", "--json").out)
    assert (again["id"], again["installed"], again["licence"]["name"]) == ("mine", True, "unknown: yours")
    gone = run("models", "remove", "mine", "--yes")
    assert "yours, and only forgotten" in gone.out
    assert path.is_file()
    assert "mine" not in run("models", "list", "--all").out


def test_a_file_that_is_of_no_use_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("models", "add", str(written(tmp_path / "vae.safetensors", {"encoder.weight": (8, 8)})))
    assert done.status != 0
    assert "Supported are checkpoints of Stable Diffusion 1.5" in done.err


def test_what_it_needs_besides_is_said(run: Run, tmp_path: Path) -> None:
    shapes = {
        "input_blocks.0.0.weight": (320, 9, 3, 3),
        "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
    }
    done = run("models", "add", str(written(tmp_path / "xl.safetensors", shapes)))
    assert "It needs clip-l-fp16, clip-g-fp16, sdxl-vae-fp32 too" in done.out
