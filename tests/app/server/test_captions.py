"""Suggested captions over HTTP: on request, by itself while nobody is at work, accepted and dismissed."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from app.server.conftest import Running, running
from library.catalogue.photos import plain
from scripted import Scripted, scripted

AWAY = "from stillbytes.app.server import presence; presence.AWAY_S = float({seconds})"


def said(caption: str, *keywords: str) -> str:
    return json.dumps({"caption": caption, "keywords": keywords})


def until(true: Callable[[], Any]) -> None:
    for _ in range(1200):  # on a busy machine what happens soon may take a while
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in (("a", "red"), ("b", "blue")):
        plain(tmp_path / "pictures" / f"{name}.jpg", colour)
    return tmp_path / "pictures"


@contextlib.contextmanager
def opened(place: Path, folder: Path, server: Scripted, seconds: float) -> Iterator[Running]:
    home = place / "home"
    home.mkdir()
    (home / "preferences.json").write_text(json.dumps({"llama": {"url": server.url}}))
    with running(folder, home, first=AWAY.format(seconds=seconds)) as found:
        job = found.client.post("/api/library/folders", json={"path": str(folder)}).raise_for_status().json()
        until(lambda: next(one for one in jobs(found.client) if one["id"] == job["id"])["state"] == "done")
        yield found


def jobs(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/api/jobs").json()["jobs"])


def offers(client: httpx.Client) -> dict[int, dict[str, Any]]:
    content = client.get("/api/library/order").content
    numbers = [int.from_bytes(content[at : at + 4], "little") for at in range(0, len(content), 4)]
    answer = client.post("/api/library/captions", json={"photos": numbers}).raise_for_status()
    return {one["number"]: one for one in answer.json()["offers"]}


def test_asked_for_accepted_and_dismissed(tmp_path: Path, folder: Path) -> None:
    with (
        scripted(said("Un muelle.", "muelle", "niebla"), context=8192, vision=True) as server,
        opened(tmp_path, folder, server, 3600) as found,
    ):
        client = found.client
        until(lambda: client.get("/api/library").json()["captions"])  # once its server was asked whether it sees
        state = client.get("/api/library").json()["captions"]
        assert state == {"model": server.url.removeprefix("http://"), "asked": 0, "itself": True}
        (number, _) = (photo for photo in _numbers(client))
        assert offers(client) == {} and server.asked == []  # a person is at work
        asking = {"photos": [number]}
        headers = {"accept-language": "es"}
        started = client.post("/api/library/captions/suggest", json=asking, headers=headers)
        assert started.status_code == 202
        until(lambda: offers(client))
        assert "Spanish" in server.asked[0]["messages"][0]["content"]
        assert offers(client)[number]["keywords"] == ["muelle", "niebla"]
        body = {"photos": [number], "remarks": {"caption": "Un muelle."}, "add_keywords": ["muelle"]}
        assert client.post("/api/library/describe", json=body).json()["failures"] == []
        assert (offers(client)[number]["caption"], offers(client)[number]["keywords"]) == ("", ["niebla"])
        gone = {"photos": [number], "keywords": ["niebla"]}
        assert client.post("/api/library/captions/dismiss", json=gone).status_code == 204
        assert offers(client)[number]["keywords"] == []
        assert client.put("/api/library/captions", json={"itself": False}).json() == {"itself": False}
        assert client.get("/api/library").json()["captions"]["itself"] is False
        for wrong in ({"photos": []}, {"photos": [1], "prompt": "x"}, {"photos": ["x"]}):
            assert client.post("/api/library/captions/suggest", json=wrong).status_code == 422


def test_by_itself_while_nobody_is_at_work(tmp_path: Path, folder: Path) -> None:
    answers = [said(f"Picture {n}.", "pier") for n in range(3)]
    with scripted(*answers, context=8192, vision=True) as server, opened(tmp_path, folder, server, 0.2) as found:
        before = {path: path.read_bytes() for path in folder.iterdir()}

        def looked() -> bool:
            """As a page does, which tells in which language, and reads its list by POST: none of that is a person."""
            found.client.get("/api/library")
            found.client.post("/api/library/captions", json={"photos": [1]})
            return len(server.asked) == 2 and _ended(found.client)

        until(looked)
        (last,) = [job for job in jobs(found.client) if "while nothing else" in job["label"]]
        assert last["state"] == "done" and "2 photos" in last["message"]
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
        plain(folder / "c.jpg", "green")  # what comes is asked about, too
        until(lambda: len(server.asked) == 3 and _ended(found.client))


def _ended(client: httpx.Client) -> bool:
    return all(job["state"] == "done" for job in jobs(client) if "while nothing else" in job["label"])


def _numbers(client: httpx.Client) -> list[int]:
    content = client.get("/api/library/order").content
    return [int.from_bytes(content[at : at + 4], "little") for at in range(0, len(content), 4)]
