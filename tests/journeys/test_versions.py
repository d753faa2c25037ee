"""Virtual copies and snapshots: made, told apart, renamed, deleted and brought back in the page."""

from __future__ import annotations

import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor

import stillbytes as sb


def _saved(path: Path, text: str) -> bool:
    for _ in range(400):
        if path.exists() and text in path.read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_virtual_copy_is_made_developed_deleted_and_brought_back(editor: Editor) -> None:
    page, photo = editor.page, editor.folder / "IMG_1.dng"
    first = editor.settled()
    page.keyboard.press("Control+'")
    page.get_by_role("gridcell", name="IMG_1.dng / Copy 1").wait_for()
    assert page.get_by_role("gridcell").count() == 3
    editor.until("document.title.startsWith('IMG_1.dng / Copy 1')")

    editor.framed(lambda: page.keyboard.press("v"))
    beside = editor.folder / "IMG_1.dng.version-2.xmp"
    assert _saved(beside, 'ConvertToGrayscale="True"')
    assert not photo.with_suffix(".xmp").exists()

    versions = page.get_by_role("region", name="Versions")
    versions.get_by_role("button", name="More for Copy 1").click()
    page.get_by_role("menuitem", name="Rename…").click()
    page.keyboard.type("Grey")
    page.keyboard.press("Enter")
    page.get_by_role("gridcell", name="IMG_1.dng / Grey, edited").wait_for()
    assert sb.open(photo).version("Grey").settings["black_and_white"] is True
    editor.framed(versions.get_by_role("button", name="IMG_1.dng", exact=True).click, lambda now: abs(now - first) < 2)
    page.get_by_role("gridcell", name="IMG_1.dng / Grey, edited").click()
    editor.until("document.title.startsWith('IMG_1.dng / Grey')")
    report = Axe().run(page)
    assert report.response["violations"] == [], report.generate_report()

    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete this virtual copy?")
    dialog.get_by_text("IMG_1.dng / Grey").wait_for()
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("gridcell", name="IMG_1.dng / Grey").wait_for(state="detached")
    assert not beside.exists()
    editor.until("document.title.startsWith('IMG_1.dng –')")
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    page.get_by_role("gridcell", name="IMG_1.dng / Grey, edited").wait_for()
    assert sb.open(photo).version("Grey").settings["black_and_white"] is True
    editor.until("document.title.startsWith('IMG_1.dng / Grey')")

    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert beside.exists()
    editor.until("document.title.startsWith('IMG_1.dng / Grey')")


def test_a_photo_itself_is_not_deleted(editor: Editor) -> None:
    editor.page.keyboard.press("Delete")
    editor.page.get_by_text("Only virtual copies can be deleted here").wait_for()
    assert sorted(path.name for path in editor.folder.iterdir()) == ["IMG_1.dng", "IMG_2.dng"]


def test_a_snapshot_is_taken_named_applied_updated_and_deleted(editor: Editor) -> None:
    page, beside = editor.page, editor.folder / "IMG_1.xmp"
    first = editor.settled()
    snapshots = page.get_by_role("region", name="Snapshots")
    snapshots.get_by_role("button", name="Take a snapshot").click()
    page.get_by_role("textbox", name="Name").wait_for()
    page.keyboard.type("As it was")
    page.keyboard.press("Enter")
    snapshots.get_by_role("button", name="As it was", exact=True).wait_for()
    assert _saved(beside, "As it was")

    page.keyboard.press("Escape")
    page.locator("[data-parameter=exposure]").focus()
    brighter = editor.framed(lambda: [page.keyboard.press("PageUp") for _ in range(6)], lambda now: now > first + 10)
    editor.framed(snapshots.get_by_role("button", name="As it was", exact=True).click, lambda now: abs(now - first) < 2)
    page.get_by_role("button", name="Snapshot: As it was").wait_for()
    page.keyboard.press("Escape")
    editor.framed(lambda: page.keyboard.press("Control+z"), lambda now: abs(now - brighter) < 2)

    snapshots.get_by_role("button", name="More for As it was").click()
    page.get_by_role("menuitem", name="Update with the settings of now").click()
    page.get_by_text("has the settings of now").wait_for()
    snapshots.get_by_role("button", name="More for As it was").click()
    page.get_by_role("menuitem", name="Delete").click()
    snapshots.get_by_role("button", name="As it was", exact=True).wait_for(state="detached")
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    snapshots.get_by_role("button", name="As it was", exact=True).wait_for()


def test_copies_stand_beside_their_photo_in_the_grid(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("g")
    page.get_by_role("button", name="Add “photos”").click()
    page.get_by_role("gridcell", name="IMG_2.dng").wait_for()
    page.get_by_role("gridcell", name="IMG_1.dng").click()
    page.keyboard.press("Control+'")
    page.get_by_role("gridcell", name="IMG_1.dng / Copy 1").wait_for()
    names = page.get_by_role("gridcell").evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    assert abs(names.index("IMG_1.dng") - names.index("IMG_1.dng / Copy 1")) == 1
    page.get_by_role("gridcell", name="IMG_1.dng / Copy 1").click()
    page.keyboard.press("4")
    page.get_by_role("gridcell", name="IMG_1.dng / Copy 1, 4 stars").wait_for()
    page.get_by_role("gridcell", name="IMG_1.dng / Copy 1, 4 stars").dblclick()
    page.keyboard.press("d")
    editor.until("document.title.startsWith('IMG_1.dng / Copy 1')")
