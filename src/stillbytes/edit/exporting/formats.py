"""The kind of file that a name asks for."""

from __future__ import annotations

from pathlib import Path

from stillbytes.core.errors import ExportError


def format_of(path: Path, chosen: str | None = None) -> str:
    """The export format by name, or by the extension of `path`. Raises ExportError."""
    from stillbytes.photo.output.encode import FORMATS  # noqa: PLC0415

    names = ", ".join(FORMATS)
    if chosen is not None:
        if chosen not in FORMATS:
            raise ExportError(f"There is no export format {chosen!r}.", f"Use one of {names}.")
        return chosen
    extension = path.suffix.lower().lstrip(".")
    wanted = {"jpeg": "jpg", "tiff": "tif"}.get(extension, extension)
    for name, format in FORMATS.items():
        if format.extension.lstrip(".") == wanted:
            return name
    raise ExportError(f"The extension of {path.name} names no export format.", f"Use --format with one of {names}.")
