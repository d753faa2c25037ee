"""ONNX Runtime as an engine: small networks that see (masks, depth, removal), in a process of their own.

Cost of the process: 2 ms for an array of 4 MB there and back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stillbytes.core.errors import EngineCrashed, EngineError, ModelError, OutOfMemory
from stillbytes.core.saying import said
from stillbytes.engines.engine import Loadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMMAND = (sys.executable, "-P", "-m", "stillbytes.engines.onnx_worker")
LOAD_LIMIT, RUN_LIMIT = 120.0, 120.0
"""Seconds. The first run on a card compiles kernels."""
_KINDS: dict[str, type[EngineError] | type[ModelError]] = {"model": ModelError, "memory": OutOfMemory}


class Onnx:
    """An Engine with sessions in one process. A model's files that end in .onnx become sessions, by role.

    options of a model: "provider" ("cuda", "directml" or "cpu"; the best without), "threads", "outputs" (how many it
    answers with, from the first; all without), "memory_mib" (what it is counted with where a device does not say what
    it holds). Thread-safe for one event loop.
    """

    name = "onnx"
    divisible = False

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._lock = asyncio.Lock()
        self._worker: _Worker | None = None
        self._models: dict[str, Loadable] = {}
        self._ended: dict[str, Loadable] = {}
        """What was loaded when work was cancelled, which ends the process: loaded again when it is asked for."""
        self._held: dict[str, float] = {}
        self._last: dict[str, float | None] = {"host": None, "device": None}
        self._on_device: set[str] = set()
        self._jobs = 0

    async def load(self, model: Loadable) -> None:
        """Raises ModelError for a file that is missing or damaged, OutOfMemory when it does not fit."""
        async with self._lock:
            await self._load(model)

    async def _load(self, model: Loadable) -> None:
        """With the lock held."""
        if self._models.get(model.id) == model and self._worker is not None and self._worker.alive:
            return
        if model.id in self._models:
            await self._unload(model.id)
        files = {role: path for role, path in model.files.items() if path.suffix == ".onnx"}
        for path in files.values():
            if not path.is_file():
                raise ModelError(
                    said("{model} is not there: {path}.", model=model.id, path=path),
                    said("`stillbytes models pull {model}` gets it.", model=model.id),
                )
        if not files:
            raise ModelError(
                said("{model} has no .onnx file.", model=model.id),
                said("`stillbytes models pull {model}` gets it.", model=model.id),
            )
        self._held[model.id] = 0.0
        try:
            if self._worker is None or not self._worker.alive:
                await self._begin()
            for role, path in files.items():
                told, _ = await self._ask(_load_request(model, role, path), {}, LOAD_LIMIT)
                if told.get("provider") != "cpu":
                    self._on_device.add(model.id)
                self._count(model.id, told)
        except BaseException:
            await self._unload(model.id)
            raise
        self._models[model.id] = model
        self._ended.pop(model.id, None)

    async def unload(self, model: str, mib: int | None = None) -> None:
        """Drop its sessions; with the last model the whole process ends, for only then all memory comes back."""
        async with self._lock:
            self._ended.pop(model, None)
            if model in self._models:
                await self._unload(model)

    async def footprint(self) -> Mapping[str, int]:
        """As measured when it was loaded and since, in the process or on the device."""
        if self._worker is None or not self._worker.alive:
            return {}
        return {id: max(1, round(self._held.get(id, 0.0))) for id in self._models}

    def in_use(self) -> bool:
        return self._jobs > 0

    async def restart(self) -> None:
        async with self._lock:
            self._ended = {}
            self._end()

    async def close(self) -> None:
        await self.restart()

    async def run(
        self, model: str, inputs: Mapping[str, NDArray[Any]], *, role: str = "model", limit: float = RUN_LIMIT
    ) -> dict[str, NDArray[Any]]:
        """The network's outputs by name. limit: seconds, after which the process is killed.

        Raises EngineError for inputs that the network does not take, OutOfMemory, EngineCrashed.
        """
        self._jobs += 1
        try:
            async with self._lock:
                if model in self._ended:  # also what ended while this one waited
                    await self._load(self._ended[model])
                if model not in self._models or self._worker is None:
                    raise EngineError(said("{model} is not loaded.", model=model), "Load it, then try again.")
                told, outputs = await self._ask({"do": "run", "model": model, "role": role}, inputs, limit)
                self._count(model, told)
                return outputs
        finally:
            self._jobs -= 1

    async def _begin(self) -> None:
        self._end()
        try:
            self._worker = await asyncio.to_thread(_Worker, self._command)
        except OSError as error:
            raise EngineError(
                said("The process of ONNX Runtime does not start: {why}.", why=str(error)),
                "`stillbytes doctor` may say why.",
            ) from error
        # What an empty process holds with the library in it belongs to nobody.
        told, _ = await self._ask({"do": "begin", "model": "nothing"}, {}, LOAD_LIMIT)
        self._last = told["memory"]

    async def _unload(self, model: str) -> None:
        self._models.pop(model, None)
        self._held.pop(model, None)
        self._on_device.discard(model)
        if not self._models:
            self._end()
        elif self._worker is not None and self._worker.alive:
            told, _ = await self._ask({"do": "unload", "model": model}, {}, LOAD_LIMIT)
            self._last = told["memory"]

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._worker = None
        self._models, self._held, self._on_device = {}, {}, set()

    def _count(self, model: str, told: Mapping[str, Any]) -> None:
        """What the process holds more than before belongs to the model that just worked."""
        now = told["memory"]
        place = "device" if model in self._on_device else "host"
        after, before = now.get(place), self._last.get(place)
        if after is not None:
            self._held[model] = self._held.get(model, 0.0) + max(0.0, after - (before or 0.0))
        elif model in self._models:
            planned = self._models[model].options.get("memory_mib")
            if isinstance(planned, int | float):
                self._held[model] = float(planned)
        self._last = now

    async def _ask(
        self, request: dict[str, Any], arrays: Mapping[str, NDArray[Any]], limit: float
    ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        worker = self._worker
        assert worker is not None
        asked = asyncio.ensure_future(asyncio.to_thread(worker.ask, request, arrays, limit))
        try:
            told, outputs = await asyncio.shield(asked)
        except asyncio.CancelledError:
            worker.kill()  # a network cannot be stopped otherwise
            with contextlib.suppress(EngineError):
                await asked
            self._ended |= self._models
            self._end()
            raise
        except EngineCrashed:
            self._ended = {}  # the broker is told that all is gone
            self._end()
            raise
        if failed := told.get("failed"):
            kind = _KINDS.get(failed["kind"], EngineError)
            raise kind(failed["message"], failed["remedy"])
        return told, outputs


class _Worker:
    """The process and its two pipes; one request at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._late = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, request: dict[str, Any], arrays: Mapping[str, NDArray[Any]], limit: float
    ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Raises EngineCrashed when the process ends, by itself or because it took longer than `limit` seconds."""
        from stillbytes.engines.onnx_worker import pack, unpack  # noqa: PLC0415 - NumPy, only when used
        from stillbytes.photo import wire  # noqa: PLC0415

        try:
            listed, parts = pack(arrays)
        except TypeError as error:
            raise EngineError(
                said("{model} does not take that: {why}.", model=request["model"], why=str(error))
            ) from error
        timer = threading.Timer(limit, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            wire.send(cast(Any, self._process.stdin), {**request, "arrays": listed}, parts)
            told, found = wire.receive(cast(Any, self._process.stdout))
            return told, unpack(told.get("arrays", []), found)
        except (wire.WireError, ValueError, KeyError, TypeError) as error:
            self.kill()
            if self._late:
                raise EngineCrashed(
                    said(
                        "ONNX Runtime did not finish {model} within {limit:g} s and was ended.",
                        model=request["model"],
                        limit=limit,
                    ),
                    "The next job starts it again; a smaller picture takes less time.",
                ) from error
            raise EngineCrashed(
                said("ONNX Runtime crashed while it worked on {model}.", model=request["model"]),
                "The next job starts it again.",
            ) from error
        finally:
            timer.cancel()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _time_out(self) -> None:
        self._late = True
        self._process.kill()


def _load_request(model: Loadable, role: str, path: Path) -> dict[str, Any]:
    return {
        "do": "load",
        "model": model.id,
        "role": role,
        "path": str(path.absolute()),
        "provider": str(model.options.get("provider", "")),
        "threads": int(model.options.get("threads", 0)),
        "outputs": int(model.options.get("outputs", 0)),
    }
