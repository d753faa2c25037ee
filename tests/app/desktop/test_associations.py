"""What the desktops are told of our files."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
from pathlib import Path, PureWindowsPath

import pytest

from stillbytes.app.desktop.associations import NOT_OURS, associations, claimed, freedesktop, property_list, registry
from stillbytes.photo.formats import EXTENSIONS


def test_every_extension_that_is_read_is_claimed_or_left_to_others_on_purpose() -> None:
    types = associations()
    assert {name for one in types for name in one.extensions} | NOT_OURS == {dotted[1:] for dotted in EXTENSIONS}
    assert all(re.fullmatch(r"image/[a-z0-9.+-]+", one.mime) for one in types)
    assert len({one.mime for one in types}) == len(types)
    # The pictures that everybody has keep their own names; RAW files come first, as what we are for.
    assert {"image/jpeg", "image/heif", "image/x-canon-cr3"} <= {one.mime for one in types if one.known}
    assert [one.raw for one in types] == sorted((one.raw for one in types), reverse=True)


def test_the_linux_entry_opens_all_types_and_is_valid(tmp_path: Path) -> None:
    text = freedesktop.entry("/opt/my programs/stillbytes")
    assert 'Exec="/opt/my programs/stillbytes" app %F\n' in text
    line = next(line for line in text.splitlines() if line.startswith("MimeType="))
    assert line.removeprefix("MimeType=").split(";")[:-1] == [one.mime for one in associations()]
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("desktop-file-validate (desktop-file-utils) is not here")
    place = tmp_path / "stillbytes.desktop"
    place.write_text(freedesktop.entry())
    checked = subprocess.run(["desktop-file-validate", place], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "error" not in checked.stdout, checked.stdout


def test_the_types_that_linux_lacks_are_taken_by_its_database(tmp_path: Path) -> None:
    place = tmp_path / "mime/packages/stillbytes.xml"
    place.parent.mkdir(parents=True)
    place.write_text(freedesktop.types())
    if shutil.which("update-mime-database") is None:
        pytest.skip("update-mime-database (shared-mime-info) is not here")
    subprocess.run(["update-mime-database", tmp_path / "mime"], check=True, capture_output=True)
    globs = (tmp_path / "mime/globs").read_text()
    assert "image/x-hasselblad-3fr:*.3fr" in globs and "image/jpeg" not in globs
    assert "image/x-hasselblad-3fr image/x-dcraw" in (tmp_path / "mime/subclasses").read_text()


def test_windows_is_told_of_every_type_and_no_standard_is_changed() -> None:
    text = registry.script(PureWindowsPath(r"C:\Program Files\Stillbytes\stillbytes.exe"))
    assert text.startswith("Windows Registry Editor Version 5.00\r\n")
    assert r'@="\"C:\\Program Files\\Stillbytes\\stillbytes.exe\" app \"%1\""' in text
    for name in claimed():
        assert f'".{name}"="Stillbytes.Photo"' in text
        offered = rf"\.{name}\OpenWithProgids]" + '\r\n"Stillbytes.Photo"=""'
        assert offered in text
        assert rf"Classes\.{name}]" not in text  # where the standard program stands


def test_macos_offers_every_extension_without_being_the_standard() -> None:
    told = plistlib.loads(property_list.property_list())
    types = told["CFBundleDocumentTypes"]
    found = {name for one in types for name in one.get("CFBundleTypeExtensions", ())}
    assert found == set(claimed())
    assert {one["LSHandlerRank"] for one in types} <= {"Alternate", "None"}
