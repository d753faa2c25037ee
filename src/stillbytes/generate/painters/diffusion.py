"""Diffusion models in ComfyUI: every picture a job of its own under a lease, with previews on the way."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from stillbytes.core.geometry import Size
from stillbytes.core.saying import Said, said
from stillbytes.engines.comfyui.adapt import Tiles
from stillbytes.engines.comfyui.job import Event, Finished, Preview, Waiting, Working
from stillbytes.generate.painters.answer import UnusableAnswer, checked, picture, png
from stillbytes.generate.painters.forecast import size_of, ways
from stillbytes.generate.painters.painter import Cancel, Floats, News, Painter, Painting, Tell, silent
from stillbytes.generate.region.region import Native
from stillbytes.generate.workflows.choose import Candidate, names
from stillbytes.generate.workflows.graph import LARGEST_SEED, Drawing
from stillbytes.gpu import pace

if TYPE_CHECKING:
    from stillbytes.engines.comfyui.engine import ComfyUI
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease

LOADS = said("Loads the model")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person says of a picture. steps, guidance: None for what the model is made for. reference: an encoded
    picture to be like; style: how much, 0..1. canny, depth: how strictly structure is kept, 0..1."""

    prompt: str = ""
    negative: str = ""
    steps: int | None = None
    guidance: float | None = None
    reference: bytes = b""
    style: float = 1.0
    canny: float = 0.0
    depth: float = 0.0


@dataclass(slots=True)
class Watch:
    """How long a job's picture took with everything loaded. seconds: without those in a queue and in loaders."""

    seconds: float = 0.0
    _since: float | None = None

    def hears(self, event: Event, now: float) -> None:
        """now: when it came, in seconds of a clock that never goes back."""
        counts = self._since is not None
        if self._since is not None:
            self.seconds += now - self._since
        match event:
            case Waiting():
                self.seconds, counts = 0.0, False
            case Working():
                counts = not _loads(event)
            case Preview():
                counts = True
        self._since = now if counts else None


class Diffusion(Painter):
    """One candidate for one task. interactive: whether a person waits for it; what is made beside their work is not."""

    engine = "comfyui"
    varied = True

    def __init__(self, access: Access, candidate: Candidate, words: Words, *, interactive: bool = True) -> None:
        self._access, self._words, self._interactive = access, words, interactive
        self.candidate, self.model = candidate, candidate.id
        self.native = Native(candidate.graph.pixels, candidate.graph.multiple)
        self.keeps_depth = words.depth > 0
        # A person's own workflow may mean something else by it.
        self.refines = candidate.model is not None and "mask" in candidate.graph.takes  # type: ignore[misc]

    def recipe(self) -> Mapping[str, Any]:
        hashes = {}
        if self.candidate.model is not None:
            hashes = {file.name: file.sha256 or "" for file in self.candidate.model.files}
        words = {name: value for name in Words.__dataclass_fields__ if (value := getattr(self._words, name))}
        words.pop("reference", None)
        if self._words.reference:
            words["reference_digest"] = _digest(self._words.reference)
        return {
            "engine": self.engine,
            "model": self.model,
            "files": hashes,
            "graph": [self.candidate.graph.name, self.candidate.graph.version],
            "words": words,
        }

    def drawing(self, size: Size, seed: int, denoise: float = 1.0) -> Drawing:
        """For a picture of that size, without anything that goes in."""
        words = self._words
        return Drawing(
            task=self.candidate.task,
            width=size.width,
            height=size.height,
            seed=seed % (LARGEST_SEED + 1),
            prompt=words.prompt,
            negative=words.negative,
            steps=words.steps,
            guidance=words.guidance,
            denoise=denoise,
            picture="" if self.candidate.task == "create" else "picture",
            mask="mask" if "mask" in self.candidate.graph.takes and self.candidate.task != "create" else "",
            reference="reference" if words.reference else "",
            style=words.style,
            canny=words.canny,
            depth=words.depth,
            depths="depths" if words.depth else "",
        )

    def paint(self, painting: Painting, tell: Tell = silent, cancelled: Cancel | None = None) -> Floats:
        height, width = painting.picture.shape[:2]
        drawing = self.drawing(Size(width, height), painting.seed, painting.denoise)
        given = {"picture": png(painting.picture)}
        if painting.depths is None:
            drawing = replace(drawing, depth=0.0, depths="")
        else:
            given["depths"] = png(np.repeat(painting.depths[..., None], 3, 2))
        if drawing.mask:
            given["mask"] = png(np.repeat(np.rint(painting.mask * 255).astype(np.uint8)[..., None], 3, 2))
        content = self.made(drawing, given, tell, cancelled)
        answer = picture(content, Size(width, height), self.candidate.title)
        return checked(answer.astype(np.float32), painting.picture, self.candidate.title)

    def made(
        self, drawing: Drawing, given: Mapping[str, bytes], tell: Tell = silent, cancelled: Cancel | None = None
    ) -> bytes:
        """What a drawing becomes, encoded. given: the pictures that it names, by field.

        Raises Cancelled, Refused, ModelError, EngineError.
        """
        given = {**given, **({"reference": self._words.reference} if drawing.reference else {})}
        offered = ways(self.candidate, drawing)

        async def work(lease: Lease, engines: Engines) -> bytes:
            comfyui = cast("ComfyUI", engines["comfyui"])
            await comfyui.start()  # a person's own workflow has no model of ours that would have started it
            uploaded: dict[str, Any] = {
                field: await comfyui.client.upload(content, f"stillbytes-{_digest(content)}.png")
                for field, content in given.items()
            }
            workflow = self.candidate.workflow(replace(drawing, **uploaded), names(self._access.store))
            tile = offered[lease.way].tile
            tiles = Tiles(tile) if tile else None
            async with contextlib.aclosing(comfyui.run(workflow, tiles)) as events:
                fraction, says, watch = 0.0, said("Draws"), Watch()
                async for event in events:
                    watch.hears(event, time.monotonic())
                    match event:
                        case Waiting(ahead):
                            waits = said("Waits for {count} other job | Waits for {count} other jobs", count=ahead)
                            tell(News(0.0, waits if ahead > 0 else said("Waits for ComfyUI")))
                        case Working():
                            fraction, says = event.fraction, _doing(event)
                            tell(News(fraction, says))
                        case Preview():
                            tell(News(fraction, says, event.content, event.mime))
                        case Finished(outputs):
                            if not outputs:
                                raise UnusableAnswer(
                                    said("{model} made no picture.", model=self.candidate.title), "Try another seed."
                                )
                            pace.remember(self.model, size_of(self.candidate, drawing), watch.seconds)
                            return outputs[0].content
            raise UnusableAnswer(said("{model} ended without a picture.", model=self.candidate.title), "Try again.")

        tell(News(0.0, said("Waits for its turn")))
        return self._access.run(
            self.candidate.title,
            tuple(offer.way for offer in offered),
            work,
            interactive=self._interactive,
            cancelled=cancelled,
        )


def _doing(event: Working) -> Said:
    if "Sampler" in event.class_type and event.steps:
        return said("Draws, step {step} of {steps}", step=event.step, steps=event.steps)
    return LOADS if _loads(event) else said("Draws")


def _loads(event: Working) -> bool:
    """Weights, of whatever kind; pictures come by LoadImage."""
    return "Loader" in event.class_type


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
