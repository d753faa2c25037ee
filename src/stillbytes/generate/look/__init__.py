"""Looks as settings: fitted to a picture of the same scene, or matched to any other picture."""

from __future__ import annotations

from stillbytes.generate.look.blend import blended
from stillbytes.generate.look.fit import Closeness, Fitted, fit
from stillbytes.generate.look.match import Matched, match

__all__ = ["Closeness", "Fitted", "Matched", "blended", "fit", "match"]
