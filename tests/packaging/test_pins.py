"""Every pinned package installs on the oldest Python that the project promises."""

from __future__ import annotations

import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def test_pinned_packages_ask_for_no_newer_python() -> None:
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    oldest = promised.removeprefix(">=") + ".0"
    pinned = {
        canonicalize_name(Requirement(line).name)
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line
    }
    installed = {canonicalize_name(one.metadata["Name"]): one.metadata for one in distributions()}
    asked = {  # where nothing is asked, some readers of metadata say None and others have no such key
        name: SpecifierSet(installed[name]["Requires-Python"] or "")
        for name in sorted(pinned & installed.keys())
        if "Requires-Python" in installed[name]
    }
    assert len(asked) > 50
    assert not [name for name, versions in asked.items() if not versions.contains(oldest)]
