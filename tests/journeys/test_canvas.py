"""New canvas: the crop tool pulls beyond the photo."""

from __future__ import annotations

import time

from journeys.conftest import Editor
from playwright.sync_api import expect

GREY = 119


def _sidecar(editor: Editor, *texts: str, seconds: float = 10) -> bool:
    path = editor.folder / "IMG_1.xmp"
    for _ in range(int(seconds * 20)):
        if path.exists() and all(text in path.read_text() for text in texts):
            return True
        time.sleep(0.05)
    return False


def _pull(editor: Editor, handle: str, dx: float, dy: float, *, release: bool = True) -> None:
    grip = editor.page.locator(f"[data-handle={handle}]").bounding_box()
    assert grip is not None
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    editor.page.mouse.move(x, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + dx, y + dy, steps=6)
    if release:
        editor.page.mouse.up()


def _grey(editor: Editor) -> float:
    """The part of the middle row of the stage that shows empty canvas."""
    code = f"""canvas => {{
        const row = canvas.getContext('2d').getImageData(0, canvas.height / 2, canvas.width, 1).data;
        let grey = 0;
        for (let i = 0; i < row.length; i += 4) {{
            if ([0, 1, 2].every(c => Math.abs(row[i + c] - {GREY}) <= 2)) grey++;
        }}
        return grey / canvas.width;
    }}"""
    return float(editor.page.get_by_test_id("canvas").evaluate(code))


def test_a_handle_pulls_beyond_the_photo_with_a_stop_at_its_edge(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("r")
    size = page.get_by_test_id("crop-size")
    expect(size).to_have_text("600 × 400")
    assert _grey(editor) < 0.01

    _pull(editor, "e", 10, 0)  # by accident
    expect(size).to_have_text("600 × 400")
    expect(page.get_by_test_id("photo-edge")).to_have_count(0)

    _pull(editor, "e", 60, 0)
    expect(size).to_contain_text("new canvas")
    expect(page.get_by_test_id("photo-edge")).to_be_visible()
    expect(page.get_by_test_id("new-canvas")).to_contain_text("is new canvas")
    width = int(str(size.text_content()).split("×")[0])
    assert 610 < width < 800  # as far as the hand went, while what is seen grows with it

    # The left edge by keys: a press goes beyond, a key that is held down does not.
    page.locator("[data-handle=w]").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(size).not_to_contain_text(f"{width} ×")
    page.keyboard.press("Enter")

    empty = page.get_by_test_id("empty-canvas")
    expect(empty).to_contain_text("% empty canvas")
    assert _sidecar(editor, "sb:CropRight", "sb:CropLeft", 'HasCrop="False"')
    editor.settled()
    assert 0.05 < _grey(editor) < 0.3

    page.keyboard.press("Control+Shift+e")
    expect(page.get_by_role("dialog")).to_contain_text("is empty canvas")
    page.keyboard.press("Escape")

    page.keyboard.press("r")  # the tool opens with all of it in sight
    expect(size).to_contain_text("new canvas")
    area, box = (page.get_by_test_id(name).bounding_box() for name in ("crop-area", "canvas"))
    assert area is not None and box is not None
    assert area["x"] > box["x"] and area["x"] + area["width"] < box["x"] + box["width"]
    page.keyboard.press("Escape")

    page.keyboard.press("Control+z")
    expect(empty).to_have_count(0)
    for _ in range(100):
        if "sb:CropRight" not in (editor.folder / "IMG_1.xmp").read_text():
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the canvas stayed in the sidecar")


def test_a_handle_that_is_dragged_out_of_sight_takes_the_view_along(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("r")
    size = page.get_by_test_id("crop-size")
    box = page.get_by_test_id("canvas").bounding_box()
    assert box is not None
    _pull(editor, "s", 0, box["height"], release=False)
    for _ in range(200):
        if int(str(size.text_content()).split("×")[1].split()[0].split("\n")[0]) > 700:
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError(f"the view stayed: {size.text_content()}")
    page.mouse.up()
    area = page.get_by_test_id("crop-area").bounding_box()
    assert area is not None and area["y"] + area["height"] < box["y"] + box["height"]
    page.keyboard.press("Escape")
