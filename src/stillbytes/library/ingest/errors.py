"""What stops an import; a file that cannot be read costs itself only and is listed."""

from stillbytes.core.errors import StillbytesError


class IngestError(StillbytesError):
    """An import that cannot begin or go on. What was copied is whole and stays; running it again goes on."""
