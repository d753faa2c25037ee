"""A person asks the real llama-server with a real, very small model, through the broker.

What a model of 135 million parameters answers is chance; that what it answers is a plan, or plainly refused, is not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from engines.llama.conftest import BUDGET, needed, with_model
from journeys.conftest import Editor
from playwright.sync_api import expect

from stillbytes.develop import parameters

REQUEST = "make it feel like a summer evening"
PATIENCE = 240_000
"""Milliseconds: the model is loaded and reads some thousand tokens on whatever cores are left."""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the server is started through a shell script")


@pytest.fixture
def installed(tmp_path: Path) -> None:
    """llama-server and the model, as somebody has them who installed both."""
    home = tmp_path / "home"
    with_model(home)
    real = needed("STILLBYTES_TEST_LLAMA")
    program = tmp_path / "llama-server"
    # One thread that does not spin: where other programs want the processor too, two wait for each other.
    program.write_text(
        f'#!/bin/sh\nexport LD_LIBRARY_PATH="{real.parent}:$LD_LIBRARY_PATH"\n'
        f'exec "{real}" "$@" --threads 1 --threads-batch 1 --poll 0\n'
    )
    program.chmod(0o755)
    chosen = {"llama": {"program": str(program)}, "vram_mib": BUDGET}
    (home / "preferences.json").write_text(json.dumps(chosen))


@pytest.fixture
def talking(installed: None, editor: Editor) -> Editor:
    return editor


def test_a_real_models_answer_is_awaited_changed_applied_and_undone(talking: Editor) -> None:
    page = talking.page
    page.keyboard.press("a")
    plain = talking.settled()
    chat = page.get_by_test_id("chat")
    field = chat.get_by_role("combobox", name="What should change")
    before = chat.get_by_role("list", name="Asked before")
    status = chat.get_by_role("status")
    field.fill(REQUEST)
    page.keyboard.press("Enter")
    chat.get_by_role("button", name="Stop").wait_for()
    seen = [_stage(talking)]
    for _ in range(PATIENCE // 100):
        said = _stage(talking)
        if said != seen[-1]:
            seen.append(said)
        if chat.get_by_role("button", name="Stop").count() == 0:
            break
        page.wait_for_timeout(100)
    assert any("Reads" in one or "Answers" in one for one in seen), seen
    page.screenshot(path=str(talking.folder.parent / "real.png"))

    if chat.get_by_role("button", name="Apply").count() == 0:
        expect(status).to_contain_text("Not understood, and nothing changed.")
        talking.settled(lambda brightness: abs(brightness - plain) < 0.1)
        page.keyboard.press("Escape")
        field.fill("exposure +1")  # the conversation goes on
        page.keyboard.press("Enter")
    rows = chat.get_by_role("group", name="What would change").locator("[data-line]")
    expect(rows.first).to_be_visible()
    for row in rows.all():
        name = (row.get_attribute("data-line") or "").partition(".")[2]
        assert not name or name in parameters()
    first = rows.first.get_by_role("slider")
    if first.count():
        first.focus()
        page.keyboard.press("Home")
        expect(first).to_have_value("0")
        page.keyboard.press("End")
        expect(first).to_have_value("150")
    chat.get_by_role("button", name="Apply").click()
    expect(before.get_by_role("listitem").first).to_contain_text("Applied")
    page.get_by_role("button", name="Undo", exact=True).click()
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)

    field.fill("like a painting by an old master")  # the model is loaded now
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Reads", timeout=PATIENCE)
    chat.get_by_role("button", name="Stop").click()
    expect(before.get_by_role("listitem").first).to_contain_text("Stopped", timeout=30_000)
    talking.settled(lambda brightness: abs(brightness - plain) < 0.1)


def _stage(editor: Editor) -> str:
    return str(editor.page.evaluate("document.querySelector('[data-testid=chat] [role=status]')?.textContent ?? ''"))
