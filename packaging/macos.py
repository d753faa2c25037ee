"""The application and its disk image for macOS, made by what the system brings (hdiutil).

Written, and never run by us: there was no Mac at hand. Not signed: the system asks before it opens it the first time.
"""

from __future__ import annotations

import platform
from pathlib import Path

import bundle
import icon
import licences

from stillbytes import __version__
from stillbytes.app.desktop.associations import NAME, property_list

LAUNCHER = """\
#!/bin/sh
unset PYTHONHOME PYTHONPATH
export PYTHONNOUSERSITE=1
exec "$(dirname "$0")/../Resources/bin/python{version}" -P -m stillbytes app "$@"
"""


def make(work: Path, target: Path, wheel: Path, python: Path, uv: str) -> Path:
    """Build the disk image; returns its file."""
    image = work / "image"
    contents = image / f"{NAME}.app" / "Contents"
    resources = contents / "Resources"
    version = bundle.interpreter(python).version
    bundle.make(resources, wheel, python, uv, f"/Applications/{NAME}.app/Contents/Resources")
    icon.write(resources)
    (contents / "Info.plist").write_bytes(property_list.property_list())
    launcher = contents / "MacOS" / "stillbytes-app"
    launcher.parent.mkdir()
    launcher.write_text(LAUNCHER.format(version=version))
    launcher.chmod(0o755)
    site_packages = resources / "lib" / f"python{version}" / "site-packages"
    (resources / "LICENCES.txt").write_text(licences.text(resources, site_packages, version), encoding="utf-8")
    (image / "Applications").symlink_to("/Applications")
    bundle.run("codesign", "--force", "--deep", "--sign", "-", contents.parent)
    package = target / f"stillbytes-{__version__}-{platform.machine()}.dmg"
    bundle.run("hdiutil", "create", "-ov", "-volname", NAME, "-srcfolder", image, "-format", "UDZO", package)
    return package
