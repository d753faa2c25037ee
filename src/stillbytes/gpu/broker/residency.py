"""Where a model is, and what can happen to it there: the whole table, from which the diagram in the docs is drawn."""

from __future__ import annotations

from typing import Literal

State = Literal["absent", "loading", "resident", "leaving"]
Happening = Literal[
    "load", "loaded", "not loaded", "part not loaded", "evict", "shrink", "returned", "overdue", "crashed"
]

MEANING: dict[State, str] = {
    "absent": "Nothing of it is on the device. Its file may be warm in host memory, or only on the disk.",
    "loading": "Its engine brings it in. The memory it may need at most is set aside.",
    "resident": "It can be used, wholly or, after a part was given back, once that part is loaded again.",
    "leaving": "Its engine agreed to give the memory back, which counts as free only once the device says so.",
}

TABLE: dict[tuple[State, Happening], tuple[State, str]] = {
    ("absent", "load"): ("loading", "ask the engine to load it"),
    ("resident", "load"): ("loading", "ask for the part that was given back"),
    ("loading", "loaded"): ("resident", "remember what it took; let the work begin"),
    ("loading", "evict"): ("leaving", "tell the engine to stop loading it: a person wants something else"),
    ("loading", "not loaded"): ("absent", "make more room, or take a smaller way"),
    ("loading", "part not loaded"): ("resident", "make more room; what was left of it is still there"),
    ("resident", "evict"): ("leaving", "ask the engine to unload it"),
    ("resident", "shrink"): ("resident", "ask the engine for the bytes that are needed"),
    ("leaving", "returned"): ("absent", "count its memory as free"),
    ("leaving", "overdue"): ("leaving", "ask again, then restart the engine"),
    ("loading", "crashed"): ("absent", "forget it"),
    ("resident", "crashed"): ("absent", "forget it; its work has failed"),
    ("leaving", "crashed"): ("absent", "forget it"),
    ("absent", "crashed"): ("absent", "nothing"),
}


def follow(state: State, happening: Happening) -> State:
    """The next state. Raises KeyError for what cannot happen in this one: a mistake of ours, never of an engine."""
    return TABLE[state, happening][0]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> absent"]
    lines += [
        f"    {state} --> {after}: {happening} / {action}"
        for (state, happening), (after, action) in TABLE.items()
        if (state, after) != ("absent", "absent")
    ]
    return "\n".join(lines)
