"""A camera profile is taken over in the page and chosen for a photo."""

from __future__ import annotations

import time
from pathlib import Path

from dcp import content, turning
from journeys.conftest import Editor
from playwright.sync_api import expect


def test_a_profile_is_imported_chosen_and_put_back(editor: Editor, tmp_path: Path) -> None:
    page = editor.page
    file = tmp_path / "Test 1 Studio.dcp"
    file.write_bytes(content("Studio", "Test 1", tables=(turning(60),)))
    editor.settled()
    choice = page.get_by_label("Camera profile", exact=True)
    expect(choice).to_have_value("")
    page.get_by_label("Camera profile files").set_input_files(file)
    expect(choice.locator("option:checked")).to_have_text("Studio")
    sidecar = editor.folder / "IMG_1.xmp"
    for _ in range(600):
        if sidecar.exists() and "CameraProfileDigest" in sidecar.read_text():
            break
        time.sleep(0.05)
    assert "Studio" in sidecar.read_text()
    choice.select_option(label="From the file")
    expect(choice).to_have_value("")
    page.keyboard.press("Control+z")
    expect(choice.locator("option:checked")).to_have_text("Studio")
