"""Catalogues of Lightroom's over HTTP: looked at, taken over, told; and never a photo outside of the folders."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from app.server.conftest import Running, running
from app.server.test_imports import ended
from lrcat import PNG, make_catalogue

import stillbytes as sb
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Photo

NONE = {"taken": 0, "edited": 0, "missing": 0, "outside": 0, "failed": 0}


SLOW = """
import time
from stillbytes.library.lightroom import taking
put = taking.describe.write
def late(path, *asked):
    put(path, *asked)
    time.sleep(2 if "slow" in path.parts else 0)
taking.describe.write = late
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A server over the photos of a catalogue, and the catalogue."""
    place = tmp_path_factory.mktemp("lightroom")
    catalogue = make_catalogue(place)
    with running(place / "photos", place / "home", first=SLOW) as found:
        yield found, catalogue


def another(server: Running, name: str) -> Path:
    """A catalogue of photos in a folder below the opened one."""
    (server.folder / name).mkdir()
    return make_catalogue(server.folder / name)


def looked(client: httpx.Client, catalogue: Path, moved: Any = ()) -> tuple[str, dict[str, Any]]:
    found = client.post("/api/imports/catalogues", json={"path": str(catalogue), "moved": list(moved)})
    assert found.status_code == 202, found.text
    assert ended(client, found.json()["job"]["id"])["state"] == "done"
    id = found.json()["id"]
    return id, client.get(f"/api/imports/catalogues/{id}").json()


def test_what_would_come_is_told_and_then_taken_over(served: tuple[Running, Path]) -> None:
    server, catalogue = served
    client, before, place = server.client, catalogue.read_bytes(), catalogue.parent
    job = client.post("/api/library/folders", json={"path": str(server.folder)}).json()
    ended(client, job["id"])
    listed = client.get("/api/library/directory", params={"path": str(place)}).json()
    assert [one["name"] for one in listed["catalogues"]] == ["Photos.lrcat"]
    id, told = looked(client, catalogue)
    assert told["ended"] and not told["written"] and not list(server.folder.glob("*.xmp"))
    assert told["states"] == NONE | {"taken": 3, "missing": 1}
    assert told["roots"] == [{"path": f"{place}/", "now": None, "states": told["states"]}]
    assert {"HDR", "the look Modern 04", "removed spots"} <= {one["label"] for one in told["lost"]}
    assert told["collections"] == [{"name": "Best", "photos": 1, "made": False}]
    ids = server.ids()
    assert client.get(f"/api/photos/{ids['a.png']}").json()["settings"].get("exposure") in (None, 0)  # it is open now
    end = ended(client, client.post(f"/api/imports/catalogues/{id}/import", json={}).json()["id"])
    assert end["state"] == "done" and end["message"] == "3 taken over; 1 not where the catalogue says"
    told = client.get(f"/api/imports/catalogues/{id}").json()
    assert told["written"] and told["collections"][0]["made"]
    assert client.get(f"/api/photos/{ids['a.png']}").json()["settings"]["exposure"] == 0.75
    assert len(client.get("/api/library/order?query=rating:4").content) == 4
    assert catalogue.read_bytes() == before
    table = client.get(f"/api/imports/catalogues/{id}/report.csv")
    rows = list(csv.DictReader(table.text.splitlines()))
    assert table.headers["content-type"].startswith("text/csv") and len(rows) == 4
    assert "the look Modern 04" in rows[0]["not taken over"] and rows[3]["version"] == "Darker"


def test_edits_made_here_stay_unless_they_are_to_be_replaced(served: tuple[Running, Path]) -> None:
    server, _ = served
    catalogue = another(server, "edited")
    client, photo = server.client, catalogue.parent / "photos/a.png"
    document = Document(Photo(photo))
    document.commit(document.settings.changed(exposure=-2.0), "Darker")
    document.save()
    number, told = looked(client, catalogue)
    assert told["states"]["edited"] == 1
    ended(client, client.post(f"/api/imports/catalogues/{number}/import", json={}).json()["id"])
    assert sb.open(photo).settings["exposure"] == -2.0
    ended(client, client.post(f"/api/imports/catalogues/{number}/import", json={"replace": True}).json()["id"])
    assert sb.open(photo).settings["exposure"] == 0.75


def test_nothing_outside_of_the_folders_is_touched(served: tuple[Running, Path], tmp_path: Path) -> None:
    server, _ = served
    catalogue = another(server, "outside")
    place, away = catalogue.parent, tmp_path / "away"
    away.mkdir()
    (away / "secret.png").write_bytes(PNG)
    (place / "photos/link.png").symlink_to(away / "secret.png")
    up = "../" * len(place.parts)
    with sqlite3.connect(catalogue) as db:
        db.execute("INSERT INTO AgLibraryRootFolder VALUES (3, ?, 'away')", (f"{away}/",))
        db.execute("INSERT INTO AgLibraryFolder VALUES (2, '', 3), (3, ?, 1)", (f"{up}{away.relative_to('/')}/",))
        db.execute("INSERT INTO AgLibraryRootFolder VALUES (2, 'D:/Photos/', 'other')")
        db.execute("INSERT INTO AgLibraryFolder VALUES (4, '2026/', 2)")
        for number, (name, folder) in enumerate((("secret", 2), ("secret", 3), ("link", 1), ("a", 4)), 10):
            db.execute("INSERT INTO AgLibraryFile VALUES (?, ?, 'png', ?)", (number, name, folder))
            db.execute("INSERT INTO Adobe_images VALUES (?, ?, 5, 1, 'Red', 'AB', NULL, NULL, 12)", (number, number))
    db.close()
    id, told = looked(server.client, catalogue)
    assert told["states"] == NONE | {"taken": 3, "missing": 1, "outside": 4}
    ended(server.client, server.client.post(f"/api/imports/catalogues/{id}/import", json={}).json()["id"])
    assert not list(away.glob("*.xmp")) and not (place / "photos/link.xmp").exists()
    _, told = looked(server.client, catalogue, [{"before": "D:/Photos/2026", "now": str(place / "photos")}])
    root = next(one for one in told["roots"] if one["path"] == "D:/Photos/")
    assert root["states"]["outside"] == 0 and root["states"]["edited"] == 1


def test_what_is_no_catalogue_is_refused(served: tuple[Running, Path], tmp_path: Path) -> None:
    client = served[0].client
    (tmp_path / "other.lrcat").write_bytes(b"nothing")
    (tmp_path / "a.png").write_bytes(PNG)
    for path in (str(tmp_path / "none.lrcat"), str(tmp_path / "a.png"), "Photos.lrcat", "/x\0.lrcat"):
        assert client.post("/api/imports/catalogues", json={"path": path}).status_code == 404, path
    found = client.post("/api/imports/catalogues", json={"path": str(tmp_path / "other.lrcat")}).json()
    end = ended(client, found["job"]["id"])
    assert end["state"] == "failed" and "no catalogue of Lightroom" in end["message"]
    assert not client.get(f"/api/imports/catalogues/{found['id']}").json()["ended"]
    assert client.get("/api/imports/catalogues/nobody").status_code == 404
    assert client.post(f"/api/imports/catalogues/{found['id']}/import", json={}).status_code == 404


def test_one_that_never_ends_is_stopped(served: tuple[Running, Path]) -> None:
    server, _ = served
    catalogue = another(server, "endless")
    with sqlite3.connect(catalogue) as db:
        db.execute("ALTER TABLE AgLibraryKeywordImage RENAME TO few")
        db.execute(
            "CREATE VIEW AgLibraryKeywordImage AS WITH RECURSIVE n(image) AS (SELECT 1 UNION ALL SELECT image + 0 "
            "FROM n) SELECT image, 3 AS tag FROM n WHERE image > 1"
        )
    db.close()
    found = server.client.post("/api/imports/catalogues", json={"path": str(catalogue)}).json()
    time.sleep(0.3)
    server.client.delete(f"/api/jobs/{found['job']['id']}")
    assert ended(server.client, found["job"]["id"])["state"] == "cancelled"


def test_an_import_that_is_stopped_says_how_far_it_came(served: tuple[Running, Path]) -> None:
    server, _ = served
    catalogue = another(server, "slow")
    id, _ = looked(server.client, catalogue)
    job = server.client.post(f"/api/imports/catalogues/{id}/import", json={}).json()
    for _ in range(1500):
        if (catalogue.parent / "photos/a.xmp").exists():
            break
        time.sleep(0.02)
    else:
        pytest.fail("the import began nothing")
    server.client.delete(f"/api/jobs/{job['id']}")
    assert ended(server.client, job["id"])["state"] == "cancelled"
    told = server.client.get(f"/api/imports/catalogues/{id}").json()
    assert told["written"] and not told["ended"] and told["states"]["taken"] == 1
