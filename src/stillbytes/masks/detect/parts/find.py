"""Which network tells which part, and the parts of one person put together."""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Networks, Picture, best
from stillbytes.masks.detect.networks import Box
from stillbytes.masks.detect.parts.faces import BLAZE, MESH, Square, drawn, face_of
from stillbytes.masks.detect.parts.parsing import BODIES, FACES, OF_BODY, OF_FACE, of_body, of_face
from stillbytes.masks.kind import Floats

EDGE = 3072
"""Long edge of the masks: eyes are small."""
DRAWN = ("face skin", "eyes", "lips", "teeth")
"""What the mesh of a face is enough for."""
SOFT = ("hair", "clothes", "body skin")
"""What has edges of its own, to be found at full resolution; the others end where something else of a face begins."""


def models(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Those that tell any of these parts, the best first."""
    found = [*FACES] if any(part in OF_FACE for part in parts) else []
    found += BODIES if any(part not in OF_FACE for part in parts) or "hair" in parts else ()
    return (*found, MESH) if any(part in DRAWN for part in parts) else tuple(found)


def parts_of(
    picture: Picture, people: list[Box], parts: tuple[str, ...], networks: Networks
) -> tuple[Floats, tuple[str, ...]]:
    """Those parts of these people, over the whole frame, and the models that told them.

    Raises NotFound when nobody has them, or nothing here tells one of them.
    """
    faces, bodies = best(FACES, networks), best(BODIES, networks)
    of_faces = tuple(part for part in parts if faces and part in OF_FACE)
    of_mesh = tuple(part for part in parts if not faces and part in DRAWN)
    of_bodies = tuple(part for part in parts if bodies and part in OF_BODY and part not in (*of_faces, *of_mesh))
    if lacking := [part for part in parts if part not in (*of_faces, *of_mesh, *of_bodies)]:
        wanted = (BODIES if lacking[0] in OF_BODY else FACES)[0]
        raise NotFound(
            said("Nothing here can tell a person's {these}.", these=" and ".join(lacking)),
            said("`stillbytes models pull {wanted}` gets what can.", wanted=wanted),
        )
    scale = min(1.0, EDGE / picture.long_edge)
    shape = max(1, round(picture.height * scale)), max(1, round(picture.width * scale))
    total, used = np.zeros(shape, np.float32), set[str]()
    for person in people:
        face = face_of(picture, person, networks.ask) if of_faces or of_mesh else None
        if face is not None and of_faces and faces:
            shown, head = of_face(picture, face.around, of_faces, networks.ask, faces)
            total = np.maximum(total, _placed(shown, head, shape, scale))
            used |= {BLAZE, MESH, faces}
        if face is not None:
            for part in of_mesh:
                total = np.maximum(total, drawn(face, part, shape, scale, picture))
                used |= {BLAZE, MESH}
        if of_bodies and bodies:
            shown, box = of_body(picture, person, of_bodies, networks.ask, bodies)
            total = np.maximum(total, _boxed(shown, box, shape, scale))
            used.add(bodies)
    if float(total.max()) < 0.5:
        raise NotFound(
            said("No {these} of a person can be seen in this photo.", these=" or ".join(parts)),
            "Paint a mask with the brush.",
        )
    return total, tuple(model for model in (*FACES, *BODIES, MESH, BLAZE) if model in used)


def _placed(shown: Floats, square: Square, shape: tuple[int, int], scale: float) -> Floats:
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    matrix = square.matrix(shown.shape[0]) * scale
    return np.asarray(cv2.warpAffine(shown, matrix, shape[::-1], flags=cv2.INTER_LINEAR))


def _boxed(shown: Floats, box: Box, shape: tuple[int, int], scale: float) -> Floats:
    import cv2  # noqa: PLC0415

    out = np.zeros(shape, np.float32)
    left, top = round(box.left * scale), round(box.top * scale)
    right, bottom = max(left + 1, round(box.right * scale)), max(top + 1, round(box.bottom * scale))
    right, bottom = min(right, shape[1]), min(bottom, shape[0])
    if right > left and bottom > top:
        out[top:bottom, left:right] = cv2.resize(shown, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    return out
