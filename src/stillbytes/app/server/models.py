"""What the REST interface takes and gives. The settings' model is made from the declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from stillbytes.app.server.shape import Shape, Strict
from stillbytes.core.saying import Said
from stillbytes.develop import adjustment, parameters, patch, point_colour
from stillbytes.develop.parameter import MOST_LETTERS, Kind, Parameter
from stillbytes.develop.settings import Settings
from stillbytes.edit.exporting.spec import Option, options
from stillbytes.edit.snapshots import LONGEST_NAME
from stillbytes.edit.version_names import MAIN, MOST


class PointColourModel(Strict):
    """A sampled colour and how what is near it changes."""

    colour: tuple[float, float, float] | str
    hue: Annotated[float, Field(ge=-100, le=100)] = 0.0
    saturation: Annotated[float, Field(ge=-100, le=100)] = 0.0
    luminance: Annotated[float, Field(ge=-100, le=100)] = 0.0
    variance: Annotated[float, Field(ge=-100, le=100)] = 0.0
    range: Annotated[float, Field(ge=0, le=100)] = 50.0


class AdjustmentModel(Strict):
    """A mask, and what is added to the settings where it is."""

    id: Annotated[str, Field(min_length=1, max_length=adjustment.MOST_NAME)]
    name: Annotated[str, Field(max_length=adjustment.MOST_NAME)] = ""
    mask: dict[str, Any] = {}
    delta: dict[str, float | list[tuple[float, float]] | list[PointColourModel]] = {}
    amount: Annotated[float, Field(ge=0, le=adjustment.MOST_AMOUNT)] = 1.0
    enabled: bool = True


class PatchModel(Strict):
    """Pixels that take the place of the photo's own over a rectangle of the frame."""

    id: Annotated[str, Field(min_length=1, max_length=patch.MOST_NAME)]
    name: Annotated[str, Field(max_length=patch.MOST_NAME)] = ""
    task: Annotated[str, Field(max_length=patch.MOST_NAME)] = ""
    rect: tuple[int, int, int, int]
    variants: Annotated[list[str], Field(max_length=patch.MOST_VARIANTS)] = []
    chosen: Annotated[int, Field(ge=0)] = 0
    grain: bool = True
    opacity: Annotated[float, Field(ge=0, le=1)] = 1.0
    enabled: bool = True
    mask: dict[str, Any] = {}
    recipe: dict[str, Any] = {}


def _field(parameter: Parameter) -> tuple[Any, Any]:
    kind: Any
    if parameter.kind == "number":
        kind = Annotated[float, Field(ge=parameter.minimum, le=parameter.maximum)]
    elif parameter.kind == "choice":
        kind = Literal[parameter.choices]
    elif parameter.kind == "toggle":
        kind = bool
    elif parameter.kind == "text":
        kind = Annotated[str, Field(max_length=MOST_LETTERS)]
    elif parameter.kind in ("lut", "dcp"):
        kind = Annotated[str, Field(max_length=225)]
    elif parameter.kind == "colours":
        kind = Annotated[list[PointColourModel], Field(max_length=point_colour.MOST)]
    elif parameter.kind == "adjustments":
        kind = Annotated[list[AdjustmentModel], Field(max_length=adjustment.MOST)]
    elif parameter.kind == "patches":
        kind = Annotated[list[PatchModel], Field(max_length=patch.MOST)]
    else:
        code = Annotated[float, Field(ge=0, le=255)]
        kind = Annotated[list[tuple[code, code]], Field(min_length=2, max_length=64)]
    return kind | None, Field(default=None, description=parameter.says)


_FIELDS: dict[str, Any] = {name: _field(p) for name, p in parameters().items()}
SettingsModel: type[BaseModel] = create_model(
    "Settings",
    __base__=Strict,
    __doc__="Develop parameters that differ from their default; what is left out is at its default.",
    **_FIELDS,
)


