"""The routes.

`GET /stillbytes/memory`: the device's memory and what each loaded model holds, in bytes.
`POST /stillbytes/free {"bytes": N, "wait": seconds}`: frees at least N bytes as soon as no prompt runs, and tells what
was freed. 409 when a prompt ran for longer than `wait` (30 s unless told); then nothing is freed later either. On a
machine without a device there are no parts: everything is dropped, what ComfyUI has cached included.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import time
from typing import Any

from . import memory
from .between import BetweenPrompts, Work

VERSION = 1
WAIT, LONGEST_WAIT, LOOK_AGAIN = 30.0, 600.0, 0.2
"""Seconds."""
log = logging.getLogger(__name__)


def register(server: Any) -> None:
    """Add the routes to ComfyUI's server."""
    web = importlib.import_module("aiohttp.web")
    management = importlib.import_module("comfy.model_management")
    try:
        between = BetweenPrompts(server.prompt_queue)
    except AttributeError:
        between = None
        log.warning("Stillbytes: this ComfyUI has another prompt queue than expected; memory is told, but not freed.")

    async def tell(request: Any) -> Any:
        return web.json_response({"version": VERSION, "frees": between is not None, **memory.report(management)})

    async def free(request: Any) -> Any:
        try:
            told = await request.json()
            wanted, wait = told["bytes"], told.get("wait", WAIT)
            if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted <= 0:
                raise ValueError
            if isinstance(wait, bool) or not isinstance(wait, (int, float)) or not 0 <= wait <= LONGEST_WAIT:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            return web.json_response({"error": "bytes: a whole number above 0; wait: 0 to 600 seconds"}, status=400)
        if between is None:
            return web.json_response({"error": "this ComfyUI cannot free parts"}, status=501)
        try:
            freed = await free_between(between, management, wanted, wait)
        except Exception as error:  # whatever model management raises: ComfyUI goes on, and the caller hears of it
            log.exception("Stillbytes: freeing memory failed")
            return web.json_response({"error": f"{type(error).__name__}: {error}"[:500]}, status=500)
        if freed is None:
            return web.json_response({"error": "a prompt is running", "waited": wait}, status=409)
        return web.json_response({"version": VERSION, "asked": wanted, "freed": freed, **memory.report(management)})

    server.routes.get("/stillbytes/memory")(tell)
    server.routes.post("/stillbytes/free")(free)


async def free_between(between: BetweenPrompts, management: Any, wanted: int, wait: float) -> int | None:
    """Bytes freed, or None when a prompt ran all the while."""

    def on_device(flags: dict[str, Any]) -> int:
        before = memory.report(management)
        memory.free(management, wanted)
        gc.collect()
        return memory.given_back(before, memory.report(management))

    def on_host(flags: dict[str, Any]) -> int:
        flags["unload_models"] = flags["free_memory"] = True  # done by the worker as soon as it has its flags
        return resident()

    def on_host_after(flags: dict[str, Any]) -> int:
        memory.trim()
        return resident()

    if getattr(management.get_torch_device(), "type", "") != "cpu":
        return await result(between, on_device, wait)
    held = await result(between, on_host, wait)
    if held is None:
        return None
    left = await result(between, on_host_after, max(wait, WAIT))  # the next time round it has been done
    return None if left is None else max(held - left, 0)


async def result(between: BetweenPrompts, work: Work, wait: float) -> int | None:
    """What `work` returns, or None if it could not begin within `wait` seconds; then it never will."""
    future = between.submit(work)
    here = asyncio.wrap_future(future)
    until = time.monotonic() + wait
    while True:
        await asyncio.wait([here], timeout=LOOK_AGAIN)
        if here.done():
            return int(here.result())
        if time.monotonic() >= until and future.cancel():
            return None
        between.wake()


def resident() -> int:
    """Bytes of system memory that this process holds."""
    return int(importlib.import_module("psutil").Process().memory_info().rss)
