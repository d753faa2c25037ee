"""The forms that masks have in Lightroom, one file per concern. A new one is added to `FORMS` and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stillbytes.edit.corrections.forms import brush, found, gradients, ranges
from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.structure import Unmapped
from stillbytes.masks.kind import Kind

FORMS = (gradients.LINEAR, gradients.RADIAL, ranges.LUMINANCE, brush.BRUSH, found.IMAGE)
BY_KIND: Mapping[type[Kind], Form] = MappingProxyType({kind: form for form in FORMS for kind in form.kinds})
BY_WHAT: Mapping[str, Form] = MappingProxyType({what: form for form in FORMS for what in form.what})


def form_of(kind: Kind) -> Form:
    """Raises Unmapped for a kind that Lightroom does not have."""
    if type(kind) not in BY_KIND:
        raise Unmapped(f"Lightroom has no {kind.label.lower()}")
    return BY_KIND[type(kind)]


def form_named(what: str) -> Form:
    """Raises Unmapped for a mask that we do not have."""
    if what not in BY_WHAT:
        raise Unmapped(f"there is no {what[:40] or 'mask'} here")
    return BY_WHAT[what]
