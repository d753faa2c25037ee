"""Forty sidecars as Lightroom lays them out: taken in, written back, the same again, and read by others' programs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import exiv2
import pytest
from lxml import etree

from stillbytes.core.geometry import Size
from stillbytes.edit import fields, sidecar
from stillbytes.edit.corrections.names import ALL as CORRECTIONS

FILES = sorted((Path(__file__).parents[1] / "data" / "lightroom").glob("*.xmp"))
LANDSCAPE, PORTRAIT = (1, Size(6000, 4000)), (6, Size(4000, 6000))
OURS = fields.known() | set(CORRECTIONS) | {"tiff:Orientation", "xmp:MetadataDate", "crs:RawFileName"}
KEPT = re.compile(
    r"""\s(?P<attribute>[a-zA-Z]+:\w+)=(?:"[^"]*"|'[^']*') | ^\ \ \ <(?P<element>[a-zA-Z]+:\w+)>.*?</(?P=element)>""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def test_there_are_forty_of_all_three_layouts() -> None:
    assert len(FILES) == 40
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert sum("<crs:Exposure2012>" in text for text in texts) > 9
    assert sum(text.count("<rdf:Description rdf:about") > 3 for text in texts) > 9
    assert sum("crs:MaskGroupBasedCorrections" in text for text in texts) > 15


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("photo", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def test_what_is_read_is_written_and_read_again(path: Path, photo: tuple[int, Size], tmp_path: Path) -> None:
    copy = tmp_path / "a.xmp"
    shutil.copyfile(path, copy)
    before = sidecar.read_file(copy, *photo)
    sidecar.write(tmp_path / "a.nef", before.settings, (), 0, *photo, copy)
    after = sidecar.read_file(copy, *photo)
    assert after.settings == before.settings and after.settings
    assert after.unmapped == before.unmapped and after.rating == before.rating
    once = copy.read_bytes()
    sidecar.write(tmp_path / "a.nef", after.settings, (), 0, *photo, copy)
    assert _undated(copy.read_bytes()) == _undated(once)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_their_fields_alone_say_the_same(path: Path, tmp_path: Path) -> None:
    """As Lightroom would see it, which does not know our namespace."""
    copy = tmp_path / "a.xmp"
    shutil.copyfile(path, copy)
    before = sidecar.read_file(copy, *LANDSCAPE)
    sidecar.write(tmp_path / "a.nef", before.settings, (), 0, *LANDSCAPE, copy)
    text = re.sub(rb"""\s+sb:\w+="[^"]*"|<sb:(\w+)>.*?</sb:\1>""", b"", copy.read_bytes(), flags=re.DOTALL)
    assert b"sb:Settings" not in text
    after = sidecar.parsed(text, "a.xmp", *LANDSCAPE)
    theirs, mine = _rounded(before.settings), _rounded(after.settings)
    assert mine == theirs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_not_ours_keeps_its_bytes(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a.xmp"
    shutil.copyfile(path, copy)
    found = sidecar.read_file(copy, *LANDSCAPE)
    sidecar.write(tmp_path / "a.nef", found.settings.changed(exposure=1.0), (), 0, *LANDSCAPE, copy)
    before, after = (p.read_bytes().decode() for p in (path, copy))
    kept = 0
    for match in KEPT.finditer(before):
        name = match["attribute"] or match["element"]
        if name not in OURS and not name.startswith(("xmlns:", "rdf:", "x:")):
            assert match.group() in after, name
            kept += 1
    assert kept > 15
    assert after.startswith(before[:40]) and after.endswith(before[-22:])


def test_what_has_no_counterpart_is_told() -> None:
    told = {label for path in FILES for label in sidecar.read_file(path, *LANDSCAPE).unmapped}
    assert {"removed spots", "HDR"} <= told
    assert not {label for label in told if re.fullmatch(r"[A-Z]\w+", label)} - {"HDR"}  # all fields have words


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exiv2_reads_ours_without_a_word(path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    copy = _written(path, tmp_path)
    with caplog.at_level("DEBUG"):
        image = exiv2.ImageFactory.open(str(copy))
        image.readMetadata()
    assert not caplog.records
    fields = {datum.key(): datum.toString() for datum in image.xmpData()}
    expected = re.search(rb"Exposure2012(?:=\"|>)([^\"<]+)", copy.read_bytes())
    assert expected is not None and fields["Xmp.crs.Exposure2012"] == expected[1].decode()
    assert fields["Xmp.unheard.Of"] == "a & b"


def test_exiftool_reads_ours_without_warnings(tmp_path: Path) -> None:
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not here (Debian: libimage-exiftool-perl)")
    copies = [str(_written(path, tmp_path, path.name)) for path in FILES]
    done = subprocess.run(
        [program, "-q", "-j", "-a", "-Warning", "-Error", "-XMP-crs:Exposure2012", "-XMP-crs:HasSettings", *copies],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == "" and len(found) == len(FILES)
    for one in found:
        assert "Warning" not in one and "Error" not in one, one
        assert one["HasSettings"] is True and "Exposure2012" in one


def _written(path: Path, folder: Path, name: str = "a.xmp") -> Path:
    """The file after it was read here and written back with a history."""
    copy = folder / name
    shutil.copyfile(path, copy)
    found = sidecar.read_file(copy, *LANDSCAPE)
    from stillbytes.edit.history import History  # noqa: PLC0415

    history = History().appended(found.settings, "Settings of the sidecar")
    sidecar.write(folder / "a.nef", found.settings, history.entries, 1, *LANDSCAPE, copy)
    etree.fromstring(copy.read_bytes())
    return copy


def _undated(content: bytes) -> bytes:
    return re.sub(rb'MetadataDate="[^"]*"', b"", content)


def _rounded(settings: Any) -> Any:
    def walk(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 3)
        if isinstance(value, dict):
            return {key: walk(inner) for key, inner in value.items() if key != "id"}
        return [walk(inner) for inner in value] if isinstance(value, list | tuple) else value

    return walk(dict(settings))
