"""The page's files, as the build has put them into `webui`. Needs nothing of the interface, which comes after it."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route, Router

from stillbytes.app.server.asked import appearance_of_page, language_of_page

PAGE = Path(__file__).parents[2] / "webui"
FOREVER = "public, max-age=31536000, immutable"
ENGLISH = '<html lang="en">'
"""As the build leaves it."""
MISSING = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Stillbytes</title><p>The page has not been built. "
    "Run <code>python3 dev.py sync</code> and reload.</p></html>"
)


def router(page: Path = PAGE) -> Router:
    def index(request: Request) -> Response:
        headers = {"cache-control": "no-store"}
        if not (page / "index.html").is_file():
            return HTMLResponse(MISSING, 503, headers)
        text = (page / "index.html").read_text("utf-8")
        begin = f'<html lang="{language_of_page(request)}" data-appearance="{appearance_of_page()}">'
        return HTMLResponse(text.replace(ENGLISH, begin, 1), headers=headers)

    def asset(request: Request) -> Response:
        path = str(request.path_params["path"])
        file = found(page, path)
        if file is None:
            raise HTTPException(404, "There is nothing here.")
        # What the build puts into assets/ carries a digest in its name.
        return FileResponse(file, headers={"cache-control": FOREVER if path.startswith("assets/") else "no-cache"})

    return Router([Route("/", index), Route("/{path:path}", asset)])


def has(path: str) -> bool:
    """Whether that is a part of the page."""
    return path == "/" or found(PAGE, path.removeprefix("/")) is not None


def found(page: Path, path: str) -> Path | None:
    """The file at `path` inside `page`; None when there is none, wherever the path would lead."""
    try:
        file = (page / path).resolve()
        return file if file.is_relative_to(page.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # too long, or with a zero byte
        return None
