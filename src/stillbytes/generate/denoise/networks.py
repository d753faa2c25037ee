"""What each network that takes out noise wants to see, by the family of its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import Model

Seen = Literal["mosaic", "linear", "encoded"]


@dataclass(frozen=True, slots=True)
class Network:
    """sees: "mosaic", four planes of a Bayer cell RGGB from black 0 to saturation 1, and gives linear camera RGB of
    twice the size; "linear", scene-linear Rec.2020 where saturation is 1; "encoded", that behind the curve of sRGB.

    side: of what goes in, in its own pixels; lap: those at each edge that neighbours share. gained: whether what comes
    back has a brightness of its own, one for the whole picture. input: the name of what goes in.
    """

    sees: Seen
    side: int
    lap: int
    gained: bool = False
    input: str = "input"

    @property
    def cell(self) -> int:
        """Pixels of the photo along an edge of one that goes in."""
        return 2 if self.sees == "mosaic" else 1


NETWORKS = {
    "rawnind-bayer": Network("mosaic", 512, 64, gained=True),
    "rawnind-linear": Network("linear", 512, 64, gained=True),
    "scunet-psnr": Network("encoded", 256, 32),
    "nafnet-sidd-32": Network("encoded", 768, 64),
}


def network_of(model: Model) -> Network:
    """Raises ModelError for a model that takes out no noise."""
    found = NETWORKS.get(model.family)
    if found is None:
        raise ModelError(
            said("{model} does not take noise out of photos.", model=model.title),
            said("These do: {these}.", these=", ".join(NETWORKS)),
        )
    return found


def denoisers(layout: str) -> list[Model]:
    """Those for samples of that layout (see `photo.decoded.Decoded`), the best first."""
    able = [model for model in registry.all_models() if model.family in NETWORKS]
    fitting = [m for m in able if layout == "bayer" or NETWORKS[m.family].sees != "mosaic"]
    return sorted(fitting, key=lambda m: (-m.quality, NETWORKS[m.family].sees != "mosaic", m.size))
