"""The language of a request, and of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from stillbytes.app.languages import Language, asked_for, worded
from stillbytes.app.server.models import JobModel
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError
from stillbytes.core.jobs import Job


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


def telling(request: HTTPConnection) -> Callable[[Job], JobModel]:
    """Tells of a job in the language of the request."""
    language = language_of(request)
    return lambda job: JobModel.model_validate(worded(asdict(job), language))


Spoken = Annotated[Language, Depends(language_of)]
OfPage = Annotated[Language, Depends(language_of_page)]
Telling = Annotated[Callable[[Job], JobModel], Depends(telling)]
