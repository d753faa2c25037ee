"""A photographer exports: a rule of size, sharpening, a watermark, a name, and keeps all that."""

from __future__ import annotations

import os
import time
from pathlib import Path

from journeys.conftest import Editor
from PIL import Image
from playwright.sync_api import expect


def _written(folder: Path, name: str) -> Path:
    path = folder / "exports" / name
    for _ in range(1200):
        if path.exists():
            return path
        time.sleep(0.05)
    raise AssertionError(f"{name} was not exported; there is {sorted(p.name for p in path.parent.glob('*'))}")


def test_an_export_is_set_up_kept_and_made_again(editor: Editor) -> None:
    page = editor.page
    editor.settled()
    page.keyboard.press("Control+Shift+E")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_label("Format").select_option("png16")
    dialog.get_by_text("Resize to fit").click()
    dialog.get_by_label("By").select_option("fit")
    dialog.get_by_label("Width", exact=True).fill("60")
    dialog.get_by_label("Height", exact=True).fill("60")
    dialog.get_by_label("Sharpen for").select_option("matte")
    dialog.get_by_label("Watermark").fill("me")
    dialog.get_by_label("Name", exact=True).fill("{name}-{sequence:02}")
    dialog.get_by_role("button", name="Keep as…").click()
    dialog.get_by_label("Name of the preset").fill("Small")
    dialog.get_by_role("button", name="Keep", exact=True).click()
    dialog.get_by_role("button", name="Remove").wait_for()
    if folder := os.environ.get("STILLBYTES_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/export.png")
    dialog.get_by_role("button", name="Export", exact=True).click()
    with Image.open(_written(editor.folder, "IMG_1-01.png")) as image:
        assert max(image.size) == 60

    page.keyboard.press("Control+Shift+E")
    dialog.get_by_label("Preset").select_option("For the web")
    expect(dialog.get_by_label("Format")).to_have_value("jpeg")
    headroom = dialog.get_by_role("slider", name="HDR headroom")
    expect(headroom).to_have_value("0")
    headroom.press("ArrowRight")
    expect(headroom).not_to_have_value("0")
    expect(dialog.get_by_label("The files tell")).to_have_value("copyright")
    dialog.get_by_label("Preset").select_option("Small")
    expect(dialog.get_by_label("Watermark")).to_have_value("me")
    expect(headroom).to_have_count(0)  # only JPEGs have a gain map
    dialog.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").wait_for(state="detached")
