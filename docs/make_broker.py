"""Writes the part of docs/broker.md that comes from the code: python docs/make_broker.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from stillbytes.gpu.broker.residency import MEANING, TABLE, diagram

PAGE = Path(__file__).with_name("broker.md")
BEGIN, END = "<!-- made by docs/make_broker.py -->", "<!-- end -->"


def made() -> str:
    """The states, the table and its diagram, as Markdown."""
    rows = [f"| {state} | {text} |" for state, text in MEANING.items()]
    table = [f"| {state} | {what} | {after} | {action} |" for (state, what), (after, action) in TABLE.items()]
    return "\n".join(
        [
            "| state | meaning |",
            "| --- | --- |",
            *rows,
            "",
            "| state | what happens | next | what the broker does |",
            "| --- | --- | --- | --- |",
            *table,
            "",
            "```mermaid",
            diagram(),
            "```",
        ]
    )


def page() -> str:
    """The page with that part in its place."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{made()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    if "--check" in sys.argv:
        raise SystemExit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
