"""What can be asked of an export, declared once: options of the command line, the REST model and presets follow."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stillbytes.core.errors import ExportError
from stillbytes.core.saying import said
from stillbytes.edit.exporting import names, sizes
from stillbytes.photo.output.encode import FORMATS

MEDIA = ("none", "screen", "matte", "glossy")
STRENGTHS = ("low", "standard", "high")
INTENTS = ("relative", "perceptual", "saturation", "absolute")
KEPT = ("all", "all-but-camera", "copyright", "none")
PLACES = ("top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right")


@dataclass(frozen=True, slots=True)
class Option:
    """One field of an export. kind: bool, int, float or str. longest: characters of a text. least, most: of a number.
    choices: all that a text may be, where that is not anything. optional: whether it may be None."""

    name: str
    kind: type
    default: Any
    says: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    longest: int = 200
    optional: bool = False


def _option(kind: type, default: Any, says: str, **limits: Any) -> Any:
    return dataclasses.field(default=default, metadata={"kind": kind, "says": says, **limits})


@dataclass(frozen=True, slots=True)
class Spec:
    """How to export. Each field is what its description says. Raises ExportError for a value that cannot be."""

    format: str = _option(str, "jpeg", "The kind of file.", longest=20)
    quality: int = _option(int, 92, "Of formats with loss.", least=1, most=100)
    size: int | None = _option(int, None, "Long edge in pixels.", least=16, most=100000, optional=True)
    resize: str = _option(str, "", f"Another rule of size: {sizes.SHAPES}.", longest=40)
    enlarge: bool = _option(bool, False, "Whether a size may be larger than the photo.")
    dpi: int | None = _option(int, None, "Pixels per inch, told to who prints.", least=1, most=10000, optional=True)
    space: str = _option(str, "srgb", "The colour space.", longest=20)
    hdr_headroom: float = _option(
        float, 0.0, "Stops above white that a JPEG shows on an HDR display, in a gain map; 0: no map.", least=0, most=3
    )
    icc: str = _option(str, "", "An ICC profile to convert to, by file or name.", longest=1000)
    intent: str = _option(str, "relative", "What to do with colours that the profile has not.", choices=INTENTS)
    black_point: bool = _option(bool, True, "Whether black stays black under another profile.")
    sharpen_for: str = _option(str, "none", "Sharpen for what the picture will be seen on.", choices=MEDIA)
    sharpen_for_strength: str = _option(str, "standard", "How much of that.", choices=STRENGTHS)
    watermark: str = _option(str, "", "A text over the picture, or the path of one with transparency.")
    watermark_place: str = _option(str, "bottom-right", "Where it lies.", choices=PLACES)
    watermark_opacity: float = _option(float, 0.6, "How strong it is.", least=0.05, most=1)
    watermark_size: float = _option(float, 4.0, "Its height in percent of the short edge.", least=1, most=100)
    metadata: str = _option(str, "all", "What the files tell.", choices=KEPT)
    gps: bool = _option(bool, True, "Whether the files tell the place.")
    people: bool = _option(bool, True, "Whether the files name persons in the picture.")
    name: str = _option(str, "{name}", f"The files' names: {names.SHAPES}.")
    suffix: str = _option(str, "", "Added to the name of each file.", longest=80)

    def __post_init__(self) -> None:
        for option in options():
            _check(option, getattr(self, option.name))
        try:
            sizes.parsed(self.resize)
            names.check(self.name)
        except ValueError as error:
            raise ExportError(said("The export cannot be made: {why}.", why=str(error)), "Change it.") from error
        if self.hdr_headroom and self.format in FORMATS and not FORMATS[self.format].gain_map:
            able = ", ".join(name for name, format in FORMATS.items() if format.gain_map)
            raise ExportError(
                said("There is no gain map in {format}.", format=self.format),
                said("Leave hdr_headroom at 0, or use {able}.", able=able),
            )

    @property
    def plain(self) -> bool:
        """Whether the pictures go into their files as they are developed, strip by strip."""
        return not (self.icc or self.sharpen_for != "none" or self.watermark)

    def changed(self, **fields: Any) -> Spec:
        return dataclasses.replace(self, **fields)

    def stored(self) -> dict[str, Any]:
        """The fields that are not at their default, in JSON's types."""
        return {o.name: value for o in options() if (value := getattr(self, o.name)) != o.default}


def spec_of(given: Mapping[str, Any]) -> Spec:
    """Raises ExportError for fields that there are not, and for values that cannot be."""
    known = {option.name for option in options()}
    unknown = [str(name)[:40] for name in given if name not in known]
    if unknown:
        raise ExportError(
            said("Exports have no {these}.", these=", ".join(unknown)),
            said("There are {these}.", these=", ".join(sorted(known))),
        )
    return Spec(**given)


def options() -> list[Option]:
    return [Option(f.name, default=f.default, **f.metadata) for f in dataclasses.fields(Spec)]


def _check(option: Option, value: Any) -> None:
    if value is None and option.optional:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        bool: isinstance(value, bool),
        int: number and isinstance(value, int),
        float: number,
        str: isinstance(value, str) and len(value) <= option.longest,
    }[option.kind]
    if fits and option.choices:
        fits = value in option.choices
    if fits and option.least is not None and option.most is not None:
        fits = option.least <= value <= option.most
    if not fits:
        allowed = ", ".join(option.choices) or (f"{option.least:g} to {option.most:g}" if option.most else "a text")
        raise ExportError(
            said("{option} of an export cannot be {value!r:.60}.", option=option.name, value=value),
            said("Use {allowed}.", allowed=allowed),
        )
