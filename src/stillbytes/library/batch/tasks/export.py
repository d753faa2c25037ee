"""Export: a picture of each photo, as `stillbytes develop` makes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.edit.changes import Changes
from stillbytes.edit.exporting import Spec
from stillbytes.edit.exporting.spec import spec_of
from stillbytes.edit.exporting.write import write
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.exporting import Outcome, free_place, lacks
from stillbytes.library.batch.task import Making, Means
from stillbytes.photo.output.encode import FORMATS

if TYPE_CHECKING:
    from stillbytes.generate.larger import Larger


class Network(BaseModel):
    """A generative task that draws the developed picture larger or clearer on its way to the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(max_length=80)
    parameters: dict[str, Any] = Field(default_factory=dict)

    def larger(self) -> Larger:
        """Raises InvalidSetting."""
        from stillbytes.generate.larger import Larger  # noqa: PLC0415 - loads OpenCV
        from stillbytes.generate.tasks import task_of  # noqa: PLC0415

        found = task_of(self.task, self.parameters)
        if not isinstance(found, Larger):
            raise InvalidSetting(
                said("{what} cannot be on the way to a file.", what=found.label), "Upscale and enhance can."
            )
        return found


class Export(Making):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "through"})

    kind: Literal["export"] = "export"
    folder: str = Field(max_length=4000, description="Where the files go; what is not a whole path, beside each photo.")
    how: dict[str, Any] = Field(default_factory=dict, description="Fields of an export that are not at their default.")
    changes: Changes = Changes()
    through: Network | None = None

    @field_validator("how")
    @classmethod
    def _possible(cls, how: dict[str, Any]) -> dict[str, Any]:
        return spec_of(how).stored()

    @field_validator("through")
    @classmethod
    def _larger(cls, through: Network | None) -> Network | None:
        if through is not None:
            through.larger()
        return through

    @property
    def spec(self) -> Spec:
        return spec_of(self.how)

    @property
    def title(self) -> str:
        return said("Export as {format}", format=said(FORMATS[self.spec.format].label))

    def check(self) -> None:
        self.changes.check()

    def place(self, photo: Photo, number: int, taken: set[Path]) -> Path:
        return free_place(photo.path.parent / self.folder, photo, self.spec, taken, number)

    def make(self, photo: Photo, part: Path, name: str, means: Means) -> str:
        settings, notes = self.changes.applied(photo, means.networks, cancelled=means.cancelled)
        edit = photo.edit(settings)
        through, access = (self.through.larger(), means.networks()) if self.through else (None, None)
        write(edit, part, self.spec, means.cancelled, through, access, name=name)
        outcome = Outcome(photo.path, empty=edit.empty, remark=lacks(photo, settings))
        return " ".join(filter(None, (*notes, outcome.warning)))
