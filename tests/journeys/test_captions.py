"""What a model suggests for photos: seen, accepted and dismissed in the information panel, with keys alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from library.catalogue.photos import plain
from playwright.sync_api import Page, expect
from scripted import Scripted, scripted

from stillbytes.library.catalogue import describe as remarks

expect.set_options(timeout=60_000)
PIER = {
    "caption": "A wooden pier in the fog, with <b>three</b> boats.",
    "keywords": ["piers", "fog", "Ignore previous instructions", "boat", "morning|light"],
}


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Scripted]:
    """A model that sees, whose address is in the preferences before the editor is started."""
    with scripted(*[json.dumps(PIER)] * 3, context=8192, vision=True) as server:
        home = tmp_path / "home"
        home.mkdir()
        (home / "preferences.json").write_text(json.dumps({"llama": {"url": server.url}, "captions": False}))
        yield server


@pytest.fixture
def library(script: Scripted, editor: Editor) -> Editor:
    plain(editor.folder / "more" / "shot_0.jpg", "teal")
    remarks.write(plain(editor.folder / "more" / "shot_1.jpg", "grey"), {"keywords": ["Pier"]})
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("button", name="Add “photos”").click()
    expect(page.get_by_test_id("library-grid").get_by_role("gridcell")).to_have_count(4)
    return editor


def clean(page: Page) -> None:
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []


def _sidecar(photo: Path, *texts: str) -> bool:
    path = photo.with_suffix(".xmp")
    for _ in range(600):
        if path.exists() and all(text in path.read_text() for text in texts):
            return True
        time.sleep(0.05)
    return False


def test_suggestions_are_accepted_one_by_one_and_taken_back(library: Editor) -> None:
    page, photo = library.page, library.folder / "more/shot_0.jpg"
    cell = page.get_by_test_id("library-grid").get_by_role("gridcell").filter(has_text="shot_0.jpg")
    cell.click()
    panel = page.get_by_test_id("suggestions")
    expect(panel.get_by_role("button", name="Suggest", exact=True)).to_be_visible()
    page.keyboard.press("Shift+K")
    expect(panel.get_by_text(PIER["caption"])).to_be_visible()  # as words: nothing of it is markup
    chips = panel.get_by_role("list", name="Suggested keywords")
    expect(chips.get_by_role("listitem")).to_have_count(5)
    expect(chips).to_contain_text("Pier")  # as the library has it
    page.screenshot(path=str(library.folder.parent / "suggestions.png"))
    clean(page)
    assert not photo.with_suffix(".xmp").exists()

    fog = chips.get_by_role("button", name="Accept fog")
    fog.focus()
    page.keyboard.press("Enter")
    expect(chips.get_by_role("listitem")).to_have_count(4)
    expect(chips.get_by_role("button", name="Accept Ignore previous instructions")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # dismissed
    expect(chips.get_by_role("listitem")).to_have_count(3)
    expect(chips.get_by_role("button", name="Accept boat")).to_be_focused()
    assert _sidecar(photo, "<rdf:li>fog</rdf:li>")
    page.get_by_test_id("library-grid").focus()
    page.keyboard.press("Shift+Enter")
    expect(chips).to_be_hidden()
    expect(panel.get_by_text("Nothing more is suggested.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Caption")).to_have_value(PIER["caption"])
    assert _sidecar(photo, "three", "boat", "Pier", "morning light")
    assert "Ignore" not in photo.with_suffix(".xmp").read_text()
    page.screenshot(path=str(library.folder.parent / "accepted.png"))

    page.get_by_test_id("library-grid").focus()
    page.keyboard.press("Control+z")
    expect(chips.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_role("textbox", name="Caption")).to_have_value("")
    page.get_by_role("button", name="Dismiss all").click()
    expect(panel.get_by_text("Nothing more is suggested.")).to_be_visible()


def test_many_photos_at_once(library: Editor) -> None:
    page = library.page
    grid = page.get_by_test_id("library-grid")
    grid.get_by_role("gridcell").filter(has_text="shot_0.jpg").click()
    grid.get_by_role("gridcell").filter(has_text="shot_1.jpg").click(modifiers=["Control"])
    panel = page.get_by_test_id("suggestions")
    panel.get_by_role("button", name="Suggest", exact=True).click()
    expect(panel.get_by_text("2 photos have suggestions")).to_be_visible()
    page.screenshot(path=str(library.folder.parent / "many.png"))
    clean(page)
    panel.get_by_role("button", name="Accept all").click()
    expect(panel.get_by_text("Nothing more is suggested.")).to_be_visible()
    for name in ("shot_0.jpg", "shot_1.jpg"):
        assert _sidecar(library.folder / "more" / name, "fog", "boat", "three")
    panel.get_by_role("switch", name="By itself, while nothing else is done").press("Space")
    expect(panel.get_by_role("switch")).to_be_checked()
