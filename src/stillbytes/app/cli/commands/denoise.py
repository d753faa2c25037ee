"""`stillbytes denoise`: noise taken out of photos by a network."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stillbytes.app.cli.output import error_fields, json_option, print_error, print_json

if TYPE_CHECKING:
    from stillbytes.core.jobs import Control


@click.command("denoise")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO...")
@click.option("--amount", type=click.FloatRange(1, 100), help="How much of it is seen.  [default: 50, or as it was]")
@click.option("--model", default="", metavar="NAME", help="The network; by default the best that is here.")
@click.option("--again", is_flag=True, help="Make it anew where it is there already.")
@click.option("--off", is_flag=True, help="Show nothing of it any more; what was made stays beside the photo.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done; nothing is written.")
@json_option()
def denoise_photos(
    photos: Sequence[Path],
    amount: float | None,
    model: str,
    again: bool,
    off: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take the noise out of PHOTO with a network, and show an amount of that.

    The network works on the photo's own light, which takes seconds to minutes; what it made is kept in a folder beside
    the sidecar. The amount is a setting like any other: changing it, here with --amount, takes no time. A folder among
    the photos stands for those in it.
    """
    from stillbytes.app.cli.commands.develop import listed  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.app.cli.progress import told  # noqa: PLC0415
    from stillbytes.core.errors import StillbytesError  # noqa: PLC0415

    if off and (amount is not None or model or again):
        raise click.UsageError("--off takes no other choice.")
    outcomes = []
    with told(as_json) as control:
        for path in listed(photos):
            try:
                outcomes.append(_one(path, amount, model, again, off, dry_run, control))
            except StillbytesError as error:
                outcomes.append({"photo": str(path), "error": error_fields(error)})
    if as_json:
        print_json(outcomes)
    else:
        for outcome in outcomes:
            _report(outcome)
    return 1 if any(outcome["error"] for outcome in outcomes) else 0


def _one(
    path: Path, amount: float | None, model: str, again: bool, off: bool, dry_run: bool, control: Control
) -> dict[str, Any]:
    import stillbytes  # noqa: PLC0415
    from stillbytes.edit import denoising  # noqa: PLC0415
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415

    document = Document(stillbytes.open(path))
    photo, before = document.photo, document.settings
    outcome: dict[str, Any] = {"photo": str(path), "note": document.problem, "error": None, "sidecar": None}
    if off:
        after = before.changed(ai_denoise=None, ai_denoise_model=None)
        if not dry_run:
            document.commit(after, "AI denoise off")
            outcome["sidecar"] = str(document.save())
        return outcome | {"amount": 0.0, "model": "", "was": denoising.state(photo, before), "result": None}
    shown = before.number("ai_denoise") or denoising.AMOUNT if amount is None else amount
    wanted = model or denoising.wanted(before)
    chosen = denoising.chosen(photo, wanted, shared_access())
    asked = before.changed(ai_denoise=shown, ai_denoise_model=chosen.id)
    outcome |= {"amount": shown, "model": chosen.id, "was": denoising.state(photo, asked), "result": None}
    if dry_run:
        return outcome
    changes = denoising.denoise(
        photo,
        chosen.id,
        amount=shown,
        again=again,
        tell=lambda news: control.progress(round(100 * news.fraction), 100, f"{path.name}: {news.says}"),
        cancelled=control.cancelled,
    )
    document.commit(document.settings.changed(**changes), f"AI denoise {shown:g}")
    outcome["sidecar"] = str(document.save())
    recipe = photo.denoised.recipe(chosen.id)
    kept = {"tiles": recipe.tiles, "kept": recipe.kept, "dimmed": recipe.dimmed} if recipe else None
    return outcome | {"result": {"file": str(photo.denoised.path(chosen.id)), **(kept or {})}}


def _report(outcome: dict[str, Any]) -> None:
    name = Path(outcome["photo"]).name
    if error := outcome["error"]:
        print_error(f"{name}: {error['message']}", error["remedy"], False)
        return
    if not outcome["model"]:
        print(f"{name}: AI denoise is off")
    elif outcome["result"] is None:
        there = {"ready": "it is there already", "stale": "what is there is stale"}.get(outcome["was"], "not there yet")
        print(f"{name}: would show {outcome['amount']:g} % of {outcome['model']} ({there})")
    else:
        print(f"{name}: {outcome['amount']:g} % of {outcome['model']}")
        if kept := outcome["result"].get("kept"):
            print(f"  {kept} of {outcome['result']['tiles']} tiles stayed as they were: the network failed there.")
    if outcome["note"]:
        print(f"stillbytes: {name}: {outcome['note']}", file=sys.stderr)


def command() -> click.Command:
    return denoise_photos
