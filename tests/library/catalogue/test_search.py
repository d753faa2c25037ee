"""The search language: what it finds, and that no text whatever does anything else."""

from __future__ import annotations

import contextlib
import io
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library.catalogue.photos import make, names, sidecar
from PIL import Image

from stillbytes.library.catalogue import Catalogue, Entry, InvalidQuery
from stillbytes.library.catalogue.search.fields import ALIASES, FIELDS
from stillbytes.library.catalogue.search.parse import All, Either, Not, Query, Term, parse
from stillbytes.library.catalogue.search.values import span


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """a: Nikon, owl, ISO 400, May 2024; b: Canon, 5 stars, June; c: rejected, Bremen, at night in 2023; d: a RAW."""
    folder = tmp_path_factory.mktemp("photos")
    canon = {"make": "Canon", "model": "Canon EOS R5", "lens": "85mm f/1.4"}
    make(folder / "a.jpg", words=["old", "town", "owl"], label="Red", places=["Animals|Birds|Owl"], gps=(46.95, 7.45))
    make(
        folder / "b.jpg", words=["town", "old", "fox"], rating=5, flag=1, iso=3200, taken=datetime(2024, 6, 30), **canon
    )
    make(folder / "trip/c.jpg", words=["Müller", "river", "night"], flag=-1, exposure=2, aperture=80,
         places=["Europe|Germany|Bremen"], taken=datetime(2023, 12, 31, 23, 59), gps=(46.95, -179.99))  # fmt: skip
    make(folder / "trip/d.dng", words=["100%", "O'Hara", "a_b"], rating=2, focal=200)
    sidecar(folder / "trip/d.xmp", words=["100%", "O'Hara", "a_b"], rating=3, edited=True)
    with Catalogue(tmp_path_factory.mktemp("catalogue"), processes=1) as catalogue:
        catalogue.add(folder)
        yield catalogue


@pytest.mark.parametrize(("query", "found"), [
    ("", "abcd"), ("town", "ab"), ("tow", "ab"), ("TOWN owl", "a"), ('"old town"', "a"), ('"old tow"', ""),
    ("muller", "c"), ("fox OR owl", "ab"), ("town -owl", "b"), ("-town", "cd"), ("NOT town", "cd"), ("--town", "ab"),
    ("(fox OR owl) label:red", "a"), ("fox OR owl label:red", "ab"), ("-(fox OR owl)", "cd"), ("owl AND town", "a"),
    ("camera:d750", "acd"), ("camera:CANON", "b"), ('camera:"eos r5"', "b"), ("lens:85mm", "b"), ("camera:none", ""),
    ("rating:5", "b"), ("rating:>=3", "bd"), ("rating:<3", "ac"), ("rating:3..5", "bd"), ("rating:..2", "ac"),
    ("stars:0", "ac"), ("flag:pick", "b"), ("flag:reject", "c"), ("flag:none", "ad"), ("label:red", "a"),
    ("label:RED", "a"), ("label:none", "bcd"), ("-label:any", "bcd"), ("keyword:birds", "a"), ("keyword:europe", "c"),
    ("keyword:animals|birds", "a"), ("keyword:bird", ""), ("keyword:bird*", "a"), ('keyword:"germany|bremen"', "c"),
    ("iso:400", "acd"), ("iso:>400", "b"), ("iso:>=3200", "b"), ("exposure:1/2", "c"), ("shutter:<0.1", "abd"),
    ("aperture:f/8", "c"), ("f:2.8", "abd"), ("focal:200mm", "d"), ("focal:24..70", "abc"), ("date:2024", "abd"),
    ("date:2024-05", "ad"), ("date:2024-05..2024-06", "abd"), ("date:2023-12-31", "c"), ("date:<2024", "c"),
    ("date:>=2024-06", "b"), ("date:..2024-05", "acd"), ("date:>2024-05", "b"), ("date:none", ""),
    ("near:46.9,7.4,10", "a"), ("near:47,180,20", "c"), ("is:gps", "ac"), ("-is:gps", "bd"), ("kind:raw", "d"),
    ("type:jpg", "abc"), ("is:edited", "d"), ("has:sidecar", "d"), ("is:landscape", "abc"), ("folder:trip", "cd"),
    ("folder:TRIP -kind:raw", "c"), ("name:b", "b"), ("title:town", "ab"), ("caption:river", ""), ("caption:owl", "a"),
    ("O'Hara", "d"), ('"100%"', "d"), ("a_b", "d"), ("megapixels:>1", ""), ("size:>100", "abcd"), ("!!!", ""),
    ("rating:>=3 OR", "bd"), ("()", "abcd"), ("-()", "abcd"),
])  # fmt: skip
def test_a_query_finds(library: Catalogue, query: str, found: str) -> None:
    assert "".join(name[0] for name in names(library, query)) == found


