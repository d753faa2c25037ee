"""`stillbytes import`."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from library.catalogue.photos import make
from library.ingest.unreadable import except_for

from stillbytes.core import files
from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest import Choices, carry_out, look, plan


@pytest.fixture
def card(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        make(tmp_path / f"card/DCIM/100/IMG_{number}.jpg", taken=datetime(2026, 5, number, 12))
    make(tmp_path / "card/DCIM/100/IMG_2.dng", taken=datetime(2026, 5, 2, 12))
    return tmp_path / "card"


def test_a_card_is_previewed_copied_and_found_in_the_library(run: Any, card: Path, tmp_path: Path) -> None:
    to = tmp_path / "photos"
    given = ("import", card, "--to", to, "--name", "{date:%m-%d}/{sequence:02}", "--keyword", "Rome")
    shown = run(*given, "--dry-run")
    assert shown.status == 0 and "05-02/02.dng" in shown.out and "3 new" in shown.out and not to.exists()
    foreseen = run(*given, "--dry-run", "--json").json
    assert [one["state"] for one in foreseen["photos"]] == ["new"] * 3
    done = run(*given, "--second-copy", tmp_path / "two", "--preset", "Sepia", "--json").json
    report = done["report"]
    assert (report["photos"], report["added"], report["failed"], report["second_copies"]) == (4, 4, [], 8)
    assert (to / "05-02/02.jpg").read_bytes() == (card / "DCIM/100/IMG_2.jpg").read_bytes()
    assert run("library", "search", "keyword:rome", "is:edited", "--json").json["total"] == 4
    again = run(*given)
    assert again.status == 0 and "3 there already" in again.out and "0 photos copied" in again.out


def test_a_stopped_import_goes_on_when_it_is_run_again(run: Any, card: Path, tmp_path: Path) -> None:
    to = tmp_path / "photos"
    with Catalogue() as library:
        control = Control(lambda *_: None)
        control.progress = lambda done, total, message: control.cancel() if done == 2 else None
        with pytest.raises(Cancelled):
            carry_out(plan(look(card), Choices(to=to, name="{sequence}"), library), library, control)
    make(card / "DCIM/100/IMG_9.jpg", taken=datetime(2026, 5, 9))
    done = run("import", card, "--to", to, "--name", "{sequence}")
    assert "Going on" in done.out and done.status == 0
    assert sorted(path.name for path in to.iterdir()) == ["1.jpg", "2.dng", "2.jpg", "3.jpg", "4.jpg"]
    assert "No import was stopped" in run("import", "--resume").out


def test_what_cannot_be_read_is_named(run: Any, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillbytes.library.ingest.card.look_at", except_for("IMG_2.dng", "IMG_3.jpg"))
    given = ("import", card, "--to", tmp_path / "photos")
    for more in (("--dry-run",), ()):
        done = run(*given, *more)
        assert done.status == 1 and "1 cannot be read" in done.out
        for name in ("IMG_2.dng", "IMG_3.jpg"):
            assert str(card / "DCIM/100" / name) in done.out and f"{name} cannot be read: Input" in done.out
    again = run(*given, "--json")
    assert again.status == 1 and again.json["problems"][0]["path"].endswith("IMG_2.dng")


def test_what_failed_is_tried_again_or_forgotten(
    run: Any, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place(part: Path, target: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    given = ("import", card, "--to", tmp_path / "photos")
    with monkeypatch.context() as patched:
        patched.setattr(files, "place", place)
        failed = run(*given)
        assert failed.status == 1 and "--resume" in failed.out and "--forget" in failed.out
    assert run("import", "--resume").status == 0
    assert "4 files" not in run(*given).out and len(list((tmp_path / "photos").rglob("*.jpg"))) == 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--to FOLDER"), (("--to", "{x}", "--name", "{nonsense}"), "{nonsense} has no meaning"),
        (("--to", "x", "--preset", "nonsense"), "no preset"), (("--to", "x", "--start", "-1"), "start"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(run: Any, card: Path, more: tuple[str, ...], said: str) -> None:
    refused = run("import", card, *more)
    assert refused.status != 0 and said in refused.err and "Traceback" not in refused.err


def test_without_a_card_the_folder_has_to_be_named(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.disk_partitions", lambda all: [])
    assert "No card is in" in run("import", "--to", tmp_path / "x").err
