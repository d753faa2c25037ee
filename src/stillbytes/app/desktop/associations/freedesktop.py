"""For Linux desktops: the application's entry and the types of files that their database lacks.

Desktop Entry Specification 1.4 and Shared MIME-info Database 0.21, both by freedesktop.org.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from stillbytes.app.desktop.associations import NAME, PARENT, SAYS, associations
from stillbytes.app.desktop.window import WINDOW_CLASS

GENERIC = {"de": "RAW-Fotoeditor", "es": "Editor de fotos RAW"}


def entry(program: str = "stillbytes") -> str:
    """The .desktop file. program: as it is called, with its path where it is not on everybody's."""
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.4",
        f"Name={NAME}",
        f"GenericName={SAYS}",
        *(f"GenericName[{language}]={text}" for language, text in GENERIC.items()),
        "Comment=Develop RAW photos, with masks, generative edits and an assistant, all on this machine",
        f"Exec={_quoted(program)} app %F",
        "Icon=stillbytes",
        "Terminal=false",
        "Categories=Graphics;Photography;RasterGraphics;2DGraphics;",
        "Keywords=raw;dng;photo;develop;library;",
        f"StartupWMClass={WINDOW_CLASS}",
        f"MimeType={''.join(f'{one.mime};' for one in associations())}",
    ]
    return "\n".join(lines) + "\n"


def types() -> str:
    """The XML for shared-mime-info: of RAW files that it does not know."""
    parts = [
        f"  <mime-type type={quoteattr(one.mime)}>\n"
        f"    <comment>{escape(one.says)}</comment>\n"
        f"    <sub-class-of type={quoteattr(PARENT)}/>\n"
        + "".join(f"    <glob pattern={quoteattr(f'*.{name}')}/>\n" for name in one.extensions)
        + "  </mime-type>\n"
        for one in associations()
        if not one.known
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">\n'
    return f"{head}{''.join(parts)}</mime-info>\n"


def _quoted(program: str) -> str:
    """As the Exec key wants a path with characters that it reserves."""
    if not any(mark in program for mark in " \t\n\"'\\><~|&;$*?#()`%"):
        return program
    for mark in '\\"`$':
        program = program.replace(mark, f"\\{mark}")
    # The value as a whole is a string, in which a backslash is written twice.
    return '"' + program.replace("%", "%%").replace("\\", "\\\\") + '"'
