"""What there is in the photos that somebody points at: boxes, small pictures, outlines."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from stillbytes.core.errors import NotFound
from stillbytes.edit.finding import picture_of
from stillbytes.masks.detect import sam
from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import BOXES
from stillbytes.masks.detect.pointing import Lines, Thing, outline_at, outline_by_colours, outline_of, things
from stillbytes.photo.output.encode import preview_jpeg

if TYPE_CHECKING:
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access

KEPT = 4
"""Photos whose things are remembered."""
EDGE = 1024
"""Long edge of the picture in which outlines are found."""
THUMBNAIL = 96
AROUND = 0.08
"""Of a thing's box, what its thumbnail shows around it."""


@dataclass(eq=False)
class Look:
    """picture: a small one. thumbnails: JPEG, in the order of things. decoder: the network that a click asks, if one
    is here."""

    picture: Picture
    things: tuple[Thing, ...]
    thumbnails: tuple[bytes, ...]
    decoder: str | None
    outlines: dict[int, Lines] = field(default_factory=dict)


class Looks:
    """Thread-safe. A photo is looked at once, until its file changes."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._held: OrderedDict[str, Look] = OrderedDict()

    def at(self, photo: Photo, networks: Access) -> Look:
        """Raises UnreadablePhoto, and what engines raise."""
        with self._looking:
            if photo.content in self._held:
                self._held.move_to_end(photo.content)
                return self._held[photo.content]
            look = self._held[photo.content] = _looked(photo, networks)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
            return look

    def outline(self, photo: Photo, number: int, networks: Access) -> Lines:
        """Around one of its things. Raises NotFound, and as `at`."""
        look = self.at(photo, networks)
        if not 0 <= number < len(look.things):
            raise NotFound("There is no such thing in this photo.")
        if number not in look.outlines:
            look.outlines[number] = outline_of(look.picture, look.things[number], _ask(networks), networks.here)
        return look.outlines[number]

    def under(self, photo: Photo, point: tuple[float, float], networks: Access) -> Lines:
        """Around what a click there would take; nothing while the network for that has not seen the photo."""
        look = self.at(photo, networks)
        if look.decoder is None:
            return outline_by_colours(look.picture, point)
        if not sam.remembered(look.picture, look.decoder):
            return ()
        return outline_at(look.picture, point, _ask(networks), look.decoder)

    def encode(self, photo: Photo, networks: Access) -> None:
        """Let that network see the photo."""
        look = self.at(photo, networks)
        if look.decoder is not None:
            sam.encoded(look.picture, _ask(networks), look.decoder)


def _ask(networks: Access) -> Ask:
    return partial(networks.ask, label="What is there")


def _looked(photo: Photo, networks: Access) -> Look:
    whole = picture_of(photo)
    found = things(whole, _ask(networks)) if networks.here(BOXES) else ()
    decoder = next((model for model in sam.MODELS if networks.here(model)), None)
    thumbnails = tuple(_thumbnail(whole, thing) for thing in found)
    return Look(Picture(whole.within(EDGE), whole.key), found, thumbnails, decoder)


def _thumbnail(picture: Picture, thing: Thing) -> bytes:
    left, top, right, bottom = (value * picture.long_edge for value in thing.box)
    more = AROUND * max(right - left, bottom - top)
    part = picture.cut(
        int(max(0, left - more)), int(max(0, top - more)),
        int(min(picture.width, right + more)) + 1, int(min(picture.height, bottom + more)) + 1,
    )  # fmt: skip
    return preview_jpeg(part.within(THUMBNAIL), space="srgb")
