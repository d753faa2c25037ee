"""Less of what a step did, or more of it, from the history."""

from __future__ import annotations

from journeys.conftest import Editor
from playwright.sync_api import expect


def test_a_step_is_faded_seen_stored_and_faded_again(editor: Editor) -> None:
    page = editor.page
    exposure = page.get_by_role("group", name="Exposure", exact=True).get_by_role("textbox")
    exposure.fill("-1.5")
    before = editor.framed(lambda: exposure.press("Enter"))
    exposure.blur()
    after = editor.framed(lambda: page.keyboard.press("Control+u"))
    assert abs(after - before) > 4  # else there is nothing to see
    amount = page.get_by_role("slider", name="Fade", exact=True)
    amount.focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")  # ten percent each
    page.get_by_role("button", name="Auto tone: 50 %", exact=True).wait_for()
    half = editor.settled(lambda now: min(before, after) < now < max(before, after))
    page.keyboard.press("Home")
    page.get_by_role("button", name="Auto tone: 0 %", exact=True).wait_for()
    editor.settled(lambda now: abs(now - before) < 1)
    editor.framed(lambda: page.keyboard.press("Control+z"), lambda now: abs(now - half) < 1)
    expect(amount).to_have_value("50")
