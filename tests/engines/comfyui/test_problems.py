"""What a person reads when ComfyUI refuses or fails, and which kind of error the program gets."""

import json
from typing import Any

import pytest
from engines.comfyui.recorded import jobs
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError, ModelError, OutOfMemory, StillbytesError
from stillbytes.engines.comfyui import problems
from stillbytes.engines.comfyui.messages import Failed
from stillbytes.engines.comfyui.validate import InvalidWorkflow

URL = "http://127.0.0.1:8188"
PROMPT = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl/base.safetensors"}},
    "5": {"class_type": "KSampler", "inputs": {"model": ["1", 0]}},
}


def failed(exception: str, message: str, node: str = "5") -> StillbytesError:
    kind = PROMPT[node]["class_type"]
    return problems.failure(
        Failed("p", node, str(kind), exception, message, "Traceback: /home/me"),
        PROMPT,
        {"base.safetensors": "sdxl"}.get,
    )


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        (
            "torch.OutOfMemoryError",
            "Allocation on device \nThis error means you ran out of memory on your GPU.\n\nTIPS: x",
        ),
        ("torch.cuda.OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB."),
        ("RuntimeError", "CUDA error: out of memory"),
        ("RuntimeError", "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"),
        ("MemoryError", "Cannot allocate memory (os error 12)"),
        (
            "RuntimeError",
            "unable to mmap 324389974 bytes from file </models/a.safetensors>: Cannot allocate memory (12)",
        ),
        ("OSError", "The paging file is too small for this operation to complete. (os error 1455)"),
        ("RuntimeError", "MPS backend out of memory (MPS allocated: 17.8 GB)"),
        ("MemoryError", ""),
        ("numpy._core._exceptions._ArrayMemoryError", "Unable to allocate 1.2 GiB for an array"),
        ("RuntimeError", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_running_out_of_memory_is_told_apart(exception: str, message: str) -> None:
    error = failed(exception, message)
    assert isinstance(error, OutOfMemory)
    assert "KSampler (node 5)" in error.message
    assert "TIPS" not in error.message


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        ("safetensors_rust.SafetensorError", "Error while deserializing header: HeaderTooLarge"),
        ("RuntimeError", "ERROR: Could not detect model type of: /models/sdxl/base.safetensors"),
        ("_pickle.UnpicklingError", "invalid load key, '<'."),
    ],
)
def test_a_damaged_model_is_named_with_how_to_get_it_again(exception: str, message: str) -> None:
    error = failed(exception, message, "1")
    assert isinstance(error, ModelError)
    assert "sdxl/base.safetensors" in error.message
    assert "stillbytes models pull sdxl" in error.remedy


def test_the_recorded_failure_of_a_damaged_model() -> None:
    recorded = jobs("broken_model")[0]
    said = json.loads(recorded.frames[-1])["data"]
    made = Failed("p", said["node_id"], said["node_type"], said["exception_type"], said["exception_message"])
    assert isinstance(problems.failure(made, recorded.prompt), ModelError)


def test_parts_that_do_not_fit_together_are_explained() -> None:
    error = failed("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (154x2048 and 768x320)")
    assert "one family" in error.remedy


def test_any_other_failure_is_told_in_the_servers_words_without_its_traceback() -> None:
    error = failed("ValueError", "something nobody knows")
    assert type(error) is EngineError
    assert "something nobody knows" in error.message
    assert "/home/me" not in str(error)


NODE = {"class_type": "KSampler", "dependent_outputs": ["7"]}


def refused(errors: list[dict[str, Any]], class_type: str = "KSampler") -> InvalidWorkflow:
    top = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
    body = {"error": top, "node_errors": {"5": {**NODE, "class_type": class_type, "errors": errors}}}
    error = problems.refusal(400, json.dumps(body).encode(), URL)
    assert isinstance(error, InvalidWorkflow)
    return error


