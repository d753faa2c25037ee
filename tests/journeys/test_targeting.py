"""Changing a mixer and the tone curve by dragging on the picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from dng import make_photo
from journeys.conftest import SERVE, Editor, opened
from playwright.sync_api import Browser, expect


def halves(folder: Path) -> None:
    """A photo, red on the left and blue on the right."""
    light = np.empty((400, 600, 3), np.float32)
    light[:, :300], light[:, 300:] = (0.3, 0.12, 0.1), (0.09, 0.12, 0.25)
    make_photo(folder / "IMG_1.dng", light)


def drag(editor: Editor, across: float, up: float, meanwhile: Callable[[], None]) -> None:
    """Drag on the picture, so far across the stage, so many pixels up; look before letting go."""
    page = editor.page
    box = page.get_by_test_id("target").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * across, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - up, steps=8)
    meanwhile()
    page.mouse.up()


def channel(editor: Editor, across: float, number: int) -> float:
    """0..255 of what the canvas shows in the middle, so far across."""
    code = """(canvas, [across, number]) => {
        const x = Math.round(canvas.width * across), y = Math.round(canvas.height / 2) - 40;
        return canvas.getContext('2d').getImageData(x, y, 1, 1).data[number];
    }"""
    return float(editor.page.get_by_test_id("canvas").evaluate(code, [across, number]))


def test_colours_and_tones_are_dragged_on_the_picture(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, SERVE, halves) as editor:
        page = editor.page
        panel = page.locator("aside[aria-label=Develop]")
        history = page.get_by_role("button", name="Saturation, in the picture", exact=True)
        page.keyboard.press("Control+Alt+Shift+S")
        expect(page.get_by_test_id("target")).to_be_visible()
        red, blue = (channel(editor, across, number) for across, number in ((0.35, 1), (0.65, 0)))

        def moved() -> None:
            """Already while the hand moves."""
            slider = panel.get_by_role("group", name="Red", exact=True).get_by_role("textbox")
            expect(slider).to_have_value("-40")

        editor.framed(lambda: drag(editor, 0.35, -100, moved))
        assert channel(editor, 0.35, 1) > red + 8  # paler
        assert abs(channel(editor, 0.65, 0) - blue) <= 2  # the other colour stays
        expect(history).to_have_count(1)
        page.get_by_test_id("target").press("ArrowUp")
        expect(history).to_have_count(2)

        page.keyboard.press("Escape")
        expect(page.get_by_test_id("target")).to_have_count(0)

        button = panel.get_by_role("button", name="Change curve in the picture")
        if button.count() == 0:
            panel.get_by_role("button", name="Tone curve", exact=True).click()
        button.click()
        points = panel.get_by_role("slider", name="RGB curve, point")
        editor.framed(lambda: drag(editor, 0.65, 100, lambda: expect(points).to_have_count(3)))
        curve = page.get_by_role("button", name="Curve, in the picture", exact=True)
        expect(curve).to_have_count(1)
        lifted = editor.settled()
        editor.framed(lambda: page.keyboard.press("Control+z"), lambda now: now < lifted - 5)
        expect(points).to_have_count(2)
