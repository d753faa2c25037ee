"""Plans for the page, with only as many combinations as it can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stillbytes.core.preferences import Preferences
    from stillbytes.gpu.plan import Asked, Programs

MOST = 24
"""Combinations that the page is told: hundreds fit, and differ little."""
OF_ONE = 4
"""At most so many with one language model among them, unless that is the only one."""


class Planner:
    """Remembers which options the installed engines have: to ask ComfyUI takes it seconds."""

    def __init__(self) -> None:
        self._programs: tuple[Preferences, Programs] | None = None

    def plan(self, wanted: Asked) -> dict[str, Any]:
        """What `stillbytes gpu plan --json` says, with the command lines as text and only the best combinations.

        Raises UnknownCard, ModelError, Refused and StillbytesError, as the plan does.
        """
        from stillbytes.core import preferences  # noqa: PLC0415 - only when asked
        from stillbytes.gpu.plan import asked, varied  # noqa: PLC0415
        from stillbytes.gpu.plan.commands import as_line  # noqa: PLC0415
        from stillbytes.gpu.plan.fields import as_fields, combination  # noqa: PLC0415

        choices = preferences.load()
        made = asked(wanted, choices, self._known(choices))
        return {
            **as_fields(made),
            "combinations": [combination(one) for one in varied(made.combinations, MOST, OF_ONE)],
            "fitting": len(made.combinations),
            "llama_line": as_line(made.llama),
            "comfyui_line": as_line(made.comfyui),
        }

    def _known(self, choices: Preferences) -> Programs:
        """What is not here yet is looked for again each time, for it may be installed meanwhile."""
        from stillbytes.gpu.plan import programs  # noqa: PLC0415

        known = self._programs
        if known is None or known[0] != choices or known[1].assumed:
            known = self._programs = (choices, programs.found(choices))
        return known[1]
