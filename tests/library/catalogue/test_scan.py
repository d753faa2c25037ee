"""What a scan takes in, and what it makes of files that change, move, go away or are no photos at all."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from library.catalogue.photos import held, make, names, sidecar

import stillbytes as sb
from stillbytes.core.errors import Cancelled, NotFound
from stillbytes.core.jobs import Control
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar as edits
from stillbytes.edit import versions
from stillbytes.library.catalogue import Catalogue, describe
from stillbytes.library.catalogue.scan.walk import walk


def test_everything_that_a_photo_says_is_found(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg", rating=4, label="Red", flag=1, gps=(46.95, -7.45), places=["Animals|Birds|Owl"])
    catalogue.add(folder)
    (photo,) = catalogue.search().photos
    assert (photo.camera, photo.lens, photo.iso, photo.exposure) == ("NIKON D750", "50mm f/1.8", 400, 1 / 250)
    assert (photo.aperture, photo.focal, photo.taken) == (2.8, 50.0, "2024-05-12T10:30:00")
    assert (photo.latitude, photo.longitude) == pytest.approx((46.95, -7.45))
    assert (photo.rating, photo.flag, photo.label) == (4, 1, "Red")
    assert photo.title.startswith("harbour owl") and "night" in photo.caption
    assert photo.keywords == ("Animals|Birds|Owl", "harbour", "night")
    assert (photo.width, photo.height, photo.kind, photo.edited) == (64, 48, "jpeg", False)


def test_the_sidecar_has_the_last_word(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg", rating=1, label="Red")
    sidecar(folder / "a.xmp", rating=5, label="Blue", edited=True)
    catalogue.add(folder)
    (photo,) = catalogue.search().photos
    assert (photo.rating, photo.label, photo.edited) == (5, "Blue", True)
    assert photo.sidecar == folder / "a.xmp"
    assert "rating" in photo.conflict and "label" in photo.conflict
    assert names(catalogue, "is:conflict is:edited") == ["a.jpg"]


def test_an_edit_of_ours_counts_as_one(catalogue: Catalogue, folder: Path) -> None:
    edits.write(make(folder / "a.dng"), Settings(exposure=1))
    edits.write(make(folder / "b.dng"), Settings())
    catalogue.add(folder)
    assert names(catalogue, "is:edited") == ["a.dng"]


def test_a_second_scan_reads_only_what_changed(catalogue: Catalogue, folder: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        make(folder / name)
    assert catalogue.add(folder).added == 3
    same = catalogue.update()
    assert (same.photos, same.added, same.changed, same.moved, same.missing) == (3, 0, 0, 0, 0)
    make(folder / "b.jpg", rating=5)
    sidecar(folder / "c.xmp", rating=3)
    make(folder / "below/d.jpg")
    again = catalogue.update()
    assert (again.added, again.changed) == (1, 2)
    assert names(catalogue, "rating:>=3") == ["b.jpg", "c.jpg"]
    (folder / "c.xmp").unlink()
    assert catalogue.update().changed == 1
    assert names(catalogue, "rating:3") == []


def test_a_moved_photo_keeps_its_number_and_its_collections(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    catalogue.add(folder)
    (photo,) = catalogue.search().photos
    one = catalogue.collections.create("Best", [photo.number])
    (folder / "below").mkdir()
    (folder / "a.jpg").rename(folder / "below/renamed.jpg")
    moved = catalogue.update()
    assert (moved.moved, moved.added, moved.missing) == (1, 0, 0)
    assert [p.path for p in catalogue.photos(catalogue.collections.photos(one.id))] == [folder / "below/renamed.jpg"]


def test_a_photo_moved_into_another_folder_of_the_library_is_found_again(catalogue: Catalogue, tmp_path: Path) -> None:
    first, second = make(tmp_path / "one/a.jpg"), tmp_path / "two"
    second.mkdir()
    catalogue.add(first.parent)
    number = catalogue.numbers()
    first.rename(second / "a.jpg")
    assert catalogue.add(second).moved == 1
    assert catalogue.numbers() == number


def test_a_copy_is_a_photo_of_its_own(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    catalogue.add(folder)
    shutil.copy(folder / "a.jpg", folder / "b.jpg")
    assert catalogue.update().added == 1
    assert names(catalogue) == ["a.jpg", "b.jpg"]


def test_a_sidecar_left_behind_is_told(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    sidecar(folder / "a.xmp")
    catalogue.add(folder)
    (folder / "below").mkdir()
    (folder / "a.jpg").rename(folder / "below/a.jpg")
    catalogue.update()
    (problem,) = catalogue.problems()
    assert "without its sidecar" in problem.message and str(folder / "a.xmp") in problem.message


def test_a_vanished_photo_is_missing_until_it_is_back(catalogue: Catalogue, folder: Path, tmp_path: Path) -> None:
    make(folder / "a.jpg")
    make(folder / "b.jpg")
    catalogue.add(folder)
    (folder / "a.jpg").rename(tmp_path / "away.jpg")
    assert catalogue.update().missing == 1
    assert (names(catalogue), names(catalogue, "is:missing")) == (["b.jpg"], ["a.jpg"])
    (tmp_path / "away.jpg").rename(folder / "a.jpg")
    catalogue.update()
    assert names(catalogue) == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "an empty mount point"])
def test_a_folder_out_of_reach_loses_nothing(catalogue: Catalogue, folder: Path, tmp_path: Path, empty: bool) -> None:
    make(folder / "a.jpg")
    catalogue.add(folder)
    folder.rename(tmp_path / "unplugged")
    if empty:
        folder.mkdir()
    for look in (catalogue.update, catalogue.rebuild):
        assert look().offline == (str(folder),)
    assert names(catalogue) == ["a.jpg"] and names(catalogue, "is:offline") == ["a.jpg"]
    if empty:
        folder.rmdir()
    (tmp_path / "unplugged").rename(folder)
    assert catalogue.update().offline == ()
    assert names(catalogue, "-is:offline") == ["a.jpg"]


def test_a_malformed_file_costs_itself_only(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "good.jpg")
    for name in ("empty.jpg", "empty.nef"):
        (folder / name).touch()
    (folder / "junk.dng").write_bytes(b"II*\0" + b"\xff" * 64)
    (folder / "half.jpg").write_bytes(make(folder / "whole.jpg").read_bytes()[:300])
    sidecar(folder / "good.xmp").write_text("<x:xmpmeta <<<")
    make(folder / "xxe.jpg")
    (folder / "xxe.xmp").write_text('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    catalogue.add(folder)
    told = {Path(problem.path).name: problem for problem in catalogue.problems()}
    assert {"empty.jpg", "empty.nef", "junk.dng", "good.jpg", "xxe.jpg"} <= told.keys()
    assert "entities" in told["xxe.jpg"].message and all(problem.remedy for problem in told.values())
    assert catalogue.search("camera:d750").total >= 3
    assert set(names(catalogue, "is:problem")) == told.keys()


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_names_that_are_no_text_and_links_are_left_out(catalogue: Catalogue, folder: Path, tmp_path: Path) -> None:
    make(folder / "a.jpg")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).write_bytes(b"x")
    (folder / "link.jpg").symlink_to(make(tmp_path / "secret.jpg"))
    (folder / "loop").symlink_to(folder)
    (folder / ".hidden").mkdir()
    make(folder / ".hidden/b.jpg")
    catalogue.add(folder)
    assert names(catalogue) == ["a.jpg"]
    (problem,) = catalogue.problems()
    assert "\\xff.jpg" in problem.path


def test_a_raw_and_its_jpeg_are_one_stack(catalogue: Catalogue, folder: Path) -> None:
    for name in ("IMG_1.dng", "IMG_1.jpg", "IMG_2.jpg", "IMG_3.dng"):
        make(folder / name)
    catalogue.add(folder)
    assert names(catalogue, "is:stack") == ["IMG_1.dng", "IMG_1.jpg"]
    assert names(catalogue, tops=True) == ["IMG_1.dng", "IMG_2.jpg", "IMG_3.dng"]
    (folder / "IMG_1.dng").unlink()
    catalogue.update()
    assert names(catalogue, "is:stack") == []


def test_sidecars_belong_to_whom_the_editor_says(folder: Path) -> None:
    for name in ("a.dng", "a.jpg", "b.jpg", "c.jpg", "C.XMP"):
        (folder / name).touch()
    for name in ("a.xmp", "a.jpg.xmp", "b.jpg.xmp"):
        sidecar(folder / name)
    (listing,) = walk(str(folder))
    found = {seen.name: seen.sidecar for seen in listing.photos}
    for name, beside in found.items():
        expected = edits.existing(folder / name)
        assert beside == (expected.name if expected else None)
    assert found == {"a.dng": "a.xmp", "a.jpg": "a.jpg.xmp", "b.jpg": "b.jpg.xmp", "c.jpg": "C.XMP"}


def test_a_scan_that_is_stopped_goes_on_later(
    catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillbytes.library.catalogue.scan.scan.COMMIT_SECONDS", 0.0)
    monkeypatch.setattr("stillbytes.library.catalogue.scan.scan.BATCH", 48)
    for number in range(200):
        make(folder / f"{number}.jpg")
    control = Control(lambda done, total, message: control.cancel() if done else None)
    with pytest.raises(Cancelled):
        catalogue.add(folder, control)
    kept = catalogue.search().total
    assert 0 < kept < 200 and catalogue.folders()[0].scanned is None
    assert catalogue.update().added == 200 - kept
    assert catalogue.search().total == 200 and catalogue.folders()[0].scanned is not None


def test_progress_is_told_up_to_the_end(catalogue: Catalogue, folder: Path) -> None:
    for number in range(60):
        make(folder / f"{number}.jpg")
    told: list[tuple[int, int]] = []
    catalogue.add(folder, Control(lambda done, total, message: told.append((done, total))))
    assert told[-1] == (60, 60)


def test_folders_within_folders_are_one(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "below/a.jpg")
    make(folder / "b.jpg")
    catalogue.add(folder / "below")
    number = catalogue.numbers()
    catalogue.add(folder)
    assert [one.path for one in catalogue.folders()] == [folder]
    assert set(number) < set(catalogue.numbers()) and len(catalogue.numbers()) == 2
    catalogue.add(folder / "below")
    assert [one.path for one in catalogue.folders()] == [folder]


def test_a_folder_can_be_forgotten(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    before = sorted(folder.iterdir())
    catalogue.add(folder)
    catalogue.remove(folder)
    assert catalogue.search("owl").total == 0 and catalogue.folders() == [] and sorted(folder.iterdir()) == before
    with pytest.raises(NotFound):
        catalogue.remove(folder)


def test_nothing_is_written_beside_the_photos(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    sidecar(folder / "a.xmp")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    catalogue.add(folder)
    catalogue.verify()
    catalogue.rebuild()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_said_goes_into_the_sidecar(catalogue: Catalogue, folder: Path) -> None:
    photo = make(folder / "a.jpg")
    edits.write(photo, Settings(exposure=1))
    catalogue.add(folder)
    said = {"rating": 5, "flag": 1, "label": "Green", "title": "Die Eule", "keywords": ["Animals|Owl", "nacht"]}
    (change,) = catalogue.describe(catalogue.numbers(), **said)
    assert change.error is None
    (found,) = catalogue.search("keyword:animals eule").photos
    assert (found.rating, found.flag, found.label) == (5, 1, "Green") and found.keywords == ("Animals|Owl", "nacht")
    assert sb.open(photo).settings == Settings(exposure=1) and found.edited
    before = held(catalogue)
    catalogue.rebuild()
    assert held(catalogue) == before


def test_a_search_while_a_scan_runs_sees_whole_photos(catalogue: Catalogue, folder: Path) -> None:
    for number in range(150):
        make(folder / f"{number}.jpg", taken=datetime(2024, 1, 1))
    scan = threading.Thread(target=catalogue.add, args=(folder,))
    scan.start()
    while scan.is_alive():
        assert all(photo.camera and photo.title for photo in catalogue.search().photos)
    assert catalogue.search("owl").total == 150


def test_a_file_that_kills_the_reading_process_costs_itself_only(
    catalogue: Catalogue, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.jpg", "deadly.jpg", "z.jpg"):
        make(folder / name)
    script = tmp_path / "reader.py"
    script.write_text(
        "import os\nfrom stillbytes.library.catalogue.scan import reader\nfrom stillbytes.photo.worker import serving\n"
        "look = reader.look\n"
        "reader.look = lambda path, beside=None: os._exit(11) if path.name == 'deadly.jpg' else look(path, beside)\n"
        "serving.main({'look': reader._look})\n"
    )
    command = (sys.executable, str(script))
    monkeypatch.setattr("stillbytes.library.catalogue.scan.pool.Readers.__init__.__defaults__", (None, command))
    catalogue.add(folder)
    assert names(catalogue, "camera:d750") == ["a.jpg", "z.jpg"] and names(catalogue, "is:problem") == ["deadly.jpg"]
    assert "crashed" in catalogue.problems()[0].message


def test_single_folders_are_looked_into(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "one/a.jpg")
    make(folder / "two/b.jpg")
    make(folder / "two/below/c.jpg")
    catalogue.add(folder)
    make(folder / "one/d.jpg")
    make(folder / "two/e.jpg")
    found = catalogue.look_into([folder / "one"])
    assert (found.added, names(catalogue)) == (1, ["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
    (folder / "one/d.jpg").rename(folder / "two/f.jpg")
    assert catalogue.look_into([folder / "two", folder / "one"]).moved == 1
    shutil.rmtree(folder / "two")
    assert catalogue.look_into([folder / "two"]).missing == 4
    assert names(catalogue) == ["a.jpg"]
    (folder / "one/.hidden").mkdir()
    make(folder / "one/.hidden/g.jpg")
    catalogue.look_into([folder / "one/.hidden", folder.parent])
    assert names(catalogue) == ["a.jpg"]


def test_places_are_counted(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "one/a.jpg")
    make(folder / "one/b.jpg")
    make(folder / "two/c.jpg")
    catalogue.add(folder)
    assert [(place.path, place.photos) for place in catalogue.places()] == [(folder / "one", 2), (folder / "two", 1)]
    assert names(catalogue, f'in:"{folder / "one"}"') == ["a.jpg", "b.jpg"]
    assert len(names(catalogue, f'in:"{folder}"')) == 3
    assert names(catalogue, f'in:"{folder}/on"') == []


def test_keywords_come_and_go(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg", places=["Animals|Birds"], words=["owl", "fog", "sea"])
    make(folder / "b.jpg", words=["dog", "fog", "sea"])
    catalogue.add(folder)
    changes = catalogue.tag(catalogue.numbers(), ["Places|Bern", "Fog"], ["animals|birds", "sea"])
    assert [change.error for change in changes] == [None, None]
    told = {photo.name: set(photo.keywords) for photo in catalogue.search().photos}
    assert told == {"a.jpg": {"owl", "fog", "Places|Bern"}, "b.jpg": {"dog", "fog", "Places|Bern"}}
    assert ("Places|Bern", 2) in catalogue.keywords()


def test_versions_are_entries_of_their_own_on_their_photos_stack(catalogue: Catalogue, folder: Path) -> None:
    (photo, other), moment = [folder / "a.jpg", folder / "z.jpg"], datetime(2024, 7, 1)
    for path in (photo, other):
        make(path, taken=moment)
    copy = versions.create(photo, "Grün")
    describe.write(photo, {"rating": 5, "keywords": ["Grey"]}, copy.number)
    versions.create(photo)
    found = catalogue.add(folder)
    assert found.added == found.photos == len({one.path for one in catalogue.search(limit=99).photos})
    shown = catalogue.search("date:2024-07").photos
    assert [(one.name, one.version, one.version_name) for one in shown] == [
        ("z.jpg", 1, ""), ("a.jpg", 1, ""), ("a.jpg", 2, "Grün"), ("a.jpg", 3, "Copy 1"),
    ]  # fmt: skip
    assert catalogue.numbers("date:2024-07") == [one.number for one in shown]
    assert {one.stack for one in shown[1:]} == {shown[1].number} and shown[0].stack is None
    assert [one.rating for one in shown] == [0, 0, 5, 0]
    assert [one.version for one in catalogue.search("date:2024-07", tops=True).photos] == [1, 1]
    for query in ("version:grü", "keyword:grey", "is:version -name:copy", "GRÜN", "rating:5 name:a"):
        assert [one.version_name for one in catalogue.search(query).photos] == ["Grün"], query
    assert {one.path for one in catalogue.search("version:none").photos} >= {photo, other}
    assert sum(one.photos for one in catalogue.folders()) == found.photos == catalogue.verify().photos


def test_a_version_is_described_by_itself(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg")
    versions.create(folder / "a.jpg", "Grey")
    catalogue.add(folder)
    (grey,) = catalogue.search("version:grey").photos
    assert [change.error for change in catalogue.describe([grey.number], rating=3)] == [None]
    found = catalogue.search("name:a.jpg", sort="path", descending=False).photos
    assert [(one.version, one.rating) for one in found] == [(1, 0), (2, 3)]
    assert not (folder / "a.xmp").exists()


def test_versions_move_with_their_photo_and_one_left_behind_is_told(catalogue: Catalogue, folder: Path) -> None:
    photo = make(folder / "a.jpg")
    kept, left = versions.create(photo, "Kept"), versions.create(photo, "Left")
    catalogue.add(folder)
    before = {one.version_name: one.number for one in catalogue.search("name:a").photos}
    collection = catalogue.collections.create("Best", list(before.values()))
    (folder / "new").mkdir()
    for path in (photo, kept.sidecar):
        assert path is not None
        path.rename(folder / "new" / path.name)
    catalogue.update()
    after = {one.version_name: one.number for one in catalogue.search("name:a").photos}
    assert after == {name: number for name, number in before.items() if name != "Left"}
    assert any("version-3" in problem.message for problem in catalogue.problems())
    assert left.sidecar is not None
    left.sidecar.rename(folder / "new" / left.sidecar.name)
    catalogue.update()
    assert {one.version_name: one.number for one in catalogue.search("name:a").photos} == before
    catalogue.rebuild()
    found = catalogue.photos(catalogue.collections.photos(collection.id))
    assert sorted(one.version_name for one in found) == ["", "Kept", "Left"]


def test_a_deleted_version_comes_back_with_its_place_in_collections(catalogue: Catalogue, folder: Path) -> None:
    photo = make(folder / "a.jpg")
    copy = versions.create(photo, "Grey")
    catalogue.add(folder)
    (grey,) = catalogue.search("version:grey").photos
    collection = catalogue.collections.create("Best", [grey.number])
    versions.delete(photo, copy.number)
    catalogue.update()
    assert catalogue.search("version:any").total == 0
    versions.restore(photo)
    catalogue.update()
    assert catalogue.collections.photos(collection.id) == [one.number for one in catalogue.search("version:any").photos]
