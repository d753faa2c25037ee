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
from stillbytes.core.saying import said
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
    kind, why, details = str(error.get("type") or ""), _line(error.get("message")), _line(error.get("details"))
    if unknown := _unknown_node(error, why, details):
        return InvalidWorkflow((unknown,))
    if kind == "prompt_no_outputs":
        no_end = Problem(
            "no-end",
            said("The workflow hands out no picture."),
            said("End it with a node that sends or saves what it made."),
        )
        return InvalidWorkflow((no_end,))
    return EngineError(
        said(
            "ComfyUI refuses the job: {why}.",
            why=" ".join(filter(None, (why or kind or "no reason given", details and f"({details})"))),
        ),
        "Its version may differ from those we know: update ComfyUI, or look at its log.",
    )


def _unknown_node(error: Mapping[str, Any], why: str, details: str) -> Problem | None:
    """Newer servers tell the class apart from the title that they put into the message."""
    extra = error.get("extra_info")
    about: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    found = re.search(r"node '?([^']+?)'? (?:does not exist|not found)", why, re.IGNORECASE)
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
    why, details, kind = _line(error.get("message")), _line(error.get("details")), str(error.get("type") or "")
    at = said("{kind} (node {node})", kind=class_type, node=id)
    if kind == "value_not_in_list":
        return _not_listed(id, class_type, name, value, details, model_of)
    if kind == "custom_validation_failed" and "invalid image file" in details.lower():
        return Problem(
            "unknown-choice",
            said("{at} does not find the picture that was uploaded for it ({details}).", at=at, details=details),
            said("Its folder of temporary files may have been emptied: try again."),
            id, class_type, name,
        )  # fmt: skip
    if kind == "required_input_missing":
        message = said("{at} has nothing for {name}.", at=at, name=name or details)
    else:
        message = said(
            "{at} cannot take {value!r} for {name}: {why} ({details})."
            if value
            else "{at} cannot take {name}: {why} ({details}).",
            at=at, value=value, name=name or "?", why=why, details=details,
        )  # fmt: skip
    return Problem(
        WRONG_VALUE.get(kind, "wrong-type"), message,
        said("The node may differ in this version of ComfyUI or of its pack: update both."),
        id, class_type, name, value,
    )  # fmt: skip


def _not_listed(id: str, class_type: str, name: str, value: str, details: str, model_of: ModelOf) -> Problem:
    declared = DECLARED.get(class_type)
    ours = declared.inputs.get(name) if declared else None
    folder = ours.folder if ours else ""
    at = said("{kind} (node {node})", kind=class_type, node=id)
    if folder or re.search(r"\.(safetensors|ckpt|pt|pth|bin|gguf|sft)$", value, re.IGNORECASE):
        where = said("ComfyUI's model folder {folder!r}", folder=folder) if folder else said("ComfyUI's model folders")
        return Problem(
            "missing-model",
            said("{at} needs {value}, which is not in {where}.", at=at, value=value, where=where),
            get(value, model_of),
            id, class_type, name, value, folder,
        )  # fmt: skip
    return Problem(
        "unknown-choice",
        said("{at} does not offer {value!r} for {name}: {why}.", at=at, value=value, name=name, why=details[:KEPT]),
        said("Choose one that this version offers, or update ComfyUI."), id, class_type, name, value,
    )  # fmt: skip


def get(file: str, model_of: ModelOf = _none) -> str:
    """How to come by a model's file."""
    id = model_of(file.replace("\\", "/").rpartition("/")[2])
    if id:
        return said("`stillbytes models pull {model}` gets it.", model=id)
    return said("`stillbytes models list` shows what can be downloaded; or put the file into that folder.")


