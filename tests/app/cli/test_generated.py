"""`stillbytes generated`: the switch."""

from __future__ import annotations

from typing import Any

from stillbytes.core import preferences


def test_generated_pixels_are_switched_off_and_on(run: Any) -> None:
    assert run("generated", "--json").json == {"generated": True}
    assert "left out" in run("generated", "--off").out and not preferences.generated()
    assert run("generated", "--json").json == {"generated": False}
    assert "shown" in run("generated", "--on").out and preferences.generated()
