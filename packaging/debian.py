"""The .deb: everything in /opt/stillbytes, and what the desktop reads in /usr/share."""

from __future__ import annotations

import gzip
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import bundle
import icon
import licences

from stillbytes import __version__
from stillbytes.app.desktop.associations import freedesktop

HOME = "opt/stillbytes"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
LAUNCHER = """\
#!/bin/sh
# With its own Python, whatever the environment says about others.
unset PYTHONHOME PYTHONPATH
export PYTHONNOUSERSITE=1
exec /opt/stillbytes/bin/python{version} -P -m stillbytes "$@"
"""
CONTROL = """\
Package: stillbytes
Version: {version}
Architecture: {architecture}
Maintainer: The Stillbytes authors <stillbytes@localhost>
Installed-Size: {kib}
Depends: libc6 (>= {glibc}), libstdc++6, libgcc-s1
Recommends: chromium | google-chrome-stable | microsoft-edge-stable | brave-browser | vivaldi-stable
Suggests: shared-mime-info, desktop-file-utils
Section: graphics
Priority: optional
Description: RAW photo editor that runs entirely on its user's own machine
 Develops RAW photos with live sliders, masks, generative edits and an
 assistant; keeps every edit beside the photo and never changes an original.
 .
 The window is that of a browser made from Chromium. Python and all libraries
 are inside, in /opt/stillbytes.
"""


def make(work: Path, target: Path, wheel: Path, python: Path, uv: str) -> Path:
    """Build the package; returns its file."""
    root = work / "root"
    home = root / HOME
    program = bundle.make(home, wheel, python, uv, f"/{HOME}")
    source = bundle.interpreter(python)
    launcher = home / "bin" / "stillbytes"
    launcher.write_text(LAUNCHER.format(version=source.version))
    launcher.chmod(0o755)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/stillbytes").symlink_to(f"/{HOME}/bin/stillbytes")
    share = root / "usr/share"
    put(share / "applications/stillbytes.desktop", freedesktop.entry())
    put(share / "mime/packages/stillbytes.xml", freedesktop.types())
    icons = share / "icons/hicolor"
    (icons / "scalable/apps").mkdir(parents=True)
    shutil.copy(bundle.ROOT / "web/public/icon.svg", icons / "scalable/apps/stillbytes.svg")
    (icons / "256x256/apps").mkdir(parents=True)
    icon.icon(256).save(icons / "256x256/apps/stillbytes.png")
    site_packages = home / "lib" / f"python{source.version}" / "site-packages"
    doc = share / "doc/stillbytes"
    put(doc / "copyright", licences.text(home, site_packages, source.version))
    (doc / "changelog.gz").write_bytes(gzip.compress((bundle.ROOT / "CHANGELOG.md").read_bytes(), 9, mtime=0))
    (home / "libraries.json").unlink(missing_ok=True)
    open_to_all(root)
    assert program.is_file()
    return pack(root, target)


def pack(root: Path, target: Path) -> Path:
    architecture = ARCHITECTURES[platform.machine()]
    kib = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    version = re.sub(r"\.?(dev|a|b|rc)", r"~\1", __version__)  # of which dpkg knows that it comes before
    glibc = newest_glibc(root / HOME)
    put(root / "DEBIAN/control", CONTROL.format(version=version, architecture=architecture, kib=kib, glibc=glibc))
    package = target / f"stillbytes_{version}_{architecture}.deb"
    bundle.run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", root, package)
    return package


def newest_glibc(home: Path) -> str:
    """The youngest version of the C library that anything in it asks for."""
    found = {(2, 17)}
    pattern = re.compile(rb"GLIBC_(\d+)\.(\d+)(?:\.\d+)?\0")
    for file in home.rglob("*"):
        if file.is_file() and not file.is_symlink() and (".so" in file.name or file.parent.name == "bin"):
            found |= {(int(a), int(b)) for a, b in pattern.findall(file.read_bytes())}
    return ".".join(map(str, max(found)))


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="\n")


def open_to_all(root: Path) -> None:
    """Readable for everybody, writable for nobody else, whatever the umask here is."""
    for path in root.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if executable else 0o644)


def names(package: Path) -> list[str]:
    """What is in a package."""
    told = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
    listed = subprocess.run(["tar", "-tf", "-"], input=told, check=True, capture_output=True).stdout
    return [line.removeprefix("./") for line in listed.decode().splitlines()]
