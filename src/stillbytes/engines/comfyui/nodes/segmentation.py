"""Finding what is named: ComfyUI's own SAM 3, and Grounding DINO with SAM 2 through the pack ComfyUI-SAM2."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import NamedTuple

from stillbytes.engines.comfyui.declare import Choice, node
from stillbytes.engines.comfyui.edge import (
    BoundingBoxes,
    Conditioning,
    GroundingDinoModel,
    Image,
    Mask,
    Model,
    Sam2Model,
)

PACK = "ComfyUI-SAM2"


class Detected(NamedTuple):
    masks: Mask
    bboxes: BoundingBoxes


class Segmented(NamedTuple):
    image: Image
    mask: Mask


@node("SAM3_Detect", since="2026")
def detect_sam3(
    model: Model,
    image: Image,
    conditioning: Conditioning | None = None,
    bboxes: BoundingBoxes | None = None,
    threshold: float = 0.5,
    refine_iterations: int = 2,
    individual_masks: bool = False,
) -> Detected:
    """conditioning: of the words; "cars:3" finds up to three, one where no number is given."""


@node("SAM2ModelLoader (segment anything2)", pack=PACK)
def load_sam2(model_name: Choice) -> Sam2Model: ...


@node("GroundingDinoModelLoader (segment anything2)", pack=PACK)
def load_grounding_dino(model_name: Choice) -> GroundingDinoModel: ...


@node("GroundingDinoSAM2Segment (segment anything2)", pack=PACK)
def segment_grounded(
    sam_model: Sam2Model, grounding_dino_model: GroundingDinoModel, image: Image, prompt: str, threshold: float = 0.3
) -> Segmented:
    """A mask for each box above the threshold."""
