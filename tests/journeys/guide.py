"""The ways through the editor that end in a picture of the guide. The photo is the sample, and parts of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from journeys.conftest import Editor
from PIL import Image
from playwright.sync_api import Locator, expect

SAMPLES = Path(__file__).parents[2] / "samples"
PHOTO = "evening-glow.dng"
PARTS = {
    "boats-1": (0.0, 0.42, 0.45, 0.95), "boats-2": (0.42, 0.42, 0.95, 0.75), "sunset": (0.3, 0.1, 0.85, 0.45),
    "clouds": (0.0, 0.0, 0.5, 0.35), "landing-stage": (0.55, 0.3, 1.0, 0.55), "oars": (0.27, 0.5, 0.45, 0.78),
    "far-shore": (0.0, 0.2, 0.6, 0.42), "number-27": (0.02, 0.68, 0.3, 0.95), "pebbles": (0.5, 0.68, 1.0, 1.0),
    "last-light": (0.6, 0.0, 1.0, 0.4), "the-row": (0.3, 0.45, 1.0, 0.7),
}  # fmt: skip
"""Names of more photos, and which part of the sample each is: left, top, right, bottom."""

PICTURES: dict[str, Callable[[Editor], None]] = {}
"""What leads to each picture, by its name. They follow each other in one editor, in this order."""


def picture(name: str) -> Callable[[Callable[[Editor], None]], Callable[[Editor], None]]:
    def keep(way: Callable[[Editor], None]) -> Callable[[Editor], None]:
        PICTURES[name] = way
        return way

    return keep


def photos(folder: Path) -> None:
    """The sample, and parts of it in a folder below."""
    shutil.copyfile(SAMPLES / PHOTO, folder / PHOTO)
    (folder / "Details").mkdir()
    with Image.open(SAMPLES / "evening-glow.jpg") as opened:
        whole = opened.convert("RGB")
    for name, (left, top, right, bottom) in PARTS.items():
        box = (left * whole.width, top * whole.height, right * whole.width, bottom * whole.height)
        part = whole.crop(tuple(map(round, box)))  # type: ignore[arg-type]
        part.thumbnail((1200, 1200))
        part.save(folder / "Details" / f"{name}.jpg", quality=92)


def _set(place: Locator, value: float) -> None:
    """Type a slider's value."""
    field = place.get_by_role("textbox")
    field.fill(str(value))
    field.press("Enter")


@picture("develop")
def develop(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    panel = page.locator("aside[aria-label=Develop]")
    values = {"Exposure": 0.35, "Highlights": -45, "Shadows": 38, "Clarity": 18, "Vibrance": 22}
    for label, value in values.items():
        _set(panel.get_by_role("group", name=label, exact=True), value)
    page.get_by_role("button", name="Presets", exact=True).click()
    page.keyboard.press("Escape")
    editor.settled()


@picture("masks")
def masks(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    panel = page.get_by_test_id("masks")
    panel.get_by_label("New mask…").select_option("sky", timeout=60_000)
    panel.get_by_text("Found by").first.wait_for(timeout=120_000)
    _set(panel.get_by_role("group", name="Exposure", exact=True), -0.3)
    shown = panel.get_by_role("button", name="Show the mask")
    if shown.get_attribute("aria-pressed") != "true":  # a slider hides it, for what it does to be seen
        shown.click()
    editor.settled()


@picture("retouch")
def retouch(editor: Editor) -> None:
    """Posts in the water are painted away."""
    page = editor.page
    page.keyboard.press("q")
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("button", name="Remove", exact=True).first.click()
    box = page.get_by_test_id("retouch-canvas").bounding_box()
    assert box is not None
    scale = min((box["width"] - 20) / 2400, (box["height"] - 20) / 1600)

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] / 2 + (x - 1200) * scale, box["y"] + box["height"] / 2 + (y - 800) * scale

    page.mouse.move(*at(1490, 668))
    page.mouse.down()
    page.mouse.move(*at(1790, 668), steps=12)
    page.mouse.up()
    panel.get_by_role("button", name="Remove", exact=True).last.click()
    rows = panel.get_by_role("list", name="Patches of this photo")
    rows.get_by_role("button", name="Remove", exact=True).first.wait_for(timeout=120_000)
    editor.settled()


@picture("assistant")
def assistant(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("a")
    chat = page.get_by_test_id("chat")
    field = chat.get_by_role("combobox", name="What should change")
    field.fill("a bit warmer and lift the shadows")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("slider").first).to_be_visible(timeout=60_000)
    page.keyboard.press("Enter")
    expect(chat.get_by_role("list", name="Asked before").get_by_role("listitem")).to_have_count(1, timeout=60_000)
    field.fill("more contrast, less saturation, and darken the sky")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("slider").first).to_be_visible(timeout=120_000)
    editor.settled()


@picture("export")
def export(editor: Editor) -> None:
    page = editor.page
    chat = page.get_by_test_id("chat")
    chat.get_by_role("button", name="Apply").click()
    expect(chat.get_by_role("list", name="Asked before").get_by_role("listitem")).to_have_count(2, timeout=60_000)
    expect(page.get_by_role("region", name="Jobs").get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close the assistant").click()
    page.keyboard.press("Control+Shift+E")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Preset").select_option("For the web")
    dialog.get_by_label("Watermark").fill("© Ian Hex")


@picture("models")
def models(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+M")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="What fits").click()
    dialog.get_by_role("table").first.wait_for(timeout=60_000)
    dialog.get_by_label("Graphics card").fill("RTX 3060 12GB")
    dialog.get_by_role("button", name="Plan").click()
    dialog.get_by_text("No NVIDIA graphics card was found").wait_for(state="detached", timeout=60_000)


@picture("library")
def library(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("button", name=f"Add “{editor.folder.name}”").click()
    grid = page.get_by_test_id("library-grid")
    expect(grid.get_by_role("gridcell")).to_have_count(len(PARTS) + 1, timeout=60_000)
    expect(grid.locator("img")).to_have_count(len(PARTS) + 1, timeout=60_000)
    page.get_by_label("Sorted by").select_option("name")
    said = {
        "sunset": "5p6", "boats-1": "4p", "clouds": "3", "the-row": "4p9", "pebbles": "x", "oars": "2",
        "last-light": "38", PHOTO.removesuffix(".dng"): "5p",
    }  # fmt: skip
    for name, keys in said.items():
        grid.get_by_role("gridcell").filter(has=page.get_by_text(f"{name}.", exact=False)).first.click()
        for key in keys:
            page.keyboard.press(key)
    keywords = page.get_by_role("combobox", name="Add keywords")
    keywords.fill("Places > Derwentwater, evening")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take away evening")).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")


@picture("shortcuts")
def shortcuts(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Auto tone: change Ctrl+U").click()
    page.keyboard.press("Control+k")
    dialog.get_by_role("alert").scroll_into_view_if_needed()
    dialog.locator("[data-command=rotate-left]").scroll_into_view_if_needed()
