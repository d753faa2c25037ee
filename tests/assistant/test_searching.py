"""Looking for photos in plain words: which query it becomes, what is told, and that nothing changes."""

from __future__ import annotations

import json
from datetime import date

import pytest
from dng import make_photo
from scripted import plan, scripted

from stillbytes import library
from stillbytes.app.cli import main
from stillbytes.assistant import asking, searching
from stillbytes.assistant.searching.wording import wording
from stillbytes.core.errors import InvalidSetting
from stillbytes.edit.history import History
from stillbytes.library.catalogue.search.parse import parse

MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("show me all five-star owls from 2024", "rating:5 date:2024 owl"),
        ("find owls", "owl"),
        ("photos of owls", "owl"),
        ("find photos with at least 3 stars", "rating:>=3"),
        ("show me everything rated 4 stars or more since 2022", "rating:>=4 date:>=2022"),
        ("list unedited raws from last week", "-is:edited kind:raw date:2026-11-23..2026-11-29"),
        ("search for red cars in May 2023", "date:2023-05 red car"),
        ("find pictures taken with the D750", '(camera:"d750" OR lens:"d750")'),
        ("find photos tagged birds of prey", 'keyword:"birds of prey"'),
        ("find owls or eagles from summer 2023", "date:2023-06..2023-08 (owl OR eagle)"),
        ("find berries above iso 3200 at f/2.8", "iso:>3200 aperture:2.8 berr"),
        ("which photos are unrated", "rating:0"),
        ("show me all photos from may", "date:2026-05"),
        ("show me all photos", ""),
        ("find photos between 2019 and 2021", "date:2019..2021"),
        ("show me the picked portraits from yesterday", "flag:pick date:yesterday portrait"),
        ("zeige mir alle Eulen mit fünf Sternen aus 2024", "rating:5 date:2024 eule"),
        ("finde unbearbeitete Bilder von gestern", "-is:edited date:yesterday"),
        ("muéstrame todas las fotos de búhos de 2024 con cinco estrellas", "rating:5 date:2024 buho"),
    ],
)
def test_words_become_a_query_of_the_search_language(said, query):
    assert wording(said, lambda: MONDAY) == query
    parse(query)


@pytest.mark.parametrize(
    "said",
    [
        "show me the original", "show me before and after", "show me the sky", "show me the highlights", "warmer", "",
        "find a way to fix the colours in this photo which I do not really like at all", "find", "show me", "photos",
        'find "owls" OR rating:5', "find owls' OR 1=1 --", "x" * 400,
    ],
)  # fmt: skip
def test_what_is_no_search_is_none(said):
    assert wording(said) is None


@pytest.fixture
def shelf(tmp_path, photo):
    """A library of two photos, one of them an owl with five stars."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    make_photo(folder / "owl.dng")
    make_photo(folder / "boat.dng")
    with library.open() as catalogue:
        catalogue.add(folder)
        (owl,) = catalogue.search("name:owl").photos
        catalogue.describe([owl.number], rating=5, keywords=["owl"])
    return folder


def test_photos_are_found_and_nothing_changes(photo, shelf, capsys):
    answer = photo.edit().ask("show me all five-star owls")
    assert answer.understood and answer.edit.settings == photo.edit().settings
    assert answer.message == "1 photo for “rating:5 owl”: owl.dng"
    (step,) = answer.proposal.steps
    assert [one["path"] for one in step.task["found"]["photos"]] == [str(shelf / "owl.dng")]
    assert main(["ask", str(photo.path), "find zebras", "--json"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert (given["understood"], given["settings"], given["masks"]) == (True, {}, [])
    assert given["message"] == "No photos for “zebra”."
    assert given["steps"][0]["task"]["found"]["total"] == 0
    assert main(["ask", str(photo.path), "find owls", "--apply"]) == 0
    assert str(shelf / "owl.dng") in capsys.readouterr().out
    assert not list(photo.path.parent.glob("a*.xmp"))


def test_what_can_be_a_change_is_one_in_the_page_and_in_the_command_line(photo, shelf, capsys):
    request = "give me a warmer photo"
    assert searching.wording(request) is not None
    answer = photo.edit().ask(request)
    assert [step.tool for step in answer.proposal.steps] == ["set"]
    assert main(["ask", str(photo.path), request, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == answer.proposal.to_json()["steps"]


def test_an_empty_library_is_told(photo, tmp_path):
    answer = photo.edit().ask("find owls")
    assert answer.understood and answer.message == searching.EMPTY
    assert not (tmp_path / "home" / "library").exists()


def test_a_model_may_search_where_the_person_asks_for_photos(photo, shelf):
    def ask(request, query):
        with scripted(plan({"for": request, "tool": "search", "query": query})) as server:
            return asking.propose(request, asking.situation(photo, History()), server.url, photo)

    found = ask("those pictures of a night bird that I liked best", "rating:5 owl")
    assert found.message.startswith("1 photo") and not found.changes
    assert not ask("like a summer evening", "rating:5").understood
    broken = ask("those pictures of a night bird that I liked best", "nofield:3")
    assert not broken.understood and "cannot be done" in broken.message


def test_what_a_library_cannot_search_is_refused(shelf):
    with pytest.raises(InvalidSetting):
        searching.search("nofield:3")
