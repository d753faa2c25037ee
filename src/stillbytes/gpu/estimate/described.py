"""Models that are known by name only: their architecture from a table, or inferred from the parameter count.

architectures.csv: parameters and active in units of 1e9, the rest as LanguageArchitecture has it. source "litgpt":
widths, layers and heads as in Lightning-AI/litgpt's litgpt/config.py (26857050), which quotes each config.json, and
parameters computed from them; "families": as in stillbytes.gpu.models.families, where the facts stand; "log": as
llama.cpp printed them (noonghunna/club-3090 issue 222); "card": from the model's card and config.json by memory of the
author of this file, not read again.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import math
import re
from collections import Counter
from dataclasses import dataclass, replace

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.estimate import quantisation
from stillbytes.gpu.models.model import LanguageArchitecture

_NEAR = 0.12
"""A name's parameter count may differ by this share from a table's: "13B" is 13.02, "8B" is 8.03 or 7.6."""
_ORDINARY = ("qwen2.5", "qwen3-", "llama-3", "mistral")
"""Families whose dense models stand for those that are not known."""
_CUSTOM = ("r_1_distill", "deepseek_r_1")
"""Names that say who taught a model, not how it is built; their sizes tell the family."""
_DISTILLED = {
    1.5: "qwen2.5-1.5b",
    7: "qwen2.5-7b",
    8: "llama-3.1-8b",
    14: "qwen2.5-14b",
    32: "qwen2.5-32b",
    70: "llama-3.3-70b",
}
"""DeepSeek-R1's distilled models (deepseek-ai/DeepSeek-R1 README)."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a name tells. origin: "known architecture" or "inferred from the parameter count". tied: see `quantised`."""

    name: str
    architecture: LanguageArchitecture
    tied: bool
    origin: str
    note: str


@functools.cache
def _table() -> dict[str, tuple[LanguageArchitecture, bool]]:
    text = (
        importlib.resources.files("stillbytes.gpu.estimate").joinpath("architectures.csv").read_text(encoding="utf-8")
    )
    return {row["name"]: (_architecture(row), row["tied"] == "1") for row in csv.DictReader(text.splitlines())}


def _architecture(row: dict[str, str]) -> LanguageArchitecture:
    return LanguageArchitecture(
        parameters=float(row["parameters"]) * 1e9,
        layers=int(row["layers"]),
        hidden=int(row["hidden"]),
        vocabulary=int(row["vocabulary"]),
        kv_heads=int(row["kv_heads"]),
        key_length=int(row["key_length"]),
        value_length=int(row["value_length"]),
        full_layers=int(row["full_layers"]),
        window_layers=int(row["window_layers"]),
        window=int(row["window"]),
        window_kv_heads=int(row["window_kv_heads"]) if row["window_kv_heads"] else None,
        state_bytes=int(row["state_kib"]) * 1024,
        active_parameters=float(row["active"]) * 1e9 if row["active"] else None,
        context=int(row["context"]),
    )


def describe(name: str) -> Described:
    """What the name of a language model tells about its build.

    >>> describe("Qwen3-14B Q4_K_M").origin, describe("Nobody-14B").origin
    ('known architecture', 'inferred from the parameter count')

    Raises ModelError for a name without a size.
    """
    known = _known(name)
    if known is not None:
        architecture, tied = _table()[known]
        return Described(name, architecture, tied, "known architecture", f"built like {known}")
    parameters, active = sizes(name)
    if parameters is None:
        raise ModelError(
            said("The name “{name}” does not say how large the model is.", name=name),
            "Name a model of `stillbytes models list`, or one with its size such as “Qwen3-14B Q4_K_M”.",
        )
    return Described(
        name,
        _interpolated(parameters, active),
        parameters < 5e9,
        "inferred from the parameter count",
        f"nothing but its {parameters / 1e9:g} billion parameters is known; built like others of that size",
    )


def sizes(name: str) -> tuple[float | None, float | None]:
    """Parameters in all and per token, as far as the name says.

    >>> sizes("Qwen3-30B-A3B"), sizes("SmolLM2-135M"), sizes("gemma-4-E4B"), sizes("phi-4")
    ((30000000000.0, 3000000000.0), (135000000.0, None), (4000000000.0, None), (None, None))
    """
    text = re.sub(r"[_:/ ]", "-", name.lower())
    found = re.findall(r"(?<![a-z0-9.])e?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", text)
    scale = {"b": 1e9, "m": 1e6}
    total = max((float(number) * scale[unit] for number, unit in found), default=None)
    many = re.search(r"(?<![a-z0-9])(\d+)x(\d+(?:\.\d+)?)b", text)
    if many and total is None:  # a mixture named by its experts shares about a tenth (Mixtral: 8 x 7B is 46.7B)
        total = float(many[1]) * float(many[2]) * 0.83e9
    active = re.search(r"(?<![a-z0-9])a(\d+(?:\.\d+)?)b(?![a-z0-9])", text)
    return total, float(active[1]) * 1e9 if active else None


