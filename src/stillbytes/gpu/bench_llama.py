"""One GGUF file in llama-server: how fast it reads, writes and loads, and the most memory it takes."""

from __future__ import annotations

import contextlib
import importlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillbytes.core.errors import EngineError
from stillbytes.gpu.measured import Run

CONTEXT = 4096
_PROMPT_WORDS = 96
_ANSWER = 48
_ANSWERS = 2
"""The faster of so many counts: what else the machine does at the moment is not its speed."""
_START_S, _ANSWER_S, _STOP_S = 180.0, 300.0, 10.0
"""The longest that a start from a slow disk, an answer on a slow processor and an orderly end may take."""
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class _Server:
    url: str
    process: subprocess.Popen[bytes]
    started_s: float


def measure(program: Path, model: Path, now: str) -> Run:
    """Start twice (the second time from a warm file), answer once in each. Raises EngineError."""
    with _server(program, model) as first:
        load = first.started_s
    with _server(program, model) as second:
        peak = _Peak(second.process.pid)
        with peak:
            answers = [_answer(second.url) for _ in range(_ANSWERS)]
    return Run(
        engine="llama.cpp",
        version=version(program),
        model=model.stem,
        settings=f"c{CONTEXT} q8_0",
        values={
            "generation": max(_number(timings, "predicted_per_second") for timings in answers),
            "prompt": max(_number(timings, "prompt_per_second") for timings in answers),
            "load_s": load,
            "reload_s": second.started_s,
            "peak_mib": peak.mib,
        },
        when=now,
    )


def version(program: Path) -> str:
    """What --version says, or "unknown"."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    found = next((line for line in lines if line.startswith("version")), "version: unknown")
    return found.removeprefix("version:").strip()


@contextlib.contextmanager
def _server(program: Path, model: Path) -> Iterator[_Server]:
    """A llama-server of our own on a free port, ended afterwards."""
    port = _free_port()
    cache = ["-fa", "on", "-ctk", "q8_0", "-ctv", "q8_0"]
    wanted = ["-m", str(model), "-c", str(CONTEXT), "-np", "1", "-ngl", "999", *cache]
    arguments = [str(program), *wanted, "--host", "127.0.0.1", "--port", str(port)]
    began = time.perf_counter()
    try:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise EngineError(f"{program} cannot be started: {error.strerror}.", "Is it a llama-server program?") from error
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, process, model)
        yield _Server(url, process, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_S)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], model: Path) -> None:
    import httpx  # noqa: PLC0415 - only when an engine runs

    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise EngineError(f"llama-server ended while it loaded {model.name}.", "Is the file a whole GGUF model?")
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(_LOOK_S)
    raise EngineError(f"llama-server did not load {model.name} within {_START_S:.0f} seconds.")


def _answer(url: str) -> Mapping[str, Any]:
    """The timings of one answer. Raises EngineError for anything but a proper one."""
    import httpx  # noqa: PLC0415

    words = " ".join(f"word{number}" for number in range(_PROMPT_WORDS))
    asked = {"prompt": words, "n_predict": _ANSWER, "temperature": 0, "ignore_eos": True, "cache_prompt": False}
    try:
        reply = httpx.post(f"{url}/completion", json=asked, timeout=_ANSWER_S)
        reply.raise_for_status()
        timings = reply.json()["timings"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"llama-server did not answer as expected: {error}.", "Is it a recent version?") from error
    if not isinstance(timings, dict):
        raise EngineError("llama-server's timings cannot be understood.", "Is it a recent version?")
    return timings


def _number(timings: Mapping[str, Any], key: str) -> float:
    value = timings.get(key)
    if not isinstance(value, int | float) or not 0 < value < 1e9:
        raise EngineError(f"llama-server's timings lack {key}.", "Is it a recent version?")
    return float(value)


class _Peak:
    """The most memory that a process takes while it works, in MiB: of the card where there is one, else of the host."""

    def __init__(self, pid: int) -> None:
        self.mib = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bench-peak", daemon=True)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(_STOP_S)

    def _watch(self) -> None:
        import psutil  # noqa: PLC0415

        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._pid)
            while True:
                device = _device_used()
                self.mib = max(self.mib, process.memory_info().rss / 2**20 if device is None else device)
                if self._done.wait(_LOOK_S):
                    return


def _device_used() -> float | None:
    """MiB of the card that are taken, None without one. What others take is in it: measure with nothing else open."""
    try:
        telemetry = importlib.import_module("stillbytes.gpu.telemetry")
    except ImportError:
        return None
    here = telemetry.device()
    return None if here is None else float(here.total_mib - here.free_mib)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
