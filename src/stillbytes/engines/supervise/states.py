"""The life of an engine's process: every state, what can happen in it, and what is done then.

This table is the only place that says so; `process.py` carries the actions out and docs/engines.md draws it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["stopped", "starting", "ready", "adopted", "stopping", "failing", "crashed"]
"""adopted: running, but started by somebody else. failing: being killed because it does not answer."""
Event = Literal["start", "adopt", "healthy", "hung", "stop", "ended"]
"""hung: it did not answer within its limit. ended: the process is gone, whatever the reason."""
Action = Literal["spawn", "watch", "welcome", "kill", "end", "mourn", "forget", ""]
"""end: ask it to end, then make it. mourn: keep its last words, tell its jobs, count the failure."""


class Transition(NamedTuple):
    """The state that follows, and what is done on the way."""

    state: State
    action: Action


TABLE: dict[tuple[State, Event], Transition] = {
    ("stopped", "start"): Transition("starting", "spawn"),
    ("stopped", "adopt"): Transition("adopted", "watch"),
    ("stopped", "stop"): Transition("stopped", ""),
    ("starting", "healthy"): Transition("ready", "welcome"),
    ("starting", "hung"): Transition("failing", "kill"),
    ("starting", "stop"): Transition("stopping", "end"),
    ("starting", "ended"): Transition("crashed", "mourn"),
    ("ready", "hung"): Transition("failing", "kill"),
    ("ready", "stop"): Transition("stopping", "end"),
    ("ready", "ended"): Transition("crashed", "mourn"),
    ("adopted", "stop"): Transition("stopping", "end"),
    ("adopted", "ended"): Transition("crashed", "mourn"),
    ("stopping", "stop"): Transition("stopping", ""),
    ("stopping", "ended"): Transition("stopped", "forget"),
    ("failing", "stop"): Transition("stopping", ""),
    ("failing", "ended"): Transition("crashed", "mourn"),
    ("crashed", "start"): Transition("starting", "spawn"),
    ("crashed", "adopt"): Transition("adopted", "watch"),
    ("crashed", "stop"): Transition("stopped", "forget"),
}


def step(state: State, event: Event) -> Transition | None:
    """What follows; None when the event means nothing in this state, such as news of a process given up before.

    >>> step("ready", "ended")
    Transition(state='crashed', action='mourn')
    """
    return TABLE.get((state, event))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> stopped"]
    for (state, event), (after, action) in TABLE.items():
        lines.append(f"    {state} --> {after}: {event}{f' / {action}' if action else ''}")
    return "\n".join(lines)
