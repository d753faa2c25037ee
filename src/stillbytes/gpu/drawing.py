"""The look stage on a graphics device, where a person has chosen that: within 1/255 of what the processor draws.

The processor draws whatever the device cannot: kernels that it has not, pictures for which there is no room beside the
models on it, everything once it has failed.
"""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from stillbytes.core.device import Device as Choice
from stillbytes.core.device import chosen
from stillbytes.core.errors import StillbytesError

if TYPE_CHECKING:
    from stillbytes.gpu.drawing_device import Drawing

PROCESSOR = "The processor draws instead."
log = logging.getLogger(__name__)

_lock = threading.Lock()
_now: list[Drawing | None] = []
"""What draws; empty before anybody has asked."""


def draws(kernel: str, *arguments: Any) -> bool:
    """What pipelines are given: whether the device that was chosen has drawn that. Before it is ready, it has not."""
    if not _now:
        _begin()
    drawing = _now[0]
    return drawing is not None and drawing.draws(kernel, *arguments)


def draw_on(device: Choice) -> str:
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

    drawing = ready()
    _set(drawing)
    return drawing.device.device.name


def problem() -> str:
    """What made the chosen device stop; empty when nothing did."""
    return _now[0].problem if _now and _now[0] is not None else ""


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


def _set(drawing: Drawing | None) -> None:
    with _lock:
        _now[:] = [drawing]
