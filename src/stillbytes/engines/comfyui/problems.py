"""What a ComfyUI server's refusals and failures mean for a person, and what to do about each.

The error types and texts are those of ComfyUI 0.3.64, execution.py; older and newer ones differ in details, so nothing
here depends on a text being exactly as expected: what is not recognised is told in the server's own words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stillbytes.core.errors import Cancelled, EngineError, ModelError, OutOfMemory, StillbytesError
from stillbytes.engines.comfyui.messages import Failed, Interrupted
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.engines.comfyui.validate import InvalidWorkflow, Kind, Problem, unknown_node
from stillbytes.engines.supervise.process import Unreachable

OLDEST = "0.3.40"
"""The oldest ComfyUI whose protocol we know: where it lacks something, this is what a message names."""
ModelOf = Callable[[str], str | None]
"""The id under which `stillbytes models pull` gets a file, by its name; None when no declared model has it."""
KEPT = 600
"""Characters of a server's own words in a message."""

NO_ROOM = re.compile(
    r"out ?of ?memory|OutOfMemory|Allocation on device|not enough memory|can(not|'t) allocate memory"
    r"|CUBLAS_STATUS_ALLOC_FAILED|hipErrorOutOfMemory|Unable to allocate|bad_alloc|paging file is too small",
    re.IGNORECASE,
)
UNREADABLE = re.compile(
    r"SafetensorError|deserializing header|HeaderTooLarge|InvalidHeader|MetadataIncompleteBuffer|incomplete metadata"
    r"|UnpicklingError|invalid load key|PytorchStreamReader|Could not detect model type|Weights only load failed"
    r"|does not contain a valid|not a valid model|invalid gguf|GGUF magic|EOFError",
    re.IGNORECASE,
)
MISMATCH = re.compile(
    r"shapes cannot be multiplied|size mismatch for|Sizes of tensors must match|expected input.*channels"
)
WRONG_VALUE: Mapping[str, Kind] = {
    "required_input_missing": "missing-input",
    "value_smaller_than_min": "out-of-range",
    "value_bigger_than_max": "out-of-range",
    "return_type_mismatch": "wrong-type",
    "invalid_input_type": "wrong-type",
    "bad_linked_input": "wrong-type",
    "custom_validation_failed": "wrong-type",
}


def _none(file: str) -> str | None:
    return None


def refusal(status: int, body: bytes, url: str, version: str = "", model_of: ModelOf = _none) -> StillbytesError:
    """The error for an answer to `POST /prompt` that is not 200."""
    told = _json(body)
    if not isinstance(told, Mapping) or "error" not in told:
        return answer(status, body, url, "/prompt", version)
    found = tuple(node_problems(told.get("node_errors"), model_of))
    if found:
        return InvalidWorkflow(found)
    error: Mapping[str, Any] = told["error"] if isinstance(told["error"], Mapping) else {"message": told["error"]}
    kind, said, details = str(error.get("type") or ""), _line(error.get("message")), _line(error.get("details"))
    if unknown := _unknown_node(error, said, details):
        return InvalidWorkflow((unknown,))
    if kind == "prompt_no_outputs":
        no_end = Problem(
            "no-end", "The workflow hands out no picture.", "End it with a node that sends or saves what it made."
        )
        return InvalidWorkflow((no_end,))
    return EngineError(
        f"ComfyUI refuses the job: {said or kind or 'no reason given'}{f' ({details})' if details else ''}.",
        "Its version may differ from those we know: update ComfyUI, or look at its log.",
    )


def _unknown_node(error: Mapping[str, Any], said: str, details: str) -> Problem | None:
    """Newer servers tell the class apart from the title that they put into the message."""
    extra = error.get("extra_info")
    about: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    found = re.search(r"node '?([^']+?)'? (?:does not exist|not found)", said, re.IGNORECASE)
    if found is None:
        return None
    number = re.search(r"#([\w:.-]+)", details)
    class_type, id = _line(about.get("class_type")), _line(about.get("node_id"))
    return unknown_node(class_type or found[1], id or (number[1] if number else ""))


def node_problems(errors: object, model_of: ModelOf = _none) -> Iterator[Problem]:
    """The faults that a server found in the nodes of a workflow."""
    for id, entry in errors.items() if isinstance(errors, Mapping) else ():
        if not isinstance(entry, Mapping):
            continue
        kind, listed = str(entry.get("class_type") or "?"), entry.get("errors")
        for error in listed if isinstance(listed, list) else ():
            if isinstance(error, Mapping):
                yield _node_problem(str(id), kind, error, model_of)


def _node_problem(id: str, class_type: str, error: Mapping[str, Any], model_of: ModelOf) -> Problem:
    extra = error.get("extra_info")
    about: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    name, value = _line(about.get("input_name")), _line(about.get("received_value"))
    said, details, kind = _line(error.get("message")), _line(error.get("details")), str(error.get("type") or "")
    at = f"{class_type} (node {id})"
    if kind == "value_not_in_list":
        return _not_listed(id, class_type, name, value, details, model_of)
    if kind == "custom_validation_failed" and "invalid image file" in details.lower():
        return Problem(
            "unknown-choice",
            f"{at} does not find the picture that was uploaded for it ({details}).",
            "Its folder of temporary files may have been emptied: try again.",
            id, class_type, name,
        )  # fmt: skip
    if kind == "required_input_missing":
        message = f"{at} has nothing for {name or details}."
    else:
        message = f"{at} cannot take {f'{value!r} for ' if value else ''}{name or 'an input'}: {said} ({details})."
    return Problem(
        WRONG_VALUE.get(kind, "wrong-type"), message,
        "The node may differ in this version of ComfyUI or of its pack: update both.", id, class_type, name, value,
    )  # fmt: skip


