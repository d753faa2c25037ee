"""What the commands of `stillbytes library` share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from stillbytes.library.catalogue import Catalogue, Found

PAGE = 500


def query_of(given: Sequence[str]) -> str:
    """ "-is:edited" is no option, so that unknown ones come here."""
    for one in given:
        if one.startswith("--"):
            raise click.UsageError(f"There is no option {one.partition('=')[0]}.")
    return " ".join(given)


@contextmanager
def opened(place: Path | None) -> Iterator[Catalogue]:
    from stillbytes.library import catalogue  # noqa: PLC0415 - the help does without

    with catalogue.open(place) as found:
        yield found


def number_of(catalogue: Catalogue, photo: Path) -> int:
    """Raises NotFound for a photo that is not in the library."""
    from stillbytes.core.errors import NotFound  # noqa: PLC0415

    path = photo.expanduser().resolve()
    numbers = catalogue.numbers(f'in:"{path.parent}"', sort="path", descending=False)
    for at in range(0, len(numbers), PAGE):
        for one in catalogue.photos(numbers[at : at + PAGE]):
            if one.path == path and one.version == 1:
                return one.number
    raise NotFound(f"{photo} is not in the library.", "`stillbytes library add` takes in its folder.")


def likest(catalogue: Catalogue, query: str, photo: Path, limit: int, offset: int, tops: bool) -> Found:
    """The photos of a search, those most like one first."""
    from stillbytes.library.catalogue import Found  # noqa: PLC0415

    listed = set(catalogue.numbers(query, tops=tops))
    numbers = [number for number in catalogue.alike.to(number_of(catalogue, photo), query) if number in listed]
    page = catalogue.photos(numbers[offset : offset + limit])
    return Found(len(numbers), offset, tuple(page))


def meant(catalogue: Catalogue, query: str, limit: int, offset: int) -> Found:
    """The photos of a search whose free words are what is meant, the nearest first."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - other searches need no engine
    from stillbytes.library.catalogue import Found  # noqa: PLC0415

    found = catalogue.meaning.search(query, shared_access(), most=offset + limit)
    page = catalogue.photos([number for number, _ in found[offset:]])
    return Found(len(found), offset, tuple(page))
