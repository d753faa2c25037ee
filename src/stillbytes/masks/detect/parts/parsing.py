"""Networks that name every pixel of a face or of a person, in the forms that are published as ONNX files.

C. Yu et al., "BiSeNet", ECCV 2018, trained on CelebAMask-HQ (github.com/yakhyo/face-parsing): 19 classes in a square
around a head. P. Li et al., "Self-correction for human parsing", 2020, trained on ATR (SCHP, as pirocheto/schp-atr-18
exported it): 18 classes of a whole person. The real weights were never run here: the loaders are proven on files with
the same signatures.
"""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import Box, planes
from stillbytes.masks.detect.parts.faces import Square, upright
from stillbytes.masks.kind import Floats

SIDE = 512
FACES, BODIES = ("bisenet-resnet34", "bisenet-resnet18"), ("schp-atr",)
OF_FACE = {
    "face skin": (1, 7, 8, 10),
    "hair": (17,),
    "eyes": (4, 5),
    "lips": (12, 13),
    "teeth": (11,),
}
"""CelebAMask-HQ: 1 skin, 2 and 3 brows, 4 and 5 eyes, 6 glasses, 7 and 8 ears, 9 earring, 10 nose, 11 inside of the
mouth, 12 and 13 lips, 14 neck, 15 necklace, 16 cloth, 17 hair, 18 hat."""
OF_BODY = {
    "face skin": (11,),
    "hair": (2,),
    "clothes": (1, 4, 5, 6, 7, 8, 9, 10, 17),
    "body skin": (12, 13, 14, 15),
}
"""ATR: 1 hat, 2 hair, 3 sunglasses, 4 upper clothes, 5 skirt, 6 trousers, 7 dress, 8 belt, 9 and 10 shoes, 11 face,
12 and 13 legs, 14 and 15 arms, 16 bag, 17 scarf."""
HEAD = 1.6
"""Sides of the square that a face is parsed in, hair with it, in those of the square around the face's mesh."""
BGR_MEAN, BGR_DEVIATION = (0.406, 0.456, 0.485), (0.225, 0.224, 0.229)
"""SCHP was trained on pictures with blue first (`input_space` in its networks/AugmentCE2P.py)."""
AROUND = 0.1


def of_face(picture: Picture, around: Square, parts: tuple[str, ...], ask: Ask, model: str) -> tuple[Floats, Square]:
    """Those parts in a square around the head: (512, 512) 0..1, and the square."""
    head = Square(around.x, around.y, around.side * HEAD, around.angle)
    pixels = upright(picture, head, SIDE)
    logits = _logits(ask(model, {"input": planes(pixels)}, "model"), 19, model)
    return _chance(logits, [c for part in parts for c in OF_FACE[part]]), head


def of_body(picture: Picture, person: Box, parts: tuple[str, ...], ask: Ask, model: str) -> tuple[Floats, Box]:
    """Those parts in a box around the person: (512, 512) 0..1, and the box."""
    more_x, more_y = AROUND * (person.right - person.left), AROUND * (person.bottom - person.top)
    left, top = int(max(0, person.left - more_x)), int(max(0, person.top - more_y))
    right, bottom = (
        int(min(picture.width, person.right + more_x + 1)),
        int(min(picture.height, person.bottom + more_y + 1)),
    )
    pixels = picture.cut(left, top, right, bottom).stretched(SIDE, SIDE)
    given = planes(np.ascontiguousarray(pixels[..., ::-1]), BGR_MEAN, BGR_DEVIATION)
    logits = _logits(ask(model, {"pixel_values": given}, "model"), 18, model)
    return _chance(logits, [c for part in parts for c in OF_BODY[part]]), Box(left, top, right, bottom, "person", 1.0)


def _logits(outputs: dict[str, Floats], classes: int, model: str) -> Floats:
    """(classes, rows, columns): of "output" (BiSeNet, whose others only training needs), "logits" (SCHP, which has
    edges and an earlier guess besides), or whatever else has that many classes."""
    named = [outputs[name] for name in ("output", "logits") if name in outputs]
    for output in (*named, *outputs.values()):
        if output.ndim == 4 and output.shape[1] == classes:
            return np.asarray(output[0], np.float32)
    raise ModelError(
        said("{model} does not answer with {classes} classes.", model=model, classes=classes),
        said("`stillbytes models pull {model}` gets it anew.", model=model),
    )


def _chance(logits: Floats, classes: list[int]) -> Floats:
    """Of being one of the classes: softmax, summed."""
    powers = np.exp(logits - logits.max(0))
    return np.asarray(powers[classes].sum(0) / powers.sum(0), np.float32)
