"""`stillbytes luts` and `develop --lut`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NEGATIVE = "LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"


def test_a_table_is_used_by_its_file_and_then_by_its_name(run: Any, photo: Path, tmp_path: Path) -> None:
    table = tmp_path / "Negative.cube"
    table.write_text(NEGATIVE)
    plain, first, second, none = (tmp_path / f"{name}.png" for name in ("plain", "first", "second", "none"))
    assert run("develop", photo, "-o", plain).status == 0
    assert run("develop", photo, "-o", first, "--lut", f"{table}:80").status == 0
    assert run("develop", photo, "-o", second, "--lut", "negative", "--lut-amount", "80").status == 0
    assert run("develop", photo, "-o", none, "--lut", f"{table}:0").status == 0
    assert first.read_bytes() == second.read_bytes() != plain.read_bytes()
    listed = json.loads(run("luts", "list", "--json").out)["luts"]
    assert [one["name"] for one in listed] == ["Negative"]
    assert run("luts", "remove", "Negative").status == 0


def test_what_is_no_table_is_told(run: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "a.cube").write_text("LUT_3D_SIZE 99999999")
    target = tmp_path / "a.jpg"
    for given, word in ((tmp_path / "a.cube", "a.cube"), ("Moon", "Moon")):
        ran = run("develop", photo, "-o", target, "--lut", given)
        assert ran.status == 1 and word in ran.err and not target.exists()
    assert run("develop", photo, "-o", target, "--lut", f"{tmp_path / 'a.cube'}:300").status == 2
    ran = run("luts", "import", tmp_path)
    assert ran.status == 1 and "a.cube" in ran.err and "Traceback" not in ran.err
