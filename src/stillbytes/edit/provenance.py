"""What an export says about where its pixels are from: IPTC's digital source type, and Content Credentials.

The terms are those of IPTC's vocabulary http://cv.iptc.org/newscodes/digitalsourcetype. A picture in which a model
painted is a composite with trained algorithmic media, one that a model made whole is such media. Spots, and what is
filled from the photo itself, are none of that: they are human edits with tools that do not generate. A picture that a
network drew larger or clearer is algorithmically enhanced. A picture without any of this is as its file says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stillbytes.develop.patch import Patch
from stillbytes.photo.output import credentials
from stillbytes.photo.output.credentials import Action

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit

TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = TERMS + "compositeWithTrainedAlgorithmicMedia"
INVENTED = TERMS + "trainedAlgorithmicMedia"
RETOUCHED = TERMS + "humanEdits"
ENHANCED = TERMS + "algorithmicallyEnhanced"


@dataclass(frozen=True, slots=True)
class Provenance:
    """source_type: empty where there is nothing to say. actions: of models, for credentials."""

    source_type: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def generated(self) -> bool:
        """Whether a model painted in it, or all of it."""
        return self.source_type in (GENERATED, INVENTED)

    def refined(self, model: str) -> Provenance:
        """The same for a picture into which a model drew detail."""
        return Provenance(GENERATED, (*self.actions, Action("refine", model, GENERATED)))

    def enhanced(self) -> Provenance:
        """The same for a picture that a network drew larger or clearer; one in which a model painted stays that."""
        return self if self.generated else replace(self, source_type=ENHANCED)


def of(shown: Sequence[Patch]) -> Provenance:
    """shown: the patches that can be seen in the picture."""
    actions = tuple(Action(patch.task or "generated", _agent(patch), GENERATED) for patch in shown if patch.generated)
    if actions:
        return Provenance(GENERATED, actions)
    return Provenance(RETOUCHED if shown else "")


def of_edit(edit: Edit) -> Provenance:
    """Of the picture that an edit gives."""
    if "patches" not in edit.settings:
        return Provenance()
    from stillbytes.edit.patching import seen  # noqa: PLC0415 - only for photos with patches

    photo = edit.photo
    shown = seen(edit.settings, photo.patches, photo.rasters, photo.pipeline.frame)
    return of(list({patch.id: patch for patch, _ in shown}.values()))


def invented(model: str) -> Provenance:
    """Of a picture that a model made whole."""
    return Provenance(INVENTED, (Action("create", model, INVENTED, creates=True),))


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
