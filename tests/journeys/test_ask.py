"""A person says what should change, looks, takes less of it, applies it and takes it back."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor
from playwright.sync_api import expect


def test_a_request_is_shown_weakened_applied_and_undone_with_the_keyboard(editor: Editor) -> None:
    page = editor.page
    plain = editor.settled()
    page.keyboard.press("Control+k")
    ask = page.get_by_test_id("ask")
    field = ask.get_by_role("combobox", name="What should change")
    expect(field).to_be_focused()
    field.press_sequentially("a bit warmer and lift the shad")
    ask.get_by_role("option", name="a bit warmer and lift the shadows", exact=True).wait_for()
    page.keyboard.press("Tab")
    expect(field).to_have_value("a bit warmer and lift the shadows")
    page.keyboard.press("Enter")

    shadows = ask.get_by_role("slider", name="Shadows")
    expect(shadows).to_have_value("100")
    expect(ask.get_by_text("0 → +20", exact=True)).to_be_visible()
    lifted = editor.settled(lambda brightness: brightness > plain + 0.1)
    page.screenshot(path=str(editor.folder.parent / "proposed.png"))
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []

    shadows.focus()
    page.keyboard.press("End")
    expect(ask.get_by_text("0 → +30", exact=True)).to_be_visible()
    editor.settled(lambda brightness: brightness > lifted + 0.05)
    ask.get_by_role("switch", name="Show before").press("Space")
    editor.settled(lambda brightness: abs(brightness - plain) < 0.05)
    ask.get_by_role("switch", name="Show before").press("Space")
    ask.get_by_role("switch", name="Temperature").press("Space")
    expect(page.get_by_label("History and jobs").get_by_text("warmer")).to_have_count(0)

    field.focus()
    page.keyboard.press("Enter")
    expect(ask).to_have_count(0)
    editor.until("document.querySelector('aside [data-parameter=shadows]').value === '30'")
    expect(page.get_by_label("History and jobs").get_by_text("a bit warmer and lift the shadows")).to_be_visible()
    page.keyboard.press("Control+z")
    editor.until("document.querySelector('aside [data-parameter=shadows]').value === '0'")
    editor.settled(lambda brightness: abs(brightness - plain) < 0.05)


def test_what_is_not_understood_or_discarded_changes_nothing(editor: Editor) -> None:
    page = editor.page
    plain = editor.settled()
    page.get_by_role("button", name="Say what should change").click()
    ask = page.get_by_test_id("ask")
    field = ask.get_by_role("combobox", name="What should change")
    field.fill("like a Monet")
    page.keyboard.press("Enter")
    expect(ask.get_by_role("status")).to_contain_text(
        "Not understood, and nothing changed. The word “monet” is not known."
    )
    expect(ask.get_by_role("button", name="AI on this machine…")).to_be_visible()
    page.screenshot(path=str(editor.folder.parent / "unclear.png"))

    field.fill("exposure +2")
    page.keyboard.press("Enter")
    editor.settled(lambda brightness: brightness > plain + 5)
    page.keyboard.press("Escape")
    expect(ask).to_have_count(0)
    editor.settled(lambda brightness: abs(brightness - plain) < 0.05)
    assert page.get_by_label("Undo").is_disabled()
