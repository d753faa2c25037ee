"""Versions of one photo: each a sidecar of its own, with settings, history, snapshots and rating of its own."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting, NotFound, SidecarError
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar, versions
from stillbytes.edit.document import Document
from stillbytes.edit.exporting import Spec
from stillbytes.edit.snapshots import Snapshot
from stillbytes.edit.version_names import further
from stillbytes.edit.xmp import Packet
from stillbytes.library.batch import export
from stillbytes.library.catalogue import describe

DARKTABLE = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" darktable:history_end="9">'
    '<darktable:history><rdf:Seq><rdf:li darktable:num="0" darktable:operation="exposure" darktable:enabled="1" '
    f'darktable:modversion="7" darktable:params="{struct.pack("<iffffii", 0, 0.0, 1.5, 50.0, -4.0, 1, 1).hex()}"/>'
    "</rdf:Seq></darktable:history></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_photo(tmp_path / "a.dng")
    return tmp_path / "a.dng"


def test_a_version_begins_as_its_source_and_goes_its_own_way(path: Path) -> None:
    sb.open(path).edit(exposure=1).save("Brighter")
    copy = sb.open(path).create_version("Black and white")
    assert copy.settings == Settings(exposure=1) and copy.version_name == "Black and white"
    copy.edit(profile="monochrome").save("Grey")
    assert sb.open(path).settings == Settings(exposure=1)
    again = sb.open(path).version("black and WHITE")
    assert again.settings == Settings(exposure=1, profile="monochrome")
    assert [entry.label for entry in Document(again).history.entries] == ["Brighter", "Grey"]
    assert [entry.label for entry in Document(sb.open(path)).history.entries] == ["Brighter"]
    assert [one.version_name for one in sb.open(path).versions()] == ["", "Black and white"]
    assert len({one.id for one in sb.open(path).versions()}) == 2


def test_versions_of_an_untouched_photo_leave_it_without_a_sidecar(path: Path) -> None:
    assert [sb.open(path).create_version().version_name for _ in range(2)] == ["Copy 1", "Copy 2"]
    assert not path.with_suffix(".xmp").exists()
    assert sorted(file.name for file in path.parent.glob("*.xmp")) == ["a.dng.version-2.xmp", "a.dng.version-3.xmp"]


def test_a_version_takes_along_what_other_programs_wrote(path: Path) -> None:
    sb.open(path).edit(exposure=1).save()
    file = path.with_suffix(".xmp")
    file.write_text(file.read_text().replace("crs:RawFileName", 'crs:Unheard="of" crs:RawFileName'))
    copy = sb.open(path).create_version()
    assert 'crs:Unheard="of"' in copy.sidecar.read_text()


def test_a_rating_is_of_one_version(path: Path) -> None:
    copy = sb.open(path).create_version()
    describe.write(path, {"rating": 5})
    describe.write(path, {"rating": 2}, copy.number)
    ratings = [found.rating for one in sb.open(path).versions() if (found := sidecar.read(path, version=one.number))]
    assert ratings == [5, 2]


def test_names_are_taken_once_and_can_be_changed(path: Path) -> None:
    one = sb.open(path).create_version("One & <only>")
    with pytest.raises(InvalidSetting):
        sb.open(path).create_version("one & <ONLY>")
    assert versions.rename(path, one.number, "  Another\nname ").name == "Another name"
    assert one.version_name == "Another name" and one.sidecar.name == "a.dng.version-2.xmp"
    for wrong in ("", "x" * 201, "main"):
        with pytest.raises(InvalidSetting):
            versions.rename(path, one.number, wrong)
    with pytest.raises(NotFound):
        sb.open(path).version("Nobody")


def test_a_deleted_version_comes_back_as_it_was(path: Path) -> None:
    for name in ("First", "Second"):
        sb.open(path).create_version(name).edit(exposure=1).save(name)
    kept = sb.open(path).version("First").sidecar.read_bytes()
    versions.delete(path, 2)
    versions.delete(path, 3)
    assert [one.version_name for one in sb.open(path).versions()] == [""]
    assert sb.open(path).create_version("Third").number == 4, "a number is never given twice"
    assert [one.name for one in versions.deleted(path)] == ["First", "Second"]
    assert versions.restore(path).name == "Second"
    assert versions.restore(path).name == "First"
    assert sb.open(path).version("First").sidecar.read_bytes() == kept
    with pytest.raises(NotFound):
        versions.restore(path)


def test_the_photos_own_version_is_neither_deleted_nor_renamed(path: Path) -> None:
    for attempt in (lambda: versions.delete(path, 1), lambda: versions.rename(path, 1, "x")):
        with pytest.raises(InvalidSetting):
            attempt()


def test_what_is_open_while_its_version_is_deleted_writes_nothing_more(path: Path) -> None:
    copy = sb.open(path).create_version()
    document = Document(copy)
    document.commit(Settings(exposure=1), "x")
    document.discard()
    versions.delete(path, copy.number)
    document.commit(Settings(exposure=2), "y")
    document.flush()
    assert not copy.sidecar.exists() and "deleted" in document.problem


def test_a_deleted_version_is_not_begun_anew_by_who_knew_it(path: Path) -> None:
    copy = sb.open(path).create_version("Grey")
    copy.edit(exposure=1).save()
    kept = copy.sidecar.read_bytes()
    document = Document(copy)
    versions.delete(path, copy.number)
    with pytest.raises(NotFound):
        describe.write(path, {"rating": 3}, copy.number)
    document.commit(Settings(exposure=2), "x")
    with pytest.raises(SidecarError, match="deleted"):
        document.save()
    assert not copy.sidecar.exists()
    assert versions.restore(path).name == "Grey" and copy.sidecar.read_bytes() == kept
    assert sidecar.read_file(document.save()).settings == Settings(exposure=2), "it can be saved again"


def test_a_damaged_version_is_saved_after_it_was_moved_aside(path: Path) -> None:
    copy = sb.open(path).create_version("Grey")
    copy.sidecar.write_bytes(b"<broken")
    document = Document(copy)
    document.commit(Settings(exposure=1), "x")
    document.save_aside()
    assert sb.open(path).version(2).settings == Settings(exposure=1) and not document.problem


def test_a_version_of_a_number_that_was_deleted_before_replaces_nothing(path: Path) -> None:
    first = sb.open(path).create_version("First")
    kept = first.sidecar.read_bytes()
    versions.delete(path, 2)
    first.sidecar.write_bytes(kept.replace(b"First", b"Other"))  # as a synchronised folder may bring it
    gone = versions.delete(path, 2)
    assert gone.number == 3 and sorted(one.name for one in versions.deleted(path)) == ["First", "Other"]
    first.sidecar.write_bytes(kept.replace(b"First", b"Third"))
    assert versions.restore(path, 2).number == 4, "2 is another one's meanwhile"
    assert versions.restore(path, 3).number == 3
    assert [one.version_name for one in sb.open(path).versions()] == ["", "Third", "Other", "First"]


def test_a_version_comes_back_under_a_free_name(path: Path) -> None:
    sb.open(path).create_version("Grey")
    versions.delete(path, 2)
    sb.open(path).create_version("grey")
    assert versions.restore(path).name == "Grey 2"
    assert sb.open(path).version("Grey 2").number == 2 and sb.open(path).version("grey").number == 3


def test_a_new_version_replaces_none_that_was_not_seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of another process, or on a file system that does not tell A.DNG from a.dng."""
    monkeypatch.setattr(versions, "names_beside", lambda photo: {photo.name})
    assert [versions.create(path, name).number for name in ("One", "Two", "Three")] == [2, 3, 4]
    names = [versions.name_in(sidecar.path_for(path, version=number), number) for number in (2, 3, 4)]
    assert names == ["One", "Two", "Three"]


