"""What draws pictures, as the page shows and chooses it; the page is told when the chosen device stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stillbytes.core.device import Device as Choice
from stillbytes.core.device import chosen
from stillbytes.core.errors import Cancelled
from stillbytes.core.events import Events
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.develop.device.opencl import Device

GIB = 1024


class Devices:
    """Thread-safe. A device is compiled for and tried as a job; then it is the preferences' choice."""

    def __init__(self, jobs: Jobs, events: Events) -> None:
        self._jobs, self._events = jobs, events
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._end: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """From now on, tell the page when the chosen device does not draw; at once if it has failed already."""
        from stillbytes.gpu import drawing  # noqa: PLC0415 - after the first frames

        self._end = drawing.hear(self._failed)
        why, remedy = drawing.failed()
        if why:
            self._failed(why, remedy)

    def close(self) -> None:
        self._end()
        self._end = lambda: None

    def state(self) -> dict[str, Any]:
        """The fields of `routes.device.Drawing`."""
        from stillbytes.develop.device import opencl  # noqa: PLC0415 - asks the drivers
        from stillbytes.gpu import drawing  # noqa: PLC0415

        now, (why, remedy) = drawing.now(), drawing.failed()
        found = opencl.devices()
        processor = said("Draws everything, the same to the last bit on every machine, and fast enough for all of it.")
        return {
            "chosen": chosen(),
            "now": now,
            "drawers": [
                {"device": "cpu", "name": "", "says": processor, "taken": True},
                *(
                    {"device": "opencl", "name": one.name, "says": _sentence(one), "taken": one is found[0]}
                    for one in found
                ),
            ],
            "message": why,
            "remedy": remedy,
            "job": self._job.id if self._job else None,
        }

    def choose(self, device: Choice) -> None:
        """The processor at once; another in the background, and not if it does not draw as it should."""
        from stillbytes.core import preferences  # noqa: PLC0415
        from stillbytes.gpu import drawing  # noqa: PLC0415

        with self._lock:
            if self._job is not None:
                self._jobs.cancel(self._job.id)
                self._job = None
            if device == "cpu":
                drawing.draw_on(device)
                preferences.change(device=device)
                return

            def work(control: Control) -> str:
                def tell(done: int, total: int, says: str) -> None:
                    if control.cancelled():
                        raise Cancelled
                    control.progress(done, total, says)

                name = drawing.draw_on(device, tell)
                with self._lock:
                    if control.cancelled():  # after the last step: what was chosen meanwhile stays
                        if chosen() == "cpu":
                            drawing.draw_on("cpu")
                        raise Cancelled
                    preferences.change(device=device)
                return said("{device} draws.", device=name)

            self._job = self._jobs.start(said("Drawing on a graphics device"), 0, work)

    def _failed(self, why: str, remedy: str) -> None:
        self._events.emit("device-failed", {"message": why, "remedy": remedy})


def _sentence(device: Device) -> str:
    gib = device.mib / GIB
    if device.kind == "card":
        return said(
            "A graphics card with {gib:.0f} GB of its own, which it shares with AI engines: where they are full, the "
            "processor draws.",
            gib=gib,
        )
    if device.kind == "shared":
        return said("Graphics beside the processor, in main memory ({gib:.0f} GB).", gib=gib)
    return said(
        "The processor again, which the driver {driver} offers as a device: slower than the processor by itself.",
        driver=device.platform,
    )
