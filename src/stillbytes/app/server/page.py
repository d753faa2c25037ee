"""The page's files, as the build has put them into `webui`."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from stillbytes.app.server.spoken import language_of_page

PAGE = Path(__file__).parents[2] / "webui"
FOREVER = "public, max-age=31536000, immutable"
ENGLISH = '<html lang="en">'
"""As the build leaves it."""
MISSING = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Stillbytes</title><p>The page has not been built. "
    "Run <code>python3 dev.py sync</code> and reload.</p></html>"
)


def router(page: Path = PAGE) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def index(request: Request) -> Response:
        headers = {"cache-control": "no-store"}
        if not (page / "index.html").is_file():
            return HTMLResponse(MISSING, 503, headers)
        text = (page / "index.html").read_text("utf-8")
        return HTMLResponse(text.replace(ENGLISH, f'<html lang="{language_of_page(request)}">', 1), headers=headers)

    @routes.get("/{path:path}")
    def asset(path: str) -> Response:
        file = found(page, path)
        if file is None:
            raise HTTPException(404, "There is nothing here.")
        # What the build puts into assets/ carries a digest in its name.
        return FileResponse(file, headers={"cache-control": FOREVER if path.startswith("assets/") else "no-cache"})

    return routes


def found(page: Path, path: str) -> Path | None:
    """The file at `path` inside `page`; None when there is none, wherever the path would lead."""
    try:
        file = (page / path).resolve()
        return file if file.is_relative_to(page.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # too long, or with a zero byte
        return None
