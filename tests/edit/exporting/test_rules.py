"""Sizes, names and presets of exports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import ExportError
from stillbytes.core.filenames import plain
from stillbytes.core.geometry import Size
from stillbytes.edit.exporting import Spec, names, sizes
from stillbytes.edit.exporting.presets import ExportPresets
from stillbytes.edit.exporting.spec import spec_of
from stillbytes.photo.metadata import Metadata

LANDSCAPE = Size(6000, 4000)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("long:3000", (3000, 2000)), ("short:1000", (1500, 1000)), ("fit:1920x1080", (1620, 1080)),
        ("fit:1200x2000", (1200, 800)), ("mp:6", (3000, 2000)), ("percent:50", (3000, 2000)),
        ("long:9000", (6000, 4000)),
    ],
)  # fmt: skip
def test_each_rule_of_size(rule: str, expected: tuple[int, int]) -> None:
    found = LANDSCAPE.scaled(sizes.scale(LANDSCAPE, None, rule, enlarge=False))
    assert (found.width, found.height) == expected


def test_enlarging_has_to_be_wanted_and_ends_at_four_times() -> None:
    assert sizes.scale(LANDSCAPE, None, "long:9000", enlarge=True) == 1.5
    assert sizes.scale(LANDSCAPE, None, "long:90000", enlarge=True) == 4
    assert sizes.scale(LANDSCAPE, 3000, "", enlarge=True) == 0.5 and sizes.scale(LANDSCAPE, None, "", enlarge=True) == 1


@pytest.mark.parametrize(
    "rule", ["long", "long:", "long:5", "fit:100", "fit:1x1", "long:100x100", "mp:0", "wide:100", "percent:1000"]
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ExportError, match=r"rule|between"):
        spec_of({"resize": rule})


FACTS = Metadata(
    make="NIKON", model="NIKON D750", iso=400, rating=4, title="Sea: a/b", taken=datetime(2024, 5, 1, 8, 30)
)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{name}", "IMG_1"), ("{date:%Y-%m-%d}_{name}", "2024-05-01_IMG_1"), ("{sequence:03}-{rating}", "007-4"),
        ("{camera} {iso} {title}", "NIKON D750 400 Sea a b"), ("{date}", "2024-05-01"), ("{lens}", "Unnamed"),
    ],
)  # fmt: skip
def test_names_from_templates(template: str, expected: str) -> None:
    names.check(template)
    assert names.filled(template, Path("IMG_1.nef"), FACTS, 7) == expected


@pytest.mark.parametrize(
    "template", ["", "{", "{nonsense}", "{name:x}", "{sequence:a}", "{sequence:99}", "{date:%Q}", "a}", "{date:%Y/%m}"]
)
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(ExportError, match=r"meaning|no name"):
        spec_of({"name": template})


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_template_is_refused_or_gives_a_name(template: str, title: str) -> None:
    try:
        names.check(template)
    except ValueError:
        return
    found = names.filled(template, Path("a.nef"), Metadata(title=title), 1)
    assert found and plain(found) and found not in (".", "..")


def test_presets_are_kept_found_replaced_and_removed(tmp_path: Path) -> None:
    store = ExportPresets(tmp_path)
    assert "For the web" in store.all()
    spec = Spec(format="png16", resize="long:1000", watermark="me")
    store.keep("Mine", spec)
    assert store.find("mine") == spec
    store.keep("Mine", Spec(quality=50))
    assert store.find("Mine") == Spec(quality=50)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "odd.json").write_text('{"quality": 900}')
    assert "broken" not in store.all() and "odd" not in store.all()
    store.remove("Mine")
    with pytest.raises(ExportError, match="no preset of exports"):
        store.find("Mine")
    for name in ("../a", "For the web"):
        with pytest.raises(ExportError):
            store.remove(name)
    with pytest.raises(ExportError, match="cannot be called"):
        store.keep("a/b", spec)


@pytest.mark.parametrize(
    "given",
    [
        {"quality": 0},
        {"quality": True},
        {"size": 1},
        {"watermark": 3},
        {"intent": "odd"},
        {"nonsense": 1},
        {"dpi": "a"},
        {"quality": float("inf")},
        {"quality": float("nan")},
        {"quality": 85.5},
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ExportError):
        spec_of(given)


@pytest.mark.parametrize(
    "content", ['{"quality": Infinity}', '{"watermark_size": 1e999}', '{"format": "odd"}', "[]", "{"]
)
def test_a_damaged_preset_costs_only_itself(content: str, tmp_path: Path) -> None:
    store = ExportPresets(tmp_path)
    store.keep("Mine", Spec(quality=80))
    (tmp_path / "Bad.json").write_text(content)
    assert store.find("mine").quality == 80
    with pytest.raises(ExportError, match="no preset of exports"):
        store.find("Bad")


def test_only_what_differs_is_stored() -> None:
    assert Spec().stored() == {} and Spec(quality=80).stored() == {"quality": 80}
    assert spec_of(Spec(resize="mp:3", gps=False).stored()) == Spec(resize="mp:3", gps=False)
