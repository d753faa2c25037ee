"""The process in which ONNX Runtime works: `python -m stillbytes.engines.onnx_worker`.

A process of its own, because a network or a graphics driver that crashes must not take the editor with it, and because
only the end of a process gives all of a device's memory back. It talks as the decoding process does (photo/wire.py);
arrays travel as bytes with their type beside them.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.photo import wire

PROVIDERS = {"cuda": "CUDAExecutionProvider", "directml": "DmlExecutionProvider", "cpu": "CPUExecutionProvider"}
"""Those that calculate on this machine, the best first. ONNX Runtime also knows some that do not."""
DTYPES = ("float32", "float16", "float64", "uint8", "int8", "uint16", "int16", "int32", "int64", "bool")
_OURS = "If it goes on, report it: the network and its input do not fit together."
_sessions: dict[tuple[str, str], tuple[Any, list[str]]] = {}
"""By model and role, with the names of what it answers with."""
Array = NDArray[Any]
Reply = tuple[dict[str, Any], Sequence[Array]]


class Failed(Exception):
    """kind: "model", "memory" or "engine"."""

    def __init__(self, kind: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.fields = {"kind": kind, "message": message, "remedy": remedy}


def pack(arrays: Mapping[str, Array]) -> tuple[list[dict[str, Any]], list[NDArray[np.uint8]]]:
    """Names, types and shapes, and the bytes."""
    listed, parts = [], []
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise TypeError(f"{name} is {array.dtype}, which no network takes here")
        listed.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape)})
        parts.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return listed, parts


def unpack(listed: Sequence[Mapping[str, Any]], parts: Sequence[Array]) -> dict[str, Array]:
    """Raises ValueError, KeyError or TypeError for what does not belong together."""
    if len(listed) != len(parts) or any(one["dtype"] not in DTYPES for one in listed):
        raise ValueError("arrays that do not fit their description")
    return {
        str(one["name"]): part.view(one["dtype"]).reshape(one["shape"]) for one, part in zip(listed, parts, strict=True)
    }


def _begin(request: dict[str, Any], _: Sequence[Array]) -> Reply:
    """What is held before there is any model."""
    import onnxruntime  # noqa: F401, PLC0415 - half a second

    return {"memory": memory()}, []


def _load(request: dict[str, Any], _: Sequence[Array]) -> Reply:
    import onnxruntime  # noqa: PLC0415 - half a second

    path, key = Path(request["path"]), (request["model"], request["role"])
    available = onnxruntime.get_available_providers()
    order = [request["provider"]] if request["provider"] else list(PROVIDERS)
    chosen = [PROVIDERS[name] for name in order if PROVIDERS.get(name) in available] or [PROVIDERS["cpu"]]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if request["threads"]:
        options.intra_op_num_threads = request["threads"]
    with_cpu = dict.fromkeys([*chosen[:1], PROVIDERS["cpu"]])
    # Memory in the pieces that are asked for: doubling each time takes up to twice as much from the neighbours.
    frugal = {"arena_extend_strategy": "kSameAsRequested"}
    settings = [frugal if name == PROVIDERS["cuda"] else {} for name in with_cpu]
    try:
        try:
            session = onnxruntime.InferenceSession(str(path), options, list(with_cpu), settings)
        except Exception as error:  # of many kinds
            if "Cast" not in str(error):
                raise
            # Some versions stumble over casts of 16-bit networks that they themselves put in and took out again.
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            session = onnxruntime.InferenceSession(str(path), options, list(with_cpu), settings)
    except Exception as error:  # of many kinds
        if _no_room(error):
            raise Failed("memory", f"{path.name} does not fit into memory.", "Close other programs.") from error
        raise Failed(
            "model",
            f"{path.name} is not a network that ONNX Runtime {onnxruntime.__version__} can load: {_short(error)}.",
            "`stillbytes models verify` checks it; `stillbytes models pull` downloads it again.",
        ) from error
    names = [one.name for one in session.get_outputs()]
    _sessions[key] = session, names[: request["outputs"] or None]
    used = next(name for name, long in PROVIDERS.items() if long == (session.get_providers() or [PROVIDERS["cpu"]])[0])
    return {"provider": used, "memory": memory()}, []


def _run(request: dict[str, Any], arrays: Sequence[Array]) -> Reply:
    key = request["model"], request["role"]
    if key not in _sessions:
        raise Failed("engine", f"{request['model']} is not loaded.", "Load it, then try again.")
    session, names = _sessions[key]
    try:
        given = unpack(request["arrays"], arrays)
        halves = {one.name for one in session.get_inputs() if one.type == "tensor(float16)"}
        given = {n: a.astype(np.float16) if n in halves and a.dtype == np.float32 else a for n, a in given.items()}
        found = session.run(names, given)
    except Exception as error:  # of many kinds
        if _no_room(error):
            raise Failed("memory", f"{request['model']} ran out of memory.", "A smaller picture needs less.") from error
        raise Failed("engine", f"{request['model']} cannot work on that: {_short(error)}.", _OURS) from error
    listed, parts = pack({name: np.asarray(one) for name, one in zip(names, found, strict=True)})
    return {"arrays": listed, "memory": memory()}, parts


def _unload(request: dict[str, Any], _: Sequence[Array]) -> Reply:
    for key in [key for key in _sessions if key[0] == request["model"]]:
        del _sessions[key]
    return {"memory": memory()}, []


def memory() -> dict[str, float | None]:
    """MiB that this process holds: of host memory, and of devices, None where the driver does not say."""
    import psutil  # noqa: PLC0415

    return {"host": psutil.Process().memory_info().rss / (1 << 20), "device": _device_mib()}


def _device_mib() -> float | None:
    try:
        import pynvml  # noqa: PLC0415

        pynvml.nvmlInit()
        held = 0
        for index in range(pynvml.nvmlDeviceGetCount()):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            for one in pynvml.nvmlDeviceGetComputeRunningProcesses(handle):
                if one.pid == os.getpid():
                    if one.usedGpuMemory is None:  # Windows does not say
                        return None
                    held += one.usedGpuMemory
        return held / (1 << 20)
    except Exception:  # no such driver
        return None


def _no_room(error: Exception) -> bool:
    said = str(error).lower()
    words = ("failed to allocate", "out of memory", "bad_alloc", "not enough memory")
    return isinstance(error, MemoryError) or any(word in said for word in words)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__


ANSWERS: dict[str, Callable[[dict[str, Any], Sequence[Array]], Reply]] = {
    "begin": _begin,
    "load": _load,
    "run": _run,
    "unload": _unload,
}


def _answer(request: dict[str, Any], arrays: Sequence[Array]) -> Reply:
    try:
        return ANSWERS[request["do"]](request, arrays)
    except Failed as failed:
        return {"failed": failed.fields}, []
    except Exception as error:  # the reason goes to whoever asked
        return {"failed": {"kind": "engine", "message": f"{_short(error)}.", "remedy": _OURS}}, []


def main() -> None:
    """Serve requests until standard input closes, which also happens when the parent dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not write into the replies
    requests: queue.SimpleQueue[tuple[dict[str, Any], list[Array]]] = queue.SimpleQueue()

    def listen() -> None:
        stream = os.fdopen(0, "rb", buffering=0, closefd=False)
        try:
            while True:
                requests.put(wire.receive(stream))
        except wire.WireError:
            os._exit(0)  # also in the middle of work: nobody waits for it

    threading.Thread(target=listen, daemon=True).start()
    while True:
        header, parts = _answer(*requests.get())
        try:
            wire.send(replies, header, parts)
        except wire.WireError:
            os._exit(0)


if __name__ == "__main__":
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
