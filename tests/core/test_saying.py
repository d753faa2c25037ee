"""Sentences that can be told in another language than the one they were made in."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import COMMA, Said, joined, said

FOUND = "{count:,} photo in {folder} | {count:,} photos in {folder}"
GERMAN = {
    FOUND: "{count:,} Foto in {folder} | {count:,} Fotos in {folder}",
    "{what}, {part:.0%}": "{part:.0%}: {what}",
    "Sky": "Himmel",
}


def german(text: str) -> str:
    assert isinstance(text, Said)
    return text.told(GERMAN, COMMA)


@pytest.mark.parametrize(
    ("count", "english", "told"),
    [(1, "1 photo in Sky", "1 Foto in Sky"), (1234, "1,234 photos in Sky", "1.234 Fotos in Sky")],
)
def test_a_sentence_is_english_and_told_in_other_words_with_the_same_values(
    count: int, english: str, told: str
) -> None:
    """A folder's name stays, though there is a word for it."""
    found = said(FOUND, count=count, folder="Sky")
    assert found == english and german(found) == told


def test_sentences_in_sentences_are_told_too_and_what_is_not_known_stays_english() -> None:
    found = joined((said("{what}, {part:.0%}", what=said("Sky"), part=0.5), said("and {number:.2f} more", number=1.5)))
    assert found == "Sky, 50% and 1.50 more"
    assert german(found) == "50\N{NO-BREAK SPACE}%: Himmel and 1,50 more"


def test_a_sentence_stays_one_on_its_way() -> None:
    found = said("{what}, {part:.0%}", what=said("Sky"), part=0.5)
    error = pickle.loads(pickle.dumps(NotFound(found)))  # from one process to another
    for one in (copy.deepcopy(found), pickle.loads(pickle.dumps(found)), error.message):
        assert german(one) == german(found)
    assert json.loads(json.dumps({"message": found})) == {"message": "Sky, 50%"}


def test_what_looks_like_a_place_for_a_value_in_a_value_is_none(tmp_path: Path) -> None:
    name = "{count} {0} {part.__class__}"
    assert said("{photo} in {folder}", photo=name, folder=tmp_path) == f"{name} in {tmp_path}"
    assert joined([name, said(name)]) == f"{name} {name}"
