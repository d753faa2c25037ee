"""`stillbytes mask`: a mask of a photo as a picture, such as its subject or its sky."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.app.cli.values import parsed, shape
from stillbytes.core.errors import ExportError, InvalidSetting
from stillbytes.core.files import write_atomically
from stillbytes.develop.parameter import Value
from stillbytes.masks.fields import fields_of
from stillbytes.masks.kind import Kind, kind_of
from stillbytes.masks.kinds import kinds

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access

Pair = tuple[float, float]


class Place(click.ParamType[tuple[float, ...]]):
    """Fractions of the photo's width and height, such as 0.5,0.4."""

    def __init__(self, count: int) -> None:
        self.name = ",".join("XY" if count == 2 else ("X0", "Y0", "X1", "Y1"))
        self._count = count

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != self._count or not all(0 <= number <= 1 for number in numbers):
            self.fail(f"{value!r} is not {self._count} numbers from 0 to 1, joined by commas.", param, ctx)
        return numbers


@click.command("mask")
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--kind", "name", type=click.Choice(list(kinds())), required=True, help="What to look for or draw.")
@click.option("--point", "points", type=Place(2), multiple=True, help="A place on the object, as fractions.")
@click.option("--outside", type=Place(2), multiple=True, help="A place that is not on it.")
@click.option("--box", type=Place(4), help="A box around it, as fractions: left, top, right, bottom.")
@click.option("--words", default="", help="What the object is, such as “car”.")
@click.option("--set", "fields", multiple=True, metavar="NAME=VALUE", help="Another field of the kind.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A PNG or TIFF file.")
@json_option()
def make_mask(
    photo: Path,
    name: str,
    points: Sequence[Pair],
    outside: Sequence[Pair],
    box: tuple[float, float, float, float] | None,
    words: str,
    fields: Sequence[str],
    output: Path,
    as_json: bool,
) -> int:
    """Write a mask of PHOTO as an 8-bit PNG or TIFF of its size, white where it is.

    The photo is looked at as it was taken, whatever its edit.
    """
    import stillbytes  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.edit.mask_picture import Wanted, drawn  # noqa: PLC0415
    from stillbytes.photo.grey import WRITERS  # noqa: PLC0415

    write = WRITERS.get(output.suffix.lower().removeprefix(".") or "png")
    if write is None:
        raise InvalidSetting(f"{output.name} would be neither PNG nor TIFF.", "Let its name end in .png or .tif.")
    opened = stillbytes.open(photo.expanduser())
    given = dict(field_of(kinds()[name], text) for text in fields)
    made = drawn(opened, Wanted(name, given, points, outside, box, words), _networks)
    told: dict[str, Any] = {"photo": str(photo), "kind": name, "target": str(output)}
    if made.result is not None:
        told["used"] = list(made.result.used)
        told["sure"] = made.result.recipe.get("sure")
        told["better"] = [asdict(offer) for offer in made.result.better]
    told["part"] = round(made.part, 4)
    try:
        write_atomically(output.expanduser(), write(made.pixels))
    except OSError as error:
        problem = f"{output} could not be written: {error.strerror or error}."
        raise ExportError(problem, "Check the folder and the free space.") from error
    if as_json:
        print_json(told)
    else:
        print(_in_words(told))
    return 0


def command() -> click.Command:
    return make_mask


def _networks() -> Access:
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where something is looked for

    return shared_access()


_NEXT = re.compile(r",(?=\s*[A-Za-z_-]+\s*=)")
"""Between two parts. A value may have commas of its own."""


def adjustment(text: str) -> tuple[Kind, dict[str, Value]]:
    """KIND:NAME=VALUE,... as a mask and what is added where it is. Raises InvalidSetting.

    A name is a field of the kind (person:index=0, person:parts=eyes+lips) or a parameter (exposure=-0.7,
    curve=0,0 128,150 255,255).
    """
    from stillbytes.develop import local_parameters  # noqa: PLC0415 - imports every operation

    name, _, rest = text.partition(":")
    if name not in kinds():
        raise InvalidSetting(f"There is no mask of the kind {name!r}.", f"Use one of {', '.join(kinds())}.")
    known = local_parameters()
    fields: dict[str, Any] = {}
    delta: dict[str, Value] = {}
    for part in filter(None, (piece.strip() for piece in _NEXT.split(rest))):
        key, equals, value = part.partition("=")
        key = key.strip().replace("-", "_")
        key = f"local_{key}" if key not in known and f"local_{key}" in known else key
        if key in known:
            try:
                delta[key] = known[key].check(parsed(known[key], value))
            except ValueError as error:
                wanted = f"{key}={shape(known[key])}"
                raise InvalidSetting(f"{part!r} is not understood.", f"Write it as {wanted}.") from error
        elif equals:
            fields |= dict([field_of(kinds()[name], part)])
        else:
            raise InvalidSetting(f"{part!r} is not NAME=NUMBER.", "Write it as in sky:exposure=-0.7.")
    if not delta:
        raise InvalidSetting(f"{text!r} changes nothing.", f"Add one of {', '.join(known)}.")
    return kind_of({"kind": name, **fields}, kinds()), delta


def field_of(kind: type[Kind], text: str) -> tuple[str, Any]:
    """NAME=VALUE for a field of the kind. Raises InvalidSetting."""
    from stillbytes.develop import local_parameters  # noqa: PLC0415

    name, _, value = text.partition("=")
    name = name.strip().replace("-", "_")
    declared: Mapping[str, Any] = {n: f for n, f in fields_of(kind).items() if f.form != "hidden"}
    if name not in declared:
        allowed = [*declared, *local_parameters()]
        raise InvalidSetting(f"“{kind.label}” has no {name[:40]!r}.", f"It has {', '.join(allowed)}.")
    if declared[name].form in ("text", "choice"):
        return name, value
    if declared[name].form == "parts" and not value.lstrip().startswith("["):
        return name, [part.strip() for part in re.split(r"[+,]", value) if part.strip()]
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise InvalidSetting(f"{value!r} cannot be {name} of “{kind.label}”.", "Write numbers as in low=20.") from error


def _in_words(told: Mapping[str, Any]) -> str:
    from stillbytes.masks.detect.detector import LEAST_SURE  # noqa: PLC0415 - loaded by now

    lines = [f"{told['target']} ({100 * told['part']:.1f} % of the photo)"]
    if told.get("used") == ["classical"]:
        lines.append("Found without a model, by colours and edges: look whether it is right.")
    elif told.get("used"):
        lines.append(f"Found by {', '.join(told['used'])}.")
        if told["sure"] is not None and told["sure"] < LEAST_SURE:
            lines.append(f"It is only {100 * told['sure']:.0f} % sure: look whether it is right.")
    for offer in told.get("better", ())[:1]:
        size = f"{offer['size'] / 1e6:.0f} MB, {offer['licence']}"
        why = "was downloaded, but is damaged or gone" if offer["lost"] else "would do better"
        lines.append(f"{offer['title']} {why} ({size}): stillbytes models pull {offer['model']}")
    return "\n".join(lines)