def _not_listed(id: str, class_type: str, name: str, value: str, details: str, model_of: ModelOf) -> Problem:
    declared = DECLARED.get(class_type)
    ours = declared.inputs.get(name) if declared else None
    folder = ours.folder if ours else ""
    at = f"{class_type} (node {id})"
    if folder or re.search(r"\.(safetensors|ckpt|pt|pth|bin|gguf|sft)$", value, re.IGNORECASE):
        where = f"ComfyUI's model folder {folder!r}" if folder else "ComfyUI's model folders"
        return Problem(
            "missing-model", f"{at} needs {value}, which is not in {where}.", get(value, model_of),
            id, class_type, name, value, folder,
        )  # fmt: skip
    return Problem(
        "unknown-choice", f"{at} does not offer {value!r} for {name}: {details[:KEPT]}.",
        "Choose one that this version offers, or update ComfyUI.", id, class_type, name, value,
    )  # fmt: skip


def get(file: str, model_of: ModelOf = _none) -> str:
    """How to come by a model's file."""
    id = model_of(file.replace("\\", "/").rpartition("/")[2])
    if id:
        return f"`stillbytes models pull {id}` gets it."
    return "`stillbytes models list` shows what can be downloaded; or put the file into that folder."


def failure(failed: Failed, prompt: Mapping[str, Mapping[str, Any]], model_of: ModelOf = _none) -> StillbytesError:
    """The error for a job that failed while it ran."""
    said = _line(failed.message)[:KEPT] or failed.exception or "no reason given"
    where = failed.class_type or str(prompt.get(failed.node, {}).get("class_type") or "")
    at = f"ComfyUI's {where} (node {failed.node})" if where else "ComfyUI"
    both = f"{failed.exception} {failed.message}"
    if NO_ROOM.search(both) or failed.exception.endswith("MemoryError"):
        return OutOfMemory(
            f"{at} ran out of memory: {_line(failed.message.partition('TIPS')[0])[:KEPT] or failed.exception}.",
            "A smaller picture, smaller tiles or a smaller model needs less; `stillbytes gpu plan` shows what fits.",
        )
    files = [value for value in prompt.get(failed.node, {}).get("inputs", {}).values() if _is_model(value)]
    if UNREADABLE.search(both) and (files or "Loader" in where):
        file = files[0] if files else "a model"
        id = model_of(file.replace("\\", "/").rpartition("/")[2])
        remedy = (
            f"`stillbytes models verify {id}` checks it, `stillbytes models pull {id}` downloads it again."
            if id
            else "The file may be damaged or of another kind: download it again, or choose another."
        )
        return ModelError(f"{at} cannot load {file}: {said}.", remedy)
    if failed.exception.endswith("FileNotFoundError") and files:
        return ModelError(f"{at} does not find {files[0]}.", get(files[0], model_of))
    if MISMATCH.search(failed.message):
        return EngineError(
            f"{at} got parts that do not belong together: {said}.",
            "Model, text encoder, ControlNet and adapters must be of one family: choose others.",
        )
    return EngineError(f"{at} failed: {said}.", "ComfyUI's log says more: `stillbytes engines logs comfyui`.")


def interrupted(message: Interrupted | None = None) -> Cancelled:
    """The error for a job that somebody stopped, in ComfyUI or through us."""
    return Cancelled("The job was stopped in ComfyUI.")


# the connection


def answer(status: int, body: bytes, url: str, path: str, version: str = "") -> EngineError:
    """The error for an answer that cannot be used, whatever was asked."""
    said = _line(body[:KEPT].decode("utf-8", "replace"))
    if status in (401, 403):
        return EngineError(
            f"What answers at {url} refuses us ({status}).", "Does it need a password? We cannot give one."
        )
    if status == 413:
        return EngineError(f"ComfyUI at {url} does not take files that large.", UPLOAD_REMEDY)
    if status in (404, 405) and version:
        return EngineError(
            f"ComfyUI {version} has no {path} ({status}).", f"Update ComfyUI: {OLDEST} or newer is needed."
        )
    if status >= 500:
        return EngineError(
            f"ComfyUI at {url} failed over {path} ({status}): {said or 'no reason given'}.",
            "Try again; `stillbytes engines logs comfyui` may say more.",
        )
    return stranger(url, f"status {status} for {path}")


UPLOAD_REMEDY = "Start ComfyUI with a larger --max-upload-size (megabytes), or work on a smaller picture."


def stranger(url: str, how: str) -> EngineError:
    """What answers is not ComfyUI, or one from another time."""
    return EngineError(
        f"What answers at {url} is not a ComfyUI that we understand ({how[:200]}).",
        "Another program may use that port, or its version is very old or very new: correct the address in the "
        "settings (comfyui.url), or update ComfyUI.",
    )


def silent(url: str, path: str, limit: float) -> Unreachable:
    return Unreachable(
        f"ComfyUI at {url} did not answer {path} within {limit:g} s.",
        "It may be loading a large model, or hang: try again, or restart it.",
    )


def nothing_there(url: str) -> Unreachable:
    return Unreachable(
        f"No ComfyUI answers at {url}.", "Start it, or correct its address in the settings (comfyui.url)."
    )


def broken(url: str, how: str) -> Unreachable:
    return Unreachable(f"The connection to ComfyUI at {url} broke ({_line(how)[:200]}).", "Try again.")


def _is_model(value: object) -> bool:
    return isinstance(value, str) and bool(re.search(r"\.(safetensors|ckpt|pt|pth|bin|gguf|sft)$", value, re.I))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _line(value: object) -> str:
    """As one line, without a full stop at its end."""
    return "" if value is None else " ".join(str(value).split())[:2000].rstrip(".")
