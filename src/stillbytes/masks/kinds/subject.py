"""Subject: what the picture is of."""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.masks.kind import Found


@dataclass(frozen=True)
class Subject(Found, group="found", label="Subject", says="What the picture is of.", edged=True):
    pass