def failure(failed: Failed, prompt: Mapping[str, Mapping[str, Any]], model_of: ModelOf = _none) -> StillbytesError:
    """The error for a job that failed while it ran."""
    why = _line(failed.message)[:KEPT] or failed.exception or said("no reason given")
    where = failed.class_type or str(prompt.get(failed.node, {}).get("class_type") or "")
    at = said("ComfyUI's {where} (node {node})", where=where, node=failed.node) if where else "ComfyUI"
    both = f"{failed.exception} {failed.message}"
    if NO_ROOM.search(both) or failed.exception.endswith("MemoryError"):
        return OutOfMemory(
            said(
                "{at} ran out of memory: {why}.",
                at=at,
                why=_line(failed.message.partition("TIPS")[0])[:KEPT] or failed.exception,
            ),
            "A smaller picture, smaller tiles or a smaller model needs less; `stillbytes gpu plan` shows what fits.",
        )
    files = [value for value in prompt.get(failed.node, {}).get("inputs", {}).values() if _is_model(value)]
    if UNREADABLE.search(both) and (files or "Loader" in where):
        file = files[0] if files else said("a model")
        id = model_of(file.replace("\\", "/").rpartition("/")[2])
        remedy = (
            said("`stillbytes models verify {id}` checks it, `stillbytes models pull {id}` downloads it again.", id=id)
            if id
            else said("The file may be damaged or of another kind: download it again, or choose another.")
        )
        return ModelError(said("{at} cannot load {file}: {why}.", at=at, file=file, why=why), remedy)
    if failed.exception.endswith("FileNotFoundError") and files:
        return ModelError(said("{at} does not find {file}.", at=at, file=files[0]), get(files[0], model_of))
    if MISMATCH.search(failed.message):
        return EngineError(
            said("{at} got parts that do not belong together: {why}.", at=at, why=why),
            "Model, text encoder, ControlNet and adapters must be of one family: choose others.",
        )
    return EngineError(
        said("{at} failed: {why}.", at=at, why=why), "ComfyUI's log says more: `stillbytes engines logs comfyui`."
    )


def interrupted(message: Interrupted | None = None) -> Cancelled:
    """The error for a job that somebody stopped, in ComfyUI or through us."""
    return Cancelled("The job was stopped in ComfyUI.")


# the connection


def answer(status: int, body: bytes, url: str, path: str, version: str = "") -> EngineError:
    """The error for an answer that cannot be used, whatever was asked."""
    why = _line(body[:KEPT].decode("utf-8", "replace"))
    if status in (401, 403):
        return EngineError(
            said("What answers at {url} refuses us ({status}).", url=url, status=status),
            "Does it need a password? We cannot give one.",
        )
    if status == 413:
        return EngineError(said("ComfyUI at {url} does not take files that large.", url=url), UPLOAD_REMEDY)
    if status in (404, 405) and version:
        return EngineError(
            said("ComfyUI {version} has no {path} ({status}).", version=version, path=path, status=status),
            said("Update ComfyUI: {oldest} or newer is needed.", oldest=OLDEST),
        )
    if status >= 500:
        return EngineError(
            said(
                "ComfyUI at {url} failed over {path} ({status}): {why}.",
                url=url,
                path=path,
                status=status,
                why=why or "no reason given",
            ),
            "Try again; `stillbytes engines logs comfyui` may say more.",
        )
    return stranger(url, said("status {status} for {path}", status=status, path=path))


UPLOAD_REMEDY = said("Start ComfyUI with a larger --max-upload-size (megabytes), or work on a smaller picture.")


def stranger(url: str, how: str) -> EngineError:
    """What answers is not ComfyUI, or one from another time."""
    return EngineError(
        said("What answers at {url} is not a ComfyUI that we understand ({why}).", url=url, why=how),
        "Another program may use that port, or its version is very old or very new: correct the address in the "
        "settings (comfyui.url), or update ComfyUI.",
    )


def silent(url: str, path: str, limit: float) -> Unreachable:
    return Unreachable(
        said("ComfyUI at {url} did not answer {path} within {limit:g} s.", url=url, path=path, limit=limit),
        "It may be loading a large model, or hang: try again, or restart it.",
    )


def nothing_there(url: str) -> Unreachable:
    return Unreachable(
        said("No ComfyUI answers at {url}.", url=url), "Start it, or correct its address in the settings (comfyui.url)."
    )


def broken(url: str, how: str) -> Unreachable:
    return Unreachable(
        said("The connection to ComfyUI at {url} broke ({why}).", url=url, why=_line(how)[:200]), "Try again."
    )


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
