"""Names of imported files: from any template and any photo, names that every file system takes, each one free."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stillbytes.core.filenames import DEVICES, FORBIDDEN
from stillbytes.library.ingest.card import File, Shot
from stillbytes.library.ingest.choices import Choices
from stillbytes.library.ingest.names import Names
from stillbytes.photo import naming
from stillbytes.photo.metadata import Metadata

TEXTS = st.text(max_size=300) | st.sampled_from(
    [
        "..",
        "../../etc",
        "/etc/passwd",
        "C:\\x",
        "nul",
        "com1.txt",
        "aux.",
        ".hidden",
        " ",
        "a" * 300,
        "é" * 200,
        "🦉" * 90,
    ]
)
FIELDS = st.sampled_from(
    [field.example for field in naming.FIELDS.values()] + ["{date:%A %b}", "{time:%H.%M}", "{sequence}"]
)
TEMPLATES = st.lists(
    FIELDS | st.sampled_from(["/", "-", " ", ".", "\\", "x"]) | st.text(max_size=5), min_size=1, max_size=8
)


def shot(name: str, title: str = "", camera: str = "", taken: datetime | None = None) -> Shot:
    path = Path("/card") / f"{name or 'x'}.NEF"
    facts = Metadata(title=title, model=camera, label=title, taken=taken or datetime(2026, 11, 30, 9, 5, 7), iso=400)
    return Shot(
        path.stem, (File(path, ".NEF", 1, 1, b"1"), File(path.with_suffix(".JPG"), ".JPG", 1, 1, b"2")), (), facts
    )


def right_for_windows(name: str) -> bool:
    return (
        0 < len(name.encode()) <= 240
        and name.isprintable()
        and not set(name) & set(FORBIDDEN)
        and name[-1] not in ". "
        and name[0] not in " "
        and name.split(".", maxsplit=1)[0].rstrip().upper() not in DEVICES
    )


@given(
    parts=TEMPLATES,
    shots=st.lists(
        st.tuples(TEXTS.filter(lambda t: "/" not in t and "\0" not in t), TEXTS, TEXTS), min_size=1, max_size=6
    ),
)
def test_no_name_leads_out_of_the_folder_or_meets_another(parts: list[str], shots: list[tuple[str, str, str]]) -> None:
    try:
        choices = Choices(to=Path("/nowhere/photos"), name="".join(parts))
    except ValidationError:
        return
    names = Names(choices)
    found = set()
    for name, title, camera in shots:
        try:
            one = shot(name, title, camera)
        except ValueError:  # no path
            continue
        folder, stem, _ = names.free(one, one.photos)
        target = f"{folder}{stem}.NEF"
        for part in target.split("/"):
            assert right_for_windows(part) and part not in (".", "..") and not part.startswith(".")
        assert Path("/nowhere/photos", target).is_relative_to("/nowhere/photos")
        assert target.casefold() not in found
        found.add(target.casefold())


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{name}", "DSC_1"), ("{year}/{date:%Y-%m-%d}/{name}", "2026/2026-11-30/DSC_1"),
        ("{date:%Y%m%d}-{time}-{sequence:04}", "20261130-090507-0001"), ("{camera}/{month}{day}", "NIKON D750/1130"),
        ("{year}\\{name}", "2026/DSC_1"), ("{title}", "Unnamed"),
    ],
)  # fmt: skip
def test_names_by_templates(tmp_path: Path, template: str, expected: str) -> None:
    names = Names(Choices(to=tmp_path, name=template))
    one = shot("DSC_1", camera="NIKON D750")
    folder, stem, _ = names.free(one, one.photos)
    assert f"{folder}{stem}" == expected


@pytest.mark.parametrize(
    "template", ["", "/", "a//b", "/a", "../{name}", "a/", "{nonsense}", "{version}", "{date:%Y/%m}", "a\0b", "{"]
)
def test_what_is_no_template_is_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        Choices(to=tmp_path, name=template)


def test_a_name_that_is_taken_in_either_folder_gets_a_number(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "x").mkdir(parents=True)
    (two / "x").mkdir(parents=True)
    (one / "x/dsc_1.jpg.xmp").touch()
    (two / "x/DSC_1-2.tif").touch()
    names = Names(Choices(to=one, second_copy=two, name="x/{name}"))
    found = [names.free(s, s.photos)[1] for s in (shot("DSC_1"), shot("DSC_1"), shot("DSC_2"))]
    assert found == ["DSC_1-3", "DSC_1-4", "DSC_2"]


def test_a_sequence_goes_on_after_the_numbers_that_are_there(tmp_path: Path) -> None:
    for number in (1, 2, 4):
        (tmp_path / f"Rome-{number:03}.NEF").touch()
    names = Names(Choices(to=tmp_path, name="Rome-{sequence:03}"))
    assert [names.free(s, s.photos)[1] for s in (shot("a"), shot("b"), shot("c"))] == [
        "Rome-003",
        "Rome-005",
        "Rome-006",
    ]


def test_what_is_written_with_other_accents_is_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "Café.jpg").touch()
    names = Names(Choices(to=tmp_path, name="{name}"))
    assert names.free(shot("CAFE\u0301"), [])[1] == "CAFE\u0301-2"
