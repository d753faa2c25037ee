"""A reference photo beside the one that is developed, and a second window with the photo alone."""

from __future__ import annotations

import re

from journeys.conftest import Editor
from playwright.sync_api import Page, expect


def _mean(page: Page) -> float:
    """Of what a photo's canvas that is only looked at shows, 0..255."""
    code = """canvas => {
        const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let sum = 0;
        for (let i = 0; i < d.length; i += 4) sum += d[i] + d[i + 1] + d[i + 2];
        return sum / (d.length / 4 * 3);
    }"""
    return float(page.get_by_test_id("viewer").evaluate(code))


def _settled(page: Page, other_than: float | None = None) -> float:
    """The brightness once it no longer changes. other_than: what it was before."""
    last, same = -1.0, 0
    for _ in range(400):
        now = _mean(page)
        same = same + 1 if now == last else 0
        if same >= 8 and (other_than is None or abs(now - other_than) > 3):
            return now
        last = now
        page.wait_for_timeout(100)
    raise AssertionError(f"the picture did not settle; its brightness is {last}")


def test_a_reference_stays_beside_the_photos_that_one_goes_through(editor: Editor) -> None:
    page = editor.page
    reference = page.get_by_role("region", name="Reference")
    page.get_by_role("gridcell", name="IMG_1.dng").click(button="right")
    page.get_by_role("menuitem", name="Set as reference").click()
    expect(reference).to_contain_text("Reference: IMG_1.dng")
    page.get_by_role("gridcell", name="IMG_2.dng").click()
    expect(page.get_by_test_id("canvas")).to_have_accessible_name("IMG_2.dng, developed")
    expect(page.get_by_role("img", name="Reference: IMG_1.dng, developed")).to_be_visible()
    seen = _settled(page)

    # Only the photo is developed, and both are zoomed.
    editor.framed(lambda: page.keyboard.press("v"))
    assert abs(_settled(page) - seen) < 0.01
    page.keyboard.press("z")
    _settled(page, other_than=seen)
    page.keyboard.press("z")

    page.keyboard.press("Escape")
    expect(reference).to_have_count(0)
    page.keyboard.press("Shift+R")
    expect(reference).to_contain_text("Reference: IMG_1.dng")
    assert abs(_settled(page) - seen) < 1
    page.keyboard.press("Shift+R")
    expect(reference).to_have_count(0)


def test_a_second_window_follows_the_photo_and_its_edits(editor: Editor) -> None:
    page = editor.page
    with page.expect_popup() as opened:
        page.keyboard.press("F11")
    second = opened.value
    shown = second.get_by_test_id("viewer")
    expect(shown).to_have_accessible_name("IMG_1.dng, developed")
    before = _settled(second)

    exposure = page.get_by_role("slider", name="Exposure", exact=True)
    exposure.focus()
    for _ in range(10):
        exposure.press("Shift+ArrowRight")
    assert _settled(second, other_than=before) > before

    page.bring_to_front()
    page.get_by_role("gridcell", name="IMG_2.dng").click()
    expect(shown).to_have_accessible_name("IMG_2.dng, developed")
    expect(second).to_have_title(re.compile("IMG_2.dng"))
    fitted = _settled(second)
    shown.click()
    _settled(second, other_than=fitted)

    page.reload()
    expect(shown).to_have_accessible_name(re.compile("developed"))
    expect(second.get_by_role("status")).to_be_empty()
    page.goto("about:blank")
    expect(second.get_by_role("status")).to_have_text("The window that this one belongs to was closed.")
    second.close()
    page.go_back()
    editor.developed()
