"""The installer for Windows, made by Inno Setup 6 (iscc.exe on the PATH or in its usual place).

Written, and never run by us: there was no Windows at hand.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import bundle
import icon
import licences

from stillbytes import __version__
from stillbytes.app.desktop.associations import NAME, registry

APP_ID = "{{7C1E6F6D-6E2B-4B8B-9C0E-5A0C4C5D1B27}"
"""Ours for ever: by it a later version finds the one that it replaces."""
SCRIPT = """\
[Setup]
AppId={app_id}
AppName={name}
AppVersion={version}
AppPublisher=The Stillbytes authors
DefaultDirName={{autopf}}\\{name}
DefaultGroupName={name}
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
SetupIconFile={folder}\\stillbytes.ico
UninstallDisplayIcon={{app}}\\stillbytes.ico
OutputDir={output}
OutputBaseFilename=stillbytes-{version}-setup
Compression=lzma2
SolidCompression=yes

[Files]
Source: "{folder}\\*"; DestDir: "{{app}}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{{group}}\\{name}"; Filename: "{{app}}\\pythonw.exe"; Parameters: "-P -m stillbytes app"; \
IconFilename: "{{app}}\\stillbytes.ico"

[Registry]
{registry}

[Run]
Filename: "{{app}}\\pythonw.exe"; Parameters: "-P -m stillbytes app"; Description: "Start {name}"; \
Flags: postinstall nowait skipifsilent
"""
CONSOLE = '@echo off\r\n"%~dp0python.exe" -P -m stillbytes %*\r\n'


def make(work: Path, target: Path, wheel: Path, python: Path, uv: str) -> Path:
    """Build the installer; returns its file."""
    folder = work / NAME
    program = bundle.make(folder, wheel, python, uv, f"C:\\Program Files\\{NAME}")
    (folder / "stillbytes.cmd").write_text(CONSOLE, newline="")
    icon.write(folder)
    version = bundle.interpreter(program).version
    licence_text = licences.text(folder, folder / "Lib" / "site-packages", version)
    (folder / "LICENCES.txt").write_text(licence_text, encoding="utf-8")
    definition = work / "stillbytes.iss"
    definition.write_text(script(folder, target), encoding="utf-8-sig")
    bundle.run(compiler(), "/Q", definition)
    return target / f"stillbytes-{__version__}-setup.exe"


def script(folder: Path, output: Path) -> str:
    """What Inno Setup is told. folder: the bundle."""
    lines = []
    for one in registry.entries('"{app}\\pythonw.exe" -P -m stillbytes app', "{app}\\stillbytes.ico"):
        flags = "uninsdeletekey" if one.whole else "uninsdeletevalue uninsdeletekeyifempty"
        lines.append(
            f'Root: HKA; Subkey: "{quoted(one.key)}"; ValueType: string; ValueName: "{quoted(one.name)}"; '
            f'ValueData: "{quoted(one.value)}"; Flags: {flags}'
        )
    return SCRIPT.format(
        app_id=APP_ID, name=NAME, version=__version__, folder=folder, output=output, registry="\n".join(lines)
    )


def quoted(text: str) -> str:
    return text.replace('"', '""')


def compiler() -> str:
    usual = Path(os.environ.get("PROGRAMFILES(X86)", "C:/Program Files (x86)")) / "Inno Setup 6" / "ISCC.exe"
    found = shutil.which("iscc") or (str(usual) if usual.exists() else None)
    if found is None:
        raise SystemExit("package: Inno Setup 6 is missing (jrsoftware.org/isinfo.php)")
    return found
