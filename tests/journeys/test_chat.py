"""A person talks with the editor about a photo: suggestions, an answer as it is written, and what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from dng import make_photo
from journeys.conftest import Editor, opened
from playwright.sync_api import Browser, Page, expect
from scripted import BREAK, HOLD, Scripted, plan, scripted

ASKED = "make it look like a summer evening"
MOVES = {"temperature": 7200, "exposure": 1.5, "highlights": -30}
EVENING = [{"for": ASKED, "tool": "set", "parameter": name, "value": value} for name, value in MOVES.items()]
WHOLE = plan(*EVENING, say="Warm evening light.")
HALF = WHOLE.rindex('{"for"')


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Scripted]:
    """A language server whose address is in the preferences, before the editor is started."""
    with scripted() as server:
        home = tmp_path / "home"
        home.mkdir()
        (home / "preferences.json").write_text(json.dumps({"llama": {"url": server.url}}))
        yield server


@pytest.fixture
def talking(script: Scripted, editor: Editor) -> Editor:
    return editor


def clean(page: Page) -> None:
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_an_answer_is_seen_as_it_is_written_changed_applied_and_undone(script: Scripted, talking: Editor) -> None:
    page = talking.page
    page.keyboard.press("a")
    plain = talking.settled()
    chat = page.get_by_test_id("chat")
    field = chat.get_by_role("combobox", name="What should change")
    expect(field).to_be_focused()
    expect(chat.get_by_role("list", name="Suggestions").get_by_role("listitem").first).to_be_visible()
    page.screenshot(path=str(talking.folder.parent / "suggestions.png"))
    clean(page)

    script.answers.append([WHOLE[:HALF], HOLD, WHOLE[HALF:]])
    field.fill(ASKED)
    page.keyboard.press("Enter")
    so_far = chat.get_by_role("list", name="So far")
    expect(so_far.get_by_text("Temperature 7200 K")).to_be_visible()
    expect(so_far.get_by_text("Exposure 1.5 EV")).to_be_visible()
    expect(chat.get_by_role("status")).to_contain_text("Answers")
    page.screenshot(path=str(talking.folder.parent / "streaming.png"))
    clean(page)
    assert abs(talking.brightness() - plain) < 0.1  # nothing of it is shown before it is whole
    script.go.set()

    exposure = chat.get_by_role("slider", name="Exposure")
    expect(exposure).to_have_value("100")
    bright = talking.settled(lambda brightness: brightness > plain + 5)
    assert page.locator("aside[aria-label=Develop]").evaluate("aside => aside.inert")
    expect(page.locator("aside [data-parameter=exposure]").first).to_have_value("1.5")  # the slider has moved
    page.screenshot(path=str(talking.folder.parent / "proposal.png"))
    clean(page)
    exposure.focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    expect(exposure).to_have_value("50")
    talking.settled(lambda brightness: plain + 2 < brightness < bright - 2)
    chat.get_by_role("switch", name="Highlights").press("Space")
    weaker = talking.settled()
    chat.get_by_role("switch", name="Show before").press("Space")
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)
    chat.get_by_role("switch", name="Show before").press("Space")
    talking.settled(lambda brightness: brightness > plain + 2)
    chat.get_by_role("button", name="Apply").click()

    before = chat.get_by_role("list", name="Asked before")
    turn = before.get_by_role("listitem").first
    expect(turn).to_contain_text("Applied")
    expect(turn).to_contain_text("Exposure 0 → +0.75 EV")
    expect(turn).not_to_contain_text("Highlights")
    expect(turn).to_contain_text("Changed by")
    page.screenshot(path=str(talking.folder.parent / "applied.png"))
    clean(page)
    talking.settled(lambda brightness: abs(brightness - weaker) < 0.5)
    field.fill("less")  # a follow-up, which needs no model
    page.keyboard.press("Enter")
    expect(chat.get_by_role("slider", name="Exposure")).to_be_visible()
    page.keyboard.press("Enter")
    expect(before.get_by_role("listitem")).to_have_count(2)
    less = talking.settled(lambda brightness: plain + 0.5 < brightness < weaker - 0.5)
    turn.get_by_role("button", name="Undo this").click()
    talking.settled(lambda brightness: brightness > less + 0.5)
    page.get_by_role("button", name="Undo", exact=False).first.click()
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)
    assert len(script.asked) == 1

    page.reload()  # what was asked is kept beside the photo
    talking.settled()
    page.keyboard.press("a")
    expect(page.get_by_role("list", name="Asked before").get_by_role("listitem")).to_have_count(2)
    assert (talking.folder / "IMG_1.dng.stillbytes" / "asked.json").is_file() or list(
        talking.folder.glob("IMG_1*/asked.json")
    )
    page.keyboard.press("Control+k")  # goes to the panel's field, while that is open
    expect(page.get_by_test_id("chat").get_by_role("combobox")).to_be_focused()
    expect(page.get_by_test_id("ask")).to_have_count(0)


def test_a_stopped_answer_a_server_that_goes_away_and_another_photo(script: Scripted, talking: Editor) -> None:
    page = talking.page
    page.get_by_role("button", name="Assistant", exact=True).click()
    plain = talking.settled()
    chat = page.get_by_test_id("chat")
    field = chat.get_by_role("combobox", name="What should change")
    script.answers.append(['{"steps": [', HOLD])
    field.fill("like a Monet")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("status")).to_contain_text("Answers")
    chat.get_by_role("button", name="Stop").click()
    assert script.closed.wait(10)
    newest = chat.get_by_role("list", name="Asked before").get_by_role("listitem").first
    expect(newest).to_contain_text("Stopped")

    script.answers.append([WHOLE[:HALF], BREAK])
    field.fill("like a Manet")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("status")).to_contain_text("breaks off")
    page.screenshot(path=str(talking.folder.parent / "gone.png"))
    expect(newest).to_contain_text("Failed")
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)

    field.fill("why is it flat?")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("status")).to_contain_text("of full brightness")
    page.keyboard.press("Escape")

    field.fill("exposure +2")
    page.keyboard.press("Enter")
    talking.settled(lambda brightness: brightness > plain + 5)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)
    expect(newest).to_contain_text("Discarded")
    field.fill("exposure +2")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("button", name="Apply")).to_be_visible()
    page.get_by_role("gridcell", name="IMG_2.dng").click()
    expect(chat.get_by_role("button", name="Apply")).to_have_count(0)
    expect(chat.get_by_role("list", name="Asked before")).to_have_count(0)
    time.sleep(0.5)
    assert not list(talking.folder.glob("*.xmp"))


WATCH_STEPS = """() => {
  window.mostSteps = 0;
  new MutationObserver(() => {
    const seen = document.querySelectorAll('[aria-label=Steps] li').length;
    window.mostSteps = Math.max(window.mostSteps, seen);
  }).observe(document.body, { childList: true, subtree: true });
}"""
"""The list of steps is there while they are done, which may take no longer than a blink."""


HELD = (
    "-c",
    "import sys, time; from stillbytes.edit import generating; made = generating.made\n"
    "def held(*work, cancelled, **how):\n"
    "    end = time.monotonic() + 120\n"
    "    while not cancelled() and time.monotonic() < end: time.sleep(0.02)\n"
    "    return made(*work, cancelled=cancelled, **how)\n"
    "generating.made = held; from stillbytes.app.cli import main; sys.exit(main(sys.argv[1:]))",
)
"""A server that makes nothing before it was asked to stop."""


def standing_out(editor: Editor) -> None:
    """Something stands before a calm background; it is found and removed without any model."""
    y, x = np.mgrid[0:400, 0:600] / 400
    light = np.stack([0.06 + 0.05 * x, 0.07 + 0.04 * y, 0.09 + 0.02 * x], -1)
    light[np.hypot(x - 0.75, y - 0.5) < 0.12] = (0.5, 0.06, 0.05)
    make_photo(editor.folder / "IMG_3.dng", light.astype(np.float32))


def test_a_plan_that_is_stopped_keeps_what_is_done_as_one_step(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, HELD) as editor:
        stopped_in_the_middle(editor)


def stopped_in_the_middle(editor: Editor) -> None:
    standing_out(editor)
    page = editor.page
    editor.framed(page.get_by_role("gridcell", name="IMG_3.dng").click)
    plain = editor.framed(lambda: page.keyboard.press("a"))
    chat = page.get_by_test_id("chat")
    chat.get_by_role("combobox").fill("exposure +0.5 and remove the subject")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("group", name="What would change")).to_be_visible()
    page.keyboard.press("Enter")
    expect(chat.get_by_role("list", name="Steps").locator("li.done")).to_have_count(1, timeout=60_000)
    chat.get_by_role("button", name="Stop").click()
    turn = chat.get_by_role("list", name="Asked before").get_by_role("listitem").first
    expect(turn).to_contain_text("Stopped; not done: Remove: subject.", timeout=120_000)
    expect(turn).to_contain_text("Exposure")
    brighter = editor.settled(lambda brightness: brightness > plain + 1)
    page.screenshot(path=str(editor.folder.parent / "stopped.png"))
    clean(page)
    turn.get_by_role("button", name="Undo this").click()
    editor.settled(lambda brightness: abs(brightness - plain) < 0.1 < brighter - brightness)


def test_a_plan_is_done_step_by_step_and_undone_as_one(editor: Editor) -> None:
    standing_out(editor)
    page = editor.page
    editor.framed(page.get_by_role("gridcell", name="IMG_3.dng").click)
    plain = editor.framed(lambda: page.keyboard.press("a"))
    chat = page.get_by_test_id("chat")
    chat.get_by_role("combobox").fill("exposure +0.5 and remove the subject")
    page.keyboard.press("Enter")
    what = chat.get_by_role("group", name="What would change")
    expect(what.get_by_role("switch", name="Remove: subject")).to_be_checked()
    expect(chat.get_by_role("group", name="Answer")).to_contain_text("Not in the preview: Remove: subject")
    editor.settled(lambda brightness: brightness > plain + 1)
    page.screenshot(path=str(editor.folder.parent / "plan.png"))
    clean(page)
    page.evaluate(WATCH_STEPS)
    page.keyboard.press("Enter")
    turn = chat.get_by_role("list", name="Asked before").get_by_role("listitem").first
    expect(turn).to_contain_text("Applied", timeout=120_000)
    expect(turn).to_contain_text("Remove: subject")
    expect(turn).to_contain_text("Changed by")
    assert page.evaluate("window.mostSteps") == 2
    editor.settled(lambda brightness: brightness > plain + 1)
    assert page.locator("aside[aria-label=Develop]").evaluate("aside => !aside.inert")
    page.screenshot(path=str(editor.folder.parent / "removed.png"))
    turn.get_by_role("button", name="Undo this").click()
    editor.settled(lambda brightness: abs(brightness - plain) < 0.1)

    chat.get_by_role("combobox").fill("export as png at 1500 px")
    page.keyboard.press("Enter")
    chat.get_by_role("button", name="Apply").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Format")).to_have_value("png16")


def test_many_photos_are_changed_after_a_yes_that_says_how_many(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("a")
    plain = editor.settled()
    page.keyboard.press("Escape")
    page.get_by_role("gridcell", name="IMG_2.dng").click(modifiers=["Shift"])
    chat = page.get_by_test_id("chat")
    chat.get_by_role("combobox").fill("exposure +1")
    page.keyboard.press("Enter")
    chat.get_by_role("switch", name="For all 2 selected photos").press("Space")
    chat.get_by_role("button", name="Apply to 2 photos…").click()
    expect(chat.get_by_role("alert")).to_contain_text("2 photos would be changed")
    assert not list(editor.folder.glob("*.xmp"))
    page.screenshot(path=str(editor.folder.parent / "many.png"))
    clean(page)
    chat.get_by_role("button", name="Yes, change 2 photos").click()
    expect(page.get_by_role("region", name="Jobs")).to_contain_text("Changed 2 of 2 photos.", timeout=60_000)
    editor.settled(lambda brightness: brightness > plain + 2)
    assert len(list(editor.folder.glob("*.xmp"))) == 2


def test_another_sky_by_words_is_drawn_told_and_undone(drawing_editor: Editor) -> None:
    """The sky is found without a model, and another one drawn by ComfyUI's stand-in."""
    editor, page = drawing_editor, drawing_editor.page
    y, x = np.mgrid[0:400, 0:600] / 400
    sky = np.stack([0.25 + 0.1 * y, 0.4 + 0.1 * y, 0.7 + 0 * y], -1)
    ground = np.stack([0.05 + 0.02 * np.sin(40 * x), 0.06 + 0.02 * np.sin(31 * y + 7 * x), 0.03 + 0 * x], -1)
    light = np.where((y < 0.55 + 0.04 * np.sin(9 * x))[..., None], sky, ground)
    make_photo(editor.folder / "IMG_3.dng", light.astype(np.float32))
    editor.framed(page.get_by_role("gridcell", name="IMG_3.dng").click)
    plain = editor.framed(lambda: page.keyboard.press("a"))
    chat = page.get_by_test_id("chat")
    chat.get_by_role("combobox").fill("apply the Muted preset and replace the sky with a stormy sky")
    page.keyboard.press("Enter")
    what = chat.get_by_role("group", name="What would change")
    expect(what.get_by_role("switch", name="Replace sky: a stormy sky")).to_be_checked()
    preset = what.get_by_role("slider", name="Preset")
    expect(what).to_contain_text("Muted")
    preset.focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    expect(preset).to_have_value("50")
    page.screenshot(path=str(editor.folder.parent / "sky-asked.png"))
    clean(page)
    chat.get_by_role("button", name="Apply").click()
    turn = chat.get_by_role("list", name="Asked before").get_by_role("listitem").first
    expect(turn).to_contain_text("Applied", timeout=120_000)
    expect(turn).to_contain_text("Replace sky: a stormy sky")
    expect(turn).to_contain_text("Changed by")
    editor.settled(lambda brightness: abs(brightness - plain) > 5)
    page.screenshot(path=str(editor.folder.parent / "sky-drawn.png"))
    turn.get_by_role("button", name="Undo this").click()
    editor.settled(lambda brightness: abs(brightness - plain) < 0.1)
