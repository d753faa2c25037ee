"""Puts routes, guard and page together."""

from __future__ import annotations

import asyncio
import logging
import warnings

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.exceptions import HTTPException

from stillbytes import __version__
from stillbytes.app.languages import worded
from stillbytes.app.server import page
from stillbytes.app.server.assistant.chats import Chats
from stillbytes.app.server.models import complaint, readable
from stillbytes.app.server.routes import (
    asks,
    batches,
    camera_profiles,
    captions,
    catalogues,
    chat,
    collections,
    denoise,
    engines,
    events,
    exports,
    gpu,
    imports,
    language,
    lenses,
    library,
    live,
    luts,
    mask_files,
    masks,
    models,
    patches,
    photos,
    pointing,
    presets,
    reference,
    shortcuts,
    versions,
    window,
)
from stillbytes.app.server.spoken import language_of
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import InvalidSetting, NotFound, StillbytesError, UnreadablePhoto

STATUS: tuple[tuple[type[StillbytesError], int], ...] = (
    (NotFound, 404),
    (InvalidSetting, 422),
    (UnreadablePhoto, 415),
)
log = logging.getLogger(__name__)
# FastAPI gives bodies the names of their parameters; it ignores what pydantic says to that, but not for shapes that are
# worked out later.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


def create_app(workspace: Workspace, closing: asyncio.Event) -> FastAPI:
    """The application without its guard. closing: set when open streams must end."""
    app = FastAPI(
        title="Stillbytes", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    chats = Chats(workspace)
    for router in (
        reference.router(),
        language.router(),
        photos.router(workspace),
        versions.router(workspace),
        library.router(workspace),
        captions.router(workspace),
        imports.router(workspace),
        catalogues.router(workspace),
        collections.router(workspace),
        presets.router(workspace),
        lenses.router(workspace),
        luts.router(),
        camera_profiles.router(workspace),
        exports.router(workspace),
        batches.router(workspace),
        masks.router(workspace),
        mask_files.router(workspace),
        pointing.router(workspace),
        patches.router(workspace),
        denoise.router(workspace),
        asks.router(workspace, chats),
        chat.router(workspace, chats),
        models.router(workspace),
        engines.router(workspace),
        gpu.router(workspace),
        shortcuts.router(workspace),
        window.router(workspace),
        events.router(workspace, closing),
        live.router(workspace),
        page.router(),
    ):
        app.routes.extend(router.routes)  # as they are; `include_router` would build each of them anew

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
