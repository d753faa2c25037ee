"""`stillbytes library`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from library.catalogue.photos import make, sidecar

from stillbytes.library.catalogue import Catalogue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "photos/a.jpg", rating=4, label="Red", places=["Animals|Owl"])
    make(tmp_path / "photos/b.jpg", rating=1, words=["=1+1", "fox", "den"])
    make(tmp_path / "photos/b.dng", rating=5)
    sidecar(tmp_path / "photos/b.xmp", rating=5, edited=True)
    (tmp_path / "photos/bad.jpg").write_bytes(b"no photo")
    return tmp_path / "photos"


def test_adding_searching_and_checking(run: Any, folder: Path) -> None:
    (added,) = run("library", "add", folder, "--json").json
    assert (added["photos"], added["added"], added["problems"]) == (4, 4, 1)
    found = run("library", "search", "owl", "rating:>=4", "--json", "--limit", "1").json
    assert found["total"] == 2 and len(found["photos"]) == 1
    assert {"path", "rating", "keywords", "camera", "taken"} <= found["photos"][0].keys()
    assert Path(found["photos"][0]["path"]).parent == folder
    assert [p["rating"] for p in run("library", "search", "-is:edited", "is:stack", "--json").json["photos"]] == [1]
    state = run("library", "status", "--json").json
    assert state["photos"] == 4 and state["folders"][0]["online"] and state["folders"][0]["scanned"]
    assert [Path(problem["path"]).name for problem in state["problems"]] == ["bad.jpg"]
    checked = run("library", "verify", "--json")
    assert checked.status == 0 and checked.json["clean"] and checked.json["hashed"] == 4
    assert run("library", "rebuild", "--json").json["photos"] == 4


def test_what_people_read(run: Any, folder: Path) -> None:
    assert "add DIR" in run("library", "status").out
    added = run("library", "add", folder)
    assert added.status == 0 and "4 added" in added.out and "1 could not be read" in added.out
    assert "bad.jpg" in run("library", "status").out
    shown = run("library", "search", "keyword:animals").out
    assert "a.jpg" in shown and "****" in shown and "1 photos" in shown
    assert run("library", "verify").out.startswith("Clean: 4 photos")


def test_mistakes_are_told_with_a_remedy(run: Any, folder: Path, tmp_path: Path) -> None:
    run("library", "add", folder)
    missing = run("library", "add", tmp_path / "nowhere")
    assert missing.status == 1 and "nowhere" in missing.err
    misspelt = run("library", "search", "ratng:3", "--json")
    assert misspelt.status == 1 and "rating" in misspelt.json["error"]["remedy"]
    assert run("library", "search", "owl", "--limt", "3").status == 2


def test_damage_ends_with_a_status_of_its_own_and_is_mended(run: Any, folder: Path, home: Path) -> None:
    run("library", "add", folder)
    (home / "library/index.sqlite").write_bytes(b"damaged " * 4096)
    ran = run("library", "status", "--json")
    assert ran.status == 1 and "rebuild" in ran.json["error"]["remedy"]
    assert run("library", "rebuild", "--json").json["photos"] == 4
    assert run("library", "verify").status == 0


def test_metadata_as_lines_and_as_a_table(run: Any, folder: Path, tmp_path: Path) -> None:
    run("library", "add", folder)
    lines = [json.loads(line) for line in run("library", "export-metadata").out.splitlines()]
    assert [Path(line["path"]).name for line in lines] == ["a.jpg", "b.dng", "b.jpg", "bad.jpg"]
    assert len(run("library", "export-metadata", "rating:>=4", "--json").json) == 2
    told = run("library", "export-metadata", "--format", "csv", "--to", tmp_path / "all.csv", "--json").json
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))
    assert told["photos"] == len(rows) == 4
    assert rows[0]["keywords"] == "Animals|Owl; harbour; night" and rows[2]["title"].startswith("'=1+1")


def test_metadata_into_sidecars(run: Any, folder: Path, tmp_path: Path) -> None:
    run("library", "add", folder)
    told = run("library", "export-metadata", "label:red", "--format", "xmp", "--json").json
    assert told == {"photos": 1, "written": 1, "failed": []}
    assert "Animals|Owl" in (folder / "a.xmp").read_text() and not (folder / "b.jpg.xmp").exists()
    with Catalogue(tmp_path / "other") as other:
        other.add(folder)
        assert other.search("has:sidecar label:red rating:4 keyword:animals").total == 1


def test_hints_duplicates_and_likeness(run: Any, folder: Path) -> None:
    (folder / "again.jpg").write_bytes((folder / "a.jpg").read_bytes())
    run("library", "add", folder)
    found = run("library", "hints", "--all", "--json").json
    assert found["looked"] == 5 and found["now"]["failed"] == found["unreadable"] == 1
    by_name = {Path(one["path"]).name: one for one in found["photos"]}
    assert by_name["bad.jpg"]["problem"] and not by_name["bad.jpg"]["hints"]
    (dark,) = [hint for hint in by_name["a.jpg"]["hints"] if hint["kind"] == "underexposed"]
    assert {"value", "threshold", "reason", "fires"} <= dark.keys()
    kinds = run("library", "hints", "--kinds", "--no-look", "--json").json["kinds"]
    assert {"blurred", "eyes-shut", "clipped"} <= {kind["kind"] for kind in kinds}
    assert all(kind["says"] for kind in kinds)
    assert "photos were looked at" in run("library", "hints", "--no-look").out
    (group,) = [g for g in run("library", "duplicates", "--json").json["groups"] if g["how"] == "bytes"]
    assert sorted(Path(photo["path"]).name for photo in group["photos"]) == ["a.jpg", "again.jpg"]
    assert "again.jpg" in run("library", "duplicates", "--no-look").out
    alike = run("library", "search", "--like", folder / "a.jpg", "--json").json["photos"]
    assert Path(alike[0]["path"]).name == "a.jpg" and len(alike) == 5
    nowhere = run("library", "search", "--like", folder / "x.jpg", "--json")
    assert nowhere.status == 1 and "library add" in nowhere.json["error"]["remedy"]
    alone = run("library", "top", folder / "b.dng", "--json")
    assert alone.status == 1 and "burst" in alone.json["error"]["message"]


def test_searching_by_meaning_says_what_is_needed(run: Any, folder: Path) -> None:
    run("library", "add", folder)
    refused = run("library", "search", "--meaning", "red", "car", "--json")
    assert refused.status == 1 and "models pull siglip2" in refused.json["error"]["remedy"]
    assert run("library", "search", "--meaning", "--like", "a.jpg", "red").status == 2
