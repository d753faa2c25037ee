"""Where photos were taken, in cells of a map: none is lost, none is counted twice, wherever on earth it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from library.catalogue.photos import make, names

from stillbytes.library.catalogue import Catalogue, InvalidQuery
from stillbytes.library.catalogue.search import cells

PLACES = {
    "bern": (46.95, 7.45), "bern-too": (46.951, 7.451), "thun": (46.76, 7.63), "fiji": (-17.8, 179.9),
    "samoa": (-13.8, -171.8), "wrangel": (71.2, -179.5), "pole": (89.99, 0.0), "south-pole": (-90.0, 45.0),
    "date-line": (0.0, 180.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    folder = tmp_path_factory.mktemp("photos")
    for name, gps in PLACES.items():
        make(folder / f"{name}.jpg", gps=gps, rating=5 if name in ("bern", "fiji") else 0)
    make(folder / "nowhere.jpg")
    with Catalogue(tmp_path_factory.mktemp("catalogue"), processes=1) as catalogue:
        catalogue.add(folder)
        yield catalogue


@pytest.mark.parametrize("zoom", [0, 3, 9, 20])
@pytest.mark.parametrize("query", ["", "rating:5", "name:bern", "near:46.9,7.5,50", "nothing"])
def test_cells_hold_what_the_search_finds(library: Catalogue, query: str, zoom: int) -> None:
    found = library.cells(query, zoom=zoom)
    assert sum(cell.photos for cell in found) == library.search(f"({query}) is:gps").total
    for cell in found:
        south, west, north, east = cell.box
        assert south <= cell.latitude <= north and west <= cell.longitude <= east
        assert library.search("is:gps box:" + ",".join(map(str, cell.box))).total >= cell.photos


def test_what_is_close_is_apart_when_looked_at_from_near(library: Catalogue) -> None:
    counts = [max(cell.photos for cell in library.cells("box:46,7,47,8", zoom=zoom)) for zoom in (0, 4, 8, 16)]
    assert counts == [3, 3, 2, 1]
    (cell,) = library.cells("name:bern", zoom=4)
    assert (cell.latitude, cell.longitude) == pytest.approx((46.9505, 7.4505), abs=1e-4)
    assert cell.box == pytest.approx((46.95, 7.45, 46.951, 7.451), abs=1e-4)
    assert library.photos([cell.photo])[0].name.startswith("bern")


@pytest.mark.parametrize(("box", "found"), [
    ("46,7,47,8", ["bern-too.jpg", "bern.jpg", "thun.jpg"]),
    ("-20,170,0,-170", ["date-line.jpg", "fiji.jpg", "samoa.jpg"]),
    ("-20,170,0,180", ["date-line.jpg", "fiji.jpg"]),
    ("60,-180,80,-170", ["wrangel.jpg"]),
    ("85,-180,90,180", ["pole.jpg"]),
    ("-90,-180,-85,180", ["south-pole.jpg"]),
    ("10,10,11,11", []),
])  # fmt: skip
def test_a_box_is_the_same_in_a_search_and_on_the_map(library: Catalogue, box: str, found: list[str]) -> None:
    assert names(library, f"box:{box}") == found
    there = library.cells(zoom=18, box=box)
    shown = [photo.name for cell in there for photo in library.photos([cell.photo])]
    assert set(shown) <= set(found) and sum(cell.photos for cell in there) == len(found)


@pytest.mark.parametrize("box", ["", "1,2,3", "2,0,1,0", "0,0,91,0", "0,-181,1,1", "0,0,nan,1", "a,b,c,d", "0,0,1,inf"])
def test_what_is_no_box_is_said_with_a_remedy(library: Catalogue, box: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        library.search(f'box:"{box}"') if box else library.search("box:")
    assert caught.value.message and caught.value.remedy
    if box:
        with pytest.raises(InvalidQuery):
            library.cells(box=box)


def test_there_are_never_more_cells_than_a_map_can_show(library: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = library.cells(zoom=18)
    monkeypatch.setattr(cells, "MOST", 6)
    assert len(fine) > 6 >= len(library.cells(zoom=18)) > 1
    assert sum(cell.photos for cell in library.cells(zoom=18)) == len(PLACES)
    part = library.cells(zoom=18, box="46,7,47,8")
    assert [cell.photos for cell in part] == [1, 1, 1]  # so few are as far apart as was asked for


def test_the_map_knows_of_photos_that_come_and_go(catalogue: Catalogue, folder: Path) -> None:
    make(folder / "a.jpg", gps=(46.95, 7.45))
    catalogue.add(folder)
    assert [cell.photos for cell in catalogue.cells()] == [1]
    make(folder / "b.jpg", gps=(46.95, 7.45))
    catalogue.update()
    assert [cell.photos for cell in catalogue.cells()] == [2]
    (folder / "a.jpg").unlink()
    catalogue.update()
    assert [cell.photos for cell in catalogue.cells()] == [1]


def test_given_photos_are_shown_and_no_search(library: Catalogue) -> None:
    chosen = library.numbers("name:bern")[:1]
    (cell,) = library.cells("rating:5", among=[*chosen, 10**12])
    assert (cell.photos, cell.photo) == (1, chosen[0])
    assert library.cells(among=[]) == []
    assert math.isclose(cell.latitude, 46.95, abs_tol=0.01)
