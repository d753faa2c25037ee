"""The server is killed at random moments of random work, again and again, and nothing that had its time is lost.

STILLBYTES_TEST_KILLS: how often; a few times unless it says more. STILLBYTES_TEST_SEED: of the moments and the work.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import simplejpeg
from app.server.test_start import Starter, entered
from dng import make_photo
from library.catalogue.photos import make

import stillbytes as sb
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest import Choices, carry_out, look, plan, resume, unfinished

KILLS = int(os.environ.get("STILLBYTES_TEST_KILLS", "3"))
SEED = int(os.environ.get("STILLBYTES_TEST_SEED", "0")) or time.time_ns() % 1_000_000
NAME = "{name}"
LONGEST = 5.0
"""Seconds that a server lives at most."""
PROMISED = 3.0
"""Seconds after which a change must be in its file. Half a second is promised; a busy machine may take longer."""


class Work:
    """What one client does until the server is gone, and what was answered."""

    def __init__(self, folder: Path, numbers: dict[str, int], dice: random.Random) -> None:
        """numbers: of photos in the library, by their names."""
        self.folder, self.numbers, self.dice = folder, numbers, dice
        self.card, self.imported = folder.parent / "card", folder.parent / "imported"
        self.step = 0
        self.exposures: dict[str, list[tuple[float, float]]] = {}
        """Photo -> (value, when it was answered; infinity before that), in order."""
        self.ratings: dict[str, tuple[int, int]] = {}
        """Photo -> the rating that was answered last, and the one that was asked for last."""

    def until_killed(self, client: httpx.Client) -> None:
        brings = threading.Thread(target=self.bring, args=(client,))
        brings.start()
        with contextlib.suppress(httpx.HTTPError, json.JSONDecodeError):
            photos = {photo["name"]: photo for photo in client.get("/api/folder").json()["photos"]}
            while True:
                name = self.dice.choice(sorted(photos))
                self.dice.choices((self.edit, self.rate, self.export, self.look), (6, 3, 1, 1))[0](
                    client, photos[name]["id"], name
                )
        brings.join()

    def edit(self, client: httpx.Client, id: str, name: str) -> None:
        self.step += 1
        value = round(-5 + 0.01 * (self.step % 1000), 2)
        told = self.exposures.setdefault(name, [])
        told.append((value, float("inf")))
        answer = client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": value}, "label": str(value)})
        if answer.status_code == 404 and name == "moving.dng":
            told.pop()
            return
        assert answer.status_code == 200
        told[-1] = value, time.monotonic()

    def rate(self, client: httpx.Client, id: str, name: str) -> None:
        before, wanted = self.ratings.get(name, (0, 0))[0], self.dice.randint(1, 5)
        self.ratings[name] = before, wanted
        answer = client.post(
            "/api/library/describe", json={"photos": [self.numbers[name]], "remarks": {"rating": wanted}}
        )
        failures = answer.json()["failures"]
        if failures and name == "moving.dng":
            assert "is not there" in failures[0]["message"]
            return
        assert failures == []
        self.ratings[name] = wanted, wanted

    def export(self, client: httpx.Client, id: str, name: str) -> None:
        client.post("/api/exports", json={"photos": [id], "format": "jpeg"})

    def look(self, client: httpx.Client, id: str, name: str) -> None:
        """A photo that moved to another folder, with what belongs to it, while it is open."""
        photo, place = self.folder / "moving.dng", self.folder / "moved"
        back = not photo.exists()
        for file in sorted((place if back else self.folder).glob("moving.*")):
            file.rename((self.folder if back else place) / file.name)

    def bring(self, client: httpx.Client) -> None:
        """Go on with the imports that were stopped, and import what is new on a card."""
        for _ in range(3):
            path = make(self.card / f"DCIM/100/IMG_{sum(1 for _ in self.card.rglob('*.jpg')):05}.jpg")
            path.write_bytes(path.read_bytes() + random.randbytes(100_000))
        with contextlib.suppress(httpx.HTTPError, json.JSONDecodeError):
            for left in client.get("/api/imports").json()["unfinished"]:
                client.post(f"/api/imports/unfinished/{left['id']}")
            id = client.post("/api/imports/cards", json={"path": str(self.card)}).json()["id"]
            while client.get(f"/api/imports/cards/{id}").json()["shots"] is None:
                time.sleep(0.02)
            wanted = {"choices": {"to": str(self.imported), "name": NAME}}
            client.post(f"/api/imports/cards/{id}/import", json=wanted)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter({**os.environ, "STILLBYTES_HOME": str(tmp_path / "home"), "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    yield starter
    for process in starter.processes:
        process.kill()
        process.wait()


def test_a_server_killed_at_any_moment_loses_nothing(tmp_path: Path, start: Starter) -> None:
    folder = tmp_path / "photos"
    (folder / "moved").mkdir(parents=True)
    for name in ("a.dng", "b.dng", "c.dng", "moving.dng"):
        make_photo(folder / name)
    originals = {path.name: path.read_bytes() for path in folder.glob("*.dng")}
    print("seed", SEED)
    dice = random.Random(SEED)
    with Catalogue(tmp_path / "home" / "library", processes=1) as catalogue:
        catalogue.add(folder)
        numbers = {name: catalogue.numbers(f"name:{Path(name).stem}")[0] for name in originals}
    work = Work(folder, numbers, dice)
    for _ in range(KILLS):
        process = start(str(folder), "--json", "--no-browser")
        with closing(entered(process)) as client:
            thread = threading.Thread(target=work.until_killed, args=(client,))
            thread.start()
            time.sleep(dice.uniform(0.0, LONGEST))
            killed = time.monotonic()
            process.send_signal(signal.SIGKILL)
            process.wait()
            thread.join(60)
            assert not thread.is_alive()
        check(folder, originals, work, killed)
    with Catalogue(tmp_path / "home" / "library", processes=1) as catalogue:
        catalogue.update()
        for left in unfinished(catalogue):
            resume(catalogue, left.id)
        carry_out(plan(look(work.card), Choices(to=work.imported, name=NAME), catalogue), catalogue)
        assert files(work.imported) == files(work.card)  # each once, and nothing else
        assert catalogue.verify().clean


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(folder: Path, originals: dict[str, bytes], work: Work, killed: float) -> None:
    for path in folder.rglob("*.dng"):
        assert path.read_bytes() == originals[path.name]
        photo = sb.open(path)
        told = work.exposures.get(path.name, [])
        due = max((i for i, (_, answered) in enumerate(told) if answered < killed - PROMISED), default=None)
        allowed = [value for value, _ in told[due or 0 :]] + ([0.0] if due is None else [])
        found = float(photo.settings["exposure"]) if "exposure" in photo.settings else 0.0
        assert found in allowed, (path.name, found, told, killed)
        # What is there is where the next one begins: it must never go back behind it. What was written where the photo
        # had just been can come up once it is there again.
        values = [value for value, _ in told]
        late = values[values.index(found) + 1 :] if path.name == "moving.dng" and found in values else []
        work.exposures[path.name] = [(found, 0.0), *((value, float("inf")) for value in late)]
        if path.name in work.ratings:
            file = path.with_suffix(".xmp")
            said = re.search(r'xmp:Rating(?:="|>)(\d)', file.read_text()) if file.exists() else None
            rating = int(said[1]) if said else 0
            assert rating in work.ratings[path.name], path.name
            work.ratings[path.name] = rating, rating
    for picture in folder.rglob("*.jpg"):
        simplejpeg.decode_jpeg(picture.read_bytes(), strict=True)
    card = files(work.card)
    for picture in work.imported.rglob("*.jpg"):  # those that are being copied have another name
        assert picture.read_bytes() == card[picture.name]
