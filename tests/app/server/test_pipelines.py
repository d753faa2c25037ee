"""Which photos are kept decoded, and in what order they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stillbytes.app.server.pipelines import Pipelines
from stillbytes.core.errors import Cancelled, NotFound, UnreadablePhoto
from stillbytes.core.geometry import Size


@dataclass
class FakePipeline:
    frame: Size


class FakePhotos:
    """Photos whose decoding is told of and can be held up."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.paths = {name: folder / name for name in names}
        for path in self.paths.values():
            path.write_bytes(b"x")
        self.decoded: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.size = Size(10, 10)
        self.broken = False

    def open(self, id: str) -> Any:
        if id not in self.paths:
            raise NotFound("no such photo")
        return FakePhoto(self.paths[id], lambda: self._decode(id))

    def _decode(self, id: str) -> FakePipeline:
        self.decoded.append(id)
        assert self.go.wait(30)
        if self.broken:
            raise UnreadablePhoto(f"{id} is damaged.")
        return FakePipeline(self.size)


@dataclass
class FakePhoto:
    path: Path
    decode: Callable[[], FakePipeline]

    @property
    def file_id(self) -> str:
        return self.path.name

    @property
    def pipeline(self) -> FakePipeline:
        return self.decode()


@pytest.fixture
def photos(tmp_path: Path) -> FakePhotos:
    return FakePhotos(tmp_path, *"abcdef")


def test_a_photo_is_decoded_once_however_many_ask(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open)
    photos.go.clear()
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(pipelines.of, "a") for _ in range(8)]
        photos.go.set()
        assert len({id(future.result(30)) for future in asked}) == 1
    assert photos.decoded == ["a"]


def test_only_a_few_photos_are_kept_the_latest_asked_for(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open, most_photos=3)
    for name in "abcad":
        pipelines.of(name)
    assert [name for name in "abcd" if pipelines.held(photos.open(name))] == ["a", "c", "d"]
    pipelines.of("a")
    assert photos.decoded == list("abcd")


def test_large_photos_are_fewer(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open, most_photos=3, most_pixels=250)
    for name in "abc":
        pipelines.of(name)
    assert [name for name in "abc" if pipelines.held(photos.open(name))] == ["b", "c"]
    photos.size = Size(100, 100)
    pipelines.of("d")
    assert [name for name in "abcd" if pipelines.held(photos.open(name))] == ["d"]


def test_the_latest_photo_asked_for_comes_first(photos: FakePhotos) -> None:
    """Two decoders: of the photos that wait, the one that is on screen goes before those already left behind."""
    pipelines = Pipelines(photos.open)
    photos.go.clear()
    with ThreadPoolExecutor(6) as threads:
        asked = []
        for name in "abcdef":
            asked.append(threads.submit(pipelines.of, name))
            _until(lambda name=name: name in pipelines._entries)  # type: ignore[misc]
            if name in "ab":
                _until(lambda name=name: name in photos.decoded)  # type: ignore[misc]
        photos.go.set()
        for future in asked:
            future.result(30)
    assert photos.decoded[2] == "f"
    assert pipelines.held(photos.open("f")) is not None
    assert pipelines.held(photos.open("a")) is None


def test_a_photo_that_failed_is_tried_again(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open)
    photos.broken = True
    for _ in range(2):
        with pytest.raises(UnreadablePhoto):
            pipelines.of("a")
    photos.broken = False
    assert pipelines.of("a").frame == Size(10, 10)
    assert photos.decoded == ["a"] * 3


def test_a_file_that_was_replaced_is_decoded_anew(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open)
    first = pipelines.of("a")
    photos.paths["a"].write_bytes(b"another")
    assert pipelines.of("a") is not first
    assert photos.decoded == ["a", "a"]


def test_who_no_longer_wants_a_photo_does_not_wait_for_it(photos: FakePhotos) -> None:
    pipelines = Pipelines(photos.open)
    photos.go.clear()
    with pytest.raises(Cancelled):
        pipelines.of("a", lambda: True)
    photos.go.set()
    assert pipelines.of("a").frame == Size(10, 10)
    assert photos.decoded == ["a"]


def test_an_unexpected_error_of_a_decoder_reaches_who_waits(photos: FakePhotos, tmp_path: Path) -> None:
    def decode() -> FakePipeline:
        raise ZeroDivisionError("odd")

    pipelines = Pipelines(lambda id: FakePhoto(tmp_path / "a", decode))  # type: ignore[arg-type, return-value]
    with pytest.raises(UnreadablePhoto, match="odd"):
        pipelines.of("a")


def test_an_unknown_photo_is_a_clear_error(photos: FakePhotos) -> None:
    with pytest.raises(NotFound):
        Pipelines(photos.open).of("zzz")


def _until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")
