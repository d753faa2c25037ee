"""One copy of llama-server: which version it is and which options it knows. No option is used that it lacks."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said

LIMIT = 20.0
"""Seconds for `--version` or `--help`; a first start may be held up by a virus scanner."""
_LONGEST = 4 << 20
_OTHER = said("Install llama.cpp again, or choose another copy.")
_NAME = r"-{1,2}[A-Za-z][\w-]*"
_NAMES = re.compile(rf"{_NAME}(?:(?: [A-Z_]+)?,\s+{_NAME})*")


@dataclass(frozen=True, slots=True)
class Option:
    """names: every spelling. hint: what follows it, such as "N" or "[on|off|auto]", "" for a switch. text: its help."""

    names: tuple[str, ...]
    hint: str
    text: str


@dataclass(frozen=True, slots=True)
class Program:
    """path: of the executable. version: in its own words. options: by every spelling ("--ctx-size", "-c")."""

    path: Path
    version: str
    options: dict[str, Option]

    def has(self, name: str) -> bool:
        return name in self.options


def parse_help(text: str) -> dict[str, Option]:
    """The options of a help text, by each of their names.

    >>> list(parse_help("-c,  --ctx-size N    size of the context (see --fit)"))
    ['-c', '--ctx-size']
    """
    found: dict[str, Option] = {}
    block: list[str] = []
    for line in (*text.splitlines(), "-"):
        if not line.startswith("-"):
            block.append(line.strip())
            continue
        if block and (names := _NAMES.match(block[0])):
            hint, _, words = block[0][names.end() :].strip(" ").partition("  ")
            if block[0][names.end() :].startswith("  "):  # a switch: its help follows at once
                hint, words = "", block[0][names.end() :]
            said = " ".join(part.strip() for part in (words, *block[1:]) if part.strip())
            option = Option(tuple(re.findall(rf"(?<!\S){_NAME}", names[0])), hint.strip(), said)
            found.update(dict.fromkeys(option.names, option))
        block = [line]
    return found


def parse_version(text: str) -> str:
    """
    >>> parse_version("version: 0.6.0-dev (build 0, commit unknown)\\nbuilt with GNU 12.2.0")
    '0.6.0-dev (build 0, commit unknown)'
    """
    found = re.search(r"^version:\s*(\S.{0,80}?)\s*$", text, re.MULTILINE)
    return found[1] if found else ""


def library_path(program: Path) -> dict[str, str]:
    """The environment in which it finds the libraries beside it."""
    name = {"win32": "PATH", "darwin": "DYLD_LIBRARY_PATH"}.get(sys.platform, "LD_LIBRARY_PATH")
    before = os.environ.get(name, "")
    return {name: str(program.parent) + (os.pathsep + before if before else "")}


def examine(path: Path) -> Program:
    """Run it to learn what it is. Raises EngineError when it does not run or is not llama-server."""
    try:
        state = path.stat()
    except OSError as error:
        raise EngineError(
            said("There is no llama-server at {path}.", path=path),
            "Correct `llama.program` in the preferences, or remove it there.",
        ) from error
    return _examined(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=8)
def _examined(path: Path, _changed: int, _size: int) -> Program:
    version, options = parse_version(_said(path, "--version")), parse_help(_said(path, "--help"))
    if not {"--model", "--host", "--port"} <= options.keys():
        raise EngineError(
            said("{path} is not llama-server: its help names none of its options.", path=path),
            "Choose llama.cpp's program of that name (`llama.program` in the preferences).",
        )
    return Program(path, version or "of unknown version", options)


def _said(path: Path, question: str) -> str:
    try:
        done = subprocess.run(
            [str(path), question],
            env={**os.environ, **library_path(path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            said("{path} {question} did not end within {limit:g} s.", path=path, question=question, limit=LIMIT),
            "Is it llama.cpp's llama-server?",
        ) from error
    except OSError as error:
        raise EngineError(said("{path} does not run: {why}.", path=path, why=str(error)), _OTHER) from error
    text = done.stdout[:_LONGEST].decode("utf-8", "replace")
    if done.returncode:
        why = text.strip().splitlines()[-1][:300] if text.strip() else f"exit status {done.returncode}"
        raise EngineError(said("{path} does not run: {why}.", path=path, why=why), _OTHER)
    return text
