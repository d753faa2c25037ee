"""A graphics device that draws the look stage, once it has shown that it draws what the processor does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from stillbytes.core.errors import OutOfMemory
from stillbytes.core.saying import joined, said
from stillbytes.develop.device import opencl
from stillbytes.develop.device.on_device import KERNELS, DeviceFailed, OnDevice, mib
from stillbytes.develop.frame import Output
from stillbytes.develop.settings import Settings
from stillbytes.gpu.drawing import PROCESSOR, Tell, fail

if TYPE_CHECKING:
    from stillbytes.gpu.room import Room

TOLERANCE = 1 / 255 + 1e-6
log = logging.getLogger(__name__)


class Drawing:
    """One device that draws. room: on the card that it shares with engines."""

    def __init__(self, device: OnDevice, room: Room | None = None) -> None:
        self.device, self.room = device, room
        self.problem = ""
        """Why it does not draw any more."""

    def draws(self, kernel: str, *arguments: Any) -> bool:
        """Whether it has drawn that. Says what is wrong once, and does nothing from then on."""
        if self.problem or kernel not in self.device:
            return False
        needed = mib(*arguments)
        try:
            if self.room is None:
                self.device.call(kernel, *arguments)
                return True
            with self.room.of(needed) as granted:
                if granted:
                    self.device.call(kernel, *arguments)
                return granted
        except (OutOfMemory, DeviceFailed) as error:
            self.problem = joined((error.message, PROCESSOR))
            log.warning("%s: %s", self.device.device.name, self.problem)
            fail(self.problem, error.remedy)
            return False

    def prove(self) -> None:
        """Draw a small picture with each kernel on the device and on the processor. Raises DeviceFailed when they are
        not the same, OutOfMemory."""
        from stillbytes.develop.pipeline import Pipeline  # noqa: PLC0415 - whoever only asks what draws has none
        from stillbytes.photo.decoded import Decoded  # noqa: PLC0415

        def on_device(*call: Any) -> bool:
            self.device.call(*call)
            return True

        ramp = np.linspace(0, 1, 96, dtype=np.float32)
        light = np.stack(np.broadcast_arrays(ramp, ramp[:64, None], ramp[::-1] * ramp[:64, None]), -1)
        photo = Decoded("picture", np.ascontiguousarray(light), white=1.0)
        usual = Settings(exposure=0.5, contrast=30, shadows=40, vibrance=40, clarity=20)
        whole = usual.changed(texture=30, grain_amount=20, grade_shadows_hue=220, grade_shadows_saturation=40)
        for settings, output in ((usual, Output()), (whole, Output()), (whole, Output(dtype="float32"))):
            here, there = (
                Pipeline(photo, draws=draws).render(settings, output=output).pixels.astype(np.float64)
                for draws in (_nobody, on_device)
            )
            if not np.abs(here - there).max() <= TOLERANCE * (255 if output.dtype == "uint8" else 1):
                name = self.device.device.name
                raise DeviceFailed(
                    said("{device} draws other colours than the processor.", device=name),
                    "Bring its driver up to date.",
                )


def _nobody(*call: Any) -> bool:
    return False


def ready(tell: Tell) -> Drawing:
    """The best device, tried. Raises DeviceFailed, KernelsMissing, OutOfMemory."""
    found = opencl.devices()
    if not found:
        raise DeviceFailed("There is no OpenCL device on this computer.", "Install your graphics card's driver.")
    device = OnDevice(found[0])
    steps = len(KERNELS) + 1
    for done, kernel in enumerate(KERNELS):
        tell(done, steps, said("Compiling for {device}", device=found[0].name))
        device.load(kernel)
    tell(len(KERNELS), steps, said("Comparing pictures"))
    drawing = Drawing(device)
    if found[0].kind == "card":
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where engines may want the same memory
        from stillbytes.gpu.room import Room  # noqa: PLC0415

        access = shared_access()
        drawing.room = Room(access) if access.on_card else None
    drawing.prove()
    return drawing
