"""What can go wrong with the catalogue as a whole; one photo's trouble is listed and stops nothing."""

from stillbytes.core.errors import StillbytesError


class LibraryError(StillbytesError):
    """A catalogue that cannot be opened or written, or a folder that cannot be added."""


class DamagedLibrary(LibraryError):
    """A database that SQLite cannot make sense of. `rebuild` is the way out."""


class LibraryBusy(LibraryError):
    """Another process is adding photos to this catalogue."""


class InvalidQuery(StillbytesError):
    """A search that is not understood."""