def complaint(errors: Sequence[Any]) -> tuple[str, str]:
    """(message, remedy) in words, of what pydantic found wrong."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "request"
    return (
        f"{where[:100]}: {first['msg'][:300]}",
        "`stillbytes params` lists the parameters and their ranges." if "settings" in where else "",
    )


def readable(text: str) -> str:
    """The text without what UTF-8 has no place for: JSON and file names can hold lone surrogates."""
    if isinstance(text, Said):
        return text.each(readable)
    return text.encode("utf-8", "replace").decode()


def settings_of(model: BaseModel) -> Settings:
    """Raises InvalidSetting."""
    return Settings(model.model_dump(exclude_none=True))


class Extent(Shape):
    width: int
    height: int


class White(Shape):
    temperature: float
    tint: float


class ParameterModel(Shape):
    name: str
    label: str
    group: str
    operation: str
    kind: Kind
    default: float | str | bool | list[tuple[float, float]] | list[dict[str, Any]] | None
    minimum: float
    maximum: float
    step: float
    unit: str
    scale: Literal["linear", "log"]
    choices: list[str]
    choice_labels: list[str]
    says: str
    gradient: list[str]
    xmp: str
    process: bool = Field(description="Whether it chooses between processes: shown where an edit has an older one.")
    automatic: bool = Field(False, description="Whether a value can be found by looking at the photo.")
    targeted: bool = Field(False, description="Whether a place of the picture can tell what to change of it.")


class GroupModel(Shape):
    """label: the name as people read it."""

    name: str
    label: str
    parameters: list[ParameterModel]


class Groups(Shape):
    """local: what adjustments may add to where their mask is."""

    groups: list[GroupModel]
    local: list[ParameterModel]


class FormatModel(Shape):
    name: str
    label: str
    extension: str
    bits: int
    lossy: bool
    gain_map: bool
    minimum: int
    maximum: int


class SpaceModel(Shape):
    name: str
    label: str


class Formats(Shape):
    formats: list[FormatModel]
    spaces: list[SpaceModel]


class PhotoEntry(Shape):
    id: str
    name: str
    kind: str
    edited: bool
    width: int | None = None
    height: int | None = None
    of: str = Field(default="", description="Id of the photo's own version, whose versions stand together.")
    version: int = Field(default=MAIN, description="1 for the photo's own.")
    version_name: str = Field(default="", description="Empty for the photo's own.")


Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class VersionName(Strict):
    name: Name


class NewVersion(Strict):
    name: Name = Field(default="", description="A free one is chosen where it is empty.")


class DeletedVersion(Shape):
    """of: the photo that it was a version of."""

    of: str
    number: int
    name: str


class RestoredVersion(Strict):
    number: Annotated[int, Field(ge=MAIN, le=MOST)] | None = Field(
        default=None, description="The one that was deleted last when left out."
    )


class VersionList(Shape):
    versions: list[PhotoEntry]
    deleted: list[DeletedVersion]


class SnapshotModel(Shape):
    """at: when it was taken or last updated."""

    id: str
    name: str
    at: str


class NewSnapshot(Strict):
    name: Name


class ChangedSnapshot(Strict):
    name: Name | None = None
    update: bool = Field(default=False, description="Keep the settings in effect in its place.")


class KeptSnapshot(Strict):
    name: Name
    at: Annotated[str, Field(max_length=64)]
    settings: SettingsModel  # type: ignore[valid-type]


class FolderModel(Shape):
    path: str
    name: str
    first: str | None = Field(default=None, description="The photo to show first.")
    chosen: list[str] = Field(default=[], description="The photos that were asked for together with it.")
    photos: list[PhotoEntry]


class HistoryEntry(Shape):
    """gradual: whether it can be faded: there is less and more of what it did."""

    index: int
    label: str
    at: str
    gradual: bool


class Faded(Shape):
    """The settings with a part of what a step did."""

    settings: dict[str, Any]


class HistoryModel(Shape):
    """entries: the steps, oldest first, numbered from 1. position: the number of the last one in effect; 0 is the
    untouched photo."""

    position: int
    entries: list[HistoryEntry]
    can_undo: bool
    can_redo: bool


class PhotoModel(Shape):
    id: str
    name: str
    kind: str
    frame: Extent
    developed: Extent
    as_shot: White
    white_balance: White
    settings: dict[str, Any]
    metadata: dict[str, Any]
    history: HistoryModel
    of: str
    version: int
    version_name: str
    snapshots: list[SnapshotModel]
    problem: str = Field(default="", description="What is wrong with the sidecar; empty when nothing.")


class DeletedSnapshot(Shape):
    """snapshot: what puts it back. photo: as it is without."""

    id: str
    snapshot: dict[str, Any]
    photo: PhotoModel


class Commit(Strict):
    settings: SettingsModel  # type: ignore[valid-type]
    label: Annotated[str, Field(max_length=200)] = "Change"


class Looked(Strict):
    names: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=32)] = Field(
        default_factory=list,
        description='Parameters to find by looking at the photo, or "tone" (the default), "white-balance", "level".',
    )


class Place(Strict):
    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]


class Target(Place):
    """names: curves, or colour bands of a mixer, that are about to be changed at that place."""

    names: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=16)]


class Targeted(Shape):
    """values: of a curve its input there, 0..255; of a colour band its share in the colour there, 0..1."""

    values: dict[str, float]


Id = Annotated[str, Field(min_length=1, max_length=64)]


class Paste(Strict):
    settings: SettingsModel  # type: ignore[valid-type]
    groups: Annotated[list[str], Field(max_length=100)] | None = None
    photos: Annotated[list[Id], Field(min_length=1, max_length=10000)]
    label: Annotated[str, Field(max_length=200)] = "Paste"


class UnfitPhoto(Shape):
    """masks: the names of those without effect there, since they are pictures of other proportions or nowhere."""

    id: str
    name: str
    masks: list[str]


class Pasted(Shape):
    photos: list[PhotoEntry]
    unfit: list[UnfitPhoto]


class Through(Strict):
    """A network on the way to a file: the name of a task that can be that, and its parameters."""

    task: Annotated[str, Field(max_length=40)]
    parameters: dict[str, Any] = Field(default_factory=dict)


def _of_export(option: Option) -> tuple[Any, Any]:
    kind: Any = Literal[option.choices] if option.choices else option.kind
    limits: dict[str, Any] = {"max_length": option.longest} if kind is str else {"ge": option.least, "le": option.most}
    limits = {name: limit for name, limit in limits.items() if limit is not None and not option.choices}
    kind = Annotated[kind, Field(**limits)]
    return (kind | None if option.optional else kind), Field(default=option.default, description=option.says)


if TYPE_CHECKING:

    class ExportHow(Strict):
        """The fields of an export."""

else:
    ExportHow = create_model(
        "ExportHow",
        __base__=Strict,
        __doc__="How to export; what is left out is at its default.",
        **{option.name: _of_export(option) for option in options()},
    )


class ExportRequest(ExportHow):
    """What is to be exported, and how: the fields of an export, where a profile is one of those kept here."""

    photos: Annotated[list[Id], Field(min_length=1, max_length=100000)]
    folder: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="Name of a folder beside the photos; `exports` when left out."
    )
    find: bool = Field(
        default=True, description="Look for masks that were not found yet; without, their adjustments are left out."
    )
    through: Through | None = Field(
        default=None, description="Draw the developed pictures larger or clearer before they are written."
    )


class ExportPreset(Shape):
    """own: whether it can be removed."""

    name: str
    how: ExportHow
    own: bool


class ExportPresetList(Shape):
    presets: list[ExportPreset]
    profiles: list[str] = Field(description="Names of the ICC profiles kept here.")


class JobModel(Shape):
    id: str
    label: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    message: str
    remedy: str


class JobList(Shape):
    jobs: list[JobModel]


class Told(Shape):
    message: str
    remedy: str


class Problem(Shape):
    error: Told
