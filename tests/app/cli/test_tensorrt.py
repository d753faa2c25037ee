"""`stillbytes engines tensorrt build`: refused where it cannot be, foreseen, and carried out by a stand-in."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drawing import BASE, Comfy, Machine

from stillbytes.engines.comfyui.job import Finished
from stillbytes.gpu.estimate import tensorrt as published
from stillbytes.gpu.plan.machine import Machine as Hardware
from stillbytes.gpu.plan.machine import described

DATA = Path(__file__).parents[3] / "docs" / "data" / "published.csv"


@dataclass
class Told:
    """A node's inputs, or an input's choices."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] | None = None


class Building(Comfy):
    """Builds engines at once, where it has the nodes for it."""

    def __init__(self, able: bool) -> None:
        super().__init__()
        self.able, self.built = able, list[str]()
        self.client.server = self  # type: ignore[attr-defined]

    async def nodes(self, *, again: bool = False) -> Mapping[str, Told]:
        if not self.able:
            return {}
        return {
            "STATIC_TRT_MODEL_CONVERSION": Told(),
            "TensorRTLoader": Told({"unet_name": Told(choices=tuple(self.built))}),
        }

    async def complete(self, prompt: Any, tiles: Any = None, limits: Any = None) -> Finished:
        self.prompts.append(prompt)
        for node in prompt.values():
            if node["class_type"] == "STATIC_TRT_MODEL_CONVERSION":
                told = node["inputs"]
                name = told["filename_prefix"].rpartition("/")[2]
                self.built.append(f"{name}_$stat-b-1-h-{told['height_opt']}-w-{told['width_opt']}_00001_.engine")
        return Finished(())


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(comfy=Building(True))
    monkeypatch.setattr("stillbytes.gpu.access.shared_access", lambda: made)
    return made


def on(monkeypatch: pytest.MonkeyPatch, card: str | None, vram: str | None = None) -> Hardware:
    found = described(card, vram, "32GB")
    place = importlib.import_module("stillbytes.gpu.plan.here")  # its package has a function of that name
    monkeypatch.setattr(place, "here", lambda *_, **__: found)
    return found


def test_the_published_figures_are_those_of_the_table() -> None:
    rows = [row for row in csv.DictReader(DATA.open()) if row["metric"].startswith("reference:tensorrt")]
    faster = [float(row["value"]) for row in rows if row["metric"] == "reference:tensorrt-faster"]
    assert (min(faster), max(faster)) == published.FASTER
    minutes = [float(row["value"]) for row in rows if row["metric"] == "reference:tensorrt-build"]
    assert (min(minutes) * 60, max(minutes) * 60) == published.BUILD_S
    (misfit,) = [float(row["value"]) for row in rows if row["metric"] == "reference:tensorrt-misfit"]
    assert misfit == published.MISFIT


@pytest.mark.parametrize(
    ("card", "vram", "model", "says"),
    [
        (None, "0GB", BASE, "needs an NVIDIA graphics card; here none was found"),
        ("RX 7900 XTX", None, BASE, "there is"),
        ("RTX 3060", "12GB", "flux.2-klein-4b-fp8", "cannot become"),
        ("RTX 3070", None, "sdxl-base-fp16", "needs 11 GiB"),
        ("RTX 3060", "12GB", "sdxl-base-fp16", "sdxl-base-fp16"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Any,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    card: str | None,
    vram: str | None,
    model: str,
    says: str,
) -> None:
    on(monkeypatch, card, vram)
    ran = run("engines", "tensorrt", "build", model, "--yes")
    assert ran.status == 1 and says in ran.err and not machine.comfy.prompts


def test_it_is_foreseen_and_nothing_is_done(run: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "RTX 3060", "12GB")
    told = run("engines", "tensorrt", "build", BASE, "--dry-run", "--json").json
    low, high = told["foreseen"]["then"]
    assert 0 < low < high < told["foreseen"]["seconds"] and told["foreseen"]["build_s"] == [180.0, 600.0]
    assert (told["width"], told["height"]) == (512, 512) and told["engine"] is None and not machine.comfy.prompts
    words = run("engines", "tensorrt", "build", BASE, "--dry-run").out
    assert "published" in words and "3 to 10 minutes" in words


def test_it_is_built_measured_and_becomes_a_task(
    run: Any, machine: Machine, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "RTX 3060", "12GB")
    told = run("engines", "tensorrt", "build", BASE, "--width", "768", "--height", "512", "--yes", "--json").json
    assert set(told["measured"]) == {"build_s", "before_s", "after_s"} and told["engine"].endswith(".engine")
    (_, interactive), *_ = machine.asked
    assert not interactive
    plain, _, building, drawn, other = machine.comfy.prompts
    assert {"class_type": "STATIC_TRT_MODEL_CONVERSION"}.items() <= building["build"].items()
    assert not any(node["class_type"] == "KSampler" for node in building.values())
    (loader,) = [node for node in drawn.values() if node["class_type"] == "TensorRTLoader"]
    assert loader["inputs"] == {"unet_name": told["engine"], "model_type": "sd1.x"}
    (sampler,) = [node for node in drawn.values() if node["class_type"] == "KSampler"]
    assert sampler["inputs"]["model"] == ["engine", 0] and sampler["inputs"]["seed"] == 1
    assert plain != drawn != other
    machine.comfy.prompts.clear()
    made = run(told["task"], "a lighthouse", "--width", "900", "--seed", "4", "-o", tmp_path / "new.png", "--json").json
    assert (made["width"], made["height"]) == (768, 512), made
    (prompt,) = machine.comfy.prompts
    assert "a lighthouse" in str(prompt) and told["engine"] in str(prompt)


def test_without_the_node_pack_it_says_where_that_is(
    run: Any, machine: Machine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "RTX 3060", "12GB")
    machine.comfy = Building(False)
    ran = run("engines", "tensorrt", "build", BASE, "--yes")
    assert ran.status == 1 and "ComfyUI_TensorRT" in ran.err and not machine.comfy.prompts
    assert not (home / "workflows").exists()
