"""The language of a request, and of the page, as routes ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from stillbytes.app.languages import Language, worded
from stillbytes.app.server.asked import language_of, language_of_page
from stillbytes.app.server.models import JobModel
from stillbytes.core.jobs import Job


def telling(request: HTTPConnection) -> Callable[[Job], JobModel]:
    """Tells of a job in the language of the request."""
    language = language_of(request)
    return lambda job: JobModel.model_validate(worded(asdict(job), language))


Spoken = Annotated[Language, Depends(language_of)]
OfPage = Annotated[Language, Depends(language_of_page)]
Telling = Annotated[Callable[[Job], JobModel], Depends(telling)]
