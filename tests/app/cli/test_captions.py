"""`stillbytes library captions`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from library.catalogue.photos import plain
from scripted import scripted

from stillbytes.core import preferences
from stillbytes.core.preferences import LlamaPreferences, Preferences

PIER = json.dumps({"caption": "Ein Steg im Nebel.", "keywords": ["Steg", "Nebel"]})


@pytest.fixture
def folder(tmp_path: Path, run: Any) -> Path:
    for name, colour in (("a", "red"), ("b", "blue")):
        plain(tmp_path / f"photos/{name}.jpg", colour)
    run("library", "add", tmp_path / "photos")
    return tmp_path / "photos"


def test_asking_telling_and_accepting(run: Any, folder: Path) -> None:
    with scripted(PIER, PIER, context=8192, vision=True) as server:
        preferences.save(Preferences(llama=LlamaPreferences(url=server.url), language="de"))
        (one,) = run("library", "captions", folder / "a.jpg", "--json").json["photos"]
        assert (one["caption"], one["keywords"]) == ("Ein Steg im Nebel.", ["Steg", "Nebel"])
        assert (one["language"], one["accepted"], one["error"], one["problem"]) == ("de", False, None, "")
        shown = run("library", "captions", "--search", "")
        assert shown.status == 0 and "Steg, Nebel" in shown.out and "2 of 2 photos offered" in shown.out
        assert len(server.asked) == 2  # once for each
    assert list(folder.glob("*.xmp")) == []
    accepted = run("library", "captions", "--search", "name:a", "--no-ask", "--accept", "--json").json["photos"]
    assert [photo["accepted"] for photo in accepted] == [True]
    assert "Ein Steg im Nebel." in (folder / "a.xmp").read_text() and not (folder / "b.xmp").exists()
    assert run("library", "search", "keyword:steg", "--json").json["total"] == 1
    assert run("library", "captions", folder / "b.jpg", "--no-ask", "--dismiss").status == 0
    assert "0 of 1" in run("library", "captions", folder / "b.jpg", "--no-ask").out


def test_mistakes_are_told(run: Any, folder: Path) -> None:
    without = run("library", "captions", folder / "a.jpg", "--json")
    assert without.status == 1 and "sees pictures" in without.json["error"]["message"]
    assert "models list --task see" in without.json["error"]["remedy"]
    assert run("library", "captions").status == run("library", "captions", "x", "--search", "y").status == 2
    assert run("library", "captions", folder / "a.jpg", "--accept", "--dismiss").status == 2
    assert run("library", "captions", folder / "none.jpg", "--no-ask").status == 1


def test_by_itself_or_not(run: Any) -> None:
    assert preferences.load().captions
    assert run("library", "captions", "--not-by-itself", "--json").json == {"itself": False}
    assert not preferences.load().captions
    assert run("library", "captions", "--by-itself").status == 0 and preferences.load().captions
