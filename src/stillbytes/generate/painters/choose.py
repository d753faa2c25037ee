"""Who does a task on this machine: what the person asked for, or the best that is here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stillbytes.core import preferences
from stillbytes.core.errors import EngineError, ModelError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.generate.painters.diffusion import Diffusion, Words
from stillbytes.generate.painters.lama import Lama
from stillbytes.generate.painters.migan import MiGan
from stillbytes.generate.painters.painter import Painter
from stillbytes.generate.painters.removers import Remover
from stillbytes.generate.workflows import own
from stillbytes.generate.workflows.choose import Candidate, serving
from stillbytes.generate.workflows.graph import MASKED, Drawing
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.actions import with_needs

if TYPE_CHECKING:
    from stillbytes.generate.task import Task
    from stillbytes.gpu.access import Access

REMOVERS: tuple[type[Remover], ...] = (Lama, MiGan)
"""Without words, in this process' worker; the best first."""
TOGETHER = 0.7
"""Of its strength, what each of two ControlNets gets that hold the structure together: their effects add up."""
GOOD = 3
"""Quality from which on a model is named to somebody who has none."""


def painter(task: Task, access: Access | None) -> Painter | None:
    """The painter for a task; None for the classical way, which needs no model and, without a card, is minutes faster.

    access: None where engines cannot be used at all. Raises ModelError when nothing here can do it, naming what could
    be pulled, and StillbytesError where pixels of models are switched off.
    """
    if not preferences.generated() and not (task.engine in ("auto", "classical") and "classical" in task.engines):
        preferences.refuse_generated(task.label)
    if task.engine == "classical" or not preferences.generated():
        return None
    if access is None:
        if task.engine == "auto" and "classical" in task.engines:
            return None
        raise EngineError(
            said("{task} needs an engine, and none can be used here.", task=said(task.label)),
            "`stillbytes doctor` says why.",
        )
    words, more = task.words, own.found().graphs
    found: list[Painter] = []
    quick = task.engine == "auto" and "classical" in task.engines and not task.model and not access.on_card
    if task.engine in ("auto", "comfyui") and not (quick and task.quality == "fast"):
        there = serving(task.draws, access.store, tier=task.quality, uses=task.uses, more=more)
        there = tuple(one for one in there if _begins(one) or not task.begins)
        # Structure is kept where something for it is installed, and those who can come first.
        near = any(access.here(model.id) for model in registry.all_models() if model.kind == "depth")
        told = [(one, _kept(words, one, near)) for one in there]
        told.sort(key=lambda pair: bool(words.canny) and not (pair[1].canny or pair[1].depth))
        found += [
            Diffusion(
                access,
                candidate,
                kept,
                interactive=task.result != "picture",
            )
            for candidate, kept in told
        ]
    if task.engine in ("auto", "onnx") and "onnx" in task.engines:
        removers: list[Painter] = [kind(access.ask) for kind in REMOVERS if access.here(kind.model)]
        found = [*found, *removers] if task.quality == "quality" else [*removers, *found]
    if task.model:
        found = [one for one in found if task.model in (one.model, one.model.split("+")[0])]
    if found:
        return found[0]
    if task.engine == "auto" and "classical" in task.engines and not task.model:
        return None
    if words.reference and task.engine != "onnx":
        raise ModelError(
            said("Nothing on this machine can do “{task}” like another picture.", task=said(task.label)),
            "`stillbytes models pull sdxl-base-fp16 ip-adapter-sdxl` gets what can; or leave the picture away.",
        )
    raise ModelError(
        said(
            "{model!r} cannot do “{task}” here." if task.model else "Nothing on this machine can do “{task}”.",
            model=task.model,
            task=said(task.label),
        ),
        _remedy(task),
    )


def _begins(candidate: Candidate) -> bool:
    return "denoise" in candidate.takes


def _kept(words: Words, candidate: Candidate, near: bool) -> Words:
    """The words with what the candidate can keep of the structure. near: whether near and far can be told apart."""
    canny, depth = "canny" in candidate.takes, "depth" in candidate.takes and near
    less = TOGETHER if canny and depth and words.canny and words.depth else 1.0
    return replace(words, canny=words.canny * less * canny, depth=words.depth * less * depth)


def could(task: Task, access: Access) -> Diffusion | None:
    """Who would do the task if its model were installed: the smallest that is good. None where nothing could."""
    found = _least(task)
    return Diffusion(access, found, replace(task.words, canny=0.0, depth=0.0, reference=b"")) if found else None


def _least(task: Task) -> Candidate | None:
    all_there_are = [one for one in serving(task.draws, lambda model: model.published, tier="quality") if one.model]
    plain = [one for one in all_there_are if one.adapter is None]
    plain = [one for one in plain if not _newer(one)] or plain
    plain = [one for one in plain if _begins(one) or not task.begins]
    good = [one for one in plain if one.trained and one.quality >= GOOD] or plain
    return min(good, key=_bytes, default=None)


def _newer(candidate: Candidate) -> bool:
    """Whether it needs a ComfyUI later than the one that we install."""
    task = candidate.task
    drawing = Drawing(
        task=task,
        width=512,
        height=512,
        picture="" if task == "create" else "picture",
        mask="mask" if task in MASKED else "",
    )
    nodes = candidate.workflow(drawing).nodes.values()
    return any(node.class_type in DECLARED and DECLARED[node.class_type].since for node in nodes)


def _bytes(candidate: Candidate) -> int:
    """Of everything that has to be here."""
    return sum(needed.size for needed in with_needs([candidate.model])) if candidate.model else 0


def _remedy(task: Task) -> str:
    """What could be had, and the classical way where there is one."""
    if task.engine == "onnx":
        return said("`stillbytes models pull {model}` gets LaMa; “Classical” does without a model.", model=Lama.model)
    least = _least(task)
    if least is None or least.model is None:
        return said("`stillbytes models list` shows models.")
    return said(
        "`stillbytes models pull {id}` gets {model} ({size:.1f} GB, {licence}); it runs in ComfyUI "
        "(`stillbytes engines status`).",
        id=least.model.id,
        model=least.model.title,
        size=_bytes(least) / 1e9,
        licence=least.model.licence.name,
    )
