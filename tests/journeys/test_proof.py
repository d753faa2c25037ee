"""Soft proof: the live picture in the colours of an export."""

from __future__ import annotations

import re

from journeys.conftest import Editor
from playwright.sync_api import expect

ALARM = 128


def _grey(editor: Editor) -> float:
    """The part of the canvas that is as grey as colours out of gamut are marked."""
    code = f"""canvas => {{
        const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let grey = 0, n = 0;
        for (let i = 0; i < d.length; i += 4 * 31, n++) {{
            if ([0, 1, 2].every(c => Math.abs(d[i + c] - {ALARM}) <= 4)) grey++;
        }}
        return grey / n;
    }}"""
    return float(editor.page.get_by_test_id("canvas").evaluate(code))


def test_the_picture_is_proofed_through_what_exports_are_set_to(editor: Editor) -> None:
    page = editor.page
    plain = editor.settled()
    assert _grey(editor) < 0.01

    editor.framed(lambda: page.keyboard.press("s"))
    told = page.get_by_test_id("out-of-gamut")
    expect(told).to_have_text(re.compile(r"^\d+(\.\d)? % out of gamut$"))
    through = page.get_by_label("Proof through")
    expect(through.locator("option:checked")).to_have_text("As exported: sRGB")
    assert _grey(editor) > 0.05

    editor.framed(lambda: page.keyboard.press("Shift+S"))
    assert _grey(editor) < 0.01
    expect(told).to_contain_text("out of gamut")

    editor.framed(lambda: through.select_option("prophoto"))
    expect(told).to_have_text("All in gamut")
    editor.framed(lambda: page.get_by_role("button", name="Soft proof").click(), lambda now: abs(now - plain) < 0.5)
    expect(told).to_have_count(0)


def test_a_proof_follows_the_export_and_both_sides_of_a_comparison_are_proofed(editor: Editor) -> None:
    page = editor.page
    editor.framed(lambda: page.keyboard.press("Shift+S"))
    page.keyboard.press("y")
    editor.settled()
    assert _grey(editor) > 0.05
    page.keyboard.press("Control+Shift+E")
    page.get_by_label("Colours", exact=True).select_option("prophoto")
    editor.framed(page.get_by_role("button", name="Export", exact=True).last.click)
    expect(page.get_by_label("Proof through").locator("option:checked")).to_have_text("As exported: ProPhoto RGB")
    expect(page.get_by_test_id("out-of-gamut")).to_have_text("All in gamut")
    editor.settled()
    assert _grey(editor) < 0.01
