"""Colour look-up tables and the files that hold them: .cube, .3dl and HaldCLUT pictures.

>>> read(b"LUT_1D_SIZE 2\n0 0 0\n1 0.5 1\n", "half-green.cube").curves.shape
(2, 3)
"""

from __future__ import annotations

from stillbytes.core.saying import said
from stillbytes.photo.lut.table import MOST_EDGE, Lut, UnreadableLut

EXTENSIONS = (".cube", ".3dl", ".png")
MOST_BYTES = 160 << 20
"""Of a file: a table of 144 nodes along each edge with ten digits a number is about as long."""

__all__ = ["EXTENSIONS", "MOST_BYTES", "MOST_EDGE", "Lut", "UnreadableLut", "read"]


def read(content: bytes, name: str) -> Lut:
    """The table in the content of the file `name`, whose extension says which kind it is. Raises UnreadableLut."""
    from stillbytes.photo.lut import cube, hald, lustre  # noqa: PLC0415 - only where there is a table to read

    extension = "." + name.rpartition(".")[2].lower()
    if extension not in EXTENSIONS:
        raise UnreadableLut(
            said("{name} is no look-up table.", name=name),
            said("Choose a file that ends in {these}.", these=", ".join(EXTENSIONS)),
        )
    if len(content) > MOST_BYTES:
        raise UnreadableLut(said("{name} is larger than any look-up table.", name=name), "Choose another file.")
    try:
        return {".cube": cube.parse, ".3dl": lustre.parse, ".png": hald.parse}[extension](content)
    except ValueError as error:
        raise UnreadableLut(
            said("{name} cannot be read as a look-up table: {why}.", name=name, why=str(error)), "Choose another file."
        ) from error
