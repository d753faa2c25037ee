"""What is named, found by large models in ComfyUI: SAM 3.1, and Grounding DINO with SAM 2.1.

N. Carion et al., "SAM 3: Segment anything with concepts", 2025, by ComfyUI's own node (comfy_extras/nodes_sam3.py);
S. Liu et al., arXiv 2303.05499, 2023, and N. Ravi et al., arXiv 2408.00714, 2024, by the nodes of ComfyUI-SAM2. The
graphs are held against descriptions of these nodes; the real weights were never run here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, UnidentifiedImageError

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.masks.detect.detector import Networks, Picture
from stillbytes.masks.kind import Floats

SIDE = 2016
"""Long edge of what is shown: twice that of SAM 3, which looks at each thing again by itself."""
LONGEST = 200
"""Letters of what is named."""
SURE = {"sam3.1": 0.5, "grounded-sam2": 0.3}
"""What their authors count from."""
Graph = Callable[[str, str, Mapping[str, str]], Workflow]


def sam3(picture: str, words: str, files: Mapping[str, str]) -> Workflow:
    """picture: as it was uploaded. files: by role, under the names that ComfyUI knows."""
    model, clip, _ = nodes.load_checkpoint(files["checkpoint"])
    shown = nodes.load_image(picture).image
    found = nodes.detect_sam3(model, shown, nodes.encode_text(words, clip), threshold=SURE["sam3.1"])
    return Workflow(nodes.save_image_websocket(nodes.mask_to_image(found.masks)))


def grounded(picture: str, words: str, files: Mapping[str, str]) -> Workflow:
    """The same. The pack knows its models by names of its own."""
    sam, dino = nodes.load_sam2("sam2_1_hiera_small.pt"), nodes.load_grounding_dino("GroundingDINO_SwinT_OGC (694MB)")
    shown = nodes.load_image(picture).image
    found = nodes.segment_grounded(sam, dino, shown, words, SURE["grounded-sam2"])
    return Workflow(nodes.save_image_websocket(nodes.mask_to_image(found.mask)))


GRAPHS: Mapping[str, Graph] = {"sam3.1": sam3, "grounded-sam2": grounded}
MODELS = tuple(GRAPHS)


def seen(picture: Picture, words: str, networks: Networks, model: str) -> Floats | None:
    """0 or 1, at most 2016 pixels long: what is named; None where nothing is. Raises Cancelled, Refused, ModelError,
    EngineError, and InvalidWorkflow where this ComfyUI lacks the nodes."""
    small = picture.within(SIDE)
    kept = io.BytesIO()
    Image.fromarray(small).save(kept, "PNG")
    asked = " ".join(words.split())[:LONGEST]
    answers = networks.drawn(model, kept.getvalue(), lambda name, files: GRAPHS[model](name, asked, files))
    found = np.zeros(small.shape[:2], np.float32)
    for content in answers:  # one for each thing
        try:
            with Image.open(io.BytesIO(content)) as opened:
                if opened.size != (small.shape[1], small.shape[0]):
                    raise EngineError(
                        said(
                            "{model} answered with {width} x {height} pixels instead of {shape} x {shape2}.",
                            model=model,
                            width=opened.width,
                            height=opened.height,
                            shape=small.shape[1],
                            shape2=small.shape[0],
                        ),
                        "Update ComfyUI and its nodes, or name it with another model.",
                    )
                found = np.maximum(found, np.asarray(opened.convert("L"), np.float32) / np.float32(255))
        except (UnidentifiedImageError, OSError) as error:
            raise EngineError(said("{model} answered with no picture.", model=model), "Try again.") from error
    return found if float((found > 0.5).mean()) > 0 else None
