"""`stillbytes versions`, `stillbytes snapshots` and `develop --version`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import stillbytes as sb


def test_versions_are_made_renamed_deleted_and_brought_back(run: Any, photo: Path) -> None:
    sb.open(photo).edit(exposure=1).save()
    assert run("versions", "create", photo, "Grey").out == "Grey\n"
    assert run("versions", "create", photo, "--of", "grey", "--json").json["name"] == "Copy 1"
    assert run("versions", "rename", photo, "3", "Darker").out == "Darker\n"
    found = run("versions", "list", photo, "--json").json["versions"]
    assert [(one["number"], one["name"]) for one in found] == [(1, ""), (2, "Grey"), (3, "Darker")]
    assert run("versions", "delete", photo, "grey").status == 0
    listed = run("versions", "list", photo).out
    assert "Darker" in listed and "Grey (deleted)" in listed
    assert run("versions", "restore", photo).out == "Grey\n"
    assert sb.open(photo).version("Grey").settings["exposure"] == 1
    assert run("info", photo, "--json").json[0]["versions"][1:] == [
        {"number": 2, "name": "Grey"}, {"number": 3, "name": "Darker"},
    ]  # fmt: skip


def test_what_cannot_be_done_is_said(run: Any, photo: Path) -> None:
    run("versions", "create", photo, "Grey")
    for arguments, word in (
        (("create", photo, "grey"), "already"), (("delete", photo, "main"), "own version"),
        (("delete", photo, "Nobody"), "Grey"), (("restore", photo), "no deleted version"),
    ):  # fmt: skip
        ran = run("versions", *arguments)
        assert ran.status == 1 and word in ran.err and "Traceback" not in ran.err, arguments


def test_develop_renders_one_version_or_all_of_them(run: Any, photo: Path, tmp_path: Path) -> None:
    sb.open(photo).create_version("Brighter").edit(exposure=2).save()
    out = tmp_path / "out"
    one = run("develop", photo, "-o", out, "--version", "brighter", "--json").json
    assert [(Path(done["target"]).name, done["version"]) for done in one] == [("photo-Brighter.jpg", "Brighter")]
    every = run("develop", photo, "-o", out, "--version", "all", "--json").json
    assert [Path(done["target"]).name for done in every] == ["photo.jpg", "photo-Brighter-2.jpg"]
    means = [sb.open(out / name).edit().render().mean() for name in ("photo.jpg", "photo-Brighter-2.jpg")]
    assert means[1] > means[0] + 10
    ran = run("develop", photo, "-o", out, "--version", "Nobody")
    assert ran.status == 1 and "Brighter" in ran.err


def test_photos_without_the_version_are_left_out_of_many(run: Any, photo: Path, tmp_path: Path) -> None:
    other = photo.with_name("b.dng")
    other.write_bytes(photo.read_bytes())
    sb.open(other).create_version("Grey")
    ran = run("develop", photo, other, "-o", tmp_path / "out", "--version", "Grey", "--json")
    assert [Path(done["target"]).name for done in ran.json] == ["b-Grey.jpg"] and "photo.dng has no version" in ran.err


def test_snapshots_of_a_version(run: Any, photo: Path) -> None:
    copy = sb.open(photo).create_version("Grey")
    copy.edit(exposure=1).save()
    assert run("snapshots", "take", photo, "Bright", "--version", "Grey").status == 0
    copy.edit(exposure=-1).save()
    assert run("snapshots", "apply", photo, "bright", "--version", "Grey").out == "Bright\n"
    assert sb.open(photo).version("Grey").settings["exposure"] == 1
    assert run("snapshots", "rename", photo, "Bright", "Hell", "--version", "2").out == "Hell\n"
    listed = run("snapshots", "list", photo, "--version", "Grey", "--json").json["snapshots"]
    assert [(one["name"], one["settings"]) for one in listed] == [("Hell", {"exposure": 1.0})]
    assert run("snapshots", "list", photo, "--json").json == {"snapshots": []}
    copy.edit(exposure=2).save()
    assert run("snapshots", "update", photo, "Hell", "--version", "Grey", "--json").json["settings"] == {
        "exposure": 2.0
    }
    assert run("snapshots", "delete", photo, "Hell", "--version", "Grey").status == 0
    ran = run("snapshots", "apply", photo, "Hell", "--version", "Grey")
    assert ran.status == 1 and "None was made yet." in ran.err
