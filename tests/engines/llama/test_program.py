"""Which options a copy of llama-server has, and command lines made of nothing else."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from stillbytes.core.errors import EngineError
from stillbytes.engines.engine import Loadable
from stillbytes.engines.engine import Option as Value
from stillbytes.engines.llama import memory
from stillbytes.engines.llama.command import command, same
from stillbytes.engines.llama.program import Program, examine, library_path, parse_help, parse_version

NEW = Program(
    Path("llama-server"), "11434", parse_help(Path(__file__).with_name("help-11434.txt").read_text(encoding="utf-8"))
)
OLD = Program(
    Path("llama-server"),
    "2000",
    parse_help(
        "usage: llama-server [options]\n\noptions:\n"
        "-h, --help                show this help message and exit\n"
        "-c N, --ctx-size N        size of the prompt context\n"
        "-m,    --model FNAME      model path\n"
        "--host HOST               ip address to listen (default: 127.0.0.1)\n"
        "--port PORT               port to listen\n"
        "-ngl,  --gpu-layers N     number of layers to store in VRAM\n"
        "-fa,   --flash-attn       enable Flash Attention\n"
        "--slot-save-path PATH     path to save slot kv cache\n"
    ),
)


def loadable(**options: Value) -> Loadable:
    return Loadable("m", {"model": Path("m.gguf"), "projector": Path("p.gguf")}, options)


def test_options_of_a_real_help_text() -> None:
    options = NEW.options
    assert options["-c"] is options["--ctx-size"] and options["--ctx-size"].hint == "N"
    assert options["--no-kv-offload"].hint == "" and "--kv-offload" in options["--no-kv-offload"].names
    assert options["--fit"].hint == "[on|off]" and "trace" in options["--verbosity"].text
    assert "-" not in options and "--all" not in options
    assert len(options) > 400


def test_a_new_copy_gets_everything_that_the_plan_wants() -> None:
    plan = {"ctx-size": 16384, "cache_type_k": "q8_0", "flash-attn": "on", "mmproj-offload": False, "metrics": True}
    line = command(NEW, loadable(**plan), 8123, Path("states"))
    text = " ".join(line)
    for words in (
        "--model m.gguf",
        "--mmproj p.gguf",
        "--host 127.0.0.1 --port 8123",
        "--n-gpu-layers all",
        "--fit off",
        "--ctx-size 16384",
        "--cache-type-k q8_0",
        "--flash-attn on",
        "--no-mmproj-offload",
        "--metrics",
        "--slot-save-path states",
        "--parallel 1",
    ):
        assert words in text
    assert line.count("--ctx-size") == 1


def test_an_old_copy_is_never_given_what_it_lacks(caplog: pytest.LogCaptureFixture) -> None:
    plan = {"flash-attn": "on", "cache-type-k": "q8_0"}
    with caplog.at_level(logging.WARNING):
        line = command(OLD, loadable(**plan), 8123, Path("states"))
    flags = [word for word in line if word.startswith("-")]
    assert set(flags) <= OLD.options.keys()
    assert "--flash-attn" in flags and line[line.index("--gpu-layers") + 1] == "999"
    assert "on" not in line  # --flash-attn was a switch then
    assert line[line.index("--ctx-size") + 1] == "8192"
    assert "no --cache-type-k" in caplog.text


@pytest.mark.parametrize("option", ["host", "--port", "api_key", "tools", "models-dir", "slot-save-path", "hf-repo"])
def test_a_plan_cannot_open_the_server_to_others(option: str) -> None:
    with pytest.raises(EngineError, match="may not set"):
        command(NEW, loadable(**{option: "x"}), 8123, Path("states"))


def test_commands_are_the_same_on_whatever_port() -> None:
    one, other = (command(NEW, loadable(), port, Path("s")) for port in (1, 2))
    assert same(one, other) and not same(one, command(NEW, loadable(**{"ctx-size": 1}), 1, Path("s")))


def test_versions_in_both_spellings() -> None:
    assert parse_version("version: 5312 (abc1234)\nbuilt with cc") == "5312 (abc1234)"
    assert parse_version("ggml_cuda_init: found 1 device\nversion: 0.6.0-dev (build 0)\r\n") == "0.6.0-dev (build 0)"
    assert parse_version("nothing of the kind") == ""


def test_the_real_program(llama_server: Path) -> None:
    program = examine(llama_server)
    assert program.version and {"--model", "--slot-save-path", "--fit"} <= program.options.keys()
    assert examine(llama_server) is program  # asked once
    name = {"win32": "PATH", "darwin": "DYLD_LIBRARY_PATH"}.get(sys.platform, "LD_LIBRARY_PATH")
    assert library_path(llama_server)[name].split(os.pathsep)[0] == str(llama_server.parent)


def test_other_programs_are_not_taken_for_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no llama-server at"):
        examine(tmp_path / "none")
    with pytest.raises(EngineError, match="is not llama-server"):
        examine(Path(sys.executable))
    broken = tmp_path / "llama-server"
    broken.write_bytes(b"\x7fELF nothing")
    broken.chmod(0o755)
    with pytest.raises(EngineError, match="does not run"):
        examine(broken)


LOADED = """\
load_tensors: loading model tensors, this can take a while... (mmap = true)
load_tensors: offloading 32 repeating layers to GPU
load_tensors:   CPU_Mapped model buffer size =   281.81 MiB
load_tensors:        CUDA0 model buffer size =  4403.49 MiB
llama_context:  CUDA_Host  output buffer size =     0.49 MiB
llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB
llama_memory_recurrent:  CUDA0 RS buffer size =    50.25 MiB
sched_reserve:      CUDA0 compute buffer size =   258.50 MiB
sched_reserve:  CUDA_Host compute buffer size =    24.01 MiB
"""


def test_memory_as_the_server_tells_it() -> None:
    told = memory.parse(LOADED)
    assert told is not None and told.devices == {"CUDA0": pytest.approx(5736.24)}
    assert told.host == pytest.approx(306.31) and told.on_device == pytest.approx(5736.24 + memory.CONTEXT_MIB)
    assert memory.parse(LOADED * 2) == told  # after it slept and woke: the latest loading counts
    assert memory.parse("nothing of the kind") is None


@pytest.mark.parametrize(
    "line",
    [
        "alloc_buffer: allocating 4403.49 MiB on device 0: cudaMalloc failed: out of memory",
        "alloc_tensor_range: failed to allocate CUDA0 buffer of size 4617398272",
        "ggml_vulkan: Device memory allocation of size 1073741824 failed: ErrorOutOfDeviceMemory",
        "terminate called after throwing an instance of 'std::bad_alloc'",
    ],
)
def test_memory_that_could_not_be_had_is_recognised(line: str) -> None:
    assert memory.no_room(line) and not memory.no_room(LOADED)
