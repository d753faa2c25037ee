"""The commands of the generative tasks, on a machine whose ComfyUI draws at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import Machine
from PIL import Image

import stillbytes as sb
from stillbytes.app.cli import COMMANDS, task_names
from stillbytes.generate.tasks import tasks


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr("stillbytes.gpu.access.shared_access", lambda: made)
    return made


@pytest.fixture
def mask(photo: Path, tmp_path: Path) -> Path:
    size = sb.open(photo).pipeline.frame
    pixels = np.zeros((size.height, size.width), np.uint8)
    pixels[size.height // 3 : size.height // 2, size.width // 3 : size.width // 2] = 255
    path = tmp_path / "mask.png"
    Image.fromarray(pixels).save(path)
    return path


def test_every_task_is_a_command() -> None:
    assert set(task_names()) == set(tasks()) and set(tasks()) <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(tasks()))
def test_every_field_is_an_option(run: Any, name: str) -> None:
    told = " ".join(run(name, "--help").out.split())
    for field in tasks()[name].model_fields:
        assert f"--{field.replace('_', '-')}" in told or (field == "prompt" and "PROMPT" in told)


def test_a_fill_is_in_the_sidecar_and_in_the_export(
    run: Any, photo: Path, mask: Path, tmp_path: Path, machine: Machine
) -> None:
    before = photo.read_bytes()
    options = ("--prompt", "a red boat", "--seed", "5", "--variants", "2", "-o", tmp_path / "out.png", "--json")
    told = run("fill", photo, "--mask", mask, *options).json
    assert told["engine"] == "comfyui" and told["seeds"] == [5, 6] and Path(told["target"]).exists()
    (patch,) = sb.open(photo).settings.patches
    assert len(patch.variants) == 2 and photo.read_bytes() == before


@pytest.mark.parametrize("name", ["fill", "expand", "restyle", "remove"])
def test_a_dry_run_tells_the_plan_and_writes_nothing(
    run: Any, photo: Path, mask: Path, machine: Machine, name: str
) -> None:
    options = ("--mask", mask) if name in ("fill", "remove") else ("--left", "0.2") if name == "expand" else ()
    told = run(name, photo, *options, "--dry-run", "--json").json
    assert told["model"] and told["memory_mib"] > 0 and told["sidecar"] is None
    assert not photo.with_suffix(".xmp").exists() and not photo.with_suffix(".stillbytes").exists()
    assert not machine.comfy.prompts


def test_a_restyle_becomes_settings(run: Any, photo: Path, machine: Machine) -> None:
    told = run("restyle", photo, "--prompt", "a summer evening", "--seed", "1", "--json").json
    assert told["settings"] and told["difference"]["after"] < told["difference"]["before"]
    assert dict(sb.open(photo).settings) and not sb.open(photo).settings.patches


def test_a_picture_is_created_with_its_recipe(run: Any, tmp_path: Path, machine: Machine) -> None:
    out = tmp_path / "new.png"
    told = run("create", "a lighthouse", "-o", out, "--seed", "3", "--json").json
    with Image.open(out) as made:
        assert made.size == (told["width"], told["height"])
    content = out.read_bytes()
    assert b"trainedAlgorithmicMedia" in content and b"a lighthouse" in content
    (_, interactive), *_ = machine.asked
    assert not interactive  # edits go first


def test_several_pictures_are_numbered(run: Any, tmp_path: Path, machine: Machine) -> None:
    told = run("create", "a lighthouse", "-o", tmp_path / "new.jpg", "--variants", "2", "--json").json
    assert [Path(one).name for one in told["targets"]] == ["new-1.jpg", "new-2.jpg"]


def test_an_upscaled_picture_is_larger_and_the_same(run: Any, photo: Path, tmp_path: Path, machine: Machine) -> None:
    out = tmp_path / "large.png"
    assert run("upscale", photo, "-o", out).status == 0
    plain = np.asarray(sb.open(photo).edit().render())
    large = np.asarray(Image.open(out).convert("RGB"))
    assert large.shape[0] == 2 * plain.shape[0] and np.array_equal(large[::2, ::2], plain)


def test_what_is_missing_is_named(run: Any, photo: Path, mask: Path, machine: Machine) -> None:
    machine.store.ids.clear()
    ran = run("fill", photo, "--mask", mask, "--prompt", "a boat")
    assert ran.status == 1 and "models pull" in ran.err and "Traceback" not in ran.err
    assert not photo.with_suffix(".xmp").exists()


@pytest.mark.parametrize("name", ["fill", "expand", "restyle", "create", "upscale"])
def test_a_dry_run_tells_what_is_missing(
    run: Any, photo: Path, mask: Path, tmp_path: Path, machine: Machine, name: str
) -> None:
    machine.store.ids.clear()
    options = {
        "fill": (photo, "--mask", mask),
        "expand": (photo, "--left", "0.2"),
        "restyle": (photo,),
        "create": ("a boat", "-o", tmp_path / "new.png"),
        "upscale": (photo, "-o", tmp_path / "large.png"),
    }[name]
    ran = run(name, *options, "--dry-run", "--json")
    assert ran.status == 0 and "models pull" in ran.json["missing"] and ran.json["model"]
    assert not (tmp_path / "new.png").exists() and not machine.comfy.prompts
