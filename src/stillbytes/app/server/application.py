"""Puts routes, guard and page together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from stillbytes import __version__
from stillbytes.app.server.models import Problem
from stillbytes.app.server.routes import events, exports, live, photos, reference
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import InvalidSetting, NotFound, StillbytesError, UnreadablePhoto

PAGE = Path(__file__).parents[2] / "webui"
STATUS: tuple[tuple[type[StillbytesError], int], ...] = ((NotFound, 404), (InvalidSetting, 422), (UnreadablePhoto, 415))
MISSING = (
    "<!doctype html><html lang=en><title>Stillbytes</title><p>The page has not been built. "
    "Run <code>python3 dev.py sync</code> and reload.</p></html>"
)


def create_app(workspace: Workspace) -> FastAPI:
    """The application without its guard."""
    closing = asyncio.Event()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        closing.set()
        await asyncio.to_thread(workspace.close)

    problems: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem} for code in (400, 401, 403, 404, 413, 415, 421, 422)
    }
    app = FastAPI(
        title="Stillbytes",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        responses=problems,
        lifespan=lifespan,
    )
    app.state.closing = closing
    for router in (
        reference.router(),
        photos.router(workspace),
        exports.router(workspace),
        events.router(workspace, closing),
        live.router(workspace),
    ):
        app.include_router(router)

    @app.exception_handler(StillbytesError)
    def explain(_: Request, error: StillbytesError) -> JSONResponse:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
        return told(status, error.message, error.remedy)

    @app.exception_handler(RequestValidationError)
    def explain_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "request"
        return told(422, f"{where}: {first['msg']}", "")

    @app.exception_handler(HTTPException)
    def explain_status(_: Request, error: HTTPException) -> JSONResponse:
        return told(error.status_code, str(error.detail), "", dict(error.headers or {}))

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        if not (PAGE / "index.html").is_file():
            return HTMLResponse(MISSING, 503)
        return FileResponse(PAGE / "index.html", headers={"cache-control": "no-store"})

    @app.get("/{path:path}", include_in_schema=False)
    def asset(path: str) -> Response:
        file = (PAGE / path).resolve()
        if "\0" in path or not file.is_relative_to(PAGE.resolve()) or not file.is_file():
            raise HTTPException(404, "There is nothing here.")
        # What the build puts into assets/ carries a digest in its name.
        forever = "public, max-age=31536000, immutable"
        return FileResponse(file, headers={"cache-control": forever if path.startswith("assets/") else "no-cache"})

    return app


def told(status: int, message: str, remedy: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "remedy": remedy}}, status, headers)
