"""A photo on disk, and its document."""

from __future__ import annotations

import pytest
from dng import make_photo

import stillbytes as sb
from stillbytes.edit.document import Document


@pytest.fixture
def photo(tmp_path, monkeypatch):
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    make_photo(tmp_path / "a.dng")
    return sb.open(tmp_path / "a.dng")


@pytest.fixture
def document(photo):
    return Document(photo)
