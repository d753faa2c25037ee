"""Looks as settings: fitted to a picture of the same scene."""

from __future__ import annotations

from stillbytes.generate.look.fit import Closeness, Fitted, fit

__all__ = ["Closeness", "Fitted", "fit"]