@pytest.mark.parametrize("query", [
    "foo:bar", "rating:many", "rating:>=", "rating:..", "date:2024-13", "date:2024-02-30", "date:soon", "flag:maybe",
    "kind:exe", "is:nice", "near:1,2", "near:91,0,5", "near:0,0,nan", "(town", "town)", "camera:", "exposure:1/0",
    "iso:99999999999999999999", "collection:none", "(" * 60 + "a" + ")" * 60, "a " * 500,
])  # fmt: skip
def test_what_is_not_understood_is_said_with_a_remedy(library: Catalogue, query: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        library.search(query)
    assert caught.value.message and caught.value.remedy


@pytest.mark.parametrize("evil", [
    "'; DROP TABLE photos; --", '" OR 1=1 --', "camera:' OR ''='", 'title:"} : x" OR texts', "keyword:%", "* NEAR(a b)",
    "folder:_", 'label:red" --', "name:a) OR (1", "{title}:x", "rowid:1", "\x00", "\ud800", "texts MATCH 'a'",
])  # fmt: skip
def test_nothing_that_is_typed_becomes_sql(library: Catalogue, evil: str) -> None:
    with contextlib.suppress(InvalidQuery):
        assert library.search(evil).total == 0 or evil == "\x00"
    assert library.search().total == 4


_PIECES = st.sampled_from([
    *(f"{name}:" for name in (*FIELDS, *ALIASES, "collection", "foo")), '"', "(", ")", "-", "OR", "AND", "NOT", "..",
    ">=", "<", "=", "*", "|", "/", "'", ";", "--", "{", "}", "^", "%", "_", "2024", "05", "1/250", "town", "owl",
    "none", "any", " ", " ", "é", "\x00", "\ud800", "\u202e", "9" * 30, ",", "NEAR", "today",
])  # fmt: skip
_TYPED = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TYPED)
def test_any_text_is_searched_for_or_refused(library: Catalogue, typed: str) -> None:
    writes: list[str] = []
    with library._database.reading() as db:
        db.set_authorizer(_only_reading(writes))
        try:
            found = library.search(typed, limit=10)
            assert 0 <= len(found.photos) <= found.total <= 4
        except InvalidQuery as error:
            assert error.message and error.remedy
        finally:
            db.set_authorizer(None)
    assert not writes


def _only_reading(writes: list[str]) -> Callable[..., int]:
    """Refuses, and writes down, whatever would change the library or reach another file."""
    forbidden = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_ATTACH,
                 sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_CREATE_TABLE}  # fmt: skip

    def authorizer(action: int, one: str | None, two: str | None, database: str | None, source: str | None) -> int:
        if action in forbidden and database != "temp":
            writes.append(f"{action} {one} {two}")
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return authorizer


_WORDS = st.text(st.characters(exclude_characters='"\x00', exclude_categories=("Cs",)), min_size=1, max_size=12)
_TERMS = st.one_of(
    st.builds(Term, st.none(), _WORDS, st.just(True)),
    st.builds(Term, st.sampled_from(sorted(FIELDS)), _WORDS, st.just(True)),
)


