"""The live picture: the newest request of each view wins, one binary message answers it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any, get_args

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from stillbytes.app.languages import Language, worded
from stillbytes.app.server.frames import View, Wish, frame
from stillbytes.app.server.models import complaint
from stillbytes.app.server.spoken import OfPage
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import Cancelled, StillbytesError

MOST_TEXT = 4 << 20
VIEWS = get_args(View)
log = logging.getLogger(__name__)


class Waiting:
    """The newest wish of each view, taken in turn. Used in the event loop; `overtaken` in any thread."""

    def __init__(self) -> None:
        self._wishes: dict[str, tuple[Wish, float]] = {}
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, wish: Wish) -> None:
        # A view that waits already keeps its turn and only gets a newer wish.
        self._wishes[wish.view] = (wish, time.perf_counter())
        self._arrived.set()

    async def take(self) -> tuple[Wish, float]:
        """The wish whose view has waited longest, and when it came."""
        while not self._wishes:
            self._arrived.clear()
            await self._arrived.wait()
        return self._wishes.pop(next(iter(self._wishes)))

    def overtaken(self, wish: Wish) -> bool:
        """Whether nobody needs the frame of this wish any more.

        A newer wish alone is no reason, or a steady hand would never see a frame: only another photo is, and a draft
        that must not wait for a full frame.
        """
        if self._closed:
            return True
        newer = self._wishes.get(wish.view)
        return newer is not None and (newer[0].photo != wish.photo or (newer[0].draft and not wish.draft))

    def close(self) -> None:
        """Nobody needs anything any more."""
        self._closed = True


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter()

    @routes.websocket("/live")
    async def live(socket: WebSocket, language: OfPage) -> None:
        await socket.accept()
        await Conversation(workspace, socket, language).run()

    return routes


class Conversation:
    """One page at the other end of one socket. language: what it is told in."""

    def __init__(self, workspace: Workspace, socket: WebSocket, language: Language) -> None:
        self._workspace, self._socket, self._language = workspace, socket, language
        self._waiting = Waiting()
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the page goes away."""
        answers = asyncio.create_task(self._answer())
        try:
            while not answers.done():
                await self._receive()
        except WebSocketDisconnect:
            pass
        finally:
            self._waiting.close()
            answers.cancel()
            await asyncio.wait([answers])

    async def _receive(self) -> None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        text = message.get("text")
        if text is None or len(text) > MOST_TEXT:
            return await self._refuse({}, f"The live socket takes JSON text of at most {MOST_TEXT >> 10} KiB.")
        sent: Any = None
        try:
            sent = json.loads(text)
            wish = Wish.model_validate(sent)
        except ValidationError as error:
            await self._refuse(sent, *complaint(error.errors(include_url=False)))
        except (ValueError, RecursionError):
            await self._refuse(sent, "The live socket takes JSON text.")
        else:
            self._waiting.put(wish)

    async def _answer(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                wish, arrived = await self._waiting.take()
                with contextlib.suppress(Cancelled):
                    await self._answer_one(wish, arrived)

    async def _answer_one(self, wish: Wish, arrived: float) -> None:
        """Sent before the next wish is taken: a slow client slows us down and never piles up frames."""
        about = wish.model_dump(include={"sequence", "view"})
        try:
            made = await asyncio.to_thread(self._frame, wish, arrived)
        except Cancelled:
            raise
        except StillbytesError as error:
            await self._refuse(about, error.message, error.remedy)
        except Exception:  # a mistake of ours costs this frame, not the picture
            log.exception("a frame of %s failed", wish.photo)
            await self._refuse(about, "Something unexpected went wrong.", "The log says more.")
        else:
            if not self._waiting.overtaken(wish):
                await self._send(made)

    def _frame(self, wish: Wish, arrived: float) -> bytes:
        return frame(wish, arrived, self._workspace.pipelines.of, lambda: self._waiting.overtaken(wish))

    async def _refuse(self, sent: Any, message: str, remedy: str = "") -> None:
        about = sent if isinstance(sent, dict) else {}
        sequence, view = about.get("sequence"), about.get("view")
        answer = {
            "sequence": sequence if isinstance(sequence, int) and abs(sequence) < 1 << 53 else -1,
            "view": view if view in VIEWS else "main",
            "error": worded({"message": message, "remedy": remedy}, self._language),
        }
        await self._send(json.dumps(answer))

    async def _send(self, message: str | bytes) -> None:
        async with self._sending:
            if isinstance(message, str):
                await self._socket.send_text(message)
            else:
                await self._socket.send_bytes(message)
