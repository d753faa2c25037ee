"""The kernels are compiled once for all checkouts of equal sources."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stillbytes.develop.kernels import build, sources

ROOT = Path(__file__).parents[1]


@pytest.fixture
def build_kernels(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.delitem(sys.modules, "hatch_build", raising=False)
    import hatch_build  # noqa: PLC0415

    return hatch_build.build_kernels


def checkout(tmp_path: Path, name: str) -> tuple[Path, Path]:
    built = tmp_path / name / "src/stillbytes/develop/kernels/built"
    built.mkdir(parents=True)
    return tmp_path / name, built


def test_a_second_checkout_of_the_same_sources_compiles_nothing(
    build_kernels: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiled: list[list[str]] = []

    def compiling(output: Path, levels: list[str]) -> None:
        compiled.append(levels)
        output.mkdir(parents=True)
        for level in levels:
            (output / f"kernels-{level}{build.SUFFIX}").write_text(f"{level} {len(compiled)}")
        (output / "digest.txt").write_text("")

    monkeypatch.setattr(build, "build", compiling)
    monkeypatch.setattr(sources, "digest", lambda: "one")
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    own = f"kernels-{build.own()}{build.SUFFIX}"
    (first, built), (second, again) = checkout(tmp_path, "first"), checkout(tmp_path, "second")
    build_kernels(first, own=True)
    build_kernels(first, own=True)
    build_kernels(second, own=True)
    assert compiled == [[build.own()]]
    assert (built / own).read_text() == (again / own).read_text()
    assert (again / "digest.txt").read_text() == "one"

    monkeypatch.setattr(sources, "digest", lambda: "two")
    build_kernels(second, own=True)
    assert len(compiled) == 2
    assert (again / own).read_text() == f"{build.own()} 2"

    # A wheel has all levels, whatever a checkout compiled for itself.
    build_kernels(second)
    assert compiled[2] == list(build.levels())
    assert {path.name for path in again.iterdir()} == {
        "digest.txt",
        *(f"kernels-{level}{build.SUFFIX}" for level in build.levels()),
    }
