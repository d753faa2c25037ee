"""A person looks at what AI can do on this machine."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from journeys.conftest import Editor


def test_memory_models_and_plans_are_shown_and_can_be_read_by_everyone(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("Control+Shift+m")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("onnx").wait_for()

    dialog.get_by_role("tab", name="Models").click()
    dialog.get_by_label("Find a model").fill("smollm2")
    assert dialog.get_by_role("listitem").count() == 1
    dialog.get_by_role("button", name="Download…").click()
    dialog.get_by_text("Licence: Apache-2.0").wait_for()  # asked, not begun
    dialog.get_by_role("button", name="Not now").click()

    dialog.get_by_role("tab", name="What fits").click()
    dialog.get_by_label("Card", exact=True).fill("RTX 3060")
    dialog.get_by_label("Its memory").fill("12GB")
    dialog.get_by_label("Its memory").press("Enter")
    dialog.get_by_text("As described: GeForce RTX 3060").wait_for()
    assert "llama-server" in dialog.locator("code").first.inner_text()

    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    page.keyboard.press("Escape")
    assert dialog.count() == 0
