"""A person makes new pictures beside a photo, fills like another photo, and exports twice as large."""

from __future__ import annotations

import json
import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from generate.workflows.test_own import FILL
from journeys.conftest import Editor
from PIL import Image

from stillbytes.edit import sidecar


def kept(editor: Editor, name: str) -> None:
    """A picture of the page, for who wants to look."""
    if folder := os.environ.get("STILLBYTES_SCREENSHOTS"):
        editor.page.screenshot(path=Path(folder) / f"{name}.png")


def serious(editor: Editor) -> list[str]:
    found = Axe().run(editor.page).response["violations"]
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


def test_new_pictures_appear_beside_the_photo(drawing_editor: Editor) -> None:
    editor, page = drawing_editor, drawing_editor.page
    page.keyboard.press("q")
    panel, strip = page.get_by_test_id("retouch"), page.get_by_role("grid")
    panel.get_by_role("button", name="Create", exact=True).first.click()
    panel.get_by_label("Prompt").fill("a storm over the sea")
    panel.get_by_role("button", name="Begin with").click()
    choice = page.get_by_role("dialog", name="Begin with")
    choice.get_by_role("img", name="IMG_2.dng").wait_for()
    page.wait_for_timeout(600)
    kept(editor, "begin-with")
    choice.get_by_role("img", name="IMG_2.dng").click()
    panel.get_by_role("slider", name="Variants").focus()
    page.keyboard.press("ArrowUp")
    panel.get_by_test_id("forecast").get_by_text("2 pictures").wait_for()
    kept(editor, "create")
    assert serious(editor) == []
    panel.get_by_role("button", name="Create", exact=True).last.click()
    strip.get_by_role("gridcell", name="IMG_1-create.png").wait_for()
    strip.get_by_role("gridcell", name="IMG_1-create-2.png").wait_for()
    page.get_by_text("IMG_1-create.png is in the filmstrip.").wait_for()
    page.wait_for_timeout(1500)
    kept(editor, "created")
    with Image.open(editor.folder / "IMG_1-create.png") as made:
        assert made.width > made.height

    panel.get_by_role("button", name="Upscale", exact=True).first.click()
    panel.get_by_test_id("forecast").get_by_text("realesrgan-x4").wait_for()
    kept(editor, "upscale")
    panel.get_by_role("button", name="Upscale", exact=True).last.click()
    strip.get_by_role("gridcell", name="IMG_1-upscale.jpg").click()
    editor.until("document.title.startsWith('IMG_1-upscale')")
    with Image.open(editor.folder / "IMG_1-upscale.jpg") as made:
        assert made.size == (1200, 800)
    assert not (editor.folder / "IMG_1.xmp").exists()


def test_a_restyle_is_like_another_photo(drawing_editor: Editor) -> None:
    editor, page = drawing_editor, drawing_editor.page
    page.keyboard.press("q")
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("button", name="Restyle", exact=True).first.click()
    panel.get_by_role("button", name="Be like").click()
    page.get_by_role("dialog", name="Be like").get_by_role("img", name="IMG_2.dng").click()
    panel.get_by_role("button", name="Be like: none").wait_for()
    panel.get_by_test_id("forecast").get_by_text("sd1.5").wait_for()
    kept(editor, "restyle")
    panel.get_by_role("button", name="Restyle", exact=True).last.click()
    page.get_by_role("region", name="Jobs").get_by_text("Restyle in IMG_1.dng").wait_for()
    for _ in range(1200):
        if (found := sidecar.read(editor.folder / "IMG_1.dng")) and found.settings:
            break
        page.wait_for_timeout(100)
    assert sidecar.read(editor.folder / "IMG_1.dng") is not None


def test_a_workflow_of_ones_own_is_a_button(drawing_editor: Editor) -> None:
    editor, page = drawing_editor, drawing_editor.page
    folder = editor.folder.parent / "home" / "workflows"
    folder.mkdir(parents=True)
    (folder / "fill.json").write_text(json.dumps(FILL))
    (folder / "bad.json").write_text("{}")
    page.keyboard.press("q")
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("button", name="Fill, my way", exact=True).click()
    panel.get_by_text("The workflow bad.json cannot be used").wait_for()
    panel.get_by_label("Prompt").fill("a boat")
    box = page.get_by_test_id("retouch-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    panel.get_by_label("Prompt").fill("a red boat")
    panel.get_by_label("Prompt").blur()
    panel.get_by_test_id("forecast").get_by_text("With my-fill").wait_for()
    kept(editor, "own-workflow")
    assert serious(editor) == []
    panel.get_by_role("button", name="Fill, my way", exact=True).last.click()
    panel.get_by_role("list", name="Patches of this photo").get_by_text("Fill, my way: a red boat").wait_for()
    kept(editor, "own-workflow-done")


def test_an_export_is_drawn_twice_as_large(drawing_editor: Editor) -> None:
    editor, page = drawing_editor, drawing_editor.page
    page.keyboard.press("Control+Shift+e")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Network").select_option(label="Upscale")
    dialog.get_by_label("Scale", exact=True).select_option("4")
    kept(editor, "export-upscale")
    assert serious(editor) == []
    dialog.get_by_role("button", name="Export", exact=True).click()
    place = editor.folder / "exports" / "IMG_1.jpg"
    for _ in range(300):
        if place.exists():
            break
        page.wait_for_timeout(100)
    with Image.open(place) as made:
        assert made.size == (2400, 1600)
