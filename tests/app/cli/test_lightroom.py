"""`stillbytes library import-lightroom`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lrcat import make_catalogue


def test_a_catalogue_is_taken_over_and_what_is_not_is_listed(run: Any, tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)
    index = tmp_path / "index"
    dry = run("library", "--catalogue", index, "import-lightroom", catalogue, "--dry-run")
    assert dry.status == 0 and "Nothing was written." in dry.out and "the look Modern 04" in dry.out
    assert not list((tmp_path / "photos").glob("*.xmp"))
    run("library", "--catalogue", index, "add", tmp_path / "photos")
    ran = run("library", "--catalogue", index, "import-lightroom", catalogue, "--json")
    assert ran.status == 0 and [one["state"] for one in ran.json["photos"]] == ["taken", "taken", "missing", "taken"]
    assert ran.json["made"] == ["Best"] and ran.json["photos"][0]["settings"]["exposure"] == 0.75
    found = run("library", "--catalogue", index, "search", "rating:4", "--json")
    assert [Path(one["path"]).name for one in found.json["photos"]] == ["a.png"]


def test_what_is_no_catalogue_is_refused(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.lrcat").write_bytes(b"no")
    ran = run("library", "import-lightroom", tmp_path / "x.lrcat")
    assert ran.status == 1 and "no catalogue of Lightroom" in ran.err
