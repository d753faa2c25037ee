"""`stillbytes batch export`, `edit`, `mask`, `ask`, `heal`, `match`: a batch is made and worked off."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli import change_options, export_options
from stillbytes.app.cli.commands.batch.carrying import Where, brief, carried, running_options
from stillbytes.app.cli.commands.batch.photos import chosen, photo_options
from stillbytes.app.cli.commands.heal import Numbers
from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core.filenames import made_plain
from stillbytes.masks.kinds import kinds

if TYPE_CHECKING:
    from stillbytes.library.batch.tasks import AnyTask

_folder = click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder where the files go."
)
_yes = click.option("--yes", is_flag=True, help="Do not ask before more than one photo is changed.")


def verbs() -> dict[str, click.Command]:
    return {
        "export": _with_options(export, export_options.options()), "edit": _with_options(edit, []), "mask": mask,
        "ask": ask, "heal": heal, "match": match,
    }  # fmt: skip


def _verb(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of all of them."""
    later = click.option("--later", is_flag=True, help="Only put it into the queue; `stillbytes batch run` does it.")
    return photo_options(later(running_options(json_option()(click.pass_context(command)))))


def _with_options(command: click.Command, more: list[click.Parameter]) -> click.Command:
    """With those of everything that can be done to settings, shown in groups."""
    own = [p for p in command.params if not isinstance(p, change_options.Setting)]
    parameters = [*own, *more, *change_options.options()]
    return change_options.Grouped(command.name, callback=command.callback, params=parameters, help=command.help)


@click.command("export")
@_verb
@_folder
def export(
    context: click.Context,
    output: Path,
    upscale: str | None,
    enhance: float | None,
    settings: Path | None,
    ignore_sidecar: bool,
    presets: Sequence[str],
    auto: Sequence[str],
    masks: Sequence[str],
    export_presets: Sequence[str],
    keep_export: str | None,
    **given: Any,
) -> int:
    """Export photos, as `stillbytes develop` does; no sidecar is changed, and no file overwritten."""
    from stillbytes.library.batch import Export  # noqa: PLC0415 - after the arguments were found right

    rest = {name: given.pop(name) for name in _COMMON}
    exports = export_options.specs(export_options.taken(given), export_presets, keep_export)
    changes = change_options.changes(settings, ignore_sidecar, presets, auto, masks, given)
    through = export_options.network(upscale, enhance)
    top = output.expanduser().absolute()
    tasks = [
        Export(
            folder=str(top / made_plain(name) if len(exports) > 1 else top), how=spec.stored(), changes=changes,
            through=through,
        )
        for name, spec in exports.items()
    ]  # fmt: skip
    return _do(context, tasks, True, **rest)


@click.command("edit")
@_verb
@_yes
@click.option("--label", default="", metavar="TEXT", help="What the step is called in the photos' histories.")
def edit(
    context: click.Context,
    yes: bool,
    label: str,
    settings: Path | None,
    ignore_sidecar: bool,
    presets: Sequence[str],
    auto: Sequence[str],
    masks: Sequence[str],
    **given: Any,
) -> int:
    """Change the edit of photos: presets, values, masks, automatic settings, as one step of each one's history."""
    from stillbytes.library.batch import Edit  # noqa: PLC0415 - after the arguments were found right

    rest = {name: given.pop(name) for name in _COMMON}
    changes = change_options.changes(settings, ignore_sidecar, presets, auto, masks, given)
    if changes.nothing:
        raise click.UsageError("Say what to change, such as --preset NAME or --exposure 0.3.")
    return _do(context, [Edit(changes=changes, label=label)], yes, **rest)


