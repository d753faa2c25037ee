"""All models: those declared in `families/` and those that the person brought, looked up by id or what one types."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
import re
from collections import Counter

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models import families, own
from stillbytes.gpu.models.model import Model

PREFERRED = ("Q4_K_M", "Q4_0", "fp8", "fp16")
"""Which precision is meant when none is named: the first of these that the family has."""


def all_models() -> tuple[Model, ...]:
    """Every declared model and then every one that the person brought."""
    brought = own.models()
    if not brought:
        return declared()
    taken = {model.id for model in declared()}
    return (*declared(), *(model for model in brought if model.id not in taken))


@functools.cache
def declared() -> tuple[Model, ...]:
    """Every model of every family, ordered by file and then as declared."""
    names = sorted(module.name for module in pkgutil.iter_modules(families.__path__))
    found = [model for name in names for model in importlib.import_module(f"{families.__name__}.{name}").MODELS]
    ids = [model.id for model in found]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise ValueError(f"two models are called {sorted(twice)}")  # a mistake in the declarations, seen by any test
    return tuple(found)


def get(id: str) -> Model:
    """By exact id. Raises ModelError."""
    for model in all_models():
        if model.id == id:
            return model
    raise ModelError(said("There is no model {id!r}.", id=id), _suggestion(id))


def find(name: str) -> Model:
    """By what a person types: case, spaces and punctuation do not matter, and a family is enough.

    `find("Llama-3.1-8B Q4_K_M")`, `find("qwen3:8b")`, `find("sdxl")`. Raises ModelError, which names near misses.
    """
    wanted = _plain(name)
    models = all_models()
    if exact := [m for m in models if wanted in (_plain(m.id), _plain(m.title))]:
        return exact[0]
    if of_family := [m for m in models if _plain(m.family) == wanted]:
        return _preferred(of_family)
    words = _words(name)
    for more in range(3):  # the family's name first, then the id, then the title: the fewest words that tell
        candidates = [m for m in models if words and words <= _words(_described(m, more))]
        best_first = sorted(candidates, key=lambda m: (not m.tasks, -m.quality, m.family))
        of_families = list(dict.fromkeys(m.family for m in best_first))
        if len(of_families) == 1:
            return _preferred(candidates)
        if of_families:
            raise ModelError(
                said("{name!r} could be several models.", name=name),
                said("Say which: {these}.", these=_list(of_families)),
            )
    raise ModelError(said("There is no model {name!r}.", name=name), _suggestion(name))


def _described(model: Model, more: int) -> str:
    precision = "" if model.title.endswith(model.precision) else model.precision
    return (f"{model.family} {model.precision}", model.id, f"{model.title} {precision}")[more]


def _preferred(models: list[Model]) -> Model:
    for precision in PREFERRED:
        for model in models:
            if model.precision == precision:
                return model
    return models[0]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _words(text: str) -> Counter[str]:
    """Runs of letters, and runs of digits, so that "qwen3:8b" and "Qwen 3 8B" have the same."""
    return Counter(re.findall(r"[a-z]+|\d+", text.lower()))


def _suggestion(name: str) -> str:
    models = all_models()
    names = {_plain(text): m for m in reversed(models) for text in (m.id, m.family)}
    near = [names[key] for key in difflib.get_close_matches(_plain(name), names, n=5, cutoff=0.5)]
    if not near:
        return said("`stillbytes models list` shows all there are.")
    these = _list(list(dict.fromkeys(m.family for m in near)))
    return said("Did you mean {these}? `stillbytes models list` shows all.", these=these)


def _list(names: list[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else said("{these} and {number} more", these=shown, number=len(names) - most)
