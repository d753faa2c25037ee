"""Prints the associations as a system takes them."""

from __future__ import annotations

import sys
from pathlib import PureWindowsPath

from stillbytes.app.desktop.associations import freedesktop, property_list, registry

USAGE = "usage: python -m stillbytes.app.desktop.associations linux-entry|linux-types|macos|windows [PROGRAM]"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["linux-entry", *program]:
            text = freedesktop.entry(*program[:1])
        case ["linux-types"]:
            text = freedesktop.types()
        case ["macos"]:
            text = property_list.property_list().decode()
        case ["windows", *program]:
            beside = PureWindowsPath(sys.executable).with_name("stillbytes.exe")
            text = registry.script(PureWindowsPath(program[0]) if program else beside)
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
