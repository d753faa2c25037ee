"""Nothing is lost: rebuilding, processes killed in the middle of their work, damage, and two at once."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from library.catalogue.photos import held, make, names, sidecar

from stillbytes.edit import versions
from stillbytes.library.catalogue import Catalogue, LibraryBusy, LibraryError, schema
from stillbytes.library.catalogue.mend import opened_anew

SCAN = """
import sys
from pathlib import Path
from stillbytes.core.jobs import Control
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.catalogue.scan import scan

scan.COMMIT_SECONDS, scan.BATCH = 0.0, 48
place, folder, how = sys.argv[1:]
control = Control(lambda done, total, message: print(done, flush=True))
with Catalogue(Path(place), 1) as catalogue:
    print("open", flush=True)
    catalogue.add(folder, control) if how == "add" else catalogue.rebuild(control)
"""
"""A scan that commits often and tells each time."""


def described_folder(folder: Path) -> Path:
    dice = random.Random(3)
    for number in range(40):
        name = f"{number % 3}/IMG_{number}.{'dng' if number % 5 == 0 else 'jpg'}"
        make(folder / name, rating=number % 6, places=dice.sample(["Europe|Spain", "Animals|Owl", "Work"], number % 3))
    make(folder / "0/IMG_0.jpg")
    sidecar(folder / "0/IMG_0.xmp", rating=5, edited=True)
    (folder / "broken.jpg").write_bytes(b"no photo")
    versions.create(folder / "0/IMG_0.jpg", "Grey")
    versions.create(folder / "1/IMG_1.jpg")
    return folder


@pytest.mark.parametrize("loss", ["none", "deleted", "overwritten", "rows changed"])
def test_a_rebuild_gives_the_same_library(tmp_path: Path, folder: Path, loss: str) -> None:
    described_folder(folder)
    place = tmp_path / "catalogue"
    with Catalogue(place, processes=1) as catalogue:
        catalogue.add(folder)
        best = catalogue.numbers("rating:5")
        catalogue.collections.create("Best", best)
        catalogue.collections.create_smart("Owls", "keyword:owl")
        before, problems = held(catalogue), catalogue.problems()
        best_names = sorted(photo.name for photo in catalogue.photos(best))
    database = place / "index.sqlite"
    if loss == "deleted":
        database.unlink()
    elif loss == "overwritten":
        database.write_bytes(b"x" * database.stat().st_size)
    elif loss == "rows changed":
        with sqlite3.connect(database) as db:
            db.execute("UPDATE photos SET rating = 1, label = 'Red', camera = NULL, missing = 0, stack = NULL")
            db.execute("DELETE FROM photos WHERE id % 3 = 0")
            db.execute("DELETE FROM photo_keywords WHERE photo % 2")
            db.execute("UPDATE texts SET title = 'wrong' WHERE rowid % 2")
            db.execute("INSERT INTO photos (folder, name, stem, kind, size, mtime, content, added) "
                       "VALUES (1, 'ghost.jpg', 'ghost', 'jpeg', 1, 1, x'00', '')")  # fmt: skip
    with opened_anew(place) as catalogue:
        catalogue.rebuild()
        assert held(catalogue) == before and catalogue.problems() == problems
        assert sorted(names(catalogue, "collection:best")) == best_names
        assert [(one.name, one.query) for one in catalogue.collections.all()] == [
            ("Best", None),
            ("Owls", "keyword:owl"),
        ]
        assert catalogue.verify().clean
        assert names(catalogue, "title:wrong") == [] and names(catalogue, "ghost is:missing") == []


def test_a_damaged_index_says_what_to_do(tmp_path: Path, folder: Path) -> None:
    with Catalogue(tmp_path / "catalogue") as catalogue:
        catalogue.add(folder)
    (tmp_path / "catalogue/index.sqlite").write_bytes(b"no database " * 1000)
    with pytest.raises(LibraryError, match="rebuild"):
        Catalogue(tmp_path / "catalogue")


def test_an_index_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    Catalogue(tmp_path).close()
    with sqlite3.connect(tmp_path / "index.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="newer"):
        Catalogue(tmp_path)


def test_an_index_of_an_older_release_keeps_what_it_holds(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in described_folder(folder).rglob("*.version-*"):
        path.unlink()
    with Catalogue(tmp_path / "new", processes=1) as catalogue:
        catalogue.add(folder)
        wanted = held(catalogue)
    with closing(sqlite3.connect(tmp_path / "new/index.sqlite")) as db:
        tables = (*schema.TABLES, "texts")
        rows = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    (tmp_path / "old").mkdir()
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with closing(schema.connect(tmp_path / "old/index.sqlite")) as db:
            for table in tables:
                width = len(db.execute(f"PRAGMA table_info({table})").fetchall())
                if not width:  # it came later
                    continue
                marks = ", ".join("?" * width)
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", [row[:width] for row in rows[table]])
    with Catalogue(tmp_path / "old", processes=1) as catalogue:
        assert held(catalogue) == wanted
        assert catalogue.verify(quick=True).clean


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_scan_leaves_a_library_that_verifies(tmp_path: Path, folder: Path) -> None:
    for number in range(1200):
        make(folder / f"{number % 7}/{number}.jpg", rating=number % 6)
    place, dice, seen = tmp_path / "catalogue", random.Random(5), []
    for attempt in range(20):
        if attempt == 10:  # half of the kills meet a library that grows, half one that is whole and read anew
            with Catalogue(place, processes=1) as catalogue:
                catalogue.add(folder)
        command = [sys.executable, "-c", SCAN, place, folder, "add" if attempt < 10 else "rebuild"]
        with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(dice.randrange(1, 14)):
                process.stdout.readline()
            time.sleep(dice.uniform(0, 0.03))
            os.killpg(process.pid, signal.SIGKILL)
        with Catalogue(place, processes=1) as catalogue:
            checked = catalogue.verify(quick=True)
            assert checked.clean, checked.damage
            seen.append(catalogue.search().total)
            assert catalogue.search("owl").total == seen[-1]
            assert attempt < 10 or seen[-1] == 1200
    assert any(0 < count < 1200 for count in seen[:10]), seen  # some were in the middle
    assert seen == sorted(seen)  # and nothing that was written is lost again
    with Catalogue(place, processes=1) as catalogue:
        catalogue.add(folder)
        last = held(catalogue)
        assert len(last) == 1200 and catalogue.verify().clean
    with Catalogue(tmp_path / "another", processes=1) as fresh:
        fresh.add(folder)
        assert held(fresh) == last


def test_a_second_scan_at_the_same_time_is_refused_in_words(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "catalogue"
    first, second = Catalogue(place), Catalogue(place)
    with first._database.scanning():
        for attempt in (lambda: second.add(folder), second.update, second.rebuild):
            with pytest.raises(LibraryBusy, match=f"Process {os.getpid()} is adding"):
                attempt()
    second.add(folder)
    first.close()
    second.close()


def _say(place: Path, numbers: list[int], name: str) -> None:
    with Catalogue(place, processes=1) as catalogue:
        for number in numbers:
            (change,) = catalogue.describe([number], rating=4)
            assert change.error is None
        catalogue.collections.create(name, numbers)


def test_two_processes_at_once_work_together(tmp_path: Path, folder: Path) -> None:
    for number in range(300):
        make(folder / f"{number:03}.jpg")
    place = tmp_path / "catalogue"
    with Catalogue(place, processes=1) as catalogue:
        catalogue.add(folder)
        numbers = catalogue.numbers(sort="name")
        for number in range(300):
            make(folder / "more" / f"{number}.jpg")
        context = multiprocessing.get_context("spawn")
        others = [context.Process(target=_say, args=(place, numbers[at::20], f"C{at}")) for at in range(2)]
        for other in others:
            other.start()
        assert catalogue.update().added == 300
        for other in others:
            other.join(120)
            assert other.exitcode == 0
        catalogue.update()
        assert catalogue.search("rating:4").total == 30 and len(catalogue.collections.all()) == 2
        assert catalogue.verify(quick=True).clean


def test_verify_finds_bytes_that_changed_by_themselves(catalogue: Catalogue, folder: Path) -> None:
    photo = make(folder / "a.jpg")
    make(folder / "b.jpg")
    catalogue.add(folder)
    first = catalogue.verify()
    assert first.clean and (first.hashed, first.first) == (2, 2)
    assert catalogue.verify().first == 0
    status, content = photo.stat(), bytearray(photo.read_bytes())
    content[-40] ^= 1
    photo.write_bytes(content)
    os.utime(photo, ns=(status.st_atime_ns, status.st_mtime_ns))
    found = catalogue.verify()
    assert [problem.path for problem in found.damage] == [str(photo)]
    assert catalogue.verify(quick=True).clean


def test_verify_counts_what_the_next_scan_takes_in(catalogue: Catalogue, folder: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        make(folder / name)
    catalogue.add(folder)
    (folder / "a.jpg").unlink()
    make(folder / "b.jpg", rating=1)
    make(folder / "d.jpg")
    checked = catalogue.verify()
    assert checked.clean and (checked.pending, checked.hashed) == (3, 1)


def test_collections_follow_what_is_done_to_them(catalogue: Catalogue, folder: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        make(folder / name, rating=3 if name == "b.jpg" else 0)
    catalogue.add(folder)
    a, b, c = catalogue.numbers(sort="name", descending=False)
    collections = catalogue.collections
    one = collections.create("  My   best ", [c, a])
    collections.add(one.id, [b, a])
    assert collections.photos(one.id) == [c, a, b]
    collections.remove(one.id, [a])
    smart = collections.create_smart("Good of mine", 'collection:"my best" rating:>=3')
    assert names(catalogue, 'collection:"good of mine"') == ["b.jpg"]
    assert [(each.name, each.photos) for each in collections.all()] == [("Good of mine", 1), ("My best", 2)]
    with pytest.raises(LibraryError):
        collections.create("my BEST")
    with pytest.raises(LibraryError):
        collections.add(smart.id, [a])
    collections.set_query(smart.id, 'collection:"good of mine"')
    with pytest.raises(Exception, match="refers to itself"):
        catalogue.search('collection:"good of mine"')
    collections.delete(smart.id)
    collections.rename(one.id, "Other")
    assert [each.name for each in collections.all()] == ["Other"]
