"""`stillbytes presets` and `develop --preset`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_preset_is_saved_exported_imported_and_used(run: Any, photo: Path, tmp_path: Path) -> None:
    plain, half, exported = tmp_path / "plain.png", tmp_path / "half.png", tmp_path / "Mine.xmp"
    assert run("develop", photo, "-o", plain, "--exposure", "0.3").status == 0
    photo.with_suffix(".xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" '
        'crs:ProcessVersion="15.4" crs:HasSettings="True" crs:Exposure2012="+0.60"/></rdf:RDF></x:xmpmeta>'
    )
    assert run("presets", "save", "Mine", photo).out.strip() == "My presets/Mine"
    assert run("presets", "export", "mine", "-o", exported).status == 0
    assert run("presets", "remove", "Mine").status == 0
    imported = json.loads(run("presets", "import", exported, "--json").out)
    assert imported["imported"][0]["settings"] == {"exposure": 0.6} and imported["errors"] == []
    assert run("develop", photo, "-o", half, "--ignore-sidecar", "--preset", "Mine:50").status == 0
    assert half.read_bytes() == plain.read_bytes()
    listed = json.loads(run("presets", "list", "--json").out)["presets"]
    assert [one["name"] for one in listed if one["own"]] == ["Mine"]


def test_a_folder_of_presets_is_imported_and_what_is_none_is_told(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "Evening looks"
    folder.mkdir()
    (folder / "one.lrtemplate").write_text(
        's = { title = "One", type = "Develop", value = { settings = { Vibrance = 9, HDREditMode = 1 } } }'
    )
    (folder / "two.xmp").write_text("<x")
    ran = run("presets", "import", folder)
    assert ran.status == 1 and ran.out.strip() == "Evening looks/One"
    assert "HDR" in ran.err and "two.xmp" in ran.err and "Traceback" not in ran.err


def test_a_preset_that_there_is_not_is_told(run: Any, photo: Path, tmp_path: Path) -> None:
    ran = run("develop", photo, "-o", tmp_path / "a.jpg", "--preset", "Moon")
    assert ran.status == 1 and "Moon" in ran.err and not (tmp_path / "a.jpg").exists()
