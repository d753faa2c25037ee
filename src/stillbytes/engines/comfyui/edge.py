"""A workflow while it is written: values that know the node they come from, and what flows along an edge.

Everything here is immutable, and equal when it means the same: two nodes of one class with the same inputs are one
node, however often they were written down.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

Value = str | int | float | bool


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One step of a workflow: ComfyUI's class and its inputs, each a plain value or an edge from another node.

    digest: of the node and all that leads to it; equal nodes have equal digests.
    """

    class_type: str
    inputs: Mapping[str, Edge | Value]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        told = {
            name: ["edge", value.node.digest, value.slot] if isinstance(value, Edge) else ["value", _told(value)]
            for name, value in self.inputs.items()
        }
        text = json.dumps([self.class_type, told], sort_keys=True)
        object.__setattr__(self, "digest", hashlib.sha256(text.encode()).hexdigest())
        object.__setattr__(self, "inputs", MappingProxyType(dict(self.inputs)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def sources(self) -> tuple[Node, ...]:
        """The nodes that it takes something from, in the order of its inputs."""
        return tuple(value.node for value in self.inputs.values() if isinstance(value, Edge))


def _told(value: Value) -> Value:
    """JavaScript does not tell 1.0 from 1, and nor does ComfyUI."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Edge:
    """One output of a node: `slot` counts from 0. `type` is ComfyUI's name of what flows, empty when not known."""

    node: Node
    slot: int = 0
    type: ClassVar[str] = ""

    def __eq__(self, other: object) -> bool:
        # Of whatever class: an edge that was read from a file is untyped, but the same edge.
        return isinstance(other, Edge) and (self.node, self.slot) == (other.node, other.slot)

    def __hash__(self) -> int:
        return hash((self.node, self.slot))


class Image(Edge):
    """Pictures: (batch, height, width, 3) float32, display-referred sRGB, 0..1."""

    type = "IMAGE"


class Mask(Edge):
    """Masks: (batch, height, width) float32, 0..1."""

    type = "MASK"


class Latent(Edge):
    type = "LATENT"


class Model(Edge):
    """A diffusion model."""

    type = "MODEL"


class Clip(Edge):
    """A text encoder, or several."""

    type = "CLIP"


class Vae(Edge):
    type = "VAE"


class Conditioning(Edge):
    type = "CONDITIONING"


class ControlNet(Edge):
    type = "CONTROL_NET"


class ClipVision(Edge):
    type = "CLIP_VISION"


class ClipVisionOutput(Edge):
    type = "CLIP_VISION_OUTPUT"


class StyleModel(Edge):
    type = "STYLE_MODEL"


class ModelPatch(Edge):
    type = "MODEL_PATCH"


class UpscaleModel(Edge):
    type = "UPSCALE_MODEL"


class IPAdapter(Edge):
    type = "IPADAPTER"


class BoundingBoxes(Edge):
    type = "BOUNDING_BOX"


class Sam2Model(Edge):
    type = "SAM2_MODEL"


class GroundingDinoModel(Edge):
    type = "GROUNDING_DINO_MODEL"


class Sampler(Edge):
    type = "SAMPLER"


class Sigmas(Edge):
    type = "SIGMAS"


class Noise(Edge):
    type = "NOISE"


class Guider(Edge):
    type = "GUIDER"


class Output(Edge):
    """Where a workflow ends: a node that hands something to the user. Nothing flows on from it."""
