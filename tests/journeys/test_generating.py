"""A person has things drawn by a model: previews, variants, cancel, new canvas; ComfyUI is a recorded session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from dng import make_photo, scene
from engines.comfyui.stand_in import Faults
from generate.tasks.replay import Replay, replayed
from generate.tasks.sessions import SESSIONS, Session, beside, settled, stubs
from journeys.conftest import Editor

from stillbytes.edit import sidecar

named = {one.name: one for one in SESSIONS}


@pytest.fixture
def comfyui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Replay], Replay]]:
    """Makes a server the ComfyUI of the editor that is started next."""
    monkeypatch.setenv("STILLBYTES_HOME", os.environ.get("STILLBYTES_HOME", ""))
    with ExitStack() as serving:

        def serve(server: Replay) -> Replay:
            serving.enter_context(beside(server.serving))
            settled(tmp_path / "home", server.url, stubs(tmp_path / "models"))
            return server

        yield serve


@pytest.fixture
def server(request: pytest.FixtureRequest, comfyui: Callable[[Replay], Replay]) -> Replay:
    """The session that the test names, with what goes wrong in it."""
    name, faults = request.param
    return comfyui(replayed(named[name], faults=faults))


def opened(editor: Editor, session: Session) -> Path:
    """The photo of a session, in the retouching tool."""
    path = editor.folder / "ASKED.dng"
    make_photo(path, scene(*session.size))
    editor.page.get_by_role("grid").get_by_role("gridcell", name=path.name).click(timeout=60_000)
    editor.until("document.title.startsWith('ASKED')")
    editor.settled()
    return path


def asked(editor: Editor, task: str, **fields: object) -> None:
    """Fills in the form of a task."""
    panel = editor.page.get_by_test_id("retouch")
    panel.get_by_role("group", name="What to do").get_by_role("button", name=task, exact=True).click()
    panel.locator("summary").click()
    for name, value in fields.items():
        panel.get_by_label(name.capitalize(), exact=True).last.fill(str(value))
        panel.get_by_label(name.capitalize(), exact=True).last.press("Tab")


def painted(editor: Editor) -> None:
    box = editor.page.get_by_test_id("retouch-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    editor.page.mouse.move(x - 30, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + 30, y, steps=5)
    editor.page.mouse.up()


def patches(path: Path) -> list[Any]:
    found = sidecar.read(path)
    return [] if found is None else list(found.settings.patches)


def waited(editor: Editor, met: Callable[[], bool]) -> None:
    for _ in range(600):
        if met():
            return
        editor.page.wait_for_timeout(100)
    raise AssertionError("not within a minute")


SEEN = "[...document.querySelectorAll('img.drawing')].some(one => one.naturalWidth > 0)"


@pytest.mark.parametrize("server", [("fill", Faults(stall_at=31))], indirect=True)
def test_a_fill_is_watched_and_cancelled(server: Replay, editor: Editor) -> None:
    page, session = editor.page, named["fill"]
    path = opened(editor, session)
    page.keyboard.press("q")
    asked(editor, "Fill", prompt="a red boat", steps=4, seed=session.seeds[0])
    painted(editor)
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("button", name="Fill", exact=True).last.click()
    editor.until(SEEN)  # the sampler's preview, not only the place for it
    tray = page.get_by_role("region", name="Jobs")
    tray.get_by_text("Draws, step").wait_for()
    tray.get_by_role("button", name="Cancel").click()
    tray.get_by_text("Cancelled").wait_for()
    page.locator("img.drawing").wait_for(state="detached")
    waited(editor, lambda: server.running is None)
    assert len(server.interrupted) == 1
    assert not patches(path) and not path.with_suffix(".stillbytes").exists()
    page.get_by_test_id("retouch-canvas").locator("path.paint").wait_for(state="attached")  # to be tried again
    assert panel.get_by_role("button", name="Fill", exact=True).last.is_enabled()


@pytest.mark.parametrize("server", [("fill", None)], indirect=True)
def test_a_fill_has_variants_and_is_one_step(server: Replay, editor: Editor) -> None:
    page, session = editor.page, named["fill"]
    path = opened(editor, session)
    plain = editor.settled()
    page.keyboard.press("q")
    asked(editor, "Fill", prompt="a red boat", steps=4, seed=session.seeds[0])
    panel = page.get_by_test_id("retouch")
    panel.get_by_role("slider", name="Variants").focus()
    page.keyboard.press("ArrowRight")
    painted(editor)
    panel.get_by_test_id("forecast").get_by_text("2 pictures").wait_for()
    panel.get_by_role("button", name="Fill", exact=True).last.click()
    waited(editor, lambda: len(patches(path)) == 1)
    (patch,) = patches(path)
    assert patch.recipe["seeds"] == list(session.seeds) and patch.chosen == 0
    first = editor.settled(lambda brightness: brightness != plain)
    panel.get_by_test_id("recipe").get_by_text(f"seed {session.seeds[0]}: “a red boat”").wait_for()
    editor.framed(panel.get_by_role("button", name="Variant 2").click, lambda brightness: brightness != first)
    waited(editor, lambda: patches(path)[0].chosen == 1)
    page.get_by_text("Fill: a red boat (generated)").wait_for()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    waited(editor, lambda: not patches(path))
    assert len(server.prompts) == 2


@pytest.mark.parametrize("server", [("restyle", None)], indirect=True)
def test_a_restyle_becomes_settings(server: Replay, editor: Editor) -> None:
    page, session = editor.page, named["restyle"]
    path = opened(editor, session)
    page.keyboard.press("q")
    asked(editor, "Restyle", prompt="an old film", steps=6, seed=1)
    page.get_by_test_id("retouch").get_by_text("Look-up table", exact=True).click()
    page.get_by_test_id("retouch").get_by_role("button", name="Restyle", exact=True).last.click()
    page.get_by_role("region", name="Jobs").get_by_text("Difference from the target").wait_for(timeout=180_000)
    assert dict(sidecar.read(path).settings) and not patches(path)  # type: ignore[union-attr]
    page.get_by_test_id("forecast").get_by_text("about 1 s").wait_for()  # as it took on this machine
