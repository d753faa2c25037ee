"""A person selects a sky, darkens it, paints some of it back, and gives another photo the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from PIL import Image

from stillbytes import open as open_photo
from stillbytes.edit import sidecar

SAMPLE = Path(__file__).parents[2] / "samples" / "evening-glow.jpg"


def test_a_sky_is_selected_darkened_painted_back_and_pasted(editor: Editor, tmp_path: Path) -> None:
    page, folder = editor.page, editor.folder
    picture = Image.open(SAMPLE).convert("RGB").resize((900, 600))
    picture.save(folder / "SKY_1.jpg", quality=95)
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "SKY_2.jpg", quality=95)
    strip = page.get_by_role("grid")
    strip.get_by_role("gridcell", name="SKY_1.jpg").click(timeout=60_000)
    editor.until("document.title.startsWith('SKY_1')")
    editor.settled()

    page.keyboard.press("Shift+W")
    masks = page.get_by_test_id("masks")
    masks.get_by_label("New mask…").select_option("sky", timeout=60_000)
    masks.get_by_text("Found by Sky segmentation (U2-Net small).").wait_for(timeout=120_000)
    shown = editor.settled()
    page.keyboard.press("o")  # without the overlay
    plain = editor.settled(lambda brightness: abs(brightness - shown) > 0.5)

    exposure = masks.get_by_role("slider", name="Exposure")
    exposure.focus()
    for _ in range(20):
        page.keyboard.press("Shift+ArrowLeft")
    darkened = editor.settled(lambda brightness: brightness < plain - 5)

    masks.get_by_label("Subtract").select_option("brush")
    canvas = page.get_by_test_id("mask-canvas")
    box = canvas.bounding_box()
    assert box is not None
    for x in range(10):
        page.keyboard.press("]")
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.04 * x), box["y"] + box["height"] * 0.25)
        if x == 0:
            page.mouse.down()
    page.mouse.up()
    page.keyboard.press("o")
    editor.settled(lambda brightness: brightness > darkened + 0.5)
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []

    page.keyboard.press("Shift+W")
    page.keyboard.press("Control+Shift+c")
    page.get_by_role("dialog").get_by_role("button", name="Copy").last.click()
    strip.get_by_role("gridcell", name="SKY_2.jpg").click()
    editor.until("document.title.startsWith('SKY_2')")
    before = editor.settled()
    page.keyboard.press("Control+Shift+v")
    editor.settled(lambda brightness: brightness < before - 2, 120)

    first, second = (sidecar.read(folder / f"SKY_{i}.jpg") for i in (1, 2))
    assert first is not None and second is not None
    rasters = []
    for found in (first, second):
        [adjustment] = found.settings.adjustments
        components = adjustment.mask["components"]
        assert [component["kind"]["kind"] for component in components] == ["sky", "brush"]
        rasters.append(components[0]["kind"]["raster"])
        assert json.dumps(components[1])
    assert rasters[0] != rasters[1]  # looked for again in the other photo

    edit = open_photo(folder / "SKY_2.jpg").edit()
    edit.export(tmp_path / "out.png")
    darker = np.asarray(Image.open(tmp_path / "out.png").convert("RGB")).astype(float)
    was = np.asarray(Image.open(folder / "SKY_2.jpg").convert("RGB")).astype(float)
    assert darker[20:60, :200].mean() < 0.7 * was[20:60, :200].mean()  # sky
    assert abs(darker[450:].mean() - was[450:].mean()) < 4  # the boats and the beach
