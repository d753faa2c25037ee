"""A person removes dust and more: heals a spot, moves it, paints something away, fades it, undoes, exports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from dng import make_photo
from journeys.conftest import Editor
from PIL import Image

from stillbytes import masks
from stillbytes import open as open_photo
from stillbytes.edit import sidecar
from stillbytes.edit.patching import remove

PLACES = [(0.3, 0.25), (0.62, 0.4)]
"""Of dark discs, in units of the long edge."""


def photo_with_discs(path: Path) -> None:
    y, x = np.mgrid[0:400, 0:600] / 600
    light = np.stack([0.2 + 0.1 * x, 0.2 + 0.1 * y, 0.25 - 0.1 * x], -1)
    for cx, cy in PLACES:
        light[np.hypot(x - cx, y - cy) < 0.02] *= 0.2
    make_photo(path, light.astype(np.float32), iso=400)


def patches_of(editor: Editor, name: str, wanted: int) -> list[dict[str, Any]]:
    """Those in the sidecar, once there are so many."""
    for _ in range(200):
        found = sidecar.read(editor.folder / name)
        if (0 if found is None else len(found.settings.patches)) == wanted:
            return [] if found is None else [patch.to_json() for patch in found.settings.patches]
        editor.page.wait_for_timeout(100)
    raise AssertionError(f"{name} never had {wanted} patches")


def seen(editor: Editor, place: tuple[float, float]) -> float:
    """Luma of the exported picture there, against what is around it."""
    picture = np.asarray(open_photo(editor.folder / "DUST.dng").edit().render()).astype(float).mean(axis=2)
    y, x = np.mgrid[0:400, 0:600] / 600
    away = np.hypot(x - place[0], y - place[1])
    return float(picture[away < 0.012].mean() / picture[(away > 0.03) & (away < 0.045)].mean())


def kept(editor: Editor, name: str) -> None:
    """A picture of the page, for who wants to look."""
    if folder := os.environ.get("STILLBYTES_SCREENSHOTS"):
        editor.page.screenshot(path=Path(folder) / f"{name}.png")


def test_dust_is_healed_and_more_removed_faded_undone_and_exported(editor: Editor) -> None:
    page = editor.page
    photo_with_discs(editor.folder / "DUST.dng")
    page.get_by_role("grid").get_by_role("gridcell", name="DUST.dng").click(timeout=60_000)
    editor.until("document.title.startsWith('DUST')")
    editor.settled()
    before = (editor.folder / "DUST.dng").read_bytes()
    page.keyboard.press("q")
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("button", name="Heal", exact=True).wait_for()
    box = page.get_by_test_id("retouch-canvas").bounding_box()
    assert box is not None
    scale = min((box["width"] - 20) / 600, (box["height"] - 20) / 400)

    def at(place: tuple[float, float]) -> tuple[float, float]:
        x, y = (place[0] * 600 - 300) * scale, (place[1] * 600 - 200) * scale
        return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=5)
        page.mouse.up()

    # From the middle outwards, beside the first disc at first, and then moved onto it.
    x, y = at((PLACES[0][0] + 0.05, PLACES[0][1]))
    drag((x, y), (x + 0.03 * 600 * scale, y))
    circle = page.locator("[data-spot=spot]")
    circle.wait_for()
    (spot,) = patches_of(editor, "DUST.dng", 1)
    assert abs(spot["recipe"]["radius"] - 0.03) < 0.003 and spot["recipe"]["found"]
    assert seen(editor, PLACES[0]) < 0.6
    drag((x, y), at(PLACES[0]))
    editor.settled()
    page.wait_for_timeout(900)
    (spot,) = patches_of(editor, "DUST.dng", 1)
    assert np.hypot(*np.subtract(spot["recipe"]["centre"], PLACES[0])) < 0.004
    assert seen(editor, PLACES[0]) > 0.95
    kept(editor, "healed")

    # Its source, by hand; then by keys.
    source = page.locator("[data-spot=source]")
    place = source.bounding_box()
    assert place is not None
    drag((place["x"] + 5, place["y"] + place["height"] / 2), (place["x"] + 45, place["y"] + place["height"] / 2))
    editor.settled()
    page.wait_for_timeout(900)
    (moved,) = patches_of(editor, "DUST.dng", 1)
    assert not moved["recipe"]["found"] and moved["recipe"]["centre"] == spot["recipe"]["centre"]
    circle.focus()
    page.keyboard.press("]")
    page.wait_for_timeout(1500)
    (larger,) = patches_of(editor, "DUST.dng", 1)
    assert larger["recipe"]["radius"] > moved["recipe"]["radius"]

    # The second disc is painted away.
    panel.get_by_role("button", name="Remove", exact=True).first.click()
    x, y = at(PLACES[1])
    page.keyboard.press("]")
    drag((x - 8, y), (x + 8, y))
    kept(editor, "painted")
    panel.get_by_role("button", name="Remove", exact=True).last.click()
    patches = patches_of(editor, "DUST.dng", 2)
    assert patches[1]["task"] == "remove" and patches[1]["recipe"]["engine"] == "classical"
    editor.settled()
    assert seen(editor, PLACES[1]) > 0.95
    page.get_by_role("region", name="Jobs").get_by_text("Remove in DUST.dng").wait_for()

    rows = panel.get_by_role("list", name="Patches of this photo")
    rows.get_by_role("button", name="Remove", exact=True).first.wait_for()
    assert rows.locator("img").count() == 2
    opacity = panel.get_by_role("slider", name="Opacity")
    opacity.focus()
    for _ in range(5):
        page.keyboard.press("PageDown")
    page.wait_for_timeout(1500)
    assert 0.45 <= patches_of(editor, "DUST.dng", 2)[1]["opacity"] <= 0.55
    assert 0.5 < seen(editor, PLACES[1]) < 0.93
    kept(editor, "faded")
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []

    page.keyboard.press("Control+z")
    page.wait_for_timeout(900)
    assert patches_of(editor, "DUST.dng", 2)[1]["opacity"] == 1
    page.keyboard.press("Control+z")
    assert len(patches_of(editor, "DUST.dng", 1)) == 1
    page.keyboard.press("Control+Shift+z")
    patches_of(editor, "DUST.dng", 2)

    page.keyboard.press("Control+Shift+e")
    page.get_by_role("dialog").get_by_role("button", name="Export", exact=True).click()
    for _ in range(200):
        exported = list((editor.folder / "exports").glob("DUST*.jpg"))
        if exported:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    assert Image.open(exported[0]).size == (600, 400)
    assert b"digitalsourcetype/humanEdits" in exported[0].read_bytes()
    circle.focus()
    page.keyboard.press("Delete")
    assert [patch["task"] for patch in patches_of(editor, "DUST.dng", 1)] == ["remove"]
    assert (editor.folder / "DUST.dng").read_bytes() == before


def test_what_is_lost_is_made_again_and_what_a_model_made_can_be_left_out(editor: Editor) -> None:
    page, path = editor.page, editor.folder / "DUST.dng"
    photo_with_discs(path)
    photo = open_photo(path)
    settings = photo.edit({}).settings
    for place in PLACES:
        disc = masks.Radial(centre=place, radius_x=0.03, radius_y=0.03, feather=0.0)
        settings = remove(photo, settings, masks.Mask.of(disc), name=f"Disc {place[0]}", keep=True)
    first, second = settings.patches
    bright = np.full((200, 300, 4), 1, np.float32)
    made = {"id": "g", "name": "Fill", "task": "fill", "rect": [250, 150, 300, 200], "variants": []}
    made |= {"variants": [photo.patches.put(bright)], "recipe": {"engine": "comfyui", "model": "sdxl"}}
    sidecar.write(path, settings.changed(patches=[first.to_json(), second.to_json(), made]))
    photo.patches.path(first.address).unlink()

    page.get_by_role("grid").get_by_role("gridcell", name="DUST.dng").click(timeout=60_000)
    editor.until("document.title.startsWith('DUST')")
    editor.settled()
    page.keyboard.press("q")
    panel = page.get_by_test_id("retouch")
    rows = panel.get_by_role("list", name="Patches of this photo").locator("button.name")
    panel.get_by_text("pixels are gone").wait_for()
    assert rows.count() == 3 and "Fill" in rows.nth(0).inner_text()
    assert seen(editor, PLACES[0]) < 0.6

    rows.nth(2).click()
    panel.get_by_role("button", name="Make again").click()
    panel.get_by_text("pixels are gone").wait_for(state="detached")
    page.wait_for_timeout(500)
    assert seen(editor, PLACES[0]) > 0.95
    kept(editor, "made-again")

    with_it = editor.settled()
    switch = panel.get_by_role("switch", name="No generated pixels")
    editor.framed(lambda: switch.check(force=True), lambda brightness: brightness < with_it - 1)
    panel.get_by_text("generated: hidden").wait_for()
    kept(editor, "no-generated")
    editor.framed(lambda: switch.uncheck(force=True), lambda brightness: abs(brightness - with_it) < 0.5)

    rows.nth(0).focus()
    page.keyboard.press("Alt+ArrowDown")
    editor.settled()
    page.wait_for_timeout(900)
    assert [patch["id"] for patch in patches_of(editor, "DUST.dng", 3)] == [first.id, "g", second.id]
