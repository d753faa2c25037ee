"""A photographer's first half hour: open, develop, crop, undo, paste, export."""

from __future__ import annotations

import time
from pathlib import Path

import exiv2
import numpy as np
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from PIL import Image
from playwright.sync_api import Locator, expect

import stillbytes as sb


def _drag_exposure(editor: Editor, part: float) -> None:
    """Drag the thumb of Exposure to that part of its track."""
    slider = editor.page.locator("[data-parameter=exposure]")
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    editor.page.mouse.move(box["x"] + box["width"] / 2, y)
    editor.page.mouse.down()
    for i in range(1, 11):
        editor.page.mouse.move(box["x"] + box["width"] * (0.5 + (part - 0.5) * i / 10), y)
        editor.page.wait_for_timeout(20)
    editor.page.mouse.up()


def _sidecar(editor: Editor, name: str, text: str) -> bool:
    """Whether the text comes to stand in the photo's sidecar. How soon is tested where no browser keeps us busy."""
    path = editor.folder / f"{name}.xmp"
    for _ in range(600):
        if path.exists() and text in path.read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_photo_is_developed_cropped_pasted_and_exported(editor: Editor) -> None:
    page = editor.page
    original = {path: path.read_bytes() for path in editor.folder.glob("*.dng")}
    first = editor.settled()

    brighter = editor.framed(lambda: _drag_exposure(editor, 0.65), lambda now: now > first + 15)
    assert _sidecar(editor, "IMG_1", "Exposure2012")

    page.keyboard.press("Escape")
    page.keyboard.press("r")
    area = page.get_by_test_id("crop-area")
    area.wait_for()
    handle = page.locator("[data-handle=se]").bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y - 150, steps=8)
    page.mouse.up()
    page.keyboard.press("Enter")
    editor.settled()
    assert _sidecar(editor, "IMG_1", 'HasCrop="True"')

    page.keyboard.press("Control+z")
    editor.settled()
    assert _sidecar(editor, "IMG_1", 'HasCrop="False"')
    editor.framed(lambda: page.keyboard.press("Control+z"), lambda now: abs(now - first) < 2)
    editor.framed(lambda: page.keyboard.press("Control+Shift+z"), lambda now: abs(now - brighter) < 2)

    page.keyboard.press("Control+Shift+c")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("button", name="Copy").click()
    before = editor.framed(page.get_by_role("gridcell").nth(1).click)
    editor.framed(lambda: page.keyboard.press("Control+Shift+v"), lambda now: now > before + 10)
    page.get_by_role("gridcell", name="IMG_2.dng, edited").wait_for()
    assert _sidecar(editor, "IMG_2", "Exposure2012")

    page.keyboard.press("Control+Shift+e")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("button", name="Export").click()
    exported = editor.folder / "exports" / "IMG_2.jpg"
    for _ in range(1200):
        if exported.exists():
            break
        page.wait_for_timeout(50)
    _check_export(exported, editor.folder / "IMG_2.dng")
    assert {path: path.read_bytes() for path in original} == original


def _check_export(exported: Path, photo: Path) -> None:
    """The file shows what the Python interface renders from the same sidecar, and says where it comes from."""
    picture = Image.open(exported)
    expected = np.asarray(sb.open(photo).edit().render(), np.float64)
    found = np.asarray(picture.convert("RGB"), np.float64)
    assert found.shape == expected.shape
    assert np.abs(found - expected).mean() < 2.5  # JPEG at the dialog's quality
    assert picture.info["icc_profile"]
    image = exiv2.ImageFactory.open(str(exported))
    image.readMetadata()
    exif = image.exifData()
    assert exif["Exif.Image.Make"].toString() == "Stillbytes"
    assert exif["Exif.Image.Orientation"].toString() == "1"


