"""What draws the look stage, as a person chose it: known without the model of all preferences, which loads slowly."""

from __future__ import annotations

import json
from typing import Literal, cast, get_args

from stillbytes.core import paths

Device = Literal["cpu", "opencl"]


def chosen() -> Device:
    """That of the preferences. Those that cannot be read choose nothing, since whoever loads them is told."""
    try:
        found = json.loads(paths.preferences().read_bytes()).get("device")
    except (OSError, ValueError, AttributeError):
        return "cpu"
    return cast("Device", found) if found in get_args(Device) else "cpu"
