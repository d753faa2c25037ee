"""Masks that are looked for on a card whose memory other programs hold: the broker refuses, and that is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

CODE = """
import sys
from pathlib import Path
from app.server.full_card import use
use(Path(sys.argv[2]))
from stillbytes.app.server import serve
serve(Path(sys.argv[1]), json=True, browser=False, exit_with_parent=True)
"""
TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path, Path]]:
    """A real server in a process of its own, where a card is full; its photos; where the card's free MiB are told."""
    folder, free = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("card") / "free"
    free.write_text("8")
    y = np.mgrid[0:200, 0:300][0] / 200
    light = np.where((y < 0.4)[..., None], (120, 160, 230), (40, 50, 30)).astype(np.uint8)
    Image.fromarray(light).save(folder / "a.png")
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(folder), str(free)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        env={**os.environ, "STILLBYTES_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    told = json.loads(process.stdout.readline())
    with httpx.Client(base_url=told["url"], timeout=60) as found:
        assert found.get(told["launch"]).status_code == 303
        yield found, folder, free
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    for _ in range(1200):
        jobs: list[dict[str, Any]] = client.get("/api/jobs").json()["jobs"]
        told = next(one for one in jobs if one["id"] == job)
        if told["state"] not in ("queued", "running", "waiting"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def found(client: httpx.Client, photo: str, kind: str) -> dict[str, Any]:
    asked = client.post(f"/api/photos/{photo}/masks/find", json={"kind": {"kind": kind}})
    assert asked.status_code == 202
    return ended(client, asked.json()["id"])


def test_what_the_broker_denies_is_told_and_nothing_else_changes(served: tuple[httpx.Client, Path, Path]) -> None:
    client, folder, free = served
    [photo] = client.get("/api/folder").json()["photos"]
    before, edit = (folder / "a.png").read_bytes(), client.get(f"/api/photos/{photo['id']}").json()
    told = found(client, photo["id"], "sky")
    assert told["state"] == "failed" and "not enough memory: other programs hold 8.0 GB" in told["message"]
    assert "Close other programs" in told["remedy"]
    assert client.get(f"/api/photos/{photo['id']}").json() == edit
    assert [path.name for path in folder.iterdir()] == ["a.png"] and (folder / "a.png").read_bytes() == before

    free.write_text("4000")  # the other program has ended
    assert found(client, photo["id"], "sky")["state"] == "done"
