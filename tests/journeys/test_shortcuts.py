"""A person gives commands other keys, swaps them, takes them elsewhere, and finds commands by their names."""

from __future__ import annotations

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from playwright.sync_api import Page, expect

expect.set_options(timeout=60_000)  # on a busy machine what happens at once may take a while


def _serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]


def _kept(editor: Editor) -> dict[str, object]:
    place = editor.folder.parent / "home" / "preferences.json"
    return dict(json.loads(place.read_text())) if place.exists() else {}


def test_keys_are_changed_swapped_and_taken_elsewhere(editor: Editor, tmp_path: Path) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    with page.expect_popup() as opened:
        page.evaluate("() => { window.open(location.href) }")
    other = opened.value
    expect(other.get_by_title("Crop and straighten (R)")).to_be_visible()
    page.bring_to_front()

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    search = dialog.get_by_role("searchbox", name="Find a command")
    expect(search).to_be_focused()
    assert _serious(page) == []
    search.fill("straighten crop")
    row = dialog.locator("[data-command=crop]")
    row.get_by_role("button", name="Crop and straighten: change R").click()
    page.keyboard.press("l")
    expect(row.get_by_role("alert")).to_contain_text("L is “Lights out”.")
    assert _serious(page) == []
    page.keyboard.press("Enter")  # the choice has the focus
    expect(row.get_by_role("button", name="Crop and straighten: change L")).to_be_focused()
    expect(other.get_by_title("Crop and straighten (L)")).to_be_visible()  # every window has heard of it
    assert _kept(editor)["shortcuts"] == {"crop": ["L"], "lights": ["R"]}

    search.fill("snapshot")
    expect(dialog.locator("[data-command=snapshot]")).to_contain_text("a browser opens a new window")
    dialog.get_by_role("button", name="By keys").click()
    page.keyboard.press("Control+z")
    expect(dialog.locator("[data-command]")).to_have_count(1)
    expect(dialog.locator("[data-command=undo]")).to_be_visible()
    page.keyboard.press("r")
    expect(dialog.locator("[data-command=lights]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    search.fill("larger brush")
    dialog.get_by_label("Keyboard", exact=True).select_option("de")
    expect(dialog.locator("[data-command=brush-larger]")).to_contain_text(".")

    with page.expect_download() as downloaded:
        dialog.get_by_role("button", name="Export", exact=True).click()
    file = tmp_path / "shortcuts.json"
    downloaded.value.save_as(file)
    dialog.get_by_role("button", name="All as usual").click()
    expect(other.get_by_title("Crop and straighten (R)")).to_be_visible()
    dialog.get_by_label("Shortcuts to take over").set_input_files(file)
    expect(dialog.get_by_role("status").filter(has_text="Shortcuts taken over.")).to_be_visible()
    assert _kept(editor) == {"keyboard": "de", "shortcuts": {"crop": ["L"], "lights": ["R"]}}
    (tmp_path / "other.json").write_text("{}")
    dialog.get_by_label("Shortcuts to take over").set_input_files(tmp_path / "other.json")
    expect(dialog.get_by_role("status").filter(has_text="no shortcuts of Stillbytes")).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("l")
    page.get_by_test_id("crop-area").wait_for()
    page.keyboard.press("Escape")


def test_a_command_is_found_by_its_name_and_done(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Escape")
    page.keyboard.press("F1")
    dialog = page.get_by_role("dialog", name="All commands")
    field = dialog.get_by_role("combobox", name="Find a command")
    expect(field).to_be_focused()
    assert _serious(page) == []
    field.fill("filmstrip")
    expect(dialog.get_by_role("option")).to_have_count(1)
    expect(dialog.get_by_role("option")).to_contain_text("F6")
    strip = page.get_by_role("grid")
    expect(strip).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(strip).to_have_count(0)
    page.keyboard.press("Control+Shift+p")
    field.fill("keyboard shortcuts")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
