"""Looks that become settings: of pictures that a model drew, each a step of the history, and with look-up tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.depths import depths
from stillbytes.edit.luts import Luts
from stillbytes.edit.photo import Edit
from stillbytes.generate.look import Fitted, Matched, blended, fit, match
from stillbytes.generate.look.dials import with_look
from stillbytes.generate.look.table import Table
from stillbytes.generate.painters.painter import Cancel, News, Tell, counted, silent
from stillbytes.generate.pictures import restyled
from stillbytes.photo.lut.cube import of_nodes, written

if TYPE_CHECKING:
    from stillbytes.develop.camera import WhitePoint
    from stillbytes.edit.document import Document
    from stillbytes.edit.photo import Photo
    from stillbytes.edit.picture import Picture
    from stillbytes.generate.painters.diffusion import Diffusion
    from stillbytes.generate.tasks.restyle import Restyle
    from stillbytes.gpu.access import Access


REFERENCE_EDGE = 768
"""Long edge of the picture whose look is taken."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A variant of a restyle. fitted: to what was drawn, before it was blended."""

    seed: int
    settings: Settings
    fitted: Fitted

    def told(self) -> dict[str, Any]:
        """The settings, and the mean CIEDE2000 from what was drawn: without a look, with sliders, with all of it."""
        far = {"before": self.fitted.before, "sliders": self.fitted.sliders, "after": self.fitted.after}
        difference = {when: round(one.mean, 2) for when, one in far.items()}
        return {"seed": self.seed, "settings": dict(self.settings), "difference": difference}


def with_table(settings: Settings, table: Table | None, name: str) -> Settings:
    """The settings with the look-up table in effect, which is kept among a person's own under that name.

    Raises SidecarError when it cannot be written.
    """
    if table is None:
        return settings
    content = written(of_nodes(table.nodes), name).encode()
    return settings.changed(lut=Luts().add(content, f"{name}.cube").value, lut_amount=None, lut_space=table.space)


def look_of(
    settings: Settings, table: Table | None, name: str, amount: float, as_shot: WhitePoint, allowed: bool
) -> Settings:
    """So much of a look. allowed: whether it may have had a table. Raises SidecarError, InvalidSetting."""
    whole = with_table(settings, table if amount else None, name)
    return blended(whole, amount, as_shot, allowed)


def matched(
    photo: Photo,
    settings: Settings,
    reference: Picture,
    name: str,
    amount: float = 1.0,
    *,
    table: bool,
    keep: bool,
    cancelled: Cancel | None = None,
) -> tuple[Settings, Matched]:
    """The settings with so much of the look of another picture, and how near they come. name: of that picture. table:
    whether the look may have a look-up table, which is kept if so said.

    Raises SidecarError, InvalidSetting, UnusablePicture, Cancelled.
    """
    pixels = np.asarray(reference)
    found = match(photo.pipeline, settings, pixels, reference.space, with_table=table, cancelled=cancelled)
    kept = found.table if keep else None
    return look_of(found.settings, kept, f"Look of {name}", amount, photo.pipeline.as_shot, table), found


def styled(
    photo: Photo,
    settings: Settings,
    task: Restyle,
    who: Diffusion,
    access: Access,
    tell: Tell = silent,
    cancelled: Cancel = lambda: False,
) -> list[Styled]:
    """Settings for each variant that the model draws. Nothing is written but look-up tables, when all are there.

    Raises Cancelled, SidecarError, and what painters raise.
    """
    edit = Edit(photo, settings)
    shown = np.asarray(edit.render(max(who.candidate.graph.size(*edit.size.pair)), cancelled=cancelled))
    made = restyled(task, shown, access, tell, cancelled, with_=who, depths=depths(access))
    found: list[Fitted] = []
    for number, one in enumerate(made, 1):
        tell(News(1.0, counted(said("Fits settings to it"), number, len(made))))
        found.append(fit(photo.pipeline, settings, one.pixels, with_table=task.table, cancelled=cancelled))
    as_shot = photo.pipeline.as_shot
    return [
        Styled(
            int(one.recipe["seed"]),
            look_of(fitted.settings, fitted.table, task.title, task.amount, as_shot, task.table),
            fitted,
        )
        for one, fitted in zip(made, found, strict=True)
    ]


def committed(document: Document, task: Restyle, variants: Sequence[Styled]) -> None:
    """Each variant a step of the history, the last in effect; what else was done to the photo meanwhile stays."""
    for number, one in enumerate(variants, 1):
        label = f"{task.title}{_of(number, len(variants))}, seed {one.seed}" if len(variants) > 1 else task.title
        document.amend(partial(with_look, look=one.settings, table=task.table), label)


def in_words(difference: Mapping[str, float]) -> str:
    """How near it comes to what was drawn. difference: as `Styled.told` has it."""
    before, sliders, after = (difference[when] for when in ("before", "sliders", "after"))
    with_sliders = (
        f"{sliders:.1f} with sliders, {after:.1f} with the look-up table" if after < sliders else f"{after:.1f} now"
    )
    return f"Difference from the target: {before:.1f} before, {with_sliders} (dE2000)."


def _of(number: int, count: int) -> str:
    return f" ({number} of {count})" if count > 1 else ""
