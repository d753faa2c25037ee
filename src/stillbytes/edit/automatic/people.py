"""Where people are in a photo, roughly and quickly: for brightness, not for masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic.meter import People

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access

EDGE = 512
"""Long edge of the picture in which they are looked for."""


def people_in(pipeline: Pipeline, networks: Callable[[], Access] | None = None) -> People:
    """What looks for them when it is called. networks: who is asked; by default that of this process."""

    def look() -> NDArray[np.uint8]:
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - loads only when somebody is looked for
        from stillbytes.masks.detect.detector import Picture  # noqa: PLC0415
        from stillbytes.masks.detect.find import find  # noqa: PLC0415
        from stillbytes.masks.kinds.person import Person  # noqa: PLC0415

        frame = pipeline.render(Settings(), min(1.0, EDGE / pipeline.frame.long_edge), local=())
        return find(Person(), Picture(frame.pixels), (networks or shared_access)()).pixels  # type: ignore[arg-type]

    return look
