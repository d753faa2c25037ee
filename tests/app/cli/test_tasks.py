"""The commands of the generative tasks, on a machine whose ComfyUI draws at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import Machine
from generate.workflows.test_own import FILL
from PIL import Image

import stillbytes as sb
from stillbytes.app.cli import COMMANDS, task_names
from stillbytes.edit.document import Document
from stillbytes.generate.tasks import declared, tasks


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
    assert set(task_names()) == set(declared()) and set(declared()) <= set(COMMANDS)


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
    assert Document(sb.open(photo)).history.entries[-1].label == "Fill: a red boat (generated)"
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


def test_a_picture_is_created_from_a_photo_and_like_another(
    run: Any, photo: Path, tmp_path: Path, machine: Machine
) -> None:
    machine.store.ids |= {"ip-adapter-sd15", "clip-vit-h"}
    out = tmp_path / "new.png"
    told = run("create", "a storm", "--from", photo, "--strength", "0.3", "-o", out, "--seed", "3", "--json").json
    (prompt,) = machine.comfy.prompts
    sampled = next(node for node in prompt.values() if node["class_type"] == "KSampler")
    assert sampled["inputs"]["denoise"] == 0.3 and any(n["class_type"] == "VAEEncode" for n in prompt.values())
    size = sb.open(photo).edit().size
    assert abs(told["width"] / told["height"] - size.width / size.height) < 0.1  # the photo's proportions
    assert run("create", "a storm", "--like", photo, "-o", out, "--seed", "3").status == 0
    assert any("IPAdapter" in node["class_type"] for node in machine.comfy.prompts[-1].values())
    assert not photo.with_suffix(".xmp").exists()


def test_an_upscaled_picture_is_larger_and_the_same(run: Any, photo: Path, tmp_path: Path, machine: Machine) -> None:
    out = tmp_path / "large.png"
    told = run("upscale", photo, "-o", out, "--json").json
    plain = np.asarray(sb.open(photo).edit().render())
    large = np.asarray(Image.open(out).convert("RGB")).astype(int)
    assert large.shape[0] == 2 * plain.shape[0] == told["height"]
    assert np.abs(large[::2, ::2] - plain).max() <= 2  # sixteen bits, of which eight were read
    content = out.read_bytes()
    assert b"algorithmicallyEnhanced" in content and b"realesrgan-x4" in content


def test_an_enhanced_picture_has_the_size_and_the_metadata_of_the_photo(
    run: Any, photo: Path, tmp_path: Path, machine: Machine
) -> None:
    out = tmp_path / "clear.jpg"
    assert run("enhance", photo, "-o", out, "--amount", "0.5", "--dry-run", "--json").json["pictures"] == 1
    assert run("enhance", photo, "-o", out, "--amount", "0.5").status == 0
    assert sb.open(out).edit().size == sb.open(photo).edit().size
    assert sb.open(out).metadata.camera == sb.open(photo).metadata.camera
    assert b"algorithmicallyEnhanced" in out.read_bytes()


def test_refined_detail_is_invented_and_the_file_says_so(
    run: Any, photo: Path, tmp_path: Path, machine: Machine
) -> None:
    out = tmp_path / "fine.png"
    told = run("refine", photo, "-o", out, "--seed", "7", "--json").json
    assert (told["width"], told["height"]) == sb.open(photo).edit().size.pair
    content = out.read_bytes()
    assert b"compositeWithTrainedAlgorithmicMedia" in content and b"algorithmicallyEnhanced" not in content
    assert b"seed&quot;: 7" in content or b'seed": 7' in content


def test_what_is_missing_is_named(run: Any, photo: Path, mask: Path, machine: Machine) -> None:
    machine.store.ids.clear()
    ran = run("fill", photo, "--mask", mask, "--prompt", "a boat")
    assert ran.status == 1 and "models pull" in ran.err and "Traceback" not in ran.err
    assert not photo.with_suffix(".xmp").exists()


@pytest.mark.parametrize("name", ["fill", "expand", "restyle", "create", "upscale", "enhance", "refine"])
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
        "enhance": (photo, "-o", tmp_path / "clear.png"),
        "refine": (photo, "-o", tmp_path / "fine.png"),
    }[name]
    ran = run(name, *options, "--dry-run", "--json")
    assert ran.status == 0 and "models pull" in ran.json["missing"] and ran.json["model"]
    assert not (tmp_path / "new.png").exists() and not machine.comfy.prompts


def test_develop_draws_larger_or_clearer_on_the_way(run: Any, photo: Path, tmp_path: Path, machine: Machine) -> None:
    size = sb.open(photo).edit().size
    assert run("develop", photo, "-o", tmp_path / "large.jpg", "--upscale", "2").status == 0
    assert sb.open(tmp_path / "large.jpg").edit().size.width == 2 * size.width
    assert run("develop", photo, "-o", tmp_path / "clear.tif", "--enhance", "0.5", "--space", "display-p3").status == 0
    assert b"algorithmicallyEnhanced" in (tmp_path / "clear.tif").read_bytes()
    assert run("develop", photo, "-o", tmp_path / "both.jpg", "--upscale", "2", "--enhance", "1").status == 2
    machine.store.ids.clear()
    ran = run("develop", photo, "-o", tmp_path / "none.jpg", "--enhance", "1")
    assert ran.status == 1 and "models pull" in ran.err and not (tmp_path / "none.jpg").exists()


def test_a_workflow_of_ones_own_is_a_task(
    run: Any, photo: Path, mask: Path, home: Path, tmp_path: Path, machine: Machine
) -> None:
    folder = home / "workflows"
    folder.mkdir()
    (folder / "fill.json").write_text(json.dumps(FILL))
    (folder / "bad.json").write_text("{}")
    assert "Your own workflow" in run("--help").out and "--strength" in run("my-fill", "--help").out
    told = run(
        "my-fill", photo, "--mask", mask, "--prompt", "a red boat", "--seed", "5", "-o", tmp_path / "o.png", "--json"
    )
    assert told.json["model"] == "my-fill" and told.json["task"] == "my-fill" and told.json["seeds"] == [5]
    (patch,) = sb.open(photo).settings.patches
    assert patch.task == "my-fill" and patch.generated and "a red boat" in str(machine.comfy.prompts[0])
    told = run("doctor", "--json").json["findings"]
    says = " ".join(f"{one['state']} {one['says']}" for one in told if one["subject"] == "Workflows")
    assert "ok my-fill (fill)" in says and "broken The workflow bad.json cannot be used" in says
    (folder / "fill.json").unlink()
    ran = run("my-fill", photo, "--mask", mask)
    assert ran.status == 2 and "my-fill" in ran.err


def test_a_guess_at_the_subject_is_told_before_its_background_is_replaced(
    run: Any, photo: Path, mask: Path, machine: Machine
) -> None:
    told = run("replace-background", photo, "--dry-run", "--json").json
    assert "colours alone" in told["doubt"] and 0 < told["covered"] <= 1
    plan = run("replace-background", photo, "--dry-run").out
    assert "of the picture" in plan and told["doubt"] in plan and "--mask" in plan
    begun = run("replace-background", photo, "--steps", "1")
    assert begun.status == 0 and told["doubt"] in begun.err
    meant = run("replace-background", photo, "--mask", mask, "--steps", "1")
    assert meant.status == 0 and not meant.err


def test_each_variant_of_a_restyle_is_a_step_of_the_history(
    run: Any, photo: Path, tmp_path: Path, machine: Machine
) -> None:
    told = run("restyle", photo, "--seed", "1", "--variants", "2", "-o", tmp_path / "out.png", "--json").json
    assert told["seeds"] == [1, 2] == [one["seed"] for one in told["variants"]]
    assert len(machine.comfy.prompts) == 2
    assert [Path(one).name for one in told["targets"]] == ["out-1.png", "out-2.png"]
    history = Document(sb.open(photo)).history
    assert [entry.label for entry in history.entries] == ["Restyle (1 of 2), seed 1", "Restyle (2 of 2), seed 2"]
    for position, one in enumerate(told["variants"], 1):
        assert json.loads(json.dumps(dict(history.settings_at(position)))) == one["settings"]


def test_a_restyle_with_a_table_keeps_it_with_the_photo(run: Any, photo: Path, machine: Machine) -> None:
    told = run("restyle", photo, "--prompt", "an evening", "--seed", "1", "--table", "--json").json
    far = told["difference"]
    assert far["after"] < far["sliders"] <= far["before"]
    settings = sb.open(photo).settings
    assert str(settings["lut"]).endswith(" Restyle an evening.cube") and settings.number("lut_amount") == 100
    assert list((photo.parent / "luts.stillbytes").iterdir())
    rendered = np.asarray(sb.open(photo).edit().render(64), np.float32)
    without = np.asarray(sb.open(photo).edit(lut=None).render(64), np.float32)
    assert np.abs(rendered - without).mean() > 0.5


def test_less_of_a_restyle_is_less_of_its_settings_and_of_its_table(run: Any, photo: Path, machine: Machine) -> None:
    told = run("restyle", photo, "--seed", "1", "--table", "--amount", "0.5", "--json").json
    assert told["settings"]["lut_amount"] == 50


def test_a_patch_takes_no_table(run: Any, photo: Path, machine: Machine) -> None:
    told = run("restyle", photo, "--into", "patch", "--table")
    assert told.status == 1 and "both are for what becomes settings" in told.err
    assert not machine.comfy.prompts


@pytest.mark.parametrize("name", ["fill", "remove"])
def test_the_time_that_it_takes_is_known_once_it_was_done(
    run: Any, photo: Path, mask: Path, machine: Machine, name: str
) -> None:
    """Nothing is estimated of a processor; what was done on it is known."""
    machine.on_card = False
    machine.comfy.seconds = 0.3
    dry = (name, photo, "--mask", mask, "--dry-run")
    assert "a time that is not known" in run(*dry).out
    assert run(name, photo, "--mask", mask).status == 0
    assert run(*dry, "--json").json["seconds"] > 0
    if name == "fill":
        assert run(*dry, "--json").json["seconds"] >= 0.3
        twice = run(*dry, "--variants", "3", "--json").json
        assert twice["seconds"] == pytest.approx(3 * run(*dry, "--json").json["seconds"], rel=0.2)