def _written(query: Query) -> str:
    match query:
        case Term(field, value, _):
            return f'{field}:"{value}"' if field else f'"{value}"'
        case Not(part):
            return f"-({_written(part)})"
        case All(parts):
            return f"({' '.join(map(_written, parts))})"
        case Either(parts):
            return f"({' OR '.join(map(_written, parts))})"


def _grown(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(several.map(All), several.map(Either), parts.filter(lambda p: not isinstance(p, Not)).map(Not))


@settings(max_examples=300, deadline=None)
@given(st.recursive(_TERMS, _grown, max_leaves=8))
def test_a_query_written_out_is_read_as_what_it_was(query: Query) -> None:
    assert parse(_written(query)) == query


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(st.sampled_from(["town", "rating:>=3", "iso:400", "is:gps", "label:red", "lens:85mm"]),
                    lambda q: st.one_of(*(st.tuples(q, q).map(way.join).map("({})".format)
                                          for way in (" ", " OR "))), max_leaves=5))  # fmt: skip
def test_a_query_and_its_negation_share_all_photos(library: Catalogue, query: str) -> None:
    one, other = set(library.numbers(query)), set(library.numbers(f"-({query})"))
    assert not one & other and one | other == set(library.numbers())


_TOLD = ("town", "owl", "fox", "-town", "-river", "title:old", "-caption:owl", "name:b", "zebra", "!!!", "rating:>=3",
         "-label:red", "is:gps", "keyword:birds")  # fmt: skip
"""Terms for the index of texts, and others."""


def _combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(several.map(" ".join), several.map(" OR ".join), parts.map("-({})".format)).map("({})".format)