@pytest.mark.parametrize(
    ("type_", "details", "extra", "kind"),
    [
        ("required_input_missing", "vae", {"input_name": "vae"}, "missing-input"),
        ("value_bigger_than_max", "steps", {"input_name": "steps", "received_value": 99999}, "out-of-range"),
        ("return_type_mismatch", "model, received_type(VAE) mismatch input_type(MODEL)", {"input_name": "model"},
         "wrong-type"),
        ("value_not_in_list", "sampler_name: 'best' not in ['euler']",
         {"input_name": "sampler_name", "received_value": "best"}, "unknown-choice"),
        ("of_the_future", "?", {}, "wrong-type"),
    ],
)  # fmt: skip
def test_faults_of_nodes_keep_their_kind(type_: str, details: str, extra: dict[str, Any], kind: str) -> None:
    error = refused([{"type": type_, "message": "What it says", "details": details, "extra_info": extra}])
    (problem,) = error.problems
    assert (problem.kind, problem.node, problem.class_type) == (kind, "5", "KSampler")
    assert "KSampler (node 5)" in error.message
    assert error.remedy


def test_a_model_of_a_pack_we_do_not_know_is_still_a_missing_model() -> None:
    told = {"type": "value_not_in_list", "message": "Value not in list", "details": "x", "extra_info":
            {"input_name": "lora_name", "received_value": "detail.safetensors"}}  # fmt: skip
    (problem,) = refused([told], "SomebodysLoader").problems
    assert (problem.kind, problem.value) == ("missing-model", "detail.safetensors")


def test_an_upload_that_is_gone_says_to_try_again() -> None:
    told = {
        "type": "custom_validation_failed",
        "message": "Custom validation failed for node",
        "details": "image - Invalid image file: stillbytes/p.png [temp]",
        "extra_info": {"input_name": "image"},
    }
    assert "try again" in refused([told], "LoadImage").remedy


OLD = {"type": "invalid_prompt", "message": "Cannot execute because node IPAdapterAdvanced does not exist.",
       "details": "Node ID '#12'", "extra_info": {}}  # fmt: skip
NEW = {"type": "missing_node_type", "message": "Node 'My own title' not found. The custom node may not be installed.",
       "details": "Node ID '#12'", "extra_info": {"node_id": "12", "class_type": "IPAdapterAdvanced"}}  # fmt: skip


@pytest.mark.parametrize("told", [OLD, NEW])
def test_an_unknown_node_names_its_pack_however_it_is_told(told: dict[str, Any]) -> None:
    error = problems.refusal(400, json.dumps({"error": told, "node_errors": {}}).encode(), URL)
    assert isinstance(error, InvalidWorkflow)
    assert (error.problems[0].pack, error.problems[0].node) == ("ComfyUI_IPAdapter_plus", "12")
    assert "IPAdapterAdvanced" in error.message


@pytest.mark.parametrize(
    ("status", "version", "says"),
    [
        (404, "0.2.0", "Update ComfyUI"), (405, "0.2.0", "Update ComfyUI"), (404, "", "comfyui.url"),
        (413, "", "--max-upload-size"), (403, "", "password"), (500, "0.3.64", "Try again"), (302, "", "comfyui.url"),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_used(status: int, version: str, says: str) -> None:
    error = problems.answer(status, b"<html>", URL, "/queue", version)
    assert says in error.remedy
    assert URL in error.message or version in error.message


VALUE = st.none() | st.integers() | st.text(max_size=10) | st.lists(st.text(max_size=3), max_size=2)
ERRORS = (
    st.lists(st.dictionaries(st.sampled_from(["type", "message", "details", "extra_info"]), VALUE), max_size=3) | VALUE
)


@given(st.integers(100, 599), ERRORS, VALUE | st.dictionaries(st.sampled_from(["type", "message", "details"]), VALUE))
def test_any_refusal_is_an_error_with_words(status: int, errors: object, top: object) -> None:
    body = json.dumps({"error": top, "node_errors": {"1": {"errors": errors, "class_type": 3}, "2": errors}})
    error = problems.refusal(status, body.encode(), URL)
    assert isinstance(error, StillbytesError)
    assert error.message


@given(st.integers(100, 599), st.binary(max_size=60))
def test_any_body_is_an_error_with_words(status: int, body: bytes) -> None:
    error = problems.refusal(status, body, URL)
    assert error.message
    assert error.remedy
