"""Adjustments in settings, history and sidecar: checked, kept to the last digit, and small however often repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.history import History


def adjustment(id: str = "a", **more: Any) -> dict[str, Any]:
    mask = {"components": [{"kind": {"kind": "linear", "x0": 0.1}}]}
    return {"id": id, "name": "Sky", "mask": mask, "delta": {"exposure": -0.7, "contrast": 20.0}, **more}


def test_settings_hold_adjustments_completed_and_in_order() -> None:
    settings = Settings(adjustments=[adjustment(delta={"contrast": 20, "exposure": -0.7, "clarity": 0})])
    [held] = settings.adjustments
    assert dict(held.delta) == {"exposure": -0.7, "contrast": 20.0}
    assert held.amount == 1.0 and held.enabled
    assert settings == Settings(adjustments=[adjustment(amount=1.0, enabled=True)])
    assert settings.only(["Masks"]) == settings and not settings.without(["Masks"])
    assert Settings(adjustments=[]) == Settings()


def test_an_amount_scales_the_delta_and_a_disabled_one_adds_nothing() -> None:
    [half] = Settings(adjustments=[adjustment(amount=0.5)]).adjustments
    assert half.effective == {"exposure": -0.35, "contrast": 10.0}
    [off] = Settings(adjustments=[adjustment(enabled=False)]).adjustments
    assert off.effective == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "no list",
        [{}],
        [adjustment(id="")],
        [adjustment(), adjustment()],
        [adjustment(colour="red")],
        [adjustment(delta={"temperature": 5000})],
        [adjustment(delta={"exposure": 99})],
        [adjustment(delta={"exposure": float("nan")})],
        [adjustment(mask={"x": float("inf")})],
        [adjustment(mask={"x": object()})],
        [adjustment(mask=[])],
        [adjustment(amount=3)],
        [adjustment(amount=True)],
        [adjustment(enabled=1)],
        [adjustment(name="x" * 1000)],
        [adjustment(id=f"{i}") for i in range(65)],
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(wrong: Any) -> None:
    with pytest.raises(InvalidSetting) as refused:
        Settings(adjustments=wrong)
    assert refused.value.message and refused.value.remedy


def test_a_sidecar_keeps_adjustments_and_their_history(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    history = History().committed(Settings(exposure=1.0), "Exposure")
    history = history.committed(Settings(exposure=1.0, adjustments=[adjustment()]), "Mask")
    history = history.committed(history.settings.changed(adjustments=[adjustment(amount=0.123456789)]), "Amount")
    sidecar.write(photo, history.settings, history.entries, history.position)
    found = sidecar.read(photo)
    assert found is not None
    assert found.settings == history.settings and found.history == history.entries and not found.notes


def test_adjustments_stay_when_another_program_changes_a_field(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    settings = Settings(exposure=1.0, adjustments=[adjustment()])
    sidecar.write(photo, settings)
    path = sidecar.path_for(photo)
    path.write_bytes(path.read_bytes().replace(b'Exposure2012="+1.00"', b'Exposure2012="+0.50"'))
    found = sidecar.read(photo)
    assert found is not None and found.settings == settings.changed(exposure=0.5)


def test_a_history_of_growing_strokes_is_written_once_each(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    history, strokes = History(), []
    for number in range(60):
        strokes.append(f"{number:03}" * 500)  # as brushes encode their points
        mask = {"components": [{"kind": {"kind": "brush", "strokes": list(strokes)}}]}
        history = history.committed(Settings(adjustments=[adjustment(mask=mask)]), "Brush")
    content = sidecar.write(photo, history.settings, history.entries, history.position)
    assert len(content) < 3.5 * len(json.dumps(strokes))
    found = sidecar.read(photo)
    assert found is not None and found.history == history.entries


def test_a_history_that_refers_to_what_is_not_there_is_dropped(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    mask = {"strokes": "x" * 100}
    history = History().committed(Settings(adjustments=[adjustment(mask=mask)]), "One")
    history = history.committed(Settings(adjustments=[adjustment(mask=mask, amount=0.5)]), "Two")
    content = sidecar.write(photo, history.settings, history.entries, history.position)
    path = sidecar.path_for(photo)
    path.write_bytes(
        content.replace(b"&quot;#part&quot;: 0", b"&quot;#part&quot;: 7").replace(b'"#part": 0', b'"#part": 7')
    )
    found = sidecar.read(photo)
    assert found is not None and found.settings == history.settings and found.history == ()
