"""What ComfyUI's models hold, asked of ComfyUI's own model management, and asked back from it. All sizes in bytes.

`management` is the module `comfy.model_management`. Anything that a version lacks is told as None.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from typing import Any, Optional


def report(management: Any) -> dict[str, Any]:
    """The device's memory and that of each loaded model."""
    device = management.get_torch_device()
    total = _asked(lambda: management.get_total_memory(device, torch_total_too=True)) or (None, None)
    free = _asked(lambda: management.get_free_memory(device, torch_free_too=True)) or (None, None)
    return {
        "device": {
            "name": str(device),
            "type": str(getattr(device, "type", "")),
            "total": total[0],
            "free": free[0],
            "torch_reserved": total[1],
            "torch_free": free[1],
        },
        "models": [_model(loaded) for loaded in list(getattr(management, "current_loaded_models", []))],
    }


def free(management: Any, wanted: int) -> None:
    """Have at least `wanted` bytes more of the device free than now, as far as there are models to unload.

    ComfyUI takes parts of a model where it can. The caller must know that no prompt is running.
    """
    device = management.get_torch_device()
    # What torch keeps for later counts as free for ComfyUI, but not for other programs.
    management.soft_empty_cache()
    management.free_memory(management.get_free_memory(device) + wanted, device)
    management.soft_empty_cache()


def trim() -> None:
    """Have the C library return to the system what models held: glibc keeps most of it for the next one otherwise."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def given_back(before: dict[str, Any], after: dict[str, Any]) -> int:
    """The difference between two reports: what models no longer hold, or torch no longer reserves if that is more."""
    loaded = _sum(before) - _sum(after)
    reserved = 0
    if before["device"]["type"] not in ("cpu", "mps"):  # there ComfyUI tells the whole machine's memory instead
        reserved = (before["device"]["torch_reserved"] or 0) - (after["device"]["torch_reserved"] or 0)
    return max(loaded, reserved, 0)


def _sum(told: dict[str, Any]) -> int:
    return sum(model["loaded"] or 0 for model in told["models"])


def _model(loaded: Any) -> dict[str, Any]:
    patcher = _asked(lambda: loaded.model)
    inner = getattr(patcher, "model", None)
    return {
        "name": type(inner).__name__ if inner is not None else "",
        "kind": type(patcher).__name__ if patcher is not None else "",
        "device": str(getattr(loaded, "device", "")),
        "loaded": _asked(lambda: int(loaded.model_loaded_memory())),
        "offloaded": _asked(lambda: int(loaded.model_offloaded_memory())),
        "in_use": bool(getattr(loaded, "currently_used", False)),
    }


def _asked(question: Callable[[], Any]) -> Optional[Any]:  # noqa: UP045 - Python 3.9
    """The answer, or None from a ComfyUI that cannot give it, or for a model that is just being dropped."""
    try:
        return question()
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return None
