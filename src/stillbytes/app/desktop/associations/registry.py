"""For Windows: what the registry is told, as a script and for the installer.

Stillbytes is offered under "Open with" and in the settings of standard programs; it never makes itself the standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PureWindowsPath

from stillbytes.app.desktop.associations import NAME, SAYS, claimed

PROGRAM_ID = "Stillbytes.Photo"
_CLASSES = r"Software\Classes"
_CAPABILITIES = r"Software\Stillbytes\Capabilities"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value below HKEY_CURRENT_USER. name: empty for the key's own. whole: the key is ours and goes as a whole."""

    key: str
    name: str
    value: str
    whole: bool = False


def entries(command: str, icon: str) -> list[Entry]:
    """command: opens the files whose names are put after it. icon: path of the program or of an .ico file."""
    ours = rf"{_CLASSES}\{PROGRAM_ID}"
    folder = rf"{_CLASSES}\Directory\shell\Stillbytes"
    found = [
        Entry(ours, "", "Photo", whole=True),
        Entry(rf"{ours}\DefaultIcon", "", icon),
        Entry(rf"{ours}\shell\open", "FriendlyAppName", NAME),
        Entry(rf"{ours}\shell\open\command", "", f'{command} "%1"'),
        Entry(folder, "", f"Open with {NAME}", whole=True),
        Entry(folder, "Icon", icon),
        Entry(rf"{folder}\command", "", f'{command} "%V"'),
        Entry(_CAPABILITIES, "ApplicationName", NAME, whole=True),
        Entry(_CAPABILITIES, "ApplicationDescription", SAYS),
        Entry(r"Software\RegisteredApplications", NAME, _CAPABILITIES),
    ]
    for extension in claimed():
        found.append(Entry(rf"{_CAPABILITIES}\FileAssociations", f".{extension}", PROGRAM_ID))
        found.append(Entry(rf"{_CLASSES}\.{extension}\OpenWithProgids", PROGRAM_ID, ""))
    return found


def script(program: PureWindowsPath) -> str:
    """A .reg file for a person whose Stillbytes was not brought by the installer."""
    lines = ["Windows Registry Editor Version 5.00"]
    key = ""
    for entry in entries(f'"{program}" app', f"{program},0"):
        if entry.key != key:
            key = entry.key
            lines += ["", rf"[HKEY_CURRENT_USER\{key}]"]
        name = f'"{_escaped(entry.name)}"' if entry.name else "@"
        lines.append(f'{name}="{_escaped(entry.value)}"')
    return "\r\n".join(lines) + "\r\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
