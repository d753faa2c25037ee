#!/usr/bin/env python3
"""Builds the installer of the system that it runs on: a .deb on Linux, a program that installs on Windows, a disk image
on macOS. Run by `python3 dev.py package`.

    package.py [--python PROGRAM] [--output FOLDER] [--only definitions]

PROGRAM: the Python that goes into the package; by default the one that the environment was made from.
`--only definitions` writes what the installers are made from, of every system, and builds nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import bundle
import debian
import macos
import windows


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--python", type=Path, default=Path(sys.executable))
    options.add_argument("--output", type=Path, default=bundle.ROOT / "dist")
    options.add_argument("--uv", default=shutil.which("uv") or str(bundle.ROOT / ".tools/bin/uv"))
    options.add_argument("--only", choices=["definitions"])
    chosen = options.parse_args()
    chosen.output.mkdir(parents=True, exist_ok=True)
    if chosen.only:
        definitions(chosen.output)
        return 0
    make = {"linux": debian.make, "win32": windows.make, "darwin": macos.make}[sys.platform]
    with tempfile.TemporaryDirectory(prefix="stillbytes-package-") as folder:
        work = Path(folder)
        package = make(work, chosen.output.resolve(), bundle.build_wheel(work / "wheel"), chosen.python, chosen.uv)
    print(f"{package}: {package.stat().st_size / 1e6:.0f} MB")
    return 0


def definitions(output: Path) -> None:
    """The files that each system is told with, as they go into the packages."""
    from stillbytes.app.desktop.associations import freedesktop, property_list  # noqa: PLC0415

    debian.put(output / "linux/stillbytes.desktop", freedesktop.entry())
    debian.put(output / "linux/stillbytes.xml", freedesktop.types())
    debian.put(output / "windows/stillbytes.iss", windows.script(Path("bundle"), output))
    (output / "macos").mkdir(exist_ok=True)
    (output / "macos/Info.plist").write_bytes(property_list.property_list())


if __name__ == "__main__":
    sys.exit(main())
