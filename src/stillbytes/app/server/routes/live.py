"""The live picture: the newest request wins, one binary message answers it."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from stillbytes.app.server.models import Id, SettingsModel, Strict, settings_of
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.geometry import Rect
from stillbytes.develop.pipeline import Output
from stillbytes.photo.encode import preview_jpeg

MOST_TEXT = 64 << 10
MOST_PIXELS = 40_000_000
DRAFT_QUALITY, FULL_QUALITY = 80, 92


class Region(Strict):
    x: Annotated[int, Field(ge=0, le=1 << 20)]
    y: Annotated[int, Field(ge=0, le=1 << 20)]
    width: Annotated[int, Field(ge=1, le=1 << 16)]
    height: Annotated[int, Field(ge=1, le=1 << 16)]


class Wish(Strict):
    """One request. scale: output pixels per full-resolution pixel; region: on the output grid of that scale."""

    sequence: Annotated[int, Field(ge=0, le=1 << 52)]
    photo: Id
    view: Literal["main", "before"] = "main"
    settings: SettingsModel  # type: ignore[valid-type]
    scale: Annotated[float, Field(gt=0, le=4)]
    region: Region | None = None
    draft: bool = False
    space: Literal["srgb", "display-p3"] = "srgb"
    clipping: Literal["none", "shadows", "highlights", "both"] = "none"


class Waiting:
    """The newest wish of each view, taken in turn."""

    def __init__(self) -> None:
        self._wishes: dict[str, tuple[Wish, float]] = {}
        self._arrived = asyncio.Event()

    def put(self, wish: Wish) -> None:
        # A view that waits already keeps its turn and only gets newer wishes.
        self._wishes[wish.view] = (wish, time.perf_counter())
        self._arrived.set()

    async def take(self) -> tuple[Wish, float]:
        while not self._wishes:
            self._arrived.clear()
            await self._arrived.wait()
        return self._wishes.pop(next(iter(self._wishes)))

    def newer(self, wish: Wish) -> bool:
        waiting = self._wishes.get(wish.view)
        return waiting is not None and waiting[0].photo != wish.photo


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter()

    @routes.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        waiting = Waiting()
        answers = asyncio.create_task(_answer(workspace, socket, waiting))
        try:
            while True:
                await _receive(socket, waiting)
        except WebSocketDisconnect:
            pass
        finally:
            answers.cancel()

    return routes


async def _receive(socket: WebSocket, waiting: Waiting) -> None:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1000)
    text = message.get("text")
    if text is None or len(text) > MOST_TEXT:
        await _refuse(socket, {}, "The live socket takes JSON text.", "")
        return
    sent: Any = {}
    try:
        sent = json.loads(text)
        waiting.put(Wish.model_validate(sent))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "request"
        await _refuse(socket, sent, f"{where}: {first['msg']}", "See the parameters' ranges.")
    except (ValueError, RecursionError):
        await _refuse(socket, {}, "The live socket takes JSON text.", "")


async def _refuse(socket: WebSocket, sent: Any, message: str, remedy: str) -> None:
    about = sent if isinstance(sent, dict) else {}
    sequence, view = about.get("sequence"), about.get("view")
    answer = {
        "sequence": sequence if isinstance(sequence, int) else -1,
        "view": view if view in ("main", "before") else "main",
        "error": {"message": message, "remedy": remedy},
    }
    await socket.send_text(json.dumps(answer))


async def _answer(workspace: Workspace, socket: WebSocket, waiting: Waiting) -> None:
    while True:
        wish, arrived = await waiting.take()
        try:
            frame = await asyncio.to_thread(_frame, workspace, wish, arrived, waiting)
        except Cancelled:
            continue
        except StillbytesError as error:
            await _refuse(socket, wish.model_dump(include={"sequence", "view"}), error.message, error.remedy)
            continue
        # Sent before the next is taken: a slow client slows us down and never piles up frames.
        await socket.send_bytes(frame)


def _frame(workspace: Workspace, wish: Wish, arrived: float, waiting: Waiting) -> bytes:
    started = time.perf_counter()
    pipeline = workspace.pipeline(wish.photo)
    settings = settings_of(wish.settings)
    developed = pipeline.developed_size(settings)
    size = developed.scaled(wish.scale)
    whole = Rect.of(size)
    wanted = whole if wish.region is None else Rect(**wish.region.model_dump()).within(whole)
    if wanted.width * wanted.height > MOST_PIXELS:
        raise StillbytesError("The region is too large for a live frame.", "Ask for the visible part.")
    frame = pipeline.render(settings, wish.scale, wanted, Output(wish.space), lambda: waiting.newer(wish))
    histogram = frame.histogram()
    pixels = np.asarray(frame.pixels, np.uint8)
    clipped = _clipped(pixels)
    if wish.clipping != "none":
        _paint(pixels, wish.clipping)
    rendered = time.perf_counter()
    quality, subsampling = (DRAFT_QUALITY, "420") if wish.draft else (FULL_QUALITY, "444")
    jpeg = preview_jpeg(pixels, quality, space=wish.space, subsampling=subsampling)
    encoded = time.perf_counter()
    white = pipeline.white_balance(settings)
    header = {
        "sequence": wish.sequence,
        "photo": wish.photo,
        "view": wish.view,
        "region": {"x": wanted.x, "y": wanted.y, "width": wanted.width, "height": wanted.height},
        "scale": wish.scale,
        "draft": wish.draft,
        "width": wanted.width,
        "height": wanted.height,
        "developed": {"width": developed.width, "height": developed.height},
        "white_balance": {"temperature": round(white.temperature), "tint": round(white.tint)},
        "timings": {
            "queue": round((started - arrived) * 1e3, 2),
            "render": round((rendered - started) * 1e3, 2),
            "encode": round((encoded - rendered) * 1e3, 2),
        },
        "clipped": clipped,
    }
    text = json.dumps(header).encode()
    return b"".join((struct.pack("<I", len(text)), text, histogram.astype("<u4").tobytes(), jpeg))


def _clipped(pixels: NDArray[np.uint8]) -> dict[str, float]:
    """Parts of a regular sample of the picture in which a channel is at its end."""
    step = max(1, int((pixels.shape[0] * pixels.shape[1] / 100_000) ** 0.5))
    some = pixels[::step, ::step]
    total = max(some.shape[0] * some.shape[1], 1)
    return {
        "shadows": float(np.count_nonzero((some == 0).any(axis=-1)) / total),
        "highlights": float(np.count_nonzero((some == 255).any(axis=-1)) / total),
    }


def _paint(pixels: NDArray[np.uint8], which: str) -> None:
    """Mark clipped pixels in place: shadows blue, highlights red."""
    shadows, highlights = (pixels == 0).any(axis=-1), (pixels == 255).any(axis=-1)
    if which in ("shadows", "both"):
        pixels[shadows] = (40, 90, 255)
    if which in ("highlights", "both"):
        pixels[highlights] = (255, 45, 45)
