"""Why there is no window."""

from __future__ import annotations

from stillbytes.core.errors import StillbytesError


class NoWindow(StillbytesError):
    """A window that cannot be shown on this machine; another kind may do."""
