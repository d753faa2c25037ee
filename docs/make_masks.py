"""Writes the table of kinds in docs/masks.md from the declarations: python docs/make_masks.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from stillbytes.masks.detect.find import detectors
from stillbytes.masks.fields import fields_of
from stillbytes.masks.kinds import kinds

PAGE = Path(__file__).with_name("masks.md")
BEGIN, END = "<!-- made by docs/make_masks.py -->", "<!-- end -->"


def made() -> str:
    """One row for each kind, as Markdown."""
    rows = ["| kind | what it is | fields | found with, the best first |", "| --- | --- | --- | --- |"]
    for name, kind in kinds().items():
        fields = ", ".join(f"`{n}`" for n, field in fields_of(kind).items() if field.form != "hidden")
        detector = detectors().get(name)
        finds = ", ".join(detector.models) if detector else ""
        for field, models in detector.further.items() if detector else ():
            finds += f"; {field}: {', '.join(models)}"
        if detector and detector.without:
            finds = "; ".join(filter(None, (finds, f"without a model: {detector.without}")))
        rows.append(f"| {name} | {kind.says} | {fields} | {finds} |")
    return "\n".join(rows)


def page() -> str:
    """The page with that part in its place."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{made()}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    if "--check" in sys.argv:
        raise SystemExit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
