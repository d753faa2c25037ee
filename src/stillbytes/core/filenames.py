"""Names that every file system takes, Windows' too."""

from __future__ import annotations

FORBIDDEN = '/\\:*?"<>|'
DEVICES = {
    "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³")
}  # fmt: skip
"""Names that Windows keeps for itself, with any extension (Microsoft, "Naming Files, Paths, and Namespaces")."""
MOST = 80
"""Characters that `made_plain` keeps."""
MOST_BYTES = 200
"""Bytes of UTF-8 that it keeps, and `fits` allows: file systems take 255, an extension and a number included."""


def plain(text: str) -> bool:
    """Whether every file system takes the text as part of a name."""
    return text.isprintable() and not any(character in FORBIDDEN for character in text)


def fits(text: str) -> bool:
    """Whether every file system takes the text as a name, without an extension.

    >>> fits("IMG 0001"), fits("com1.x"), fits("a."), fits(".hidden")
    (True, False, False, False)
    """
    short = 0 < len(text.encode(errors="replace")) <= MOST_BYTES
    return short and plain(text) and text == text.strip(" .") and not _of_device(text)


def made_plain(text: str) -> str:
    """The text with spaces in place of what a name cannot hold; "Unnamed" where nothing is left.

    >>> made_plain("Look: a/b "), made_plain("nul"), made_plain("nul.x"), made_plain("..")
    ('Look a b', 'nul_', 'nul_.x', 'Unnamed')
    """
    words = "".join(character if plain(character) else " " for character in text).split()
    name = " ".join(words)[:MOST].encode()[:MOST_BYTES].decode(errors="ignore").strip(" .") or "Unnamed"
    base, dot, rest = name.partition(".")
    return f"{base}_{dot}{rest}" if _of_device(name) else name


def _of_device(name: str) -> bool:
    return name.partition(".")[0].rstrip().upper() in DEVICES