def test_before_and_after(editor: Editor) -> None:
    first = editor.settled()
    after = editor.framed(lambda: _drag_exposure(editor, 0.7), lambda now: now > first + 15)
    editor.page.keyboard.press("Escape")
    editor.page.keyboard.press("\\")
    editor.settled(lambda now: abs(now - first) < 3)
    editor.page.keyboard.press("\\")
    editor.settled(lambda now: abs(now - after) < 3)


def test_a_first_guess_by_key_button_and_slider(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    editor.settled()
    page.keyboard.press("Control+Shift+R")
    page.keyboard.press("Control+U")
    page.get_by_text("Auto tone", exact=True).wait_for()
    page.keyboard.press("Control+Z")
    page.get_by_role("button", name="Auto white balance").click()
    page.get_by_text("Auto Temperature, Tint", exact=True).wait_for()
    page.get_by_role("group", name="Whites", exact=True).locator(".label").dblclick(modifiers=["Shift"])
    page.get_by_text("Auto Whites", exact=True).wait_for()


def test_a_preset_is_tried_applied_and_weakened(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+R")
    plain = editor.settled()
    page.get_by_role("button", name="Presets", exact=True).click()
    preset = page.get_by_role("button", name="Bright and airy")
    preset.hover()
    bright = editor.settled(lambda now: now > plain + 2)
    page.mouse.move(700, 400)
    editor.settled(lambda now: abs(now - plain) < 0.5)
    preset.click()
    editor.settled(lambda now: abs(now - bright) < 0.5)
    amount = page.get_by_role("slider", name="Amount", exact=True)
    amount.focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    page.get_by_text("Bright and airy 50 %", exact=True).wait_for()
    editor.settled(lambda now: plain < now < bright)
    assert amount.input_value() == "50"


INKED = """canvas => {
    const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0, middle = 0, n = 0;
    for (let i = 3; i < d.length; i += 4) if (d[i] > 0) {
        inked++; n += d[i]; middle += d[i] * Math.floor(i / 4 / canvas.width);
    }
    return [inked / (d.length / 4), middle / n / canvas.height];
}"""
"""Of a scope: the part of it that is drawn on, and how far down the middle of that is."""


def test_scopes_draw_the_picture_and_follow_it(editor: Editor) -> None:
    page = editor.page
    scope = page.get_by_test_id("scope")

    def tab(name: str) -> Locator:
        return page.get_by_role("tab", name=name, exact=True)

    expect(scope).to_have_count(0)
    tab("Histogram").focus()
    for name in ("Waveform", "Parade", "Vectorscope"):
        page.keyboard.press("ArrowRight")
        expect(tab(name)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("img", name=f"{name}: ")).to_be_visible()
        page.wait_for_timeout(300)
        assert 0.001 < scope.evaluate(INKED)[0] < 0.9, name

    tab("Waveform").click()
    page.wait_for_timeout(300)
    before = scope.evaluate(INKED)[1]
    exposure = page.get_by_role("slider", name="Exposure")
    exposure.focus()
    editor.framed(lambda: [page.keyboard.press("Shift+ArrowRight") for _ in range(5)])
    page.wait_for_timeout(300)
    assert scope.evaluate(INKED)[1] < before - 0.05
    page.reload()
    expect(tab("Waveform")).to_have_attribute("aria-selected", "true")


def test_zooming_to_a_hundred_percent_shows_a_part(editor: Editor) -> None:
    editor.page.keyboard.press("Escape")
    for key in ("Control+Alt+0", "Control+0"):
        editor.page.keyboard.press(key)
        assert editor.settled() > 0


def test_the_page_has_no_serious_accessibility_findings(editor: Editor) -> None:
    def serious() -> list[str]:
        found = Axe().run(editor.page).response["violations"]
        return [f"{v['id']}: {v['help']}" for v in found if v["impact"] in ("serious", "critical")]

    assert serious() == []
    editor.page.keyboard.press("?")
    editor.page.get_by_role("dialog").wait_for()
    assert serious() == []
