"""What any application of ours is made of: routes in their order, and errors in words."""

from __future__ import annotations

import logging
import warnings

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.exceptions import HTTPException
from starlette.routing import Router

from stillbytes import __version__
from stillbytes.app.languages import worded
from stillbytes.app.server.asked import language_of
from stillbytes.app.server.models import complaint, readable
from stillbytes.core.errors import InvalidSetting, NotFound, StillbytesError, UnreadablePhoto

DOCUMENT = "/api/openapi.json"
STATUS: tuple[tuple[type[StillbytesError], int], ...] = (
    (NotFound, 404),
    (InvalidSetting, 422),
    (UnreadablePhoto, 415),
)
log = logging.getLogger(__name__)
# FastAPI gives bodies the names of their parameters; it ignores what pydantic says to that, but not for shapes that are
# worked out later.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


def interface(*parts: Router, document: str | None = None) -> FastAPI:
    """An application of these parts. document: where it tells of itself."""
    app = FastAPI(title="Stillbytes", version=__version__, docs_url=None, redoc_url=None, openapi_url=document)
    for part in parts:
        app.routes.extend(part.routes)  # as they are; `include_router` would build each of them anew
    app.add_exception_handler(StillbytesError, explain)
    app.add_exception_handler(RequestValidationError, explain_request)
    app.add_exception_handler(HTTPException, explain_status)
    app.add_exception_handler(Exception, explain_mistake)
    return app


def explain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StillbytesError)
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    return told(status, **worded({"message": error.message, "remedy": error.remedy}, language_of(request)))


def explain_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return told(422, *complaint(error.errors()))


def explain_status(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return told(error.status_code, str(error.detail), "", dict(error.headers or {}))


def explain_mistake(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours. The log has the details; the caller gets words in the form of every other error."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    words = {"message": "Something unexpected went wrong.", "remedy": "The log says more."}
    return told(500, **worded(words, language_of(request)))


def told(status: int, message: str, remedy: str, headers: dict[str, str] | None = None) -> JSONResponse:
    error = {"message": readable(message), "remedy": readable(remedy)}
    return JSONResponse({"error": error}, status, headers)
