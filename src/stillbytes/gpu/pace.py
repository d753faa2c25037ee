"""How long work took on this machine, kept so that the time of the next can be told before it is begun.

Estimates know cards; a processor is known by what it did. Of each model the latest work is kept, with its size in units
of which equal ones take about equally long: megapixels times steps for what is sampled, megapixels of the hole and
what a speck takes too for what is filled without.
"""

from __future__ import annotations

import logging
from datetime import datetime

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu import measured
from stillbytes.gpu.estimate.figure import MEASURED, Figure
from stillbytes.gpu.measured import Measured, Run

SPREAD = 0.3
"""By so much work of another size differs from what its size says, and the same work on another day."""
CHANGED = 0.2
"""By how much seconds must differ from what is foreseen to be written down again."""
log = logging.getLogger(__name__)


def foreseen(known: Measured, model: str, size: float) -> Figure | None:
    """Seconds of so much work of a model; None where it did none on this machine.

    >>> run = Run(engine="", version="", model="work of lama", settings="2", values={"seconds": 3})
    >>> foreseen(Measured(runs=(run,)), "lama", 4.0).value
    6.0
    """
    run = known.latest(_name(model))
    if run is None or "seconds" not in run.values:
        return None
    try:
        return Figure(run.values["seconds"] * size / float(run.settings), "s", MEASURED, SPREAD)
    except (ValueError, ZeroDivisionError):  # of a file that somebody edited
        return None


def remember(model: str, size: float, seconds: float) -> None:
    """Keep how long so much work took. What cannot be written is only logged."""
    if not model or size <= 0 or seconds <= 0:
        return

    def news(known: Measured) -> Measured:
        told = foreseen(known, model, size)
        if told is not None and abs(told.value - seconds) <= CHANGED * seconds:
            return known
        values: dict[measured.Quantity, float] = {"seconds": round(seconds, 3)}
        when = datetime.now().astimezone().isoformat(timespec="seconds")
        run = Run(engine="", version="", model=_name(model), settings=f"{size:.6g}", values=values, when=when)
        others = tuple(one for one in known.runs if one.model != run.model)
        return known.model_copy(update={"runs": (*others, run)})

    try:
        measured.change(news)
    except StillbytesError as error:
        log.warning("how long %s took is not kept: %s", model, error)


def _name(model: str) -> str:
    """Apart from what the planner measures under the same model."""
    return f"work of {model}"
