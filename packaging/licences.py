"""What is in a bundle, and under which licence."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
from pathlib import Path

HEAD = """\
What this installation of Stillbytes consists of. Stillbytes itself is licensed under the Apache License 2.0; each part
below keeps its own licence. The texts that a package brings lie in its folder *.dist-info.

Two of the parts have terms for the whole when it is passed on: python-exiv2 (GNU General Public License 3 or later,
with Exiv2 under 2 or later) and the x265 encoder inside pillow-heif (GNU General Public License 2 or later). Who passes
this package on does so under the GNU General Public License 3; who does not want that leaves them out.
"""


def listed(site_packages: Path) -> list[tuple[str, str, str, str]]:
    """Name, version, licence and place of its texts, of every package."""
    found = []
    for one in importlib.metadata.distributions(path=[str(site_packages)]):
        texts = [
            str(file) for file in one.files or [] if "licen" in file.name.lower() or "copying" in file.name.lower()
        ]
        found.append((one.metadata["Name"], one.version, licence(one.metadata), ", ".join(sorted(set(texts))[:3])))
    return sorted(found, key=lambda row: row[0].casefold())


def licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """As the package says it: an expression, a classifier, or the first line of what it wrote."""
    told = metadata.get("License-Expression")
    if told:
        return str(told)
    classifiers = metadata.get_all("Classifier") or []
    names = [one.rpartition("::")[2].strip() for one in classifiers if one.startswith("License ::")]
    names = [name for name in names if name != "OSI Approved"]
    if names:
        return ", ".join(names)
    lines = [line.strip() for line in (metadata.get("License") or "").splitlines() if line.strip()]
    return lines[0][:120] if lines else "not told"


def libraries(target: Path) -> list[tuple[str, str]]:
    """The system's libraries that were brought along, with the package that they come from."""
    told = target / "libraries.json"
    names = json.loads(told.read_text()) if told.exists() else []
    found = []
    for name in names:
        asked = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=False).stdout
        found.append((name, asked.split(":")[0] if asked else "unknown"))
    return found


def text(target: Path, site_packages: Path, python: str) -> str:
    lines = [HEAD, "", f"Python {python}: PSF-2.0 (see LICENSE.txt in its library)", ""]
    for name, version, said, texts in listed(site_packages):
        lines.append(f"{name} {version}: {said}{f' ({texts})' if texts else ''}")
    brought = libraries(target)
    if brought:
        lines += ["", "Shared libraries from this system's packages, whose licences follow:", ""]
        lines += [f"{name}: {package}" for name, package in brought]
        for package in sorted({package for _, package in brought}):
            copyright = Path("/usr/share/doc") / package / "copyright"
            if copyright.exists():
                lines += ["", f"---- {package}", "", copyright.read_text(errors="replace")]
    return "\n".join(lines) + "\n"
