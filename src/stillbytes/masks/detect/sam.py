"""Segment Anything in the two forms that are published as ONNX files: MobileSAM and SAM 2.1.

The encoder's result is the photo's own and is remembered, in memory and on disk (16-bit floats); a click costs the
decoder. Of SAM 2.1 there are two exports with the same weights and other names; gpu/models declares the one of osam
(github.com/wkentaro/osam, osam/_models/sam2). The real weights were never run here: the loaders are proven on files
with the same signatures.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core import paths
from stillbytes.core.errors import ModelError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Ask, Picture, pixels_of
from stillbytes.masks.detect.networks import Box, planes, sigmoid
from stillbytes.masks.kind import Floats

MODELS = ("sam2.1-small", "sam2.1-tiny", "mobile-sam")
SIDE = 1024
MOST_REMEMBERED = 8
FORM = "2"
"""Counts changes of what is kept on disk."""
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Names:
    """Of an export of SAM 2.1. image: the encoder's input. features: the decoder's, from the coarsest. sized: whether
    the decoder wants to know how large the mask is to be."""

    image: str
    features: tuple[str, str, str]
    sized: bool


OSAM = Names("input", ("image_embeddings", "high_res_features1", "high_res_features2"), True)
PLAIN = Names("image", ("image_embed", "high_res_feats_0", "high_res_feats_1"), False)
CHANNELS = (256, 32, 64)
"""Of the features of SAM 2.1, by which they are told apart whatever an export calls them."""
_lock = threading.Lock()
_remembered: OrderedDict[tuple[str, str], Arrays] = OrderedDict()


def mask(
    picture: Picture,
    inside: Sequence[tuple[float, float]],
    outside: Sequence[tuple[float, float]],
    box: Box | None,
    ask: Ask,
    model: str,
    names: Names = OSAM,
) -> Floats:
    """0..1 over the whole frame. inside, outside: places in frame units."""
    found = encoded(picture, ask, model, names)
    places = [pixels_of(picture, point) for point in (*inside, *outside)]
    labels = [1.0] * len(inside) + [0.0] * len(outside)
    if box is not None:
        places += [(box.left, box.top), (box.right, box.bottom)]
        labels += [2.0, 3.0]
    if model == "mobile-sam":
        if box is None:
            places, labels = [*places, (0.0, 0.0)], [*labels, -1.0]
        return _mobile(picture, found, places, labels, ask, model)
    return _second(picture, found, places, labels, ask, model, names)


def encoded(picture: Picture, ask: Ask, model: str, names: Names = OSAM) -> Arrays:
    """What the encoder makes of the photo."""
    if not picture.key:
        return _encode(picture, ask, model, names)
    key = (picture.key, model)
    with _lock:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    path = _place(key)
    found = _read(path)
    if found is None:
        found = _encode(picture, ask, model, names)
        target = io.BytesIO()
        np.savez(target, **{name: array.astype(np.float16) for name, array in found.items()})  # type: ignore[arg-type]
        write_atomically(path, target.getvalue())
    with _lock:
        _remembered[key] = found
        while len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return found


def remembered(picture: Picture, model: str) -> bool:
    """Whether the encoder has seen the photo, so that a click costs the decoder only."""
    key = (picture.key, model)
    with _lock:
        if key in _remembered:
            return True
    return bool(picture.key) and _place(key).is_file()


def _place(key: tuple[str, str]) -> Path:
    return (
        paths.cache("encoded") / f"{hashlib.blake2b(':'.join((FORM, *key)).encode(), digest_size=16).hexdigest()}.npz"
    )


def _encode(picture: Picture, ask: Ask, model: str, names: Names) -> Arrays:
    if model == "mobile-sam":
        return ask(model, {"input_image": picture.within(SIDE).astype(np.float32)}, "encoder")
    outputs = ask(model, {names.image: planes(picture.stretched(SIDE, SIDE))}, "encoder").values()
    found = {array.shape[1]: array for array in outputs if array.ndim == 4}
    if any(channels not in found for channels in CHANNELS):
        raise ModelError(
            said("The encoder of {model} does not answer as SAM 2.1 does.", model=model),
            said("`stillbytes models pull {model}` gets it anew.", model=model),
        )
    return {str(channels): found[channels] for channels in CHANNELS}


def _read(path: Any) -> Arrays | None:
    """None when it is not there or damaged."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name].astype(np.float32) for name in held.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
        return None


def _mobile(
    picture: Picture, found: Arrays, places: list[tuple[float, float]], labels: list[float], ask: Ask, model: str
) -> Floats:
    small = picture.within(SIDE).shape
    scale = small[1] / picture.width
    outputs = ask(
        model,
        {
            "image_embeddings": found["image_embeddings"].astype(np.float32),
            "point_coords": np.array([places], np.float32) * np.float32(scale),
            "point_labels": np.array([labels], np.float32),
            "mask_input": np.zeros((1, 1, 256, 256), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array(small[:2], np.float32),
        },
        "decoder",
    )
    return sigmoid(np.asarray(outputs["masks"][0, 0], np.float32))


def _second(
    picture: Picture,
    found: Arrays,
    places: list[tuple[float, float]],
    labels: list[float],
    ask: Ask,
    model: str,
    names: Names,
) -> Floats:
    scale = np.array([SIDE / picture.width, SIDE / picture.height], np.float32)
    inputs: dict[str, NDArray[Any]] = {
        **{
            name: found[str(channels)].astype(np.float32)
            for name, channels in zip(names.features, CHANNELS, strict=True)
        },
        "point_coords": np.array([places], np.float32) * scale,
        "point_labels": np.array([labels], np.float32),
        "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
    }
    if names.sized:  # at the photo's own size three masks of 24 megapixels would come back
        inputs["orig_im_size"] = np.array(picture.within(SIDE).shape[:2], np.int64)
    outputs = ask(model, inputs, "decoder")
    masks, scores = outputs["masks"][0], outputs["iou_predictions"][0]
    # With one point it offers the part, the whole and what is between: the surest of them.
    return sigmoid(np.asarray(masks[int(np.argmax(scores))], np.float32))
