"""Nothing lost, nothing twice: imports killed at every kind of moment, full disks, cards taken out, other programs."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from library.catalogue.photos import make

from stillbytes.core import files
from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.edit.xmp import Packet
from stillbytes.library.catalogue import Catalogue, LibraryBusy
from stillbytes.library.ingest import (
    Choices,
    IngestError,
    carry_out,
    copying,
    forget,
    look,
    plan,
    resume,
    run,
    unfinished,
)
from stillbytes.library.ingest.plan import Plan

KILLS = 48


def hashes(place: Path) -> dict[str, str]:
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def expected(planned: Plan) -> dict[str, str]:
    """What each copy has to be; empty for a sidecar, which is written anew."""
    return {
        c.target: hashlib.sha256(c.source.read_bytes()).hexdigest() if c.source and c.of is None else ""
        for c in planned.copies
    }


def whole(place: Path, right: dict[str, str]) -> dict[str, str]:
    """The files with a name, which all have to be those that were planned, whole."""
    found = {name: digest for name, digest in hashes(place).items() if not Path(name).name.startswith(".")}
    for name, digest in found.items():
        if right[name]:
            assert digest == right[name], name
        else:
            assert Packet((place / name).read_bytes()).items("dc:creator") == ["Ann"], name
    return found


def _die_at(moment: int, place: Path, planned: Plan, moments: Any) -> None:
    """In a process of its own: carry out a plan, and be killed at the n-th step of the file system."""
    passed = 0

    def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            nonlocal passed
            passed += 1
            if passed == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)

        return stepped

    os.fsync = lambda handle: None  # only a power cut would miss it
    for name in ("fsync", "link", "unlink", "utime", "mkdir"):
        setattr(os, name, stepping(getattr(os, name)))
    copying._write = stepping(copying._write)  # type: ignore[assignment]
    copying.CHUNK = 700
    run._take_in = lambda *_: (0, "")  # type: ignore[assignment]
    with Catalogue(place, processes=1) as library:
        passed = 0
        try:
            found = unfinished(library)
            report = resume(library, found[0].id) if found else carry_out(planned, library)
        except LibraryBusy:
            os._exit(3)
    moments.value = passed
    os._exit(0 if not report.failed else 4)


def die(moment: int, place: Path, planned: Plan) -> tuple[int, int]:
    """(exit status, steps of the file system that there were)"""
    context = multiprocessing.get_context("fork")
    moments = context.Value("i", 0)
    child = context.Process(target=_die_at, args=(moment, place, planned, moments))
    child.start()
    child.join(60)
    assert child.exitcode is not None
    return child.exitcode, moments.value


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_killed_import_goes_on_without_losing_or_doubling_anything(card: Path, to: Path, tmp_path: Path) -> None:
    choices = Choices(to=to, second_copy=tmp_path / "second", name="{date}/{sequence:03}", creator="Ann")
    place, source = tmp_path / "catalogue", hashes(card)
    with Catalogue(place, processes=1) as library:
        planned = plan(look(card), choices, library)
    right = expected(planned)
    status, moments = die(-1, place, planned)
    assert status == 0 and whole(to, right).keys() == right.keys() and moments > 150
    dice = random.Random(11)
    for moment in sorted(dice.sample(range(1, moments), KILLS)):
        shutil.rmtree(to)
        shutil.rmtree(tmp_path / "second")
        status, _ = die(moment, place, planned)
        assert status == -signal.SIGKILL
        for folder in (to, tmp_path / "second"):
            folder.mkdir(exist_ok=True)
            whole(folder, right)
        if dice.random() < 0.5:  # killed again while it goes on
            die(dice.randrange(1, 60), place, planned)
        status, _ = die(-1, place, planned)
        assert status == 0, moment
        first, second = whole(to, right), whole(tmp_path / "second", right)
        assert first == second and first.keys() == right.keys(), moment
        assert hashes(to).keys() == hashes(tmp_path / "second").keys() == right.keys(), "left over"
    with Catalogue(place, processes=1) as library:
        assert unfinished(library) == []
        library.add(to)
        assert library.verify().clean
    assert hashes(card) == source


IMPORT = """
import sys
from pathlib import Path
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest import Choices, carry_out, copying, look, plan, resume, unfinished

copying.CHUNK = 512
place, card, to = sys.argv[1:]
with Catalogue(Path(place), 1) as library:
    for one in unfinished(library):
        resume(library, one.id)
    planned = plan(look(card), Choices(to=to, name="{sequence:04}"), library)
    print("planned", flush=True)
    carry_out(planned, library)
