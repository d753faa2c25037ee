"""A person looks for parts of people, for what is named, and for what a landscape consists of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from PIL import Image
from playwright.sync_api import expect

from stillbytes.edit import sidecar

PORTRAIT = Path(__file__).parents[1] / "masks/detect/face.jpg"


def kind_of(editor: Editor, name: str, field: str, wanted: Any) -> dict[str, Any]:
    """The last mask's only component in the sidecar, once it was found with that."""
    for _ in range(300):
        found = sidecar.read(editor.folder / name)
        if found is not None and found.settings.adjustments:
            kind: dict[str, Any] = found.settings.adjustments[-1].mask["components"][0]["kind"]
            if kind.get(field) == wanted and kind.get("raster"):
                return kind
        editor.page.wait_for_timeout(100)
    raise AssertionError(f"{field} never was {wanted}: {found and found.settings.adjustments[-1].mask}")


def share(editor: Editor, raster: str) -> float:
    """Which part of the photo is in a mask."""
    [path] = editor.folder.rglob(f"mask-{raster}.png")
    return float(np.asarray(Image.open(path)).mean() / 255)


def test_parts_words_and_landscapes_are_chosen_in_the_panel(editor: Editor) -> None:
    page = editor.page
    Image.open(PORTRAIT).resize((900, 1000)).save(editor.folder / "FACE.jpg", quality=95)
    page.get_by_role("grid").get_by_role("gridcell", name="FACE.jpg").click(timeout=60_000)
    editor.until("document.title.startsWith('FACE')")
    editor.settled()
    page.keyboard.press("Shift+W")
    masks, told = page.get_by_test_id("masks"), page.get_by_role("region", name="Messages")

    masks.get_by_label("New mask…").select_option("person", timeout=60_000)
    whole = share(editor, kind_of(editor, "FACE.jpg", "parts", None)["raster"])
    parts = masks.get_by_role("group", name="Parts to look for")
    parts.get_by_role("button", name="Eyes").click()
    eyes = share(editor, kind_of(editor, "FACE.jpg", "parts", ["eyes"])["raster"])
    expect(parts.get_by_role("button", name="Eyes")).to_have_attribute("aria-pressed", "true")
    expect(masks.get_by_text("BiSeNet face parsing (ResNet-34) would do better")).to_be_visible()
    parts.get_by_role("button", name="Lips").click()
    both = share(editor, kind_of(editor, "FACE.jpg", "parts", ["eyes", "lips"])["raster"])
    assert 0.001 < eyes < both < 0.02 < whole
    parts.get_by_role("button", name="Hair").click()
    expect(told.get_by_role("button", name="Download schp-atr")).to_be_visible(timeout=60_000)

    masks.get_by_label("New mask…").select_option("object")
    words = masks.get_by_label("In words")
    words.fill("the person")
    words.press("Enter")
    assert "yolox-nano" in kind_of(editor, "FACE.jpg", "words", "the person")["recipe"]["models"]

    expect(masks.get_by_text("Grounding DINO tiny (fp16) would do better")).to_be_visible()

    masks.get_by_label("New mask…").select_option("landscape")
    masks.get_by_label("Look for").select_option("water")
    expect(told.get_by_role("button", name="Download detr-panoptic")).to_be_visible(timeout=60_000)
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
