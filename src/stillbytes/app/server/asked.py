"""The language that a request asks for, and how the page that is asked for looks."""

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
    return _chosen().language or language_of(request)


def appearance_of_page() -> preferences.Appearance:
    return _chosen().appearance


def _chosen() -> preferences.Preferences:
    try:
        return preferences.load()
    except StillbytesError:  # whoever needs the preferences is told; the page comes all the same
        return preferences.Preferences()