print("done", flush=True)
"""


def test_an_import_killed_at_any_time_ends_when_it_is_run_again(tmp_path: Path, to: Path) -> None:
    card = tmp_path / "card"
    for number in range(60):
        make(card / f"DCIM/A/{number:04}.jpg")
    arguments = [sys.executable, "-c", IMPORT, str(tmp_path / "catalogue"), str(card), str(to)]
    dice = random.Random(5)
    for _ in range(4):
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        if process.stdout.readline() == "planned\n":
            time.sleep(dice.random() * 0.6)
        process.kill()
        process.communicate()
    subprocess.run(arguments, check=True, timeout=120)
    sources = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in card.rglob("*.jpg"))
    assert sorted(hashes(to).values()) == sources
    with Catalogue(tmp_path / "catalogue", processes=1) as library:
        assert library.search("").total == 60 and library.verify().clean


def test_a_full_disk_leaves_whole_files_and_the_import_goes_on(
    card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    right, room, real = expected(planned), [6000], copying._write

    def full(file: Any, block: bytes) -> None:
        room[0] -= len(block)
        if room[0] < 0:
            file.write(block[: len(block) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, block)

    monkeypatch.setattr(copying, "CHUNK", 900)
    monkeypatch.setattr(copying, "_write", full)
    with pytest.raises(IngestError, match="full") as stopped:
        carry_out(planned, library)
    assert "again" in stopped.value.remedy
    assert 0 < len(hashes(to)) < len(right) and hashes(to).items() <= right.items()
    (left,) = unfinished(library)
    assert left.copied == len(hashes(to)) and left.files == len(right)
    room[0] = 1 << 30
    report = resume(library, left.id)
    assert hashes(to) == right and report.added == 8 and unfinished(library) == []


def test_a_disk_that_is_really_full(
    card: Path, tmp_path: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=128k", "none", place], check=False).returncode
    ):
        pytest.skip("a small disk cannot be mounted here")
    try:
        for number in range(20, 30):
            big = make(card / f"DCIM/100NIKON/DSC_{number:04}.JPG")
            big.write_bytes(big.read_bytes() + os.urandom(30_000))
        planned = plan(look(card), Choices(to=place / "photos", name="{name}"), library)
        with pytest.raises(IngestError, match="not enough room"):
            carry_out(planned, library)
        monkeypatch.setattr(run, "_check_space", lambda *_: None)
        with pytest.raises(IngestError, match="disk is full"):
            carry_out(planned, library)
        right = expected(planned)
        assert 0 < len(hashes(place / "photos")) < len(right) and hashes(place / "photos").items() <= right.items()
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_card_that_is_taken_out_and_put_in_again(card: Path, to: Path, library: Catalogue) -> None:
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    right, away = expected(planned), card.with_name("away")

    def take_out(done: int, total: int, message: str) -> None:
        if done == 4 and card.exists():
            card.rename(away)

    with pytest.raises(IngestError, match="taken out"):
        carry_out(planned, library, Control(take_out))
    assert len(hashes(to)) == 4 and hashes(to).items() <= right.items()
    with pytest.raises(IngestError, match="taken out"):
        resume(library, unfinished(library)[0].id)
    away.rename(card)
    resume(library, unfinished(library)[0].id)
    assert hashes(to) == right


def test_another_card_in_the_same_place_is_not_taken_for_the_first(card: Path, to: Path, library: Catalogue) -> None:
    """Cameras call their photos the same, and uncompressed ones are of one size."""
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    control = Control(lambda *_: None)
    control.progress = lambda done, total, message: control.cancel() if done == 3 else None
    with pytest.raises(Cancelled):
        carry_out(planned, library, control)
    right, photo = expected(planned), card / "DCIM/100NIKON/DSC_0004.JPG"
    first, status = photo.read_bytes(), photo.stat()
    photo.write_bytes(bytes([*first[:-20], *(byte ^ 1 for byte in first[-20:])]))
    os.utime(photo, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(IngestError, match="another photo"):
        resume(library, unfinished(library)[0].id)
    photo.write_bytes(first)
    resume(library, unfinished(library)[0].id)
    assert hashes(to) == right


def test_a_cancelled_import_goes_on_or_is_forgotten(card: Path, to: Path, library: Catalogue) -> None:
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    for _ in range(2):
        control = Control(lambda *_: None)
        control.progress = lambda done, total, message, c=control: c.cancel() if done == 3 else None  # type: ignore[misc]
        with pytest.raises(Cancelled):
            carry_out(planned, library, control)
    one, other = unfinished(library)
    forget(library, other.id)
    assert len(hashes(to)) == 3
    resume(library, one.id)
    assert hashes(to) == expected(planned) and unfinished(library) == []


def test_nothing_is_ever_overwritten(card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that another program writes between the plan and the copy, also where there are no hard links."""
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    to.mkdir()
    (to / "DSC_0001.JPG").write_bytes(b"another's")
    shutil.copy(card / "DCIM/100NIKON/DSC_0004.JPG", to)
    report = carry_out(planned, library)
    assert [failed.path.name for failed in report.failed] == ["DSC_0001.JPG"] and report.photos == 7
    assert (to / "DSC_0001.JPG").read_bytes() == b"another's"

    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    again = plan(look(card), Choices(to=to, name="{name}"), library)
    assert [copy.target for copy in again.copies] == ["DSC_0001-2.JPG"]
    (to / "DSC_0001-2.JPG").write_bytes(b"another's")
    assert len(carry_out(again, library).failed) == 1 and (to / "DSC_0001-2.JPG").read_bytes() == b"another's"
    last = plan(look(card), Choices(to=to, name="{name}"), library)
    assert carry_out(last, library).failed == () and (to / "DSC_0001-3.JPG").exists()