def _by_sets(library: Catalogue, query: Query) -> set[int]:
    match query:
        case Not(part):
            return set(library.numbers()) - _by_sets(library, part)
        case Either(parts):
            return set[int]().union(*(_by_sets(library, part) for part in parts))
        case All(parts):
            return set(library.numbers()).intersection(*(_by_sets(library, part) for part in parts))
        case Term(name, value, exact):
            assert not exact
            return set(library.numbers(value if name is None else f"{name}:{value}"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(st.sampled_from(_TOLD), _combined, max_leaves=8))
def test_a_query_finds_what_its_terms_alone_say(library: Catalogue, query: str) -> None:
    """Words beside one another are looked for together, with what is not wanted among them."""
    assert set(library.numbers(query)) == _by_sets(library, parse(query))


@pytest.mark.parametrize("deep", [5, 11, 12, 13, 30])
def test_words_in_many_brackets_are_found(library: Catalogue, deep: int) -> None:
    query = "owl"
    for level in range(deep):
        query = f"({query} OR zebra)" if level % 2 else f"({query} town)"
    assert names(library, query) == ["a.jpg"]
    assert len(library.numbers(f"-{query}")) == 3


@given(st.dates(min_value=datetime(1900, 1, 1).date(), max_value=datetime(9998, 1, 1).date()))
def test_a_day_lies_in_its_month_and_its_year(day: object) -> None:
    text = str(day)
    for part in (text, text[:7], text[:4]):
        first, end = span(part)
        assert first <= text + " 00:00" and text + " 23:59:59.999" < end


@pytest.mark.parametrize("descending", [False, True])
def test_all_photos_by_folder_come_as_they_do_among_those_of_a_search(library: Catalogue, descending: bool) -> None:
    everything = library.numbers("", sort="path", descending=descending)
    assert everything == library.numbers("size:>0", sort="path", descending=descending)
    paths = [photo.path for photo in library.photos(everything)]
    assert paths == sorted(paths, key=lambda path: (str(path.parent), path.name), reverse=descending)


def test_pages_and_sorting(library: Catalogue) -> None:
    everything = library.numbers(sort="taken")
    assert names(library, sort="taken") == ["c.jpg", "a.jpg", "d.dng", "b.jpg"]
    assert names(library, sort="rating", descending=True)[:2] == ["b.jpg", "d.dng"]
    pages = [library.search(limit=2, offset=at) for at in (0, 2, 4)]
    assert [photo.number for page in pages for photo in page.photos] == everything
    assert [(page.total, page.offset) for page in pages] == [(4, 0), (4, 2), (4, 4)]
    for sort in ("taken", "added", "name", "rating", "iso", "size", "path"):
        down, up = (library.numbers(sort=sort, descending=way) for way in (True, False))
        assert sorted(down) == sorted(up) == sorted(everything)
    with pytest.raises(InvalidQuery):
        library.search(sort="id; DROP TABLE photos")


_KEYS: dict[str, Callable[[Entry], Any]] = {
    "taken": lambda photo: photo.taken,
    "name": lambda photo: photo.name,
    "rating": lambda photo: photo.rating,
    "iso": lambda photo: photo.iso,
    "size": lambda photo: photo.size,
    "path": lambda photo: (str(photo.path.parent), photo.name),
}
"""What a photo is sorted by; `added` is told of none."""


def _in_order(catalogue: Catalogue, query: str, sort: str, descending: bool) -> list[int]:
    """Photos with the value, then those without, each by number where the values are the same."""
    photos = catalogue.photos(sorted(catalogue.numbers(query), reverse=descending))
    there = [photo for photo in photos if _KEYS[sort](photo) not in (None, "")]
    there.sort(key=lambda photo: (_KEYS[sort](photo), photo.number), reverse=descending)
    return [photo.number for photo in [*there, *(photo for photo in photos if photo not in there)]]


def test_a_search_comes_in_order_after_whatever_has_changed(catalogue: Catalogue, folder: Path) -> None:
    def ordered() -> None:
        every = itertools.product(("", "rating:>=2", "town", "-town rating:<5"), _KEYS, (False, True))
        for query, sort, descending in every:
            wanted = _in_order(catalogue, query, sort, descending)
            assert catalogue.numbers(query, sort=sort, descending=descending) == wanted
            page = catalogue.search(query, sort=sort, descending=descending, limit=2, offset=1)
            assert [photo.number for photo in page.photos] == wanted[1:3] and page.total == len(wanted)

    for name, rating, day in (("c", 3, 5), ("a", 3, 2), ("e", 0, 9), ("b", 5, 2), ("d", 2, 1)):
        place = folder / ("one" if name < "c" else "two")
        said = ["old", "town", "gate"] if rating == 3 else ["red", "fox", "den"]
        make(
            place / f"{name}.jpg",
            rating=rating,
            taken=datetime(2024, 5, day),
            iso=100 * day,
            words=said,
        )
    (folder / "two/f.png").write_bytes(_png())  # without a day and a sensitivity
    catalogue.add(folder)
    ordered()
    catalogue.describe([catalogue.numbers("name:e")[0]], rating=4)
    ordered()
    make(folder / "one/g.jpg", rating=1, taken=datetime(2024, 5, 3), iso=6400)
    (folder / "two/d.jpg").unlink()
    catalogue.update()
    ordered()
    make(folder / "one/a.jpg", rating=3, taken=datetime(2020, 1, 1), iso=50, words=["one", "more", "town"])
    catalogue.update()
    ordered()
    catalogue.rebuild()
    ordered()
    (folder / "two").rename(folder / "a third")
    catalogue.update()
    ordered()
    catalogue.remove(folder)
    assert [catalogue.numbers(sort=sort) for sort in _KEYS] == [[]] * len(_KEYS)


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 3), (9, 9, 9)).save(out, "PNG")
    return out.getvalue()


def test_a_search_for_the_folder_that_was_added(library: Catalogue) -> None:
    assert library.search(f"folder:{library.folders()[0].path.name}").total == 4
    assert [Path(photo.path).exists() for photo in library.search().photos] == [True] * 4
