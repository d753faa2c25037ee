"""An import from its plan to the library: what is copied where, what is a duplicate, what stays together."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from library.catalogue.photos import make, names, sidecar
from library.ingest.unreadable import except_for

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.edit import sidecar as sidecars
from stillbytes.library.catalogue import Catalogue
from stillbytes.library.ingest import Choices, IngestError, carry_out, look, plan, sources, unfinished
from stillbytes.library.ingest.card import Source


def tree(place: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too, with its hash and time."""
    return {
        str(path.relative_to(place)): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def test_every_file_is_copied_as_it_is_and_the_card_is_left_alone(card: Path, to: Path, library: Catalogue) -> None:
    before = tree(card)
    second = to.with_name("second")
    planned = plan(look(card), Choices(to=to, second_copy=second), library)
    assert not to.exists()
    report = carry_out(planned, library)
    assert (report.photos, report.files, report.doubled, report.added, report.failed) == (8, 9, 9, 8, ())
    assert tree(card) == before
    copied = tree(to)
    assert copied == tree(second)
    assert sorted(copied) == [
        "2026/2026-11-28/DSC_0001.JPG", "2026/2026-11-29/DSC_0002.JPG", "2026/2026-11-29/DSC_0002.dng",
        "2026/2026-11-29/DSC_0003.JPG", "2026/2026-11-29/DSC_0003.WAV", "2026/2026-11-29/DSC_0004.JPG",
        "2026/2026-11-30/DSC_0005.JPG", "2026/2026-11-30/DSC_0005.dng", "2026/2026-11-30/DSC_0006.JPG",
    ]  # fmt: skip
    assert {Path(name).name: state for name, state in copied.items()} == {
        Path(name).name: state for name, state in before.items() if "MISC" not in name
    }
    assert len(names(library)) == 8 and unfinished(library) == []


def test_the_import_vouches_for_every_byte(card: Path, to: Path, library: Catalogue) -> None:
    carry_out(plan(look(card), Choices(to=to), library), library)
    assert library.verify().first == 0 and library.verify().clean
    path = next(to.rglob("DSC_0001.JPG"))
    status, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [Path(problem.path).name for problem in library.verify().damage] == ["DSC_0001.JPG"]


def test_what_is_there_already_is_not_copied_again(card: Path, to: Path, library: Catalogue, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(card / "DCIM/100NIKON/DSC_0001.JPG", elsewhere / "renamed.jpg")
    library.add(elsewhere)
    (to / "old").mkdir(parents=True)  # below the destination, and in no library
    shutil.copy(card / "DCIM/100NIKON/DSC_0004.JPG", to / "old/b.jpg")
    (card / "DCIM/101NIKON").mkdir()
    shutil.copy(card / "DCIM/100NIKON/DSC_0006.JPG", card / "DCIM/101NIKON/DSC_0001.JPG")
    planned = plan(look(card), Choices(to=to), library)
    states = {str(one.shot.photos[0].path.relative_to(card / "DCIM")): one for one in planned.shots}
    assert {name for name, one in states.items() if one.state == "duplicate"} == {
        "100NIKON/DSC_0001.JPG", "100NIKON/DSC_0004.JPG", "101NIKON/DSC_0001.JPG",
    }  # fmt: skip
    assert states["100NIKON/DSC_0001.JPG"].already == elsewhere / "renamed.jpg"
    assert states["101NIKON/DSC_0001.JPG"].already == card / "DCIM/100NIKON/DSC_0006.JPG"
    carry_out(planned, library)
    again = plan(look(card), Choices(to=to), library)
    assert again.copies == [] and again.count("duplicate") == 7
    wanted = plan(look(card), Choices(to=to, duplicates=True), library)
    assert wanted.count("new") == 7 and not {copy.target for copy in wanted.copies} & set(tree(to))


def test_a_card_that_is_in_the_library_itself_is_imported(card: Path, to: Path, library: Catalogue) -> None:
    """Its photos on the card are the only ones, and the card will be used again."""
    library.add(card)
    planned = plan(look(card), Choices(to=to), library)
    assert planned.count("new") == 6
    assert carry_out(planned, library).photos == 8
    assert plan(look(card), Choices(to=to), library).count("duplicate") == 6
    one = card / "DCIM/100NIKON/DSC_0001.JPG"
    assert plan(look(one), Choices(to=to.with_name("other")), library).count("duplicate") == 1  # in `to`
    next(to.rglob(one.name)).unlink()
    assert plan(look(one), Choices(to=to.with_name("other")), library).count("new") == 1


def test_a_photo_whose_file_is_gone_is_no_duplicate(card: Path, to: Path, library: Catalogue) -> None:
    carry_out(plan(look(card), Choices(to=to), library), library)
    next(to.rglob("DSC_0003.JPG")).unlink()
    again = plan(look(card), Choices(to=to), library)
    assert [one.shot.name for one in again.shots if one.state == "new"] == ["DSC_0003"]


def test_files_that_differ_only_in_the_middle_are_two(card: Path, to: Path, library: Catalogue, tmp_path: Path) -> None:
    one = make(tmp_path / "big/one.jpg")
    content = bytearray(one.read_bytes() + bytes(400_000))
    one.write_bytes(content)
    to.mkdir()
    content[200_001] = 1
    (to / "other.jpg").write_bytes(content)
    assert plan(look(one), Choices(to=to, exact=True), library).count("new") == 1
    (to / "same.jpg").write_bytes(one.read_bytes())
    assert plan(look(one), Choices(to=to, exact=True), library).count("duplicate") == 1


def test_what_belongs_together_keeps_one_name(card: Path, to: Path, library: Catalogue) -> None:
    folder = card / "DCIM/100NIKON"
    sidecar(folder / "DSC_0002.xmp", rating=3, edited=True)
    sidecar(folder / "DSC_0002.JPG.xmp", rating=1)
    (folder / "DSC_0002.stillbytes").mkdir()
    (folder / "DSC_0002.stillbytes/mask.png").write_bytes(b"mask")
    (folder / "DSC_0005.dng.pp3").write_bytes(b"[Version]\n")
    sidecar(folder / "DSC_0002.JPG.version-2.xmp", rating=2, edited=True)
    sidecar(folder / "DSC_0005_01.dng.xmp", rating=2, edited=True)
    carry_out(plan(look(card), Choices(to=to, name="Trip {sequence:02}"), library), library)
    assert [name for name in tree(to) if name.startswith(("Trip 02", "Trip 05", "Trip 03"))] == [
        "Trip 02.JPG", "Trip 02.JPG.version-2.xmp", "Trip 02.JPG.xmp", "Trip 02.dng", "Trip 02.stillbytes/mask.png",
        "Trip 02.xmp",
        "Trip 03.JPG", "Trip 03.WAV", "Trip 05.JPG", "Trip 05.dng", "Trip 05.dng.pp3",
        "Trip 05_01.dng.xmp",
    ]  # fmt: skip
    assert sidecars.existing(to / "Trip 02.dng") == to / "Trip 02.xmp"
    ratings = {photo.name: photo.rating for photo in library.search("").photos if photo.version == 1}
    assert (ratings["Trip 02.dng"], ratings["Trip 02.JPG"]) == (3, 1)
    assert b"Trip 02.dng" in (to / "Trip 02.xmp").read_bytes() and b"DSC_0002" not in (to / "Trip 02.xmp").read_bytes()


def test_a_claimed_sidecar_stays_with_its_photo(tmp_path: Path, to: Path, library: Catalogue) -> None:
    """One that says that it is the JPEG's, though a RAW is beside it."""
    make(tmp_path / "card/A.dng")
    make(tmp_path / "card/A.jpg")
    claim = sidecar(tmp_path / "card/A.xmp", rating=4)
    claim.write_text(claim.read_text().replace("<rdf:Description", '<rdf:Description crs:RawFileName="A.jpg" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"', 1))  # noqa: E501  # fmt: skip
    carry_out(plan(look(tmp_path / "card"), Choices(to=to, name="B"), library), library)
    assert sidecars.existing(to / "B.jpg") == to / "B.xmp"
    assert {photo.name: photo.rating for photo in library.search("").photos} == {"B.jpg": 4, "B.dng": 0}


def test_the_rest_of_a_shot_goes_to_where_its_other_photo_is(card: Path, to: Path, library: Catalogue) -> None:
    (to / "kept").mkdir(parents=True)
    shutil.copy(card / "DCIM/100NIKON/DSC_0002.dng", to / "kept/Owl.dng")
    planned = plan(look(card), Choices(to=to), library)
    assert [c.target for one in planned.shots if one.shot.name == "DSC_0002" for c in one.copies] == ["kept/Owl.JPG"]


def test_preset_and_remarks_come_with_the_photos(card: Path, to: Path, library: Catalogue) -> None:
    sidecar(card / "DCIM/100NIKON/DSC_0004.xmp", rating=2, places=["Europe|Alps"])
    choices = Choices(
        to=to,
        name="{name}",
        preset="Sepia",
        keywords=("Trip|Rome",),
        creator="Ann",
        copyright="© Ann",
        caption="A walk",
    )
    second = to.with_name("second")
    carry_out(plan(look(card), choices.model_copy(update={"second_copy": second}), library), library)
    photos = {photo.name: photo for photo in library.search("").photos}
    assert len(photos) == 8
    for photo in photos.values():
        assert (photo.creator, photo.copyright, photo.caption) == ("Ann", "© Ann", "A walk")
        assert "Trip|Rome" in photo.keywords and photo.edited
    assert {"Europe|Alps", "Trip|Rome"} <= set(photos["DSC_0004.JPG"].keywords) and photos["DSC_0004.JPG"].rating == 2
    from stillbytes.edit.document import Document  # noqa: PLC0415

    document = Document(sb.open(to / "DSC_0001.JPG"))
    assert document.settings["black_and_white"] and document.history.can_undo
    assert not document.undo().settings
    assert tree(to)["DSC_0001.xmp"].split()[0] == tree(second)["DSC_0001.xmp"].split()[0]


def test_a_photo_that_cannot_be_read_stops_nothing(card: Path, to: Path, library: Catalogue) -> None:
    (card / "DCIM/100NIKON/DSC_0007.JPG").write_bytes(b"no photo")
    planned = plan(look(card), Choices(to=to, name="{name}"), library)
    gone = next(copy for copy in planned.copies if copy.target == "DSC_0003.JPG")
    assert gone.source is not None
    gone.source.unlink()
    report = carry_out(planned, library)
    assert [failed.path.name for failed in report.failed] == ["DSC_0003.JPG"]
    assert (to / "DSC_0007.JPG").read_bytes() == b"no photo" and report.photos == 8


def test_a_raw_that_cannot_be_read_is_told_of_though_its_jpeg_can(
    card: Path, to: Path, library: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillbytes.library.ingest.card.look_at", except_for("0002.dng", "0005.dng", "0005.JPG"))
    found = look(card)
    folder = card.resolve() / "DCIM/100NIKON"
    assert found.problems == ((str(folder / "DSC_0002.dng"), "0002.dng cannot be read: Input/output error."),)
    planned = plan(found, Choices(to=to, name="{name}"), library)
    assert [path for path, _ in planned.unread] == [
        str(folder / name) for name in ("DSC_0002.dng", "DSC_0005.dng", "DSC_0005.JPG")
    ]
    assert all("Input/output error" in why for _, why in planned.unread)
    carry_out(planned, library)
    assert (to / "DSC_0002.JPG").exists() and not list(to.glob("DSC_0005*"))


def test_a_folder_that_fails_while_it_is_looked_through_is_told_of_once(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: Path) -> object:
        if str(path).endswith("MISC"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [Path(path).name for path, _ in look(card).problems] == ["MISC"]


@pytest.mark.parametrize("name", ["Straße", "İstanbul", "ŉﬃ"])
def test_a_sidecar_stays_with_a_photo_whose_name_is_longer_in_lower_case(
    name: str, tmp_path: Path, to: Path, library: Catalogue
) -> None:
    folder = make(tmp_path / f"card/{name}.jpg").parent
    sidecar(folder / f"{name}.xmp", rating=3)
    sidecar(folder / f"{name}.jpg.version-2.xmp", rating=2, edited=True)
    sidecar(folder / f"{name}_01.jpg.xmp", rating=2, edited=True)
    (folder / f"{name}.stillbytes").mkdir()
    (folder / f"{name}.stillbytes/mask.png").write_bytes(b"mask")
    carry_out(plan(look(tmp_path / "card"), Choices(to=to, name="B"), library), library)
    assert sorted(tree(to)) == ["B.jpg", "B.jpg.version-2.xmp", "B.stillbytes/mask.png", "B.xmp", "B_01.jpg.xmp"]


def test_only_what_is_chosen_is_copied(card: Path, to: Path, library: Catalogue) -> None:
    planned = plan(look(card), Choices(to=to, name="{sequence}"), library, chosen={1, 3})
    assert [one.state for one in planned.shots] == ["left", "new", "left", "new", "left", "left"]
    assert [copy.target for copy in planned.copies] == ["1.dng", "1.JPG", "2.JPG"]
    assert planned.examples == ("1.JPG", "2.dng", "3.JPG")


def test_folders_in_each_other_are_refused(card: Path, to: Path, library: Catalogue) -> None:
    found = look(card)
    for choices in (
        Choices(to=card / "new"), Choices(to=card), Choices(to=to, second_copy=to / "x"),
        Choices(to=to / "x", second_copy=to), Choices(to=to, second_copy=card / "x"),
    ):  # fmt: skip
        with pytest.raises(IngestError, match=r"lie"):
            plan(found, choices, library)
    with pytest.raises(InvalidSetting):
        plan(found, Choices(to=to, preset="nonsense"), library)
    with pytest.raises(NotFound):
        look(card / "nowhere")


def test_links_on_a_card_are_not_followed(card: Path, to: Path, library: Catalogue, tmp_path: Path) -> None:
    make(tmp_path / "secret/a.jpg")
    (card / "DCIM/link").symlink_to(tmp_path / "secret")
    (card / "DCIM/b.jpg").symlink_to(tmp_path / "secret/a.jpg")
    assert len(plan(look(card), Choices(to=to), library).shots) == 6


def test_cards_are_found_among_the_volumes(card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil  # noqa: PLC0415

    class Volume:
        def __init__(self, place: Path, opts: str) -> None:
            self.mountpoint, self.opts = str(place), opts

    volumes = [Volume(tmp_path, "rw,fixed"), Volume(card, "rw,removable"), Volume(tmp_path / "empty drive", "cdrom")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: volumes)
    assert sources() == [Source(card, "card", True)]
