"""A person looks at what AI can do on this machine, and starts and stops it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from app.cli.test_engines import STAND_IN
from axe_playwright_python.sync_playwright import Axe
from gpu.models.files import language_model
from journeys.conftest import Editor

from stillbytes.gpu.models import registry


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A llama-server on the PATH, and a model for it: before the editor starts."""
    if os.name != "posix":
        pytest.skip("a script as a program")
    program = tmp_path / "bin" / "llama-server"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (file,) = registry.get("smollm2-135m").files
    model = tmp_path / "home" / "models" / file.name
    model.parent.mkdir(parents=True)
    with model.open("wb") as opened:
        opened.write(language_model())
        opened.truncate(file.size)


def _serious(editor: Editor) -> list[str]:
    found = Axe().run(editor.page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]


def test_models_and_plans_are_shown_and_can_be_read_by_everyone(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Control+Shift+m")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ONNX Runtime").wait_for()
    assert _serious(editor) == []

    dialog.get_by_role("tab", name="Models").click()
    dialog.get_by_label("Find a model").fill("klein")
    dialog.get_by_role("button", name="FLUX.2 [klein]").click()
    dialog.get_by_role("button", name="Show files").first.click()
    dialog.get_by_text("Not here").wait_for()
    dialog.get_by_role("button", name="Download…").last.click()
    asked = dialog.get_by_role("region", name="Download FLUX.2")
    asked.get_by_text("Licence: Apache-2.0").wait_for()  # asked, not begun
    assert asked.get_by_role("row").count() == 4  # what it needs, itself, and the sum
    assert _serious(editor) == []
    asked.get_by_role("button", name="Not now").click()

    dialog.get_by_role("tab", name="What fits").click()
    dialog.get_by_label("Graphics card").fill("RTX 3060")
    dialog.get_by_label("Its memory").fill("12GB")
    dialog.get_by_label("Its memory").press("Enter")
    dialog.get_by_text("As described: GeForce RTX 3060").wait_for()
    assert "llama-server" in dialog.locator("code").first.inner_text()
    second = dialog.get_by_role("row").nth(2).get_by_role("cell").nth(1).inner_text()
    dialog.get_by_role("row").nth(2).get_by_role("button", name="Choose").click()
    dialog.get_by_role("heading", name=second).wait_for()
    assert _serious(editor) == []

    dialog.get_by_label("Graphics card").fill("RTX 9999")
    dialog.get_by_label("Graphics card").press("Enter")
    dialog.get_by_role("alert").get_by_text("RTX 9999").wait_for()
    page.keyboard.press("Escape")
    assert dialog.count() == 0


def test_an_engine_is_started_shown_in_the_memory_bar_and_freed(llama: None, editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Control+Shift+m")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("No model is loaded.").wait_for()  # what is needed for engines begins after the first picture
    dialog.get_by_role("button", name="Start").click()
    dialog.get_by_role("button", name="Stop").wait_for()
    dialog.get_by_role("row", name="SmolLM2 135M Instruct Q4_1 Loaded, idle").wait_for()
    dialog.get_by_role("button", name="Log").first.click()
    dialog.get_by_text("model loaded").wait_for()
    assert _serious(editor) == []
    page.keyboard.press("Escape")

    bar = page.get_by_role("button", name="Main memory")
    assert "SmolLM2 135M" in str(bar.get_attribute("aria-label"))
    bar.click()
    dialog.get_by_role("button", name="Free everything").click()
    dialog.get_by_text("No model is loaded.").wait_for()
    dialog.get_by_text("Installed, not running").first.wait_for()
    page.keyboard.press("Escape")
    bar.wait_for(state="detached")
