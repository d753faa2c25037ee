"""The command line of llama-server for one model, in the options that the copy at hand knows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.program import Option as ProgramOption
from stillbytes.engines.llama.program import Program

log = logging.getLogger(__name__)
Value = str | int | float | bool

OURS = frozenset(
    {"model", "mmproj", "slot-save-path", "log-file", "log-disable"}
    | {"host", "port", "reuse-port", "path", "media-path", "api-key", "api-key-file", "ssl-key-file", "ssl-cert-file"}
    | {"hf-repo", "hf-file", "model-url", "docker-repo", "models-dir", "models-preset"}
    | {"tools", "agent", "mcp-servers-config", "mcp-servers-json"}
)
"""Options that no plan may set: they decide who can reach the server, and what it can reach."""
ALWAYS: Mapping[str, Value] = {
    "n-gpu-layers": "all",
    "ctx-size": 8192,
    "parallel": 1,
    "flash-attn": "auto",
    # Without it a neighbour on the device would silently push layers into host memory, at half the speed.
    "fit": "off",
    "cache-ram": 512,
    "jinja": True,
    "slots": True,
    "offline": True,
}
"""Chosen unless the plan says otherwise. cache-ram: MiB of host memory for prompt states; llama-server takes 8192."""
ALL_LAYERS = 999
"""For copies that take a number only."""


def command(program: Program, model: Loadable, port: int, states: Path) -> tuple[str, ...]:
    """What starts the server for `model` on `port`. model.options: llama-server's long options without the dashes.

    Options that this copy lacks are left out and logged. Raises EngineError for an option that no plan may set.
    """
    wanted: dict[str, Value] = dict(ALWAYS)
    for name, value in model.options.items():
        option = name.strip("-").replace("_", "-")
        if option in OURS:
            raise EngineError(
                said("The plan for {model} may not set llama-server's --{option}.", model=model.id, option=option)
            )
        wanted[option] = value
    line = [str(program.path), "--model", str(model.files["model"]), "--host", "127.0.0.1", "--port", str(port)]
    if "projector" in model.files:
        line += _written(program, "mmproj", str(model.files["projector"]))
    line += _written(program, "slot-save-path", str(states))
    line += _written(program, "webui", False)
    verbosity = program.options.get("--verbosity")
    if verbosity is not None and "trace" in verbosity.text:
        line += ["--verbosity", "4"]  # "trace": where newer copies tell the sizes of their buffers
    for name, value in wanted.items():
        words = _written(program, name, value)
        if not words and name in model.options and value is not False:
            log.warning("llama-server %s has no --%s; %s runs without it", program.version, name, model.id)
        line += words
    return tuple(line)


def same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two commands start the same server, on whatever port."""
    return _without_port(one) == _without_port(other)


def _without_port(line: tuple[str, ...]) -> tuple[str, ...]:
    at = line.index("--port") if "--port" in line else len(line)
    return line[:at] + line[at + 2 :]


def _written(program: Program, name: str, value: Value) -> list[str]:
    """One option in this copy's spelling; nothing when it has no such option or need not be told."""
    positive, negative = f"--{name}", f"--no-{name}"
    option = program.options.get(positive)
    if option is None and name == "n-gpu-layers":
        positive, option = "--gpu-layers", program.options.get("--gpu-layers")
    if value is False:
        return [negative] if negative in program.options else []
    if option is None:
        return []
    if value is True:
        return [positive] if not option.hint else [positive, "on"]
    if not option.hint:  # what takes a value today was once a switch
        return [positive] if str(value) in ("on", "1", "true") else []
    if name == "n-gpu-layers" and value == "all" and not _takes(option, "all"):
        value = ALL_LAYERS
    return [positive, str(value)]


def _takes(option: ProgramOption, word: str) -> bool:
    return f"'{word}'" in option.text or word in option.hint.strip("[]<>{}").split("|")
