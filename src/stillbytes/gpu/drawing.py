"""The look stage on a graphics device, where a person has chosen that: within 1/255 of what the processor draws.

The processor draws whatever the device cannot: kernels that it has not, pictures for which there is no room beside the
models on it, everything once it has failed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from stillbytes.core.device import Device as Choice
from stillbytes.core.device import chosen
from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import joined, said

if TYPE_CHECKING:
    from stillbytes.gpu.drawing_device import Drawing

PROCESSOR = said("The processor draws instead.")
Tell = Callable[[int, int, str], None]
"""How far it is: (done, of, what is being done). May raise Cancelled."""
Hearer = Callable[[str, str], None]
"""(why, what to do about it)"""
log = logging.getLogger(__name__)

_lock = threading.Lock()
_now: list[Drawing | None] = []
"""What draws; empty before anybody has asked."""
_failed: list[tuple[str, str]] = []
"""Why the chosen device does not draw, and what to do about it; empty when it does."""
_hearers: list[Hearer] = []


def draws(kernel: str, *arguments: Any) -> bool:
    """What pipelines are given: whether the device that was chosen has drawn that. Before it is ready, it has not."""
    if not _now:
        _begin()
    drawing = _now[0]
    return drawing is not None and drawing.draws(kernel, *arguments)


def draw_on(device: Choice, tell: Tell = lambda done, total, says: None) -> str:
    """From now on, in this process, draw on this: "cpu", or "opencl" for the best device of that kind. Returns its
    name.

    >>> sb.draw_on("opencl")                                                             # doctest: +SKIP
    'NVIDIA GeForce RTX 3060'

    With the first use of a device on this machine its kernels are compiled, which takes about a minute. Raises
    StillbytesError where there is no such device or it does not draw as it should; then nothing changes.
    """
    if device == "cpu":
        _set(None)
        return "cpu"
    from stillbytes.gpu.drawing_device import ready  # noqa: PLC0415 - most draw on the processor

    drawing = ready(tell)
    _set(drawing)
    return drawing.device.device.name


def now() -> str:
    """The name of the device that draws at this moment; empty when it is the processor."""
    drawing = _now[0] if _now else None
    return "" if drawing is None or drawing.problem else drawing.device.device.name


def failed() -> tuple[str, str]:
    """Why the chosen device does not draw, and what to do about it; empty when nothing is wrong."""
    return _failed[0] if _failed else ("", "")


def hear(hearer: Hearer) -> Callable[[], None]:
    """Tell once whenever the chosen device cannot draw, or stops. Returns a function that ends it."""
    _hearers.append(hearer)
    return partial(_hearers.remove, hearer)


def fail(why: str, remedy: str) -> None:
    """The chosen device does not draw."""
    _failed[:] = [(why, remedy)]
    for hearer in tuple(_hearers):
        hearer(why, remedy)


def _begin() -> None:
    """By the preferences; while the device is got ready, the processor draws."""
    with _lock:
        if _now:
            return
        _now.append(None)
    wanted = chosen()
    if wanted != "cpu":
        threading.Thread(target=partial(_follow, wanted), name="device", daemon=True).start()


def _follow(wanted: Choice) -> None:
    try:
        draw_on(wanted)
    except StillbytesError as error:
        log.warning("%s %s", error, PROCESSOR)
        fail(joined((error.message, PROCESSOR)), error.remedy)


def _set(drawing: Drawing | None) -> None:
    with _lock:
        _now[:] = [drawing]
        _failed.clear()
