"""What the documents show is true: code runs, links lead somewhere, commands exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from journeys.guide import PICTURES

import stillbytes
from stillbytes import develop
from stillbytes.app.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
"""Those that are not pages of the site, which finds wrong links by itself."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def test_the_python_in_the_readme_runs(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    shutil.copyfile(ROOT / "samples/evening-glow.dng", tmp_path / "samples/evening-glow.dng")
    for code in blocks(ROOT / "README.md", "python"):
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "evening.jpg").is_file()


def test_the_commands_in_the_readme_exist(tmp_path: Path) -> None:
    environment = {**os.environ, "STILLBYTES_HOME": str(tmp_path)}
    lines = [line for block in blocks(ROOT / "README.md", "console") for line in block.splitlines()]
    used = [line[2:].split("#")[0].split() for line in lines if line.startswith("$ stillbytes ")]
    commands = {words[1] for words in used if not words[1].endswith("/")}
    assert commands == {
        "app",
        "develop",
        "match",
        "remove",
        "fill",
        "expand",
        "ask",
        "heal",
        "info",
        "params",
        "presets",
        "doctor",
    }
    for command in commands:
        shown = subprocess.run(
            [sys.executable, "-m", "stillbytes", command, "--help"],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for words in used:
            for option in (word for word in words if word.startswith("--") and words[1] == command):
                assert option in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


def test_the_site_is_made_and_has_every_declaration(tmp_path: Path) -> None:
    """Strictly: a link or a page that is missing, or a page that nothing leads to, is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    parameters = (tmp_path / "reference/parameters/index.html").read_text()
    assert all(f"--{name.replace('_', '-')}" in parameters for name in develop.parameters())
    told = (tmp_path / "reference/commands/index.html").read_text()
    assert all(f"stillbytes {name}" in told for name in COMMANDS)
    python = (tmp_path / "reference/python/index.html").read_text()
    assert all(f'.{name}"' in python for name in stillbytes.__all__)
    assert "/api/photos/{id}" in (tmp_path / "reference/http/index.html").read_text()


def test_every_picture_of_the_guide_is_made_by_a_journey_used_and_told_in_words() -> None:
    pictures = ROOT / "docs" / "pictures"
    used = set()
    for page in [*PAGES, *sorted((ROOT / "docs").glob("*.md"))]:
        for says, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text()):
            assert len(says.split()) > 1, f"{page.name}: {target} has no words in its place"
            assert (page.parent / target).is_file(), f"{page.name}: {target} is missing"
            used.add((page.parent / target).resolve())
    made = {pictures / f"{name}.webp" for name in PICTURES}
    assert used == made == set(pictures.iterdir())
    assert sum(path.stat().st_size for path in made) < 1_500_000


def test_the_tests_that_the_threat_model_names_exist() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/security.md").read_text())
    assert len(named) > 10 and all((ROOT / path).exists() for path in named), named
