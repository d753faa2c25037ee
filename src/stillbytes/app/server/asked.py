"""The language that a request asks for."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from stillbytes.app.languages import Language, asked_for
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError


def language_of(request: HTTPConnection) -> Language:
    """What its Accept-Language wants."""
    return asked_for(request.headers.get("accept-language", ""))


def language_of_page(request: HTTPConnection) -> Language:
    """What the person has chosen, else what the browser wants."""
    try:
        chosen = preferences.load().language
    except StillbytesError:  # whoever needs the preferences is told; the page comes all the same
        chosen = None
    return chosen or language_of(request)
