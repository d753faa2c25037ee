"""Plans for the page: of this machine or one that is described, with what was measured here."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stillbytes.core.preferences import Preferences
    from stillbytes.gpu.estimate.host import Disk
    from stillbytes.gpu.plan import Flags

MOST = 24
"""Combinations that the page is told: hundreds fit, and differ little."""
OF_ONE = 4
"""At most so many with one language model among them, unless that is the only one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The machine and the models to plan for; what is None is found or chosen."""

    card: str | None = None
    vram: str | None = None
    ram: str | None = None
    disk: Disk | None = None
    llm: str | None = None
    image: str | None = None
    context: int = 8192
    megapixels: float = 1.0


class Planner:
    """Remembers which options the installed engines have: to ask ComfyUI takes it seconds."""

    def __init__(self) -> None:
        self._flags: dict[Preferences, tuple[Flags, Flags]] = {}

    def plan(self, asked: Asked) -> dict[str, Any]:
        """What `stillbytes gpu plan --json` says, with the command lines as text and only the best combinations.

        Raises UnknownCard, ModelError, Refused and StillbytesError, as the plan does.
        """
        from stillbytes.core import preferences  # noqa: PLC0415 - only when asked
        from stillbytes.gpu import measured  # noqa: PLC0415
        from stillbytes.gpu.models.store import open_store  # noqa: PLC0415
        from stillbytes.gpu.plan import Wish, described, plan  # noqa: PLC0415
        from stillbytes.gpu.plan.fields import as_fields  # noqa: PLC0415

        choices = preferences.load()
        machine = described(asked.card, asked.vram, asked.ram, asked.disk)
        known = None
        if asked.card is None and asked.vram is None:
            from stillbytes.gpu.bench import machine_key  # noqa: PLC0415 - only for this machine

            known = measured.load(machine_key())
            host = machine.host
            if known.memory_gbs:
                host = replace(host, bandwidth_gbs=known.memory_gbs)
            if known.disk_gbs and asked.disk is None:
                host = replace(host, disk_gbs=known.disk_gbs)
            machine = replace(machine, host=host)
        llama, comfyui = self._known(choices)
        made = plan(
            machine,
            Wish(llm=asked.llm, image=asked.image, context=asked.context, megapixels=asked.megapixels),
            measured=known,
            files=open_store(choices).files,
            llama_flags=llama,
            comfyui_flags=comfyui,
        )
        fields = as_fields(made)
        fitting = fields["combinations"]
        return {
            **fields,
            "combinations": varied(fitting),
            "fitting": len(fitting),
            "llama_line": as_line(made.llama),
            "comfyui_line": as_line(made.comfyui),
        }

    def _known(self, choices: Preferences) -> tuple[Flags, Flags]:
        from stillbytes.gpu.plan.installed import comfyui_flags, llama_flags  # noqa: PLC0415

        if choices not in self._flags:
            self._flags = {choices: (llama_flags(), comfyui_flags())}
        return self._flags[choices]


def varied(combinations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best of each pair of models, not all of the same language model, and one of each arrangement there is."""
    shown: list[dict[str, Any]] = []
    times: Counter[str] = Counter()
    most = OF_ONE if len({_plain(one["language"]) for one in combinations}) > 1 else MOST
    pairs: set[tuple[str, str]] = set()
    for one in combinations:
        pair = (_plain(one["language"]), _plain(one["image"]))
        if pair not in pairs and times[pair[0]] < most and len(shown) < MOST:
            times[pair[0]] += 1
            pairs.add(pair)
            shown.append(one)
    for how in dict.fromkeys(one["arrangement"] for one in combinations):
        if all(one["arrangement"] != how for one in shown):
            shown.append(next(one for one in combinations if one["arrangement"] == how))
    return shown


def _plain(option: dict[str, Any] | None) -> str:
    """Its name without the precision."""
    return str(option["name"]).removesuffix(f" {option['precision']}") if option else ""


def as_line(arguments: Sequence[str]) -> str:
    """As the shell of this system takes it."""
    return subprocess.list2cmdline(arguments) if sys.platform == "win32" else shlex.join(arguments)
