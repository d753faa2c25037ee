"""A person arranges masks: handles on the picture, order, names, copies, files, and an export that warns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from PIL import Image
from playwright.sync_api import Locator

from stillbytes.edit import sidecar

SAMPLE = Path(__file__).parents[2] / "samples" / "evening-glow.jpg"


def masks_of(editor: Editor, name: str, wanted: int) -> list[dict[str, Any]]:
    """Those in the sidecar, once there are so many."""
    for _ in range(100):
        found = sidecar.read(editor.folder / name)
        if found is not None and len(found.settings.adjustments) == wanted:
            return [adjustment.to_json() for adjustment in found.settings.adjustments]
        editor.page.wait_for_timeout(100)
    raise AssertionError(f"{name} never had {wanted} masks")


def opened(editor: Editor, name: str) -> Locator:
    editor.page.get_by_role("grid").get_by_role("gridcell", name=name).click(timeout=60_000)
    editor.until(f"document.title.startsWith('{name}')")
    editor.settled()
    return editor.page.get_by_test_id("masks")


def violations(editor: Editor) -> list[tuple[str, list[str]]]:
    """What axe finds, and where."""
    found = Axe().run(editor.page).response["violations"]
    return [(violation["id"], [node["html"][:200] for node in violation["nodes"]]) for violation in found]


def test_a_gradient_is_moved_by_its_handles(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    page.get_by_test_id("masks").get_by_label("New mask…").select_option("radial", timeout=60_000)
    box = page.get_by_test_id("mask-canvas").bounding_box()
    assert box is not None

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=4)
        page.mouse.up()

    def shape() -> dict[str, Any]:
        editor.settled()
        page.wait_for_timeout(900)  # the sidecar follows
        [mask] = masks_of(editor, "IMG_1.dng", 1)
        kind: dict[str, Any] = mask["mask"]["components"][0]["kind"]
        return kind

    def handle(name: str) -> tuple[float, float]:
        place = page.locator(f"[data-handle={name}]").bounding_box()
        assert place is not None
        return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2

    at = (box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    drag(at, (at[0] + 120, at[1] + 80))
    drawn = shape()

    x, y = handle("right")
    drag((x, y), (x + 60, y + 30))
    wider = shape()
    assert wider["radius_x"] > drawn["radius_x"] * 1.3
    for field in ("centre", "radius_y"):
        assert wider[field] == drawn[field]

    drag((box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"]), at)  # on empty ground: nothing drawn anew
    assert shape() == wider

    x, y = handle("centre")
    drag((x, y), (x + 50, y))
    moved = shape()
    assert moved["centre"][0] > wider["centre"][0] and abs(moved["centre"][1] - wider["centre"][1]) < 1e-6

    page.locator("[data-handle=angle]").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator("[data-handle=feather]").focus()
    page.keyboard.press("ArrowLeft")
    turned = shape()
    assert turned["angle"] == 10 and turned["feather"] == 49
    assert violations(editor) == []


def test_masks_are_arranged_named_copied_and_come_from_files(editor: Editor, tmp_path: Path) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    masks = page.get_by_test_id("masks")
    for kind in ("radial", "linear", "brush"):
        masks.get_by_label("New mask…").select_option(kind, timeout=60_000)
    rows = masks.get_by_role("list", name="Masks of this photo").locator("button.name")
    rows.nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    assert "Brush" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("F2")
    page.keyboard.type("Dodge")
    page.keyboard.press("Enter")
    first, last = rows.nth(0).bounding_box(), rows.nth(2).bounding_box()
    assert first is not None and last is not None
    page.mouse.move(first["x"] + 30, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + 30, last["y"] + last["height"] - 2, steps=4)
    page.mouse.up()
    rows.nth(0).focus()
    page.keyboard.press("Control+d")
    masks.get_by_role("button", name="Switch Dodge 2 off").click()
    editor.settled()
    page.wait_for_timeout(900)
    told = [(mask["name"], mask["enabled"]) for mask in masks_of(editor, "IMG_1.dng", 4)]
    assert told == [("Dodge", True), ("Dodge 2", False), ("Linear gradient", True), ("Radial gradient", True)]

    picture = np.zeros((200, 300), np.uint8)
    picture[:, :100] = 255
    Image.fromarray(picture).save(tmp_path / "left.png")
    Image.fromarray(picture[:, :150]).save(tmp_path / "narrow.png")
    for name in ("narrow.png", "left.png"):
        with page.expect_file_chooser() as chooser:
            masks.get_by_label("New mask…").select_option("picture")
        chooser.value.set_files(tmp_path / name)
        if name == "narrow.png":
            page.get_by_text("other proportions").wait_for()
    masks.get_by_role("button", name="Picture from a file").first.wait_for()
    masks.get_by_role("button", name="More for Picture from a file").first.click()
    assert violations(editor) == []
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as PNG").click()
    download.value.save_as(tmp_path / "back.png")
    back = Image.open(tmp_path / "back.png")
    assert back.size == (600, 400) and np.asarray(back)[:, :190].min() == 255 and np.asarray(back)[:, 210:].max() == 0

    rows.nth(4).focus()
    page.keyboard.press("Control+c")
    opened(editor, "IMG_2.dng")
    masks.get_by_role("button", name="Paste Picture from a file").click()
    [pasted] = masks_of(editor, "IMG_2.dng", 1)
    raster = pasted["mask"]["components"][0]["kind"]["raster"]
    assert (editor.folder / "IMG_2.stillbytes" / f"mask-{raster}.png").is_file()


def test_an_export_tells_of_a_mask_that_was_not_found_yet(editor: Editor) -> None:
    page = editor.page
    Image.open(SAMPLE).convert("RGB").resize((900, 600)).save(editor.folder / "SKY.jpg", quality=95)
    page.keyboard.press("Shift+W")
    masks = opened(editor, "SKY.jpg")
    masks.get_by_label("New mask…").select_option("sky", timeout=60_000)
    masks.get_by_text("Found by").wait_for(timeout=120_000)
    page.keyboard.press("Control+z")
    masks.get_by_text("not found yet").wait_for()

    page.keyboard.press("Control+Shift+e")
    dialog = page.get_by_role("dialog")
    page.get_by_test_id("waiting-masks").wait_for()
    assert violations(editor) == []
    dialog.get_by_role("button", name="Export without").click()
    for _ in range(200):
        if list((editor.folder / "exports").glob("SKY*.jpg")):
            break
        page.wait_for_timeout(100)
    assert len(list((editor.folder / "exports").glob("SKY*.jpg"))) == 1
    masks.get_by_text("not found yet").wait_for()  # nothing was looked for

    page.keyboard.press("Control+Shift+e")
    dialog.get_by_role("button", name="Find it now").click()
    page.get_by_test_id("waiting-masks").wait_for(state="detached", timeout=120_000)
    dialog.get_by_role("button", name="Export", exact=True).wait_for()


def test_outlines_and_ranges_are_clicked_in_the_picture(editor: Editor, tmp_path: Path) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    masks = page.get_by_test_id("masks")

    def click(x: float, y: float) -> None:
        box = page.get_by_test_id("mask-canvas").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    def kind(number: int, field: str, there: int) -> dict[str, Any]:
        """Of the last mask, once so many masks are in the sidecar and so many things in that field of it."""
        for _ in range(100):
            found = masks_of(editor, "IMG_1.dng", number)[-1]["mask"]["components"][0]["kind"]
            held = found.get(field, [])
            if (len(held) if isinstance(held, list | tuple) else 1) == there:
                return dict(found)
            page.wait_for_timeout(100)
        raise AssertionError(found)

    masks.get_by_label("New mask…").select_option("brush", timeout=60_000)
    click(0.3, 0.3)
    kind(1, "strokes", 1)
    page.keyboard.down("Shift")
    click(0.5, 0.3)
    page.keyboard.up("Shift")
    kind(1, "strokes", 2)
    page.keyboard.press("o")  # a straight stroke leads from the first dot to the second
    masks.get_by_label("Show as").select_option("white")
    editor.settled(lambda brightness: brightness > 3)
    masks.get_by_role("button", name="More for Brush").first.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as PNG").click()
    download.value.save_as(tmp_path / "line.png")
    line = np.asarray(Image.open(tmp_path / "line.png"))
    row = line[line.max(1).argmax()]
    assert (np.diff(np.flatnonzero(row > 200)) == 1).all() and (row > 200).sum() > 60
    masks.get_by_label("Show as").select_option("red")

    masks.get_by_label("New mask…").select_option("lasso")
    for corner in ((0.4, 0.4), (0.6, 0.4), (0.7, 0.5), (0.6, 0.6)):
        click(*corner)
    page.keyboard.press("Backspace")
    page.get_by_test_id("mask-line").wait_for()
    page.keyboard.press("Enter")
    corners = kind(2, "points", 3)["points"]
    assert corners[0][0] < corners[1][0] < corners[2][0] and corners[0][1] < corners[2][1]
    assert page.get_by_test_id("mask-line").count() == 0
    click(0.5, 0.5)
    page.keyboard.press("Escape")  # the line that was begun, and not the tool
    assert page.get_by_test_id("mask-line").count() == 0 and masks.is_visible()

    masks.get_by_label("New mask…").select_option("colour")
    click(0.45, 0.5)
    masks.get_by_role("button", name="Remove colour 1").wait_for()
    click(0.6, 0.5)
    masks.get_by_role("button", name="Remove colour 2").wait_for()
    second = kind(3, "colours", 2)["colours"][1]
    masks.get_by_role("button", name="Remove colour 1").click()
    assert kind(3, "colours", 1)["colours"] == [second]

    masks.get_by_label("New mask…").select_option("luminance")
    click(0.5, 0.5)
    kind(4, "low", 1)
    bright = kind(4, "high", 1)
    assert 10 < bright["high"] - bright["low"] <= 16
    assert violations(editor) == []


def test_people_are_listed_and_pointing_at_one_shows_it(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    masks = page.get_by_test_id("masks")
    told = '{"things": [{"what": "person", "box": [0.2, 0.1, 0.4, 0.6], "person": 0}], "anywhere": false}'
    outline = '{"lines": [[[0.25, 0.15], [0.35, 0.15], [0.3, 0.55]]]}'
    page.route("**/masks/things", lambda route: route.fulfill(body=told, content_type="application/json"))
    page.route("**/masks/things/0/outline", lambda route: route.fulfill(body=outline, content_type="application/json"))
    masks.get_by_label("New mask…").select_option("person", timeout=60_000)
    person = masks.get_by_role("button", name="Person 1")
    person.wait_for(timeout=60_000)
    box = page.get_by_test_id("canvas").bounding_box()
    assert box is not None
    shown = page.get_by_test_id("mask-outline")
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    assert shown.count() == 0
    person.focus()
    shown.wait_for()
    editor.until("document.querySelector('[data-testid=mask-outline]').getAttribute('d').split('L').length === 3")
    page.keyboard.press("Shift+Tab")
    shown.wait_for(state="detached")


def test_a_mask_has_a_curve_and_point_colours_of_its_own(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Shift+W")
    masks = page.get_by_test_id("masks")
    masks.get_by_label("New mask…").select_option("radial", timeout=60_000)
    box = page.get_by_test_id("mask-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    page.keyboard.press("o")
    before = editor.settled()

    last = masks.get_by_role("slider", name="RGB curve, point 2 of 2")
    last.scroll_into_view_if_needed()
    last.focus()
    for _ in range(8):
        page.keyboard.press("Shift+ArrowDown")
    editor.settled(lambda brightness: brightness < before - 2)
    masks.get_by_role("button", name="Add a point colour").click()
    masks.get_by_label("Sample", exact=True).fill("#3060a0")
    page.wait_for_timeout(300)
    hue = masks.get_by_role("group", name="Point colour").locator("xpath=following::input[@type='range'][1]")
    hue.focus()
    page.keyboard.press("ArrowRight")
    editor.settled()
    page.wait_for_timeout(1500)  # the sidecar follows
    [mask] = masks_of(editor, "IMG_1.dng", 1)
    assert mask["delta"]["curve"] == ((0, 0), (255, 175))
    [point] = mask["delta"]["point_colours"]
    assert point["hue"] == 1 and point["colour"][2] < -0.05
    assert violations(editor) == []
