"""Which ComfyUI there is: one that runs, or one on this disk that can be started."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import ComfyPreferences
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import local
from stillbytes.engines.comfyui.local import Installation

PORTS = (8188, 8000)
"""ComfyUI's own, and ComfyUI Desktop's."""
PROBE_LIMIT = 5.0
"""Seconds for an answer. A ComfyUI that runs a prompt answers too, for its server has a thread of its own."""
MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Running:
    """A ComfyUI that answers. version: empty when it does not say. vram: bytes of its first device, in all.

    pack: whether our pack is in it. arguments: how it was started.
    """

    url: str
    version: str
    device: str
    vram: int
    pack: bool
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What there is, and why something that was chosen or expected is not: messages with a remedy each."""

    running: Running | None
    installed: Installation | None
    problems: tuple[EngineError, ...] = ()


async def find(
    choices: ComfyPreferences,
    ports: tuple[int, ...] = PORTS,
    places: tuple[Path, ...] | None = None,
    limit: float = PROBE_LIMIT,
) -> Found:
    """Look where the person said, and only without such a choice in the usual places. limit: seconds per address."""
    problems: list[EngineError] = []
    running: Running | None = None
    for url in [choices.url] if choices.url else [f"http://127.0.0.1:{port}" for port in ports]:
        try:
            running = await probe(url, limit)
            break
        except NothingThere as nothing:
            if choices.url:
                problems.append(nothing)
        except EngineError as error:
            problems.append(error)
    installed: Installation | None = None
    if choices.folder:
        try:
            installed = local.read(choices.folder, choices.python)
        except EngineError as error:
            problems.append(error)
    else:
        for place in places if places is not None else local.places():
            try:
                installed = local.read(place, choices.python)
                break
            except EngineError:
                continue
    return Found(running, installed, tuple(problems))


class NothingThere(EngineError):
    """Nothing answers at an address."""


async def probe(url: str, limit: float = PROBE_LIMIT) -> Running:
    """Ask what runs at `url`. Raises NothingThere when nothing answers, EngineError when it is not ComfyUI."""
    import httpx  # noqa: PLC0415 - only where something is asked

    _check_address(url)
    try:
        # Both limits: one for each answer to begin, one for a server that never ends it.
        async with (
            asyncio.timeout(2 * limit),
            httpx.AsyncClient(base_url=url, timeout=limit, trust_env=False) as client,
        ):
            told = _stats(url, *await _get(client, "/system_stats"))
            status, memory = await _get(client, "/stillbytes/memory")
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NothingThere(
            said("Nothing answers at {url}.", url=url),
            "Start ComfyUI, or correct its address in the settings (comfyui.url).",
        ) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise EngineError(
            said("What runs at {url} does not answer in {limit:g} s.", url=url, limit=limit),
            "If it is ComfyUI, it may hang: restart it.",
        ) from error
    except httpx.HTTPError as error:
        raise _stranger(url, f"{type(error).__name__} {error}".strip()) from error
    devices = told.get("devices")
    first: Any = devices[0] if isinstance(devices, list) and devices and isinstance(devices[0], dict) else {}
    vram, arguments = first.get("vram_total"), told["system"].get("argv")
    return Running(
        url.rstrip("/"),
        str(told["system"].get("comfyui_version") or "")[:40],
        str(first.get("name") or "")[:200],
        vram if isinstance(vram, int) else 0,
        status == 200 and b'"models"' in memory,
        tuple(str(a) for a in arguments) if isinstance(arguments, list) else (),
    )


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise EngineError(
            said("{url!r} is not an address.", url=url[:200]),
            "Write it like http://127.0.0.1:8188 in the settings (comfyui.url).",
        )


async def _get(client: Any, path: str) -> tuple[int, bytes]:
    """Status and body, of which never more than MOST_BYTES is read."""
    async with client.stream("GET", path) as reply:
        body = b""
        async for part in reply.aiter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                break
        return reply.status_code, body


def _stats(url: str, status: int, body: bytes) -> dict[str, Any]:
    if status in {401, 403}:
        raise EngineError(
            said("What runs at {url} refuses us ({status}).", url=url, status=status),
            "Does it need a password? We cannot give one.",
        )
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _stranger(url, f"status {status}") from error
    if status != 200 or not isinstance(told, dict) or not isinstance(told.get("system"), dict):
        raise _stranger(url, f"status {status}")
    return told


def _stranger(url: str, how: str) -> EngineError:
    return EngineError(
        said("What answers at {url} is not ComfyUI ({why}).", url=url, why=how),
        "Another program may use that port: start ComfyUI on another one and put its address into the settings "
        "(comfyui.url).",
    )
