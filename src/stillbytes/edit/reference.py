"""Pictures that go into a task beside the photo: one to be like, one to begin with. Any photo serves, as edited."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from pathlib import Path

    from stillbytes.edit.photo import Edit, Photo

EDGE = 1024
"""Long edge in pixels: what models look at is smaller."""
QUALITY = 95
_DIGEST = re.compile(r"[0-9a-f]{24}")


def reference(edit: Edit) -> bytes:
    """A picture to be like, encoded: the developed photo, small. Raises UnreadablePhoto."""
    from PIL import Image  # noqa: PLC0415 - with the first one

    kept = io.BytesIO()
    Image.fromarray(np.asarray(edit.render(EDGE))).save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()


def start(edit: Edit, long_edge: int) -> NDArray[np.uint8]:
    """A picture to begin with: (height, width, 3) sRGB. Raises UnreadablePhoto."""
    return np.asarray(edit.render(long_edge), np.uint8)


def digest(content: bytes) -> str:
    """Names a picture in recipes."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def keep(photo: Photo, content: bytes) -> None:
    """Write the picture beside the photo, so that what was made like it can be made again. Raises SidecarError."""
    path = _path(photo, digest(content))
    if path.is_file():
        return
    try:
        write_atomically(path, content)
    except OSError as error:
        raise SidecarError(
            said("{file} could not be written: {why}.", file=path, why=str(error.strerror or error)),
            "Check that the folder is writable and the disk not full.",
        ) from error


def kept(photo: Photo, named: str) -> bytes:
    """The one that was kept. Raises NotFound when it is not there any more, or is another."""
    try:
        content = _path(photo, named).read_bytes() if _DIGEST.fullmatch(named) else b""
    except OSError:
        content = b""
    if not content or digest(content) != named:
        raise NotFound("The picture that it was to be like is not beside the photo any more.", "Choose one again.")
    return content


def _path(photo: Photo, named: str) -> Path:
    return photo.patches.folder / f"reference-{named}.jpg"
