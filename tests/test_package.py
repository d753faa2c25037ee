"""The names of the package, which a notebook completes."""

from __future__ import annotations

import pytest

import stillbytes
from stillbytes.library import batch


@pytest.mark.parametrize("module", [stillbytes, stillbytes.masks, batch])
def test_every_public_name_is_there_and_listed(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert set(names) <= set(dir(module))
    for name in names:
        assert getattr(module, name) is not None


def test_the_parts_of_the_package_are_listed() -> None:
    assert {"masks", "library"} <= set(dir(stillbytes))