@click.command("mask")
@_verb
@_folder
@click.option("--kind", "what", type=click.Choice(list(kinds())), required=True, help="What to look for or draw.")
@click.option("--words", default="", help="What the object is, such as “car”.")
@click.option("--set", "fields", multiple=True, metavar="NAME=VALUE", help="Another field of the kind.")
def mask(context: click.Context, output: Path, what: str, words: str, fields: Sequence[str], **rest: Any) -> int:
    """Write a mask of each photo as a grey PNG of its size, white where it is."""
    from stillbytes.app.cli.commands.mask import field_of  # noqa: PLC0415
    from stillbytes.library.batch import Mask  # noqa: PLC0415 - after the arguments were found right

    given = dict(field_of(kinds()[what], text) for text in fields)
    task = Mask(folder=str(output.expanduser().absolute()), what=what, fields=given, words=words)
    return _do(context, [task], True, **rest)


@click.command("ask")
@_verb
@click.argument("request")
@_yes
@click.option("--engine", default="auto", show_default=True, metavar="ENGINE", help="vocabulary, auto, or a URL.")
def ask(context: click.Context, request: str, yes: bool, engine: str, **rest: Any) -> int:
    """Change photos as REQUEST says, in words: “warmer”, “darken the sky”. Each is understood by itself."""
    from stillbytes.library.batch import Ask  # noqa: PLC0415 - after the arguments were found right

    return _do(context, [Ask(request=request, engine=engine)], yes, **rest)


@click.command("heal")
@_verb
@_yes
@click.option(
    "--spot",
    "spots",
    type=Numbers("X,Y,R"),
    multiple=True,
    required=True,
    help="Middle and radius, in units of the photo's long edge, from its top left corner; may be given many times.",
)
@click.option("--from", "source", type=Numbers("X,Y"), help="Middle of the source; by default the best one nearby.")
@click.option("--clone", is_flag=True, help="Show the source as it is, instead of in the light around the spot.")
@click.option("--feather", type=click.FloatRange(0, 100), help="Part of the radius over which a spot fades.")
def heal(
    context: click.Context,
    yes: bool,
    spots: Any,
    source: Any,
    clone: bool,
    feather: float | None,
    **rest: Any,
) -> int:
    """Heal the same round spots in every photo, such as dust on the sensor."""
    from stillbytes.library.batch import Heal  # noqa: PLC0415 - after the arguments were found right

    if source is not None and len(spots) > 1:
        raise click.UsageError("--from is the source of one --spot.")
    return _do(context, [Heal(spots=spots, source=source, clone=clone, feather=feather)], yes, **rest)


@click.command("match")
@_verb
@_yes
@click.option("--like", type=click.Path(path_type=Path), required=True, help="The picture whose look to take.")
@click.option("--amount", type=click.FloatRange(0, 150), default=100, show_default=True, help="Of the look, percent.")
@click.option("--table", is_flag=True, help="The look may have a small look-up table.")
def match(context: click.Context, yes: bool, like: Path, amount: float, table: bool, **rest: Any) -> int:
    """Give photos the look of another picture, each with the tones and colours of its own scene."""
    from stillbytes.library.batch import Match  # noqa: PLC0415 - after the arguments were found right

    return _do(context, [Match(like=like.expanduser().absolute(), amount=amount, table=table)], yes, **rest)


_COMMON = ("photos", "search", "recursive", "version", "later", "where", "as_json")


def _do(
    context: click.Context,
    tasks: Sequence[AnyTask],
    yes: bool,
    photos: Sequence[Path],
    search: str | None,
    recursive: bool,
    version: str | None,
    later: bool,
    where: Where,
    as_json: bool,
) -> int:
    from stillbytes.library.batch import Queue  # noqa: PLC0415

    found = chosen(photos, search, recursive, version)
    if len(found) > 1 and not yes and any(task.asks for task in tasks):
        if as_json or not sys.stdin.isatty():
            raise click.UsageError(f"{len(found)} photos would be changed; add --yes if that is meant.")
        click.confirm(f"{tasks[0].title}: change {len(found)} photos?", abort=True, err=True)
    with Queue() as queue:
        made = [queue.add(task, found, confirmed=len(found)) for task in tasks]
        if not later:
            return carried(queue, made, where.over(context.obj), as_json)
    if as_json:
        print_json([brief(one) for one in made] if len(made) > 1 else brief(made[0]))
    else:
        for one in made:
            print(f"{one.id}  {one.title}: {one.total} photos wait.")
    return 0
