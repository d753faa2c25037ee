"""A form: how kinds of masks are written as Lightroom's, and theirs read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Structure
from stillbytes.masks.kind import Kind


@dataclass(frozen=True, slots=True)
class Form:
    """kinds: of ours. what: of theirs, as `crs:What` names them.

    write: kind, frame, inverted as Lightroom has it -> the fields that it has beside those of every mask.
    read: its fields, frame -> the kind, and whether the form itself says that it is inverted.
    Both raise Unmapped for what the other side does not have.
    """

    kinds: tuple[type[Kind], ...]
    what: tuple[str, ...]
    write: Callable[[Any, Frame, bool], Structure]
    read: Callable[[Fields, Frame], tuple[Kind, bool]]
