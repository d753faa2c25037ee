"""A word list with a slip in it is told with the file, the place and what to do."""

from __future__ import annotations

import shutil
from importlib.resources import files

import pytest
from assistant.talk import say

from stillbytes.assistant.vocabulary import word_files
from stillbytes.assistant.vocabulary.lexicon import Lexicon


@pytest.fixture
def words(tmp_path, monkeypatch):
    copy = tmp_path / "words"
    shutil.copytree(str(files("stillbytes.assistant.vocabulary") / "words"), copy)
    monkeypatch.setattr(word_files, "files", lambda package: tmp_path)
    return copy


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("up = erhöhe\n", "line 1"),
        ("[grammar]\nup = 5\n", "“up” in [grammar]"),
        ('[grammar]\nup = ["hoch", 3]\n', "“up” in [grammar]"),
        ('[effects.adjective]\nwarm = ""\n', "“warm” in [effects.adjective]"),
    ],
)
def test_a_slip_is_told_with_its_place(words, written, told):
    whole = "" if "\n[" not in f"\n{written}" else 'language = "de"\ncompared = "er"\n[numbers]\n[tens]\n'
    grammar = "[grammar]\n" if whole and "[grammar]" not in written else ""
    (words / "de.toml").write_text(whole + grammar + written, "utf-8")
    with pytest.raises(word_files.BrokenWords) as raised:
        Lexicon("de")
    assert "de.toml" in raised.value.message and told in raised.value.message
    assert "install" in raised.value.remedy


def test_what_is_missing_is_named(words):
    (words / "de.toml").write_text('language = "de"\n', "utf-8")
    with pytest.raises(word_files.BrokenWords, match="missing"):
        Lexicon("de")


def test_a_number_that_nobody_writes_is_quoted():
    assert "1.2.3.4" in say("exposure 1.2.3.4").message
