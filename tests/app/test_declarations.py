"""Adding an operation is adding one file: it then appears everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dng import make_photo

OPERATION = '''
"""Glow: a test."""
from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import parameter

class Glow(Operation, stage="scene", order=25, version=1, group="Glow"):
    glow = parameter(0.0, 0, 2, step=0.5, unit="EV", xmp="sb:Glow", says="Brightness of a test.")

    def build(self, value, u, ctx):
        return value.brightened(u.glow)
'''


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("operations")
    (folder / "glow.py").write_text(OPERATION)
    home = tmp_path_factory.mktemp("home")
    return {**os.environ, "STILLBYTES_OPERATIONS": str(folder), "STILLBYTES_HOME": str(home)}


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_operation_is_in_the_rest_schema(environment: dict[str, str]) -> None:
    document = json.loads(run(environment, "-m", "stillbytes.app.server.openapi"))
    glow = document["components"]["schemas"]["Settings"]["properties"]["glow"]
    assert glow["anyOf"][0]["maximum"] == 2
    assert glow["description"] == "Brightness of a test."


def test_a_new_operation_is_in_the_reference_and_the_help(environment: dict[str, str]) -> None:
    assert "Brightness of a test." in run(environment, "-m", "stillbytes", "params", "--format", "markdown")
    assert "--glow" in run(environment, "-m", "stillbytes", "develop", "--help")


def test_a_new_operation_is_in_what_the_panel_is_made_from_and_in_the_sidecar(
    environment: dict[str, str], tmp_path: Path
) -> None:
    code = """
import sys
from pathlib import Path
from stillbytes.app.server.routes.reference import router
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
groups = next(r for r in router().routes if r.path == "/api/parameters").endpoint("en").groups
assert any(p.name == "glow" and p.unit == "EV" for g in groups if g.name == "Glow" for p in g.parameters)
photo = Path(sys.argv[1]) / "a.dng"
sidecar.write(photo, Settings(glow=1.5))
assert sidecar.read(photo).settings == Settings(glow=1.5)
assert "Glow" in (Path(sys.argv[1]) / "a.xmp").read_text()
"""
    run(environment, "-c", code, str(tmp_path))


def test_a_new_operation_renders(environment: dict[str, str], tmp_path: Path) -> None:
    """The kernels that it takes part in are compiled now."""
    make_photo(tmp_path / "a.dng")
    code = """
import sys
import stillbytes as sb
photo = sb.open(sys.argv[1])
assert photo.edit(glow=1).render().mean() > photo.edit().render().mean() + 5
"""
    run(environment, "-c", code, str(tmp_path / "a.dng"))


def test_a_new_operation_is_understood_by_its_label(environment: dict[str, str]) -> None:
    code = """
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
print(understand("glow 1.5", Situation()).to_json()["settings"], understand("more glow", Situation()).understood)
"""
    assert run(environment, "-c", code).split() == ["{'glow':", "1.5}", "True"]
