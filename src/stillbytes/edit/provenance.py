"""What an export says about where its pixels are from: IPTC's digital source type, and Content Credentials.

The terms are those of IPTC's vocabulary http://cv.iptc.org/newscodes/digitalsourcetype. A picture in which a model
painted is a composite with trained algorithmic media. Spots, and what is filled from the photo itself, are none of
that: they are human edits with tools that do not generate. A picture without patches is as its file says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stillbytes.develop.patch import Patch
from stillbytes.photo import credentials
from stillbytes.photo.credentials import Action

TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = TERMS + "compositeWithTrainedAlgorithmicMedia"
RETOUCHED = TERMS + "humanEdits"


@dataclass(frozen=True, slots=True)
class Provenance:
    """source_type: empty where there is nothing to say. actions: of models, for credentials."""

    source_type: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def generated(self) -> bool:
        return self.source_type == GENERATED


def of(shown: Sequence[Patch]) -> Provenance:
    """shown: the patches that can be seen in the picture."""
    actions = tuple(Action(patch.task or "generated", _agent(patch), GENERATED) for patch in shown if patch.generated)
    if actions:
        return Provenance(GENERATED, actions)
    return Provenance(RETOUCHED if shown else "")


def credited(content: bytes, origin: Provenance, media_type: str, title: str) -> bytes:
    """The exported file, with Content Credentials where a model painted in it and the package for them is installed.
    Raises ExportError."""
    if not origin.generated or not credentials.available():
        return content
    from stillbytes import __version__  # noqa: PLC0415 - the package itself

    return credentials.signed(
        content,
        media_type=media_type,
        title=title,
        source_type=origin.source_type,
        actions=origin.actions,
        version=__version__,
    )


def _agent(patch: Patch) -> str:
    """The model or engine, as its recipe names it. A prompt is nobody's business but the photographer's."""
    for name in ("model", "engine"):
        found = patch.recipe.get(name)
        if isinstance(found, str) and found:
            return found[:100]
    return "a model"
