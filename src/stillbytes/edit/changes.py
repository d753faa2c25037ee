"""What is to be done to the settings of one photo or many, as one document that can be kept and sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.photo import Photo

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access


_STRICT = {"extra": "forbid"}
"""For documents that hold these and are checked as a whole."""


@dataclass(frozen=True, slots=True)
class UsedPreset:
    """A preset with what it sets, so that it stays what it was when it was chosen. amount: 0..2, 1 is all of it.

    Raises InvalidSetting.
    """

    name: str
    settings: dict[str, Any]
    amount: float = 1.0
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", dict(Settings(self.settings)))
        self.applied(Settings())

    def applied(self, settings: Settings) -> Settings:
        from stillbytes.edit.presets.preset import Preset  # noqa: PLC0415 - only where there are some

        return Preset(self.name, Settings(self.settings)).applied(settings, self.amount)


@dataclass(frozen=True)
class Changes:
    """In the order in which it is done: where the settings begin, presets, what is found by looking, values, masks.

    start: the sidecar (.xmp, .pp3) that settings begin with; ignore_sidecar: they begin with nothing; by default with
    the photo's own sidecar. auto: names of what is found by looking at the photo. values: parameter -> value, None for
    its default. adjustments: masks that are added, and what they add.

    >>> Changes(values={"exposure": 0.5}).nothing
    False

    Raises InvalidSetting for parameters that there are not and values that cannot be.
    """

    start: Path | None = None
    ignore_sidecar: bool = False
    presets: tuple[UsedPreset, ...] = ()
    auto: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    adjustments: tuple[dict[str, Any], ...] = ()
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        if self.auto:
            from stillbytes.edit.automatic import chosen  # noqa: PLC0415 - only where it is asked for

            chosen(self.auto)
        Settings().changed(**self.values)
        object.__setattr__(self, "adjustments", tuple(Adjustment.of(one).to_json() for one in self.adjustments))

    @property
    def nothing(self) -> bool:
        """Whether every photo stays as its sidecar has it."""
        return self == Changes()

    def check(self) -> None:
        """Raises SidecarError when the file to begin from is not there, or is none."""
        if self.start is not None:
            sidecar.read_file(self.start)

    def begin(self, photo: Photo) -> Settings:
        """What the photo's settings are before anything is done. Raises SidecarError."""
        if self.start is not None:
            return sidecar.read_file(self.start, *photo.upright).settings  # Adobe's crop depends on the photo
        return Settings() if self.ignore_sidecar else photo.settings

    def applied(
        self,
        photo: Photo,
        networks: Callable[[], Access],
        *,
        keep: bool = False,
        cancelled: Callable[[], bool] | None = None,
        begin: Callable[[Photo], Settings] | None = None,
    ) -> tuple[Settings, list[str]]:
        """The photo's settings when all of it is done, and what is to be said about that.

        networks: asked for only where a mask is looked for. keep: write what was found beside the photo. begin: where
        the settings begin, where somebody knows already. Raises SidecarError, InvalidSetting, NotFound for a mask of
        what is not in the photo, Cancelled, and what engines raise.
        """
        edit, said = (begin or self.begin)(photo), list[str]()
        for preset in self.presets:
            edit = preset.applied(edit)
        if self.auto:
            try:
                edit = photo.edit(edit).auto(*self.auto).settings
            except InvalidSetting as problem:
                said.append(str(problem))
        edit = edit.changed(**self.values)
        if "lut" in edit and photo.table(str(edit["lut"])) is None:
            said.append(f"The look-up table {str(edit['lut']).partition(' ')[2]} is not there and was left out.")
        if self.adjustments:
            known = [one.to_json() for one in edit.adjustments]
            edit = edit.changed(adjustments=[*known, *_named_apart(self.adjustments, {one["id"] for one in known})])
        if self.start is None and not self.ignore_sidecar and photo.sidecar_note:
            said.append(photo.sidecar_note)
        said += photo.optical_notes(edit) + photo.profile_notes(edit)
        if "adjustments" in edit:
            from stillbytes.edit.finding import complete  # noqa: PLC0415 - only for photos with masks

            edit, found = complete(photo, edit, networks, keep=keep, cancelled=cancelled)
            guessed = [told.adjustment for told in found if "classical" in told.result.used]
            said += [f"{name} was found without a model: look whether it is right." for name in guessed]
        return edit, said


def _named_apart(adjustments: Sequence[Mapping[str, Any]], taken: Iterable[str]) -> list[dict[str, Any]]:
    """With ids that none of those taken has."""
    used, apart = set(taken), []
    for one in adjustments:
        id, again = one["id"], 1
        while id in used:
            again += 1
            id = f"{one['id']}-{again}"
        used.add(id)
        apart.append({**one, "id": id})
    return apart
