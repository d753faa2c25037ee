"""The language of a request, and of the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from stillbytes.app.languages import Language, asked_for
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError


def language_of(request: Request) -> Language:
    """What its Accept-Language wants."""
    return asked_for(request.headers.get("accept-language", ""))


def language_of_page(request: Request) -> Language:
    """What the person has chosen, else what the browser wants."""
    try:
        chosen = preferences.load().language
    except StillbytesError:  # whoever needs the preferences is told; the page comes all the same
        chosen = None
    return chosen or language_of(request)


Spoken = Annotated[Language, Depends(language_of)]
