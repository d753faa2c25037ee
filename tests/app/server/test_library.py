"""The library's routes, over a real server on a real port."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from app.server.conftest import running
from library.catalogue.photos import make

from stillbytes.library.catalogue import Catalogue
from stillbytes.library.catalogue.database import alone
from stillbytes.library.catalogue.search.cells import DEEPEST

RECORD = struct.Struct("<QBxxxI")


@dataclass
class Library:
    client: httpx.Client
    folder: Path

    def order(self, query: str = "", **how: Any) -> list[int]:
        params = {"query": query, "sort": "name", "descending": False, **how}
        content = self.client.get("/api/library/order", params=params).raise_for_status().content
        return list(struct.unpack(f"<{len(content) // 4}I", content))

    def photos(self, numbers: list[int]) -> list[dict[str, Any]]:
        answer = self.client.post("/api/library/photos", json={"photos": numbers}).raise_for_status()
        return list(answer.json()["photos"])

    def names(self, query: str = "") -> list[str]:
        return [photo["name"] for photo in self.photos(self.order(query))]

    def previews(self, numbers: list[int], tier: str = "grid") -> list[tuple[int, int, bytes]]:
        body = {"photos": numbers, "tier": tier}
        content = self.client.post("/api/library/previews", json=body).raise_for_status().content
        found, at = [], 0
        while at < len(content):
            number, state, length = RECORD.unpack_from(content, at)
            at += RECORD.size
            found.append((number, state, content[at : at + length]))
            at += length
        return found

    def until(self, true: Callable[[], bool]) -> None:
        for _ in range(600):
            if true():
                return
            time.sleep(0.05)
        raise AssertionError("it did not happen")

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        def state() -> dict[str, Any]:
            jobs = self.client.get("/api/jobs").json()["jobs"]
            return next(one for one in jobs if one["id"] == job["id"])

        self.until(lambda: state()["state"] not in ("queued", "running"))
        return state()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    gps = {"two/c.jpg": (46.9, 7.4), "two/d.dng": (47.0, 7.5)}
    for name in ("one/a.jpg", "one/b.jpg", "two/c.jpg", "two/d.dng"):
        stars = 3 if name.endswith("b.jpg") else 0
        make(folder / name, rating=stars, places=["Animals|Birds"], gps=gps.get(name))
    opened = tmp_path_factory.mktemp("opened")
    code = "import sys; from pathlib import Path; from stillbytes.app.server import serve; "
    code += "serve(Path(sys.argv[1]), json=True, browser=False, exit_with_parent=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(opened)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        env={**os.environ, "STILLBYTES_HOME": str(tmp_path_factory.mktemp("home"))},
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    told = json.loads(process.stdout.readline())
    with httpx.Client(base_url=told["url"], timeout=60) as client:
        assert client.get(told["launch"]).status_code == 303
        found = Library(client, folder)
        assert client.get("/api/library").json()["photos"] == 0
        job = client.post("/api/library/folders", json={"path": str(folder)})
        assert job.status_code == 202 and found.ended(job.json())["message"].startswith("4 photos")
        yield found
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def test_the_library_tells_what_it_holds(library: Library) -> None:
    told = library.client.get("/api/library").json()
    assert [place["path"] for place in told["places"]] == [str(library.folder / "one"), str(library.folder / "two")]
    assert {"path": "Animals|Birds", "photos": 4} in told["keywords"]
    assert (told["photos"], told["problems"], told["cameras"]) == (4, 0, ["NIKON D750"])


def test_photos_come_in_order_and_by_number(library: Library) -> None:
    assert library.names() == ["a.jpg", "b.jpg", "c.jpg", "d.dng"]
    assert library.names("rating:3") == ["b.jpg"]
    assert library.order(descending=True) == library.order()[::-1]
    refused = library.client.get("/api/library/order", params={"query": "iso:many"})
    assert refused.status_code == 400 and "not understood" in refused.json()["error"]["message"]


def test_places_are_told_in_cells(library: Library) -> None:
    def places(**params: Any) -> list[dict[str, Any]]:
        answer = library.client.get("/api/library/places", params=params).raise_for_status()
        return list(answer.json()["cells"])

    (cell,) = places()
    placed = library.order("name:c OR name:d")
    assert cell["photos"] == 2 and cell["photo"] in placed and cell["box"] == pytest.approx((46.9, 7.4, 47, 7.5))
    assert (cell["latitude"], cell["longitude"]) == pytest.approx((46.95, 7.45))
    assert sorted(found["photo"] for found in places(zoom=12)) == placed
    assert library.client.get("/api/library/places", params={"zoom": DEEPEST + 1}).status_code == 422
    assert [found["photos"] for found in places(query="name:c")] == [1]
    assert places(query="name:c", box="47.5,7,48,8") == places(query="name:a") == []
    refused = library.client.get("/api/library/places", params={"box": "47,7,46,8"})
    assert refused.status_code == 400 and refused.json()["error"]["remedy"].startswith("Write box:")
    assert library.client.get("/api/library/places", params={"zoom": 21}).status_code == 422


def test_previews_are_made_once_and_kept(library: Library) -> None:
    numbers = library.order()
    first = library.previews(numbers)
    assert sorted(number for number, _, _ in first) == sorted(numbers)
    assert all(state == 0 and jpeg.startswith(b"\xff\xd8") for _, state, jpeg in first)
    assert sorted(library.previews(numbers)) == sorted(first)
    assert library.previews([987654]) == []


def test_an_edited_photo_is_shown_as_the_camera_saw_it_until_it_is_developed(library: Library) -> None:
    number = library.order("name:d")[0]
    before = library.previews([number])[0][2]
    photo = library.photos([number])[0]
    put = library.client.put(f"/api/photos/{photo['id']}/settings", json={"settings": {"exposure": 2}, "label": "x"})
    assert put.status_code == 200
    found = library.previews([number])
    assert found[0][1] == 1 and found[0][2] == before
    assert found[-1][1] == 0 and found[-1][2] != before
    library.until(lambda: library.names("is:edited") == ["d.dng"])  # the folder is watched


def test_what_is_said_is_in_the_sidecar_when_it_is_answered(library: Library) -> None:
    numbers = library.order("folder:one")
    body = {"photos": numbers, "remarks": {"rating": 5, "label": "Red"}, "add_keywords": ["Places|Bern"],
            "remove_keywords": ["Animals|Birds"]}  # fmt: skip
    told = library.client.post("/api/library/describe", json=body).json()
    assert told["failures"] == [] and [photo["rating"] for photo in told["photos"]] == [5, 5]
    assert "Places|Bern" in (library.folder / "one/a.xmp").read_text()
    assert library.names("keyword:bern label:red rating:5 -keyword:birds") == ["a.jpg", "b.jpg"]
    refused = library.client.post("/api/library/describe", json={"photos": numbers, "remarks": {"rating": 6}})
    assert refused.status_code == 422


def test_a_photo_of_the_library_opens_like_one_of_the_folder(library: Library) -> None:
    photo = library.photos(library.order("name:c"))[0]
    opened = library.client.get(f"/api/photos/{photo['id']}").json()
    assert opened["name"] == "c.jpg" and opened["frame"] == {"width": 64, "height": 48}
    assert library.client.get("/api/photos/0123456789abcdef").status_code == 404


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_that_became_a_link_leads_nowhere(library: Library, tmp_path: Path) -> None:
    make(library.folder / "three/e.jpg")
    library.until(lambda: "e.jpg" in library.names())
    photo = library.photos(library.order("name:e"))[0]
    (library.folder / "three").rename(tmp_path / "away")
    (library.folder / "three").symlink_to(tmp_path / "away")
    assert library.client.get(f"/api/photos/{photo['id']}/preview").status_code == 404
    assert library.previews([photo["number"]]) == []
    body = {"photos": [photo["number"]], "remarks": {"rating": 5}}
    assert library.client.post("/api/library/describe", json=body).json()["failures"][0]["number"] == photo["number"]
    assert list((tmp_path / "away").glob("*.xmp")) == []
    (library.folder / "three").unlink()
    library.until(lambda: "e.jpg" not in library.names())


def test_new_and_vanished_photos_are_noticed(library: Library) -> None:
    make(library.folder / "four/below/f.jpg")
    library.until(lambda: "f.jpg" in library.names())
    (library.folder / "four/below/f.jpg").unlink()
    library.until(lambda: "f.jpg" not in library.names())


def test_collections_are_made_changed_and_deleted(library: Library) -> None:
    client, (first, second) = library.client, library.order()[:2]
    made = client.post("/api/library/collections", json={"name": "Best", "photos": [first]})
    assert made.status_code == 201 and made.json()["photos"] == 1
    place = f"/api/library/collections/{made.json()['id']}"
    assert client.patch(place, json={"name": "Very best", "add": [second], "remove": [first]}).status_code == 204
    assert library.order('collection:"very best"') == [second]
    smart = client.post("/api/library/collections", json={"name": "Birds", "query": "keyword:birds"}).json()
    assert smart["query"] == "keyword:birds" and smart["photos"] >= 1
    assert client.post("/api/library/collections", json={"name": "x", "query": "iso:many"}).status_code == 400
    for id in (made.json()["id"], smart["id"]):
        assert client.delete(f"/api/library/collections/{id}").status_code == 204
    assert client.get("/api/library").json()["collections"] == []


def test_folders_can_be_chosen_and_forgotten(library: Library, tmp_path: Path) -> None:
    client = library.client
    make(tmp_path / "more/g.jpg")
    told = client.get("/api/library/directory", params={"path": str(tmp_path)}).json()
    assert [folder["name"] for folder in told["folders"]] == ["more"] and told["parent"] == str(tmp_path.parent)
    for bad in ("relative", str(tmp_path / "none"), "/\0"):
        assert client.get("/api/library/directory", params={"path": bad}).status_code == 404
        assert client.post("/api/library/folders", json={"path": bad}).status_code == 404
    job = client.post("/api/library/folders", json={"path": str(tmp_path / "more")}).json()
    assert library.ended(job)["state"] == "done" and "g.jpg" in library.names()
    assert client.delete("/api/library/folders", params={"path": str(tmp_path / "more")}).status_code == 204
    assert "g.jpg" not in library.names() and (tmp_path / "more/g.jpg").exists()


def test_pictures_are_looked_at_by_itself_and_tell_what_was_noticed(library: Library) -> None:
    def looked() -> bool:
        return bool(library.client.get("/api/library/hints").json()["looked"] >= len(library.order()))

    library.until(looked)
    kinds = {kind["kind"]: kind for kind in library.client.get("/api/library/hints").json()["kinds"]}
    assert {"blurred", "eyes-shut"} <= kinds.keys()
    told = [kind for kind, one in kinds.items() if one["photos"]]
    for kind in told:
        for photo in library.photos(library.order(f"hint:{kind}")):
            assert any(hint["kind"] == kind and hint["reason"] for hint in photo["hints"])
            assert photo["flag"] == 0
    job = library.client.post("/api/library/look", json={"again": True})
    assert job.status_code == 202 and "looked at" in library.ended(job.json())["message"]


def test_likeness_duplicates_and_tops_over_http(library: Library) -> None:
    numbers = library.order()
    assert library.order(like=numbers[0])[0] == numbers[0]
    assert library.client.get("/api/library/order", params={"like": 10**9}).status_code == 404
    groups = library.client.get("/api/library/duplicates").json()["groups"]
    assert all(group["reason"] and len(group["photos"]) > 1 for group in groups)
    assert library.client.post("/api/library/top", json={"photo": 10**9}).status_code == 404


def test_searching_by_meaning_is_offered_where_it_is_possible(library: Library) -> None:
    assert library.client.get("/api/library").json()["meaning"] is None
    refused = library.client.get("/api/library/order", params={"query": "red car", "meaning": True})
    assert refused.status_code == 404 and "models pull" in refused.json()["error"]["remedy"]


def test_a_library_that_somebody_else_fills_is_looked_through_and_added_to_afterwards(tmp_path: Path) -> None:
    old, new, home = (tmp_path / name for name in ("old", "new", "home"))
    make(old / "a.jpg")
    make(new / "c.jpg")
    with Catalogue(home / "library") as before:
        before.add(old)
    make(old / "b.jpg")  # while no server is running
    (tmp_path / "opened").mkdir()
    with running(tmp_path / "opened", home) as server:
        library = Library(server.client, old)
        with alone(home / "library", "scan", "adding photos to this library", "it stays"):
            assert library.names() == ["a.jpg"]
            job = server.client.post("/api/library/folders", json={"path": str(new)}).json()
            library.until(lambda: "Waits" in message(library, job))
        assert library.ended(job)["state"] == "done"
        library.until(lambda: library.names() == ["a.jpg", "b.jpg", "c.jpg"])
        with alone(home / "library", "scan", "adding photos to this library", "it stays"):
            stopped = server.client.post("/api/library/update").json()
            library.until(lambda: "Waits" in message(library, stopped))
            server.client.delete(f"/api/jobs/{stopped['id']}")
            assert library.ended(stopped)["state"] == "cancelled"


def message(library: Library, job: dict[str, Any]) -> str:
    jobs = library.client.get("/api/jobs").json()["jobs"]
    return str(next(one["message"] for one in jobs if one["id"] == job["id"]))
