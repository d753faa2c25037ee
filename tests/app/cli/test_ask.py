"""`stillbytes ask`: told, applied as one step, and refused."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

import stillbytes as sb
from stillbytes.assistant import carrying_out
from stillbytes.core.errors import Cancelled
from stillbytes.edit import sidecar


def test_the_answer_is_told_and_nothing_written(run: Any, photo: Path) -> None:
    ran = run("ask", photo, "exposure +0.7, darken the sky", "--dry-run", "--json", "--engine", "vocabulary")
    assert ran.status == 0
    assert list(ran.json) == ["engine", "understood", "settings", "masks", "steps", "message"]
    assert ran.json["engine"] == "vocabulary"
    assert ran.json["settings"] == {"exposure": 0.7}
    assert [(m["kind"], m["delta"]) for m in ran.json["masks"]] == [("sky", {"exposure": -0.5})]
    assert not sidecar.path_for(photo).exists()


def test_what_is_not_understood_is_empty(run: Any, photo: Path) -> None:
    ran = run("ask", photo, "make it look like a Monet", "--json")
    assert ran.status == 0
    assert not ran.json["understood"]
    assert (ran.json["settings"], ran.json["masks"], ran.json["steps"]) == ({}, [], [])
    assert run("ask", photo, "make it look like a Monet", "--apply").status == 1
    assert not sidecar.path_for(photo).exists()


def test_applied_it_is_one_step_and_the_next_request_is_about_it(run: Any, photo: Path) -> None:
    before = photo.read_bytes()
    assert run("ask", photo, "contrast +20 and brighter", "--apply").status == 0
    found = sidecar.read(photo, *sb.open(photo).upright)
    assert dict(found.settings) == {"exposure": 0.5, "contrast": 20}
    assert [entry.label for entry in found.history] == ["contrast +20 and brighter"]
    assert run("ask", photo, "less", "--json").json["settings"] == {"exposure": 0.25, "contrast": 10}
    assert run("ask", photo, "undo", "--apply").status == 0
    assert not sidecar.read(photo, *sb.open(photo).upright).settings
    assert photo.read_bytes() == before


def test_many_photos_are_changed_only_when_that_was_said(run: Any, photo: Path) -> None:
    second = photo.with_name("second.dng")
    shutil.copy(photo, second)
    ran = run("ask", photo, second, "brighter", "--apply", "--json")
    assert ran.status == 2
    assert "2 photos" in ran.out + ran.err
    assert not sidecar.path_for(second).exists()
    ran = run("ask", photo, second, "brighter", "--apply", "--yes", "--json")
    assert ran.status == 0
    assert [one["settings"] for one in ran.json] == [{"exposure": 0.5}] * 2


def test_one_photo_that_fails_costs_the_others_nothing(run: Any, photo: Path) -> None:
    broken = photo.with_name("broken.dng")
    broken.write_bytes(b"II*\0 no photo")
    ran = run("ask", broken, photo, "warmer", "--apply", "--yes", "--json")
    assert ran.status == 1
    assert ran.json[0]["error"]["message"] and list(ran.json[1]["settings"]) == ["temperature"]
    assert sidecar.path_for(photo).exists()


def test_an_engine_that_there_is_not_is_told(run: Any, photo: Path) -> None:
    assert run("ask", photo, "brighter", "--engine", "nonsense").status == 1


PLAN = "exposure +0.5 and remove the subject"


def test_a_plan_that_is_stopped_keeps_what_is_done_and_tells_what_is_not(
    run: Any, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_for(*given: Any, cancelled: Any, **named: Any) -> None:
        """Ctrl+C while the second step looks for the subject."""
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        raise Cancelled()

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(carrying_out, "complete_mask", looked_for)
    ran = run("ask", photo, PLAN, "--apply")
    assert ran.status == 1
    assert "1 of 2 done: Exposure" in ran.err
    assert "1 of 2 steps are kept" in ran.err and "not done: Remove: subject" in ran.err
    found = sidecar.read(photo, *sb.open(photo).upright)
    assert dict(found.settings) == {"exposure": 0.5}
    assert [entry.label for entry in found.history] == [PLAN]
    assert run("ask", photo, "undo", "--apply").status == 0
    told = run("ask", photo, PLAN, "--apply", "--json")
    assert told.status == 1 and told.json["undone"] == ["Remove: subject"]
    assert signal.getsignal(signal.SIGINT) is before


def test_stopped_before_anything_is_done_nothing_is_written(
    run: Any, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_for(*given: Any, cancelled: Any, **named: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        raise Cancelled()

    monkeypatch.setattr(carrying_out, "complete_mask", looked_for)
    ran = run("ask", photo, "remove the subject", "--apply")
    assert ran.status == 1 and "Stopped." in ran.err
    assert not sidecar.path_for(photo).exists()


def test_its_shape_is_the_same_whatever_is_asked(run: Any, photo: Path) -> None:
    def asked(words: str) -> Any:
        ran = run("ask", photo, words, "--dry-run", "--json", "--engine", "vocabulary")
        assert ran.status == 0 and ran.err == ""
        assert list(ran.json) == ["engine", "understood", "settings", "masks", "steps", "message"]
        return ran.json

    for words in ("", "   ", "less", "more", "a bit less", "warm " * 2000, "\u0000\u202e", "what is clarity?"):
        told = asked(words)
        assert (told["settings"], told["masks"], told["steps"]) == ({}, [], []) and told["message"], words[:20]
    assert not asked("less")["understood"]
    assert asked("undo")["settings"] == {}
