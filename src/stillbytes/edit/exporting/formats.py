"""The kind of file that a name asks for."""

from __future__ import annotations

from pathlib import Path

from stillbytes.core.errors import ExportError
from stillbytes.core.saying import said


def format_of(path: Path, chosen: str | None = None) -> str:
    """The export format by name, or by the extension of `path`. Raises ExportError."""
    from stillbytes.photo.output.encode import FORMATS  # noqa: PLC0415

    names = ", ".join(FORMATS)
    if chosen is not None:
        if chosen not in FORMATS:
            raise ExportError(
                said("There is no export format {chosen!r}.", chosen=chosen), said("Use one of {names}.", names=names)
            )
        return chosen
    extension = path.suffix.lower().lstrip(".")
    wanted = {"jpeg": "jpg", "tiff": "tif"}.get(extension, extension)
    for name, format in FORMATS.items():
        if format.extension.lstrip(".") == wanted:
            return name
    raise ExportError(
        said("The extension of {file} names no export format.", file=path.name),
        said("Use the extension of one of these formats, or choose one: {names}.", names=names),
    )
