"""The live socket: frames, newest wins, errors that leave it open."""

from __future__ import annotations

import io
import json
import random
import struct
from typing import Any

import numpy as np
import pytest
from app.server.conftest import Running
from PIL import Image
from websockets.sync.client import ClientConnection, connect

from stillbytes.photo.profile import icc_profile


@pytest.fixture
def live(server: Running) -> ClientConnection:
    return connect(
        f"ws://{server.host}/live", origin=f"http://{server.host}", additional_headers={"cookie": server.cookie},  # type: ignore[arg-type]
        max_size=None,
    )  # fmt: skip


def frame(message: bytes) -> tuple[dict[str, Any], np.ndarray[Any, Any], Image.Image]:
    length = struct.unpack("<I", message[:4])[0]
    header = json.loads(message[4 : 4 + length])
    counts = np.frombuffer(message, "<u4", 1024, 4 + length).reshape(4, 256)
    return header, counts, Image.open(io.BytesIO(message[4 + length + 4096 :]))


def wish(server: Running, **changes: Any) -> str:
    asked = {"sequence": 1, "photo": server.ids()["IMG_1.dng"], "view": "main", "settings": {}, "scale": 1.0, **changes}
    return json.dumps(asked)


def test_a_frame_has_header_histogram_and_picture(server: Running, live: ClientConnection) -> None:
    with live:
        live.send(wish(server, sequence=7, scale=0.5, region={"x": 4, "y": 2, "width": 30, "height": 20}))
        header, counts, picture = frame(live.recv(timeout=60))  # type: ignore[arg-type]
    assert (header["sequence"], header["width"], header["height"]) == (7, 30, 20)
    assert header["region"] == {"x": 4, "y": 2, "width": 30, "height": 20}
    assert picture.size == (30, 20)
    assert counts.sum(axis=1).tolist() == [600] * 4
    assert picture.info["icc_profile"]
    assert set(header["timings"]) == {"queue", "render", "encode"}


def test_exposure_changes_the_picture(server: Running, live: ClientConnection) -> None:
    means = []
    with live:
        for i, exposure in enumerate((-1, 0, 1)):
            live.send(wish(server, sequence=i, settings={"exposure": exposure}, draft=True))
            means.append(np.asarray(frame(live.recv(timeout=60))[2]).mean())  # type: ignore[arg-type]
    assert means == sorted(means) and means[2] > means[0] + 20


def test_of_many_requests_the_newest_is_answered_last(server: Running, live: ClientConnection) -> None:
    with live:
        for i in range(60):
            live.send(wish(server, sequence=i, scale=4, settings={"exposure": i / 60}))
        seen = []
        while not seen or seen[-1] != 59:
            seen.append(frame(live.recv(timeout=60))[0]["sequence"])  # type: ignore[arg-type]
    assert seen == sorted(seen)


def test_both_views_are_answered(server: Running, live: ClientConnection) -> None:
    with live:
        live.send(wish(server, sequence=1, view="main"))
        live.send(wish(server, sequence=2, view="before"))
        views = {frame(live.recv(timeout=60))[0]["view"] for _ in range(2)}  # type: ignore[arg-type]
    assert views == {"main", "before"}


def test_clipped_highlights_are_marked_when_asked(server: Running, live: ClientConnection) -> None:
    with live:
        live.send(wish(server, settings={"exposure": 5}, clipping="highlights"))
        header, _, picture = frame(live.recv(timeout=60))  # type: ignore[arg-type]
    assert header["clipped"]["highlights"] > 0
    red = (np.abs(np.asarray(picture.convert("RGB")).astype(int) - (255, 45, 45)) < 30).all(axis=-1)
    assert red.any()


def test_a_proof_shows_what_the_profile_has_not(server: Running, live: ClientConnection) -> None:
    profiles = server.home / "profiles"
    profiles.mkdir()
    (profiles / "paper.icc").write_bytes(icc_profile("srgb"))
    vivid = {"saturation": 100, "vibrance": 100}
    wide, paper = {"space": "prophoto"}, {"icc": "paper.icc"}
    proofs = [None, wide, {**wide, "warn": True}, paper, {**paper, "warn": True}]
    seen = []
    with live:
        for number, proof in enumerate(proofs):
            live.send(wish(server, sequence=number, settings=vivid, proof=proof))
            header, _, picture = frame(live.recv(timeout=60))  # type: ignore[arg-type]
            pixels = np.asarray(picture.convert("RGB")).astype(int)
            seen.append((header["outside"], (np.abs(pixels - 128) <= 6).all(-1).mean()))
        for wrong in ({"icc": "../paper.icc"}, {"icc": str(profiles / "paper.icc")}, {"space": "cmyk"}):
            live.send(wish(server, proof=wrong))
            assert "There is no" in json.loads(live.recv(timeout=60))["error"]["message"]
    parts, greys = zip(*seen, strict=True)
    assert parts[0] is None and max(parts[1:3]) < 0.001
    assert parts[3] == parts[4] > 0.05
    assert greys[4] >= greys[3] + 0.8 * parts[4]


def test_empty_canvas_is_told_and_does_not_count(server: Running, live: ClientConnection) -> None:
    with live:
        live.send(wish(server, settings={"crop_right": 1.25, "exposure": -5}))
        header, histogram, picture = frame(live.recv(timeout=60))  # type: ignore[arg-type]
    assert header["empty"] == pytest.approx(0.2, abs=0.01)
    assert picture.width / picture.height == pytest.approx(1.25 * 1.5, abs=0.05)
    right = np.asarray(picture.convert("RGB"))[:, -3:].astype(int)
    assert np.abs(right - 119).max() <= 3
    assert histogram[0].sum() == pytest.approx(0.8 * picture.width * picture.height, rel=0.02)


def test_nonsense_is_answered_and_the_socket_lives_on(server: Running, live: ClientConnection) -> None:
    rng = random.Random(5)
    nonsense: list[Any] = [
        "", "{", "[]", "null", "NaN", json.dumps({"sequence": "x"}), wish(server, photo="gone"), wish(server, scale=-1),
        wish(server, settings={"exposure": 99}), wish(server, settings={"nope": 1}), b"\x00\x01",
        wish(server, region={"x": -1, "y": 0, "width": 1, "height": 1}), wish(server, scale=1e9), "[" * 9000,
        wish(server, photo=server.ids()["broken.dng"]),
        wish(server, region={"x": 60000, "y": 0, "width": 9, "height": 9}),
    ]  # fmt: skip
    with live:
        for _ in range(60):
            live.send(rng.choice(nonsense))
            answer = json.loads(live.recv(timeout=60))
            assert answer["error"]["message"]
        live.send(wish(server, sequence=99))
        assert frame(live.recv(timeout=60))[0]["sequence"] == 99  # type: ignore[arg-type]
