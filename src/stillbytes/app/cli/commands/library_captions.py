"""`stillbytes library captions`: captions and keywords that a model that sees suggests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from stillbytes.app.cli.commands.library_options import PAGE, number_of, opened
from stillbytes.app.cli.output import error_fields, json_option, print_error, print_json, print_table
from stillbytes.app.cli.progress import told
from stillbytes.app.languages import ENGLISH, Language
from stillbytes.core import preferences

if TYPE_CHECKING:
    from stillbytes.core.errors import StillbytesError
    from stillbytes.library.catalogue import Catalogue
    from stillbytes.library.catalogue.captions import Offer


@click.command("captions")
@click.argument("photos", nargs=-1, type=click.Path(path_type=Path), metavar="[PHOTO...]")
@click.option("--search", "query", metavar="QUERY", help="Of the photos that this finds.")
@click.option("--language", type=click.Choice(get_args(Language)), help="By default that of the page.")
@click.option("--again", is_flag=True, help="Also ask about pictures that were asked about already.")
@click.option("--no-ask", is_flag=True, help="Only tell what was suggested; ask no model.")
@click.option("--accept", is_flag=True, help="Write what is suggested into the photos' sidecars.")
@click.option("--dismiss", is_flag=True, help="Do not suggest this again, unless it is asked for --again.")
@click.option(
    "--by-itself/--not-by-itself", "itself", default=None, help="Whether the editor asks while nothing else is done."
)
@json_option()
@click.pass_obj
def captions(
    place: Path | None,
    photos: Sequence[Path],
    query: str | None,
    language: Language | None,
    again: bool,
    no_ask: bool,
    accept: bool,
    dismiss: bool,
    itself: bool | None,
    as_json: bool,
) -> int:
    """Have a model that sees pictures suggest captions and keywords. Nothing is written unless you --accept.

    \b
    stillbytes library captions IMG_1.dng
    stillbytes library captions --search "date:today" --accept
    stillbytes library captions --not-by-itself

    Keywords that the library has are suggested in its own form. A caption is suggested only where there is none.
    """
    if itself is not None:
        preferences.change(captions=itself)
        if not photos and query is None:
            return _told_itself(itself, as_json)
    if bool(photos) == (query is not None):
        raise click.UsageError("Name photos, or --search for them.")
    if (accept and dismiss) or (again and no_ask):
        raise click.UsageError("--accept and --dismiss exclude each other, and so do --again and --no-ask.")
    with opened(place) as catalogue:
        numbers = [number_of(catalogue, photo) for photo in photos] if query is None else catalogue.numbers(query)
        if not no_ask and numbers:
            spoken = language or preferences.load().language or ENGLISH
            with told(as_json) as control:
                catalogue.captions.suggest(photos=numbers, language=lambda: spoken, again=again, control=control)
        offers = catalogue.captions.of(numbers)
        failures: dict[int, StillbytesError] = {}
        if accept:
            done = catalogue.captions.accept(numbers)
            failures = {number: error for number, error in done if error is not None}
        elif dismiss:
            catalogue.captions.dismiss(numbers)
        paths = _paths(catalogue, numbers)
    if as_json:
        print_json({"photos": [_fields(paths[n], offers.get(n), accept, failures.get(n)) for n in numbers]})
    else:
        _print(paths, {n: one for n, one in offers.items() if n not in failures}, accept, dismiss)
        for error in failures.values():
            print_error(error.message, error.remedy, as_json=False)
    return 1 if failures else 0


def _paths(catalogue: Catalogue, numbers: Sequence[int]) -> dict[int, Path]:
    found: dict[int, Path] = {}
    for at in range(0, len(numbers), PAGE):
        found |= {entry.number: entry.path for entry in catalogue.photos(numbers[at : at + PAGE])}
    return found


def _fields(path: Path, offer: Offer | None, accept: bool, error: StillbytesError | None) -> dict[str, Any]:
    """Without a model's answer caption and keywords are null."""
    about: dict[str, Any] = {"caption": None, "keywords": None, "model": "", "language": "", "problem": ""}
    if offer is not None:
        about = {name: value for name, value in dataclasses.asdict(offer).items() if name != "number"}
    written = accept and offer is not None and offer.open and error is None
    return {"path": str(path), **about, "accepted": written, "error": None if error is None else error_fields(error)}


def _print(paths: dict[int, Path], offers: dict[int, Offer], accept: bool, dismiss: bool) -> None:
    rows = [
        (str(paths[number]), one.caption, ", ".join(word.replace("|", " > ") for word in one.keywords) or one.problem)
        for number, one in offers.items()
        if one.open or one.problem
    ]
    if rows:
        print_table(("Photo", "Caption", "Keywords"), rows)
    count = sum(one.open for one in offers.values())
    done = "accepted" if accept else "dismissed" if dismiss else "offered; --accept writes them into the sidecars"
    print(f"Suggestions for {count} of {len(paths)} photos" + (f" {done}." if count else "."))


def _told_itself(itself: bool, as_json: bool) -> int:
    if as_json:
        print_json({"itself": itself})
    elif itself:
        print("The editor suggests captions while nothing else is done, where a model that sees pictures is here.")
    else:
        print("Captions are suggested when you ask for them only.")
    return 0
