"""A patch of an edit: pixels that take the place of the photo's own over a rectangle of the frame, as settings hold it.

The pixels lie beside the sidecar, named by their content; how they were made is the recipe. What a mask means,
`stillbytes.masks` knows, and what a recipe means, `stillbytes.generate`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect
from stillbytes.core.saying import said
from stillbytes.develop.adjustment import finite

MOST = 256
MOST_NAME = 200
MOST_VARIANTS = 16
MOST_PLACE = 1 << 20
MOST_BYTES = 1 << 20
"""Of a mask or a recipe as JSON."""
_ADDRESS = re.compile(r"[0-9a-f]{8,64}")
_FIELDS = ("id", "name", "task", "rect", "variants", "chosen", "grain", "opacity", "enabled", "mask", "recipe")


@dataclass(frozen=True, slots=True)
class Patch:
    """id: unique among the patches of a version, stays through its life. task: what made it, such as "remove".

    rect: pixels of the frame at full resolution. variants: addresses of pixels of the same rectangle, of which number
    `chosen` is shown; none when it has to be made (again), and of a spot, which is evaluated from its recipe whenever
    it is looked at: then the recipe says where it is, in units of the frame, and `rect` only where it was made first.
    grain: whether the photo's noise is added, as for pixels that came from a model; False for pixels of a photo.
    opacity: 0..1. mask: where it is seen, as JSON, see `masks.mask.Mask`; empty for everywhere.
    recipe: how it was made: model, prompt, seed, parameters.
    """

    id: str
    rect: Rect
    name: str = ""
    task: str = ""
    variants: tuple[str, ...] = ()
    chosen: int = 0
    grain: bool = True
    opacity: float = 1.0
    enabled: bool = True
    mask: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Any) -> Patch:
        """From JSON that anybody may have written. Raises InvalidSetting."""
        if not isinstance(given, Mapping):
            raise _refused("A patch", given, "an object with " + ", ".join(_FIELDS))
        for key in given:
            if key not in _FIELDS:
                raise InvalidSetting(
                    said("A patch has no {key!r}.", key=str(key)[:40]),
                    said("It has {these}.", these=", ".join(_FIELDS)),
                )
        id = _text(given, "id")
        if not id:
            raise _refused("The id of a patch", id, "a text that is not empty")
        variants = given.get("variants", ())
        if not isinstance(variants, list | tuple) or len(variants) > MOST_VARIANTS or not all(map(_address, variants)):
            raise _refused("The variants of a patch", variants, f"a list of at most {MOST_VARIANTS} addresses")
        chosen = given.get("chosen", 0)
        if isinstance(chosen, bool) or not isinstance(chosen, int) or not 0 <= chosen < max(1, len(variants)):
            raise _refused("The chosen variant of a patch", chosen, f"a number from 0 to {max(0, len(variants) - 1)}")
        opacity = given.get("opacity", 1.0)
        if isinstance(opacity, bool) or not isinstance(opacity, int | float) or not 0 <= opacity <= 1:
            raise _refused("The opacity of a patch", opacity, "a number from 0 to 1")
        return cls(
            id,
            _rect(given.get("rect")),
            _text(given, "name"),
            _text(given, "task"),
            tuple(variants),
            chosen,
            _switch(given, "grain"),
            float(opacity),
            _switch(given, "enabled"),
            _object(given, "mask"),
            _object(given, "recipe"),
        )

    def to_json(self) -> dict[str, Any]:
        """Complete, in canonical order."""
        return {
            "id": self.id,
            "name": self.name,
            "task": self.task,
            "rect": [self.rect.x, self.rect.y, self.rect.width, self.rect.height],
            "variants": list(self.variants),
            "chosen": self.chosen,
            "grain": self.grain,
            "opacity": self.opacity,
            "enabled": self.enabled,
            "mask": self.mask,
            "recipe": self.recipe,
        }

    @property
    def address(self) -> str:
        """Of the pixels that are shown; empty when there are none."""
        return self.variants[self.chosen] if self.variants and self.enabled and self.opacity else ""

    @property
    def generated(self) -> bool:
        """Whether a model made its pixels. What is not said to be made of the photo's own is taken to be."""
        return self.recipe.get("engine") != "classical"


def canonical(value: Any) -> tuple[Mapping[str, Any], ...]:
    """A list of patches as settings hold it, the lowest first. Raises InvalidSetting."""
    if not isinstance(value, list | tuple) or len(value) > MOST:
        raise _refused("Patches", type(value).__name__, f"a list of at most {MOST}")
    found = [Patch.of(finite(one)) for one in value]
    if len({one.id for one in found}) != len(found):
        raise InvalidSetting("Two patches have the same id.", "Give each its own.")
    return tuple(one.to_json() for one in found)


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str) or len(value) > MOST_NAME:
        raise _refused(f"The {key} of a patch", value, f"a text of at most {MOST_NAME} characters")
    return value


def _switch(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key, True)
    if not isinstance(value, bool):
        raise _refused(f"`{key}` of a patch", value, "true or false")
    return value


def _object(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = given.get(key, {})
    if not isinstance(value, Mapping) or len(json.dumps(value)) > MOST_BYTES:
        raise _refused(f"The {key} of a patch", type(value).__name__, f"an object of at most {MOST_BYTES} bytes")
    return value


def _address(value: Any) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _rect(value: Any) -> Rect:
    whole = isinstance(value, list | tuple) and len(value) == 4 and all(type(number) is int for number in value)
    if not whole or not all(-MOST_PLACE <= number <= MOST_PLACE for number in value) or min(value[2:]) < 1:
        raise _refused("The rectangle of a patch", value, "[x, y, width, height] in whole pixels of the frame")
    return Rect(*value)


def _refused(what: str, value: Any, allowed: str) -> InvalidSetting:
    return InvalidSetting(
        said("{what} cannot be {value!r}.", what=what, value=str(value)[:80]), said("Use {allowed}.", allowed=allowed)
    )