def _known(name: str) -> str | None:
    """The entry whose family is in the name and whose size is the name's."""
    plain = _plain(name)
    parameters, active = sizes(name)
    if any(mark in plain for mark in _CUSTOM) and parameters is not None and "v2" not in plain:
        return next((entry for size, entry in _DISTILLED.items() if abs(parameters / 1e9 / size - 1) < 0.05), None)
    best: tuple[float, str] | None = None
    for entry, (architecture, _) in _table().items():
        family = _family(entry)
        score = _family_score(family, plain)
        if not score:
            continue
        entry_size, entry_active = sizes(entry)
        if parameters is None:
            if entry_size is not None and _sizes_of()[family] > 1:
                continue  # the name leaves open which of them
        elif not _fits(parameters, active, entry_size or architecture.parameters, entry_active, architecture):
            continue
        if best is None or (score, -len(entry)) > (best[0], -len(best[1])):
            best = (score, entry)
    return best[1] if best else None


def _family(entry: str) -> str:
    return _plain(re.sub(r"-(?:e?\d+(?:\.\d+)?[bm]|\d+x\d+b)(?:-a\d+b)?$", "", entry))


@functools.cache
def _sizes_of() -> Counter[str]:
    """How many sizes of each family the table has."""
    return Counter(_family(entry) for entry in _table())


def _fits(
    parameters: float, active: float | None, size: float, entry_active: float | None, architecture: LanguageArchitecture
) -> bool:
    if (active is None) != (entry_active is None) and active is not None:
        return False
    return min(abs(parameters / size - 1), abs(parameters / architecture.parameters - 1)) < _NEAR


def _family_score(family: str, name: str) -> float:
    """How specifically the name names the family: its length, more when the version stands there too; 0 if not."""
    if re.search(rf"(?<![a-z]){re.escape(family)}(?![0-9])", name):
        return len(family) + 1.0
    bare = re.sub(r"_?\d+(?:_\d+)*$", "", family)
    if (
        bare != family
        and len(bare) > 3
        and re.search(rf"(?<![a-z]){re.escape(bare)}(?!_\d+(?!\d)(?!_[bm](?:_|$)))", name)
    ):
        return len(bare) - 0.5 - _age(family)
    return 0.0


def _age(family: str) -> float:
    """Prefers the oldest version when a name gives none: "llama 13b" is Llama 2."""
    version = re.search(r"(\d+)(?:_(\d+))?$", family)
    return (int(version[1]) + int(version[2] or 0) / 10) / 100 if version else 0.0


def _plain(name: str) -> str:
    """Lower case; runs of anything but letters and digits are one underscore, and letters stand apart from digits.

    >>> _plain("Meta-Llama-3.1-8B"), _plain("qwen2.5:7b"), _plain("SmolLM2-135M")
    ('meta_llama_3_1_8_b', 'qwen_2_5_7_b', 'smollm_2_135_m')
    """
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", "_", name.lower())
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def _interpolated(parameters: float, active: float | None) -> LanguageArchitecture:
    """A dense model between those of the table nearest in size, on a logarithmic scale; a mixture like the nearest."""
    table = _table()
    if active is not None:

        def distance(a: LanguageArchitecture) -> float:
            return abs(math.log(a.parameters / parameters)) + abs(math.log((a.active_parameters or 1.0) / active))

        mixtures = [a for name, (a, _) in table.items() if a.active_parameters and not re.search(r"-e\d+b", name)]
        return replace(min(mixtures, key=distance), parameters=parameters, active_parameters=active)
    dense = sorted(
        (a for name, (a, _) in table.items() if name.startswith(_ORDINARY) and a.full_layers == a.layers),
        key=lambda a: a.parameters,
    )
    above = next((i for i, a in enumerate(dense) if a.parameters >= parameters), len(dense) - 1)
    low, high = dense[max(0, above - 1)], dense[above]
    span = math.log(high.parameters / low.parameters) if high is not low else 1.0
    share = min(1.0, max(0.0, math.log(parameters / low.parameters) / span))

    def between(a: float, b: float) -> float:
        return float(a ** (1 - share) * b**share)

    layers = round(between(low.layers, high.layers))
    return LanguageArchitecture(
        parameters=parameters,
        layers=layers,
        hidden=round(between(low.hidden, high.hidden) / 64) * 64,
        vocabulary=round(between(low.vocabulary, high.vocabulary)),
        kv_heads=8 if parameters > 3e9 else 4,
        key_length=128,
        value_length=128,
        full_layers=layers,
        context=32768,
    )


def default_precision(name: str) -> str:
    """What the name says, or what engines take when it says nothing."""
    return quantisation.in_name(name) or ("MXFP4" if "gpt-oss" in name.lower() else "Q4_K_M")
