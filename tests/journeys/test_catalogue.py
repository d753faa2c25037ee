"""A photographer comes from Lightroom with a catalogue, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from lrcat import make_catalogue
from PIL import Image
from playwright.sync_api import Locator, Page, expect

SHOTS = os.environ.get("STILLBYTES_SHOTS")
"""A folder for pictures of what is seen, to be looked at."""


def seen(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(500)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def said(dialog: Locator, words: str) -> None:
    expect(dialog.get_by_role("list", name="Photos and virtual copies")).to_contain_text(words)


def test_a_catalogue_is_looked_at_and_taken_over(editor: Editor, tmp_path: Path) -> None:
    expect.set_options(timeout=60_000)
    page, place = editor.page, tmp_path / "lightroom"
    place.mkdir()
    make_catalogue(place)
    y, x = np.mgrid[0:200, 0:300] / 300
    for name, blue in (("a", 0.2), ("b", 0.9)):
        picture = np.stack([x, y, np.full_like(x, blue)], -1) * 255
        Image.fromarray(picture.astype(np.uint8)).save(place / f"photos/{name}.png")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("button", name="From other programs").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Take over a Lightroom catalogue…").click()
    dialog = page.get_by_role("dialog", name="Take over a Lightroom catalogue")
    take = dialog.get_by_role("button", name="Take over")
    expect(take).to_be_disabled()
    dialog.get_by_label("Folder or catalogue").fill(str(place))
    page.keyboard.press("Enter")
    seen(page, "catalogue-choose")
    accessible(page)
    dialog.get_by_role("button", name="Photos.lrcat").click()
    said(dialog, "4 outside of the library")
    seen(page, "catalogue-outside")
    accessible(page)
    dialog.get_by_label("Where it is now").fill(str(place / "photos"))
    dialog.get_by_label("Where it is now").press("Enter")
    said(dialog, "4 outside of the library")
    dialog.get_by_label("Where it is now").fill("")
    dialog.get_by_label("Where it is now").press("Enter")
    dialog.get_by_role("button", name="Add this folder to the library").click()
    said(dialog, "3 to be taken over")
    said(dialog, "1 not where the catalogue says")
    expect(dialog.get_by_text("removed spots")).to_be_visible()
    assert not list(place.rglob("*.xmp"))
    seen(page, "catalogue-found")
    accessible(page)
    dialog.get_by_role("button", name="Take over 3 photos").click()
    said(dialog, "3 taken over")
    expect(dialog.get_by_text("Collections that were made")).to_be_visible()
    with page.expect_download() as saved:
        dialog.get_by_role("link", name="Every photo as a table (CSV)").click()
    assert "removed spots" in Path(saved.value.path()).read_text()
    seen(page, "catalogue-done")
    accessible(page)
    dialog.get_by_role("button", name="Done").click()
    assert (place / "photos/a.xmp").exists()
    expect(page.get_by_role("button", name="Best 1")).to_be_visible()
    seen(page, "catalogue-library")
    page.get_by_role("button", name="From other programs").click()
    page.get_by_role("menuitem", name="Take over a Lightroom catalogue…").click()
    dialog.get_by_role("button", name="Another catalogue…").click()
    (place / "broken.lrcat").write_bytes(b"nothing")
    dialog.get_by_label("Folder or catalogue").fill(str(place / "broken.lrcat"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("is no catalogue of Lightroom Classic")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