def test_what_does_not_read_back_the_same_is_no_copy(
    card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copying._write

    def faulty(file: Any, block: bytes) -> None:
        real(file, block[:-1] + bytes([block[-1] ^ 1]) if b"DSC_0004" in os.fsencode(doing[0]) else block)

    doing = [""]
    monkeypatch.setattr(copying, "_write", faulty)
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    report = carry_out(planned, library, Control(lambda done, total, message: doing.__setitem__(0, message)))
    (failed,) = report.failed
    assert failed.path.name == "DSC_0004.JPG" and "read back" in failed.message
    assert not (to / "DSC_0004.JPG").exists() and len(hashes(to)) == 8


def test_what_failed_is_tried_again(card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second copy of a photo and a sidecar, which planning anew would not come back to."""
    (card / "DCIM/100NIKON/DSC_0001.xmp").write_bytes(b"<x/>")
    second, real = to.with_name("second"), files.place

    def place(part: Path, target: Path) -> None:
        if target in (second / "DSC_0004.JPG", to / "DSC_0001.xmp"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(part, target)

    monkeypatch.setattr(files, "place", place)
    planned = plan(look(card), Choices(to=to, second_copy=second, name="{name}"), library)
    report = carry_out(planned, library)
    assert len(report.failed) == 2 and not [path for top in (to, second) for path in top.rglob("*.part")]
    (left,) = unfinished(library)
    assert (left.copied, left.files) == (9, 10)
    assert len(resume(library, left.id).failed) == 2 and len(unfinished(library)) == 1
    monkeypatch.setattr(files, "place", real)
    report = resume(library, left.id)
    assert (report.failed, report.files, report.doubled) == ((), 10, 10)
    assert hashes(to) == hashes(second) == expected(planned) and unfinished(library) == []


def test_a_disk_that_keeps_no_times_takes_copies(
    card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_times(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    monkeypatch.setattr(os, "utime", no_times)
    assert carry_out(planned, library).failed == () and hashes(to) == expected(planned)


def test_a_drive_that_is_not_plugged_in_is_named(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where nothing above E:\\ is there."""
    monkeypatch.setattr(Path, "is_dir", lambda path: False)
    with pytest.raises(IngestError, match="photos cannot be made") as refused:
        run._check_space(to, None, 1, 0)
    assert "connect it" in refused.value.remedy


def test_two_imports_at_once_are_refused(card: Path, to: Path, library: Catalogue) -> None:
    planned = plan(look(card), Choices(to=to), library)
    refused = []

    def again(done: int, total: int, message: str) -> None:
        if done == 1:
            with pytest.raises(LibraryBusy, match="importing"):
                carry_out(planned, library)
            refused.append(True)

    carry_out(planned, library, Control(again))
    assert refused


def test_a_damaged_journal_is_passed_over(card: Path, to: Path, library: Catalogue) -> None:
    (library.place / "imports").mkdir()
    (library.place / "imports/0123456789ab.jsonl").write_text("{")
    assert unfinished(library) == []
    forget(library, "0123456789ab")
    assert not list((library.place / "imports").iterdir())
