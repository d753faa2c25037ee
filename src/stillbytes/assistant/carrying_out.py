"""Doing what was proposed, step by step: sliders, masks that are looked for, and what generative tasks make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from stillbytes.assistant import checking
from stillbytes.assistant.light import pixels_of
from stillbytes.assistant.proposal import Proposal, Step
from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.develop.settings import Settings
from stillbytes.edit.finding import Told, complete, complete_mask
from stillbytes.edit.photo import Photo
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.assistant.eyes import Eyes
    from stillbytes.generate.painters.painter import Tell as Draw
    from stillbytes.generate.task import Task
    from stillbytes.gpu.access import Access


@dataclass(frozen=True, slots=True)
class News:
    """One step begins or has ended. place: of it among the proposal's steps. checks: what it did, in numbers."""

    place: int
    state: Literal["running", "done"]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """settings: with every step that ended. stopped: how many were left undone, because nobody wanted them any more."""

    settings: Settings
    found: list[Told] = field(default_factory=list)
    stopped: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What steps are done with. networks: asked for only where something is looked for or made. keep: write masks and
    patches beside the photo. tell: hears of each step. eyes: look at each step that is told. draw: hears of what a task
    is drawing.
    """

    networks: Callable[[], Access]
    keep: bool = True
    cancelled: Callable[[], bool] = lambda: False
    tell: Callable[[News], None] | None = None
    eyes: Eyes | None = None
    draw: Draw | None = None


def carry_out(photo: Photo, proposal: Proposal, amounts: Mapping[str, float] | None, means: Means) -> Done:
    """The settings with the proposal, as it is taken (see `Proposal.applied`), one step after the other.

    Stopped in the middle, what was done before stays. Raises Cancelled where nothing was done yet, NotFound for what is
    not in the photo, and what engines raise; then nothing of it counts.
    """
    done = Done(proposal.base)
    work = [(place, proposal.steps[place]) for place in works(proposal, amounts)]
    if means.tell is None and not proposal.tasks:  # all masks are looked for at once
        settings = proposal.applied(amounts)
        return Done(*complete(photo, settings, means.networks, keep=means.keep, cancelled=means.cancelled))
    tell = means.tell or (lambda news: None)
    for number, (place, step) in enumerate(work):
        try:
            if means.cancelled():
                raise Cancelled()
            tell(News(place, "running"))
            after, found = _step(photo, done.settings, step, place, amounts or {}, means)
        except Cancelled:
            if number == 0:
                raise
            return replace(done, stopped=len(work) - number)
        checks = _checks(photo, done.settings, after, step, means.eyes) if means.tell else ()
        done = Done(after, [*done.found, *found])
        tell(News(place, "done", checks))
    return done


def works(proposal: Proposal, amounts: Mapping[str, float] | None) -> list[int]:
    """The places of steps that something is done for. A task that is switched off has an amount of 0 for its place."""
    switched_off = {key for key, amount in (amounts or {}).items() if amount <= 0}
    return [
        place
        for place, step in enumerate(proposal.steps)
        if step.rows or (step.tool == "task" and str(place) not in switched_off)
    ]


def _step(
    photo: Photo, settings: Settings, step: Step, place: int, amounts: Mapping[str, float], means: Means
) -> tuple[Settings, list[Told]]:
    if step.tool == "task":
        return _made(photo, settings, step.task or {}, means), []
    taken = {f"0.{row.parameter.name}": amounts.get(f"{place}.{row.parameter.name}", 1.0) for row in step.rows}
    alone = Proposal("", "", True, "", (step,), settings)
    return complete(photo, alone.applied(taken), means.networks, keep=means.keep, cancelled=means.cancelled)


def _made(photo: Photo, settings: Settings, asked: Mapping[str, Any], means: Means) -> Settings:
    """The settings with the patch that a task makes."""
    from stillbytes.edit import generating  # noqa: PLC0415 - only where something is made
    from stillbytes.generate.painters.painter import silent  # noqa: PLC0415
    from stillbytes.generate.tasks import task_of  # noqa: PLC0415
    from stillbytes.masks.kinds import kinds  # noqa: PLC0415

    task = task_of(asked["name"], asked.get("parameters") or {})
    covers = task.covers
    mask = Mask.from_json(asked["mask"]) if asked.get("mask") else Mask.of(kinds()[covers]()) if covers else None
    access = _access(task, means)
    if mask is not None:
        mask = complete_mask(photo, mask, means.networks, keep=False, cancelled=means.cancelled)
    work = generating.prepared(photo, settings, task, mask, access)
    draw = means.draw or silent
    patch = generating.made(photo, work, keep=means.keep, tell=draw, cancelled=means.cancelled)
    return generating.added(settings, work, patch)


def _access(task: Task, means: Means) -> Access | None:
    """The engines; None where there are none and the task can do without."""
    if "classical" not in task.engines:
        return means.networks()
    try:
        return means.networks()
    except EngineError:
        return None


def _checks(photo: Photo, before: Settings, after: Settings, step: Step, eyes: Eyes | None) -> tuple[str, ...]:
    """In numbers, and by eye; what the eyes doubt comes first."""
    numbers = checking.checks(*(pixels_of(photo, settings, checking.EDGE) for settings in (before, after)))
    said = eyes(", ".join(checking.lines_of(step, 0, {})) or step.says, before, after) if eyes is not None else ""
    if not said:
        return numbers
    from stillbytes.assistant.eyes import doubtful  # noqa: PLC0415 - with the models that look

    return (said, *numbers) if doubtful(said) else (*numbers, said)