def test_versions_that_two_processes_make_at_once_are_all_kept(path: Path) -> None:
    code = """
import sys
from pathlib import Path
from stillbytes.edit import versions
sys.stdin.readline()
for number in range(20):
    versions.create(Path(sys.argv[1]), f"{sys.argv[2]} {number}")
"""
    command = [sys.executable, "-c", code, str(path)]
    both = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in "ab"]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.close()
    assert [process.wait() for process in both] == [0, 0]
    names = {one.version_name for one in sb.open(path).versions()}
    assert names == {"", *(f"{name} {number}" for name in "ab" for number in range(20))}


def test_a_version_that_could_not_be_written_leaves_its_number_free(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise SidecarError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(sidecar, "replace", full)
        with pytest.raises(SidecarError):
            versions.create(path)
    assert not list(path.parent.glob("*.version-*")) and versions.create(path).number == 2


def test_a_version_may_begin_as_a_profile_of_rawtherapees(path: Path) -> None:
    path.with_name("a.dng.pp3").write_text("[Version]\nAppVersion=5.9\n[Exposure]\nCompensation=1.0\n")
    copy = sb.open(path).create_version("Mine")
    assert copy.settings == sb.open(path).settings != Settings() and copy.version_name == "Mine"


def test_photos_of_one_name_keep_their_versions_apart(tmp_path: Path) -> None:
    for name in ("a.dng", "a.jpg"):
        make_photo(tmp_path / name)
        sb.open(tmp_path / name).create_version(f"of {name}")
    assert [sb.open(tmp_path / n).versions()[1].version_name for n in ("a.dng", "a.jpg")] == ["of a.dng", "of a.jpg"]


def test_versions_are_told_by_names() -> None:
    names = {
        "a.nef", "a.xmp", "a.nef.version-2.xmp", "a.nef.version-12.xmp", "b.nef.version-2.xmp", "a.nef.version-1.xmp",
        "a_01.nef.xmp", "a_02.nef.xmp", "a_03.nef", "a_03.nef.xmp", "a.nef.version-7.jpg", "a.nef.version-7.xmp",
    }  # fmt: skip
    assert further(names) == {"a.nef": {2: "a.nef.version-2.xmp", 3: "a_02.nef.xmp", 12: "a.nef.version-12.xmp"}}


def test_darktables_duplicates_are_versions(path: Path) -> None:
    (path.parent / "a_01.dng.xmp").write_text(DARKTABLE)
    found = sb.open(path).versions()
    assert [one.version_name for one in found] == ["", "Version 2"] and found[1].settings
    with pytest.raises(SidecarError, match="darktable"):
        versions.delete(path, 2)
    found[1].edit(contrast=10).save()
    assert sb.open(path).version(2).settings.number("contrast") == 10
    assert (path.parent / "a.dng.version-2.xmp").exists()
    with pytest.raises(SidecarError, match="a_01"):
        versions.delete(path, 2)  # or it would be there still, with darktable's settings
    assert sb.open(path).version(2).settings.number("contrast") == 10


def test_snapshots_outlast_a_restart_and_are_applied_as_a_step(path: Path) -> None:
    document = Document(sb.open(path))
    document.commit(Settings(exposure=1), "Brighter")
    document.take_snapshot("Bright")
    document.commit(Settings(exposure=-1), "Darker")
    document.save()
    again = Document(sb.open(path))
    assert [one.name for one in again.snapshots.all] == ["Bright"]
    assert again.apply_snapshot("bright").settings == Settings(exposure=1)
    assert [entry.label for entry in again.history.entries][-1] == "Snapshot: Bright"
    assert again.undo().settings == Settings(exposure=-1)
    assert sb.open(path).snapshot("Bright").settings == Settings(exposure=1)


def test_snapshots_are_renamed_updated_deleted_and_put_back(path: Path) -> None:
    document = Document(sb.open(path))
    document.take_snapshot("One")
    two = document.take_snapshot("Two", Settings(contrast=5))
    with pytest.raises(InvalidSetting):
        document.take_snapshot("ONE")
    with pytest.raises(InvalidSetting):
        document.rename_snapshot(two.id, "One")
    document.rename_snapshot("Two", "Zwei")
    document.commit(Settings(exposure=2), "x")
    assert document.update_snapshot("Zwei").settings == Settings(exposure=2)
    document.save()
    gone = document.delete_snapshot("Zwei")
    document.save()
    assert [one.name for one in Document(sb.open(path)).snapshots.all] == ["One"]
    document.put_snapshot(gone)
    document.save()
    assert [one.settings for one in Document(sb.open(path)).snapshots.all] == [Settings(), Settings(exposure=2)]
    with pytest.raises(NotFound):
        document.apply_snapshot("Three")


def test_a_snapshot_from_python_leaves_the_edit_as_it_is(path: Path) -> None:
    sb.open(path).edit(exposure=1).save()
    sb.open(path).edit(exposure=2).snapshot("Two")
    assert sb.open(path).settings == Settings(exposure=1)
    assert [one.settings for one in sb.open(path).snapshots] == [Settings(exposure=2)]


def test_a_photo_knows_what_was_saved_through_it(path: Path) -> None:
    photo = sb.open(path)
    photo.edit(exposure=1).save()
    photo.edit(contrast=20).save()
    assert photo.settings == sb.open(path).settings == Settings(exposure=1, contrast=20)
    photo.edit().snapshot("A")
    assert photo.snapshot("A").settings == Settings(exposure=1, contrast=20)
    sb.open(path).edit(exposure=2).save()  # by another one
    photo.edit(exposure=2, contrast=20).save()
    assert photo.settings == Settings(exposure=2, contrast=20)


def test_snapshots_of_a_photo_without_steps_outlast_another_program(path: Path) -> None:
    document = Document(sb.open(path))
    document.take_snapshot("As shot")
    file = document.save()
    theirs = path.with_name("theirs.xmp")
    sidecar.write(path, Settings(exposure=1), path=theirs)
    packet = Packet(theirs.read_bytes(), theirs.name)
    for name in ("sb:Settings", "sb:Process"):  # as who does not know them would write
        packet.remove(name)
    file.write_bytes(packet.content())
    document.refresh()
    assert document.settings.number("exposure") == 1
    assert [one.name for one in document.snapshots.all] == ["As shot"]
    assert document.unsaved and file.read_bytes() == packet.content(), "nobody quarrels over the file"
    document.flush()  # as at the end
    assert [one.name for one in sb.open(path).snapshots] == ["As shot"]
    assert sb.open(path).settings.number("exposure") == 1 and not document.unsaved
    document.commit(Settings(exposure=2), "x")
    document.save()
    other = Document(sb.open(path))
    other.delete_snapshot("As shot")
    other.save()
    document.refresh()
    assert not document.snapshots.all, "who knows them may delete them"


def test_looking_while_another_program_works_writes_nothing(path: Path) -> None:
    file = path.with_suffix(".xmp")
    document = Document(sb.open(path))
    for exposure in (1, 2, 3):
        sidecar.write(path, Settings(exposure=exposure))
        packet = Packet(file.read_bytes(), file.name)
        for name in ("sb:Settings", "sb:Process"):
            packet.remove(name)
        file.write_bytes(packet.content())
        document.refresh()
        assert document.settings.number("exposure") == exposure
    document.flush()
    assert not document.unsaved and file.read_bytes() == packet.content()


def test_a_deleted_snapshot_comes_back_with_what_a_newer_release_knows(path: Path) -> None:
    document = Document(sb.open(path))
    document.take_snapshot("One", Settings(contrast=5))
    file = document.save()
    file.write_text(file.read_text().replace('"contrast": 5.0', '"contrast": 5.0, "sparkle": 3'))
    again = Document(sb.open(path))
    gone = again.delete_snapshot("One")
    again.put_snapshot(Snapshot(gone.id, gone.name, gone.at, dict(gone.settings)))  # what a page tells of it
    assert again.snapshots.all == (gone,) and "sparkle" in gone.values and gone.process


@pytest.mark.parametrize(
    ("id", "name", "at"),
    [
        ("x" * 12, "A", "2026-01-01T00:00:00+00:00"),
        ("0123456789abc", "A", "2026-01-01T00:00:00+00:00"),
        ("0123456789ab", "A", "yesterday"),
        ("0123456789ab", "A", "2026-01-01T00:00:00"),
        ("0123456789ab", "A", "0001-01-01T00:00:00+23:00"),
        ("0123456789ab", "\n", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_a_snapshot_told_from_outside_is_checked(path: Path, id: str, name: str, at: str) -> None:
    with pytest.raises(InvalidSetting):
        Document(sb.open(path)).put_snapshot(Snapshot(id, name, at))


def test_a_snapshot_told_from_outside_is_kept_as_we_write_them(path: Path) -> None:
    document = Document(sb.open(path))
    document.put_snapshot(Snapshot("0123456789ab", " A\nB ", "2026-01-01T02:00:00+02:00"))
    (one,) = document.snapshots.all
    assert (one.name, one.at) == ("A B", "2026-01-01T00:00:00.000+00:00")


def test_snapshots_that_two_programs_make_at_once_are_all_kept(path: Path) -> None:
    mine = Document(sb.open(path))
    mine.take_snapshot("Old")
    gone = mine.take_snapshot("Gone")
    mine.save()
    theirs = Document(sb.open(path))
    theirs.take_snapshot("Theirs")
    theirs.save()
    mine.take_snapshot("Mine")
    mine.delete_snapshot(gone.id)
    mine.save()
    assert {one.name for one in Document(sb.open(path)).snapshots.all} == {"Old", "Theirs", "Mine"}


def test_a_damaged_snapshot_costs_itself_only(path: Path) -> None:
    document = Document(sb.open(path))
    document.take_snapshot("One")
    document.take_snapshot("Two", Settings(contrast=5))
    file = document.save()
    file.write_text(file.read_text().replace('"settings": {}', '"settings": [7]'))
    assert [one.name for one in sb.open(path).snapshots] == ["Two"]


def test_a_snapshot_keeps_what_a_newer_release_knows(path: Path) -> None:
    document = Document(sb.open(path))
    document.take_snapshot("One", Settings(contrast=5))
    file = document.save()
    file.write_text(file.read_text().replace('"contrast": 5.0', '"contrast": 5.0, "sparkle": 3'))
    again = Document(sb.open(path))
    assert again.snapshots.find("One").settings == Settings(contrast=5)
    again.commit(Settings(exposure=1), "x")
    assert '"sparkle": 3' in again.save().read_text()


def test_exports_are_called_after_their_versions(path: Path, tmp_path: Path) -> None:
    photo = sb.open(path)
    grey, odd = photo.create_version("Grey"), photo.create_version("7/8: *?")
    done = export([path, grey, odd], tmp_path / "out", Spec(format="jpeg", size=32))
    assert [one.target.name for one in done if one.target] == ["a.jpg", "a-Grey.jpg", "a-7 8.jpg"]
    assert [one.version for one in done] == ["", "Grey", "7/8: *?"]
    done = export([path, grey], tmp_path / "out", Spec(format="jpeg", size=32, name="{version}_{name}_{sequence}"))
    assert [one.target.name for one in done if one.target] == ["a_1.jpg", "Grey_a_2.jpg"]


def test_nothing_that_was_saved_is_lost_when_the_program_is_killed(path: Path) -> None:
    code = """
import sys, stillbytes as sb
from stillbytes.edit.document import Document
copy = sb.open(sys.argv[1]).create_version()
documents = Document(sb.open(sys.argv[1])), Document(copy)
number = 0
while True:
    number += 1
    for document in documents:
        document.commit(sb.Settings(contrast=number % 100), f"step {number}")
        document.take_snapshot(str(number), document.settings)
    if number % 3 == 0:
        for document in documents:
            document.save()
        print(copy.number, number, flush=True)
"""
    chance = random.Random(8)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randint(1, 8))]
        process.kill()
        process.wait()
        copy, saved = map(int, (lines + process.stdout.readlines())[-1].split())
        for document in (Document(sb.open(path)), Document(sb.open(path).version(copy))):
            assert not document.problem
            steps = {entry.label for entry in document.history.entries}
            assert f"step {saved}" in steps and document.snapshots.find(str(saved)).settings == Settings(
                contrast=saved % 100
            )
        path.with_suffix(".xmp").unlink()
