"""What is in the installers, seen in small: the whole is built by `python3 dev.py package`."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stillbytes.app.desktop.associations import associations, claimed
from stillbytes.develop.kernels import build
from stillbytes.develop.kernels.sources import digest

PACKAGING = Path(__file__).parents[2] / "packaging"
ROOT = PACKAGING.parent


@pytest.fixture
def packaging(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules of the script."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    import debian  # noqa: PLC0415 - beside the script
    import package  # noqa: PLC0415

    return {"debian": debian, "package": package}


def test_the_wheel_has_the_page_and_the_kernels_of_every_level(tmp_path: Path) -> None:
    """Compiling takes minutes: something stands for what another checkout compiled, which is taken over."""
    import zipfile  # noqa: PLC0415

    left_out = (
        ".*cache",
        ".git",
        ".hypothesis",
        ".tools",
        ".venv",
        "__pycache__",
        "built",
        "dist",
        "node_modules",
        "site",
    )
    shutil.copytree(ROOT, tmp_path / "tree", ignore=shutil.ignore_patterns(*left_out))
    kept = tmp_path / "home/cache/kernels" / digest()
    kept.mkdir(parents=True)
    for level in build.levels():
        (kept / f"kernels-{level}{build.SUFFIX}").write_bytes(level.encode())
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    home = {**os.environ, "STILLBYTES_HOME": str(tmp_path / "home")}
    subprocess.run(command, cwd=tmp_path / "tree", check=True, capture_output=True, env=home)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    kernels = {Path(name).stem for name in names if "/built/kernels-" in name}
    assert kernels == {f"kernels-{level}" for level in build.levels()}
    assert "stillbytes/webui/index.html" in names
    assert not [name for name in names if name.startswith(("tests/", "packaging/"))]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_the_deb_puts_everything_where_the_desktop_looks(
    packaging: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian = packaging["debian"]

    def small(target: Path, wheel: Path, python: Path, uv: str, seen_as: str) -> Path:
        version = debian.bundle.interpreter(python).version
        program = target / "bin" / f"python{version}"
        program.parent.mkdir(parents=True)
        program.write_text('#!/bin/sh\necho "$@"\n')
        program.chmod(0o755)
        (target / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
        return program

    monkeypatch.setattr(debian.bundle, "make", small)
    package = debian.make(tmp_path / "work", tmp_path, tmp_path / "none.whl", Path(sys.executable), "uv")
    names = set(debian.names(package))
    assert {
        "usr/bin/stillbytes",
        "usr/share/applications/stillbytes.desktop",
        "usr/share/mime/packages/stillbytes.xml",
        "usr/share/icons/hicolor/scalable/apps/stillbytes.svg",
        "usr/share/icons/hicolor/256x256/apps/stillbytes.png",
        "usr/share/doc/stillbytes/copyright",
        "opt/stillbytes/bin/stillbytes",
    } <= names
    # Nothing outside of these two, so that nothing stays when it is removed.
    assert {name.split("/")[0] for name in names if name} == {"opt", "usr"}
    fields = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True).stdout
    assert "Package: stillbytes" in fields and "Recommends: chromium | " in fields
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
    assert "Exec=stillbytes app %F" in (unpacked / "usr/share/applications/stillbytes.desktop").read_text()
    launcher = (unpacked / "opt/stillbytes/bin/stillbytes").read_text()
    assert launcher.startswith("#!/bin/sh\n") and '-m stillbytes "$@"' in launcher and "PYTHONPATH" in launcher


def test_the_other_systems_are_told_the_same_associations(packaging: Any, tmp_path: Path) -> None:
    packaging["package"].definitions(tmp_path)
    inno = (tmp_path / "windows/stillbytes.iss").read_text()
    assert all(f'\\.{name}\\OpenWithProgids"' in inno for name in claimed())
    assert "uninsdeletevalue" in inno and "{app}\\pythonw.exe" in inno and "{{7C1E6F6D" in inno
    told = plistlib.loads((tmp_path / "macos/Info.plist").read_bytes())
    assert len(told["CFBundleDocumentTypes"]) == len(associations()) + 1  # folders
    assert "MimeType=" in (tmp_path / "linux/stillbytes.desktop").read_text()


def test_every_package_that_is_brought_along_is_named_with_its_licence(packaging: Any) -> None:
    import licences  # noqa: PLC0415 - beside the script

    site_packages = Path(pytest.__file__).parents[1]
    found = {name.casefold(): licence for name, _, licence, _ in licences.listed(site_packages)}
    assert found["exiv2"] == "GPL-3.0-or-later" and found["numpy"].startswith("BSD")
    assert "not told" not in (found["pydantic"], found["fastapi"], found["pillow"])
