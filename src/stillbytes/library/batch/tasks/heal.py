"""Heal: the same round spots in every photo, such as dust on the sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Changing, Means

if TYPE_CHECKING:
    from stillbytes.generate.spot import Spot

Place = tuple[float, float]


class Heal(Changing):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "spots", "source", "clone", "feather"})

    kind: Literal["heal"] = "heal"
    spots: Annotated[tuple[tuple[float, float, float], ...], Field(min_length=1, max_length=100)] = Field(
        description="Middle and radius, in units of the photo's long edge, from its top left corner."
    )
    source: Place | None = Field(default=None, description="Middle of the source; by default the best one nearby.")
    clone: bool = Field(default=False, description="Show the source as it is, not in the light around the spot.")
    feather: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="Part of the radius over which a spot fades; the usual one when left out.",
    )

    @property
    def title(self) -> str:
        count = len(self.spots)
        if self.clone:
            return said("Clone {count} spot | Clone {count} spots", count=count)
        return said("Heal {count} spot | Heal {count} spots", count=count)

    def check(self) -> None:
        self._spots()

    def change(self, photo: Photo, means: Means) -> tuple[Settings, str]:
        from stillbytes.edit.patching import spotted  # noqa: PLC0415 - with the first spot

        settings = photo.settings
        for spot in self._spots():
            settings = spotted(photo, settings, "clone" if self.clone else "heal", spot)
        return settings, ""

    def _spots(self) -> list[Spot]:
        """Raises InvalidSetting."""
        from stillbytes.generate.spot import FEATHER, Spot  # noqa: PLC0415 - loads OpenCV

        feather = FEATHER if self.feather is None else self.feather
        return [Spot((x, y), radius, self.source, feather) for x, y, radius in self.spots]
