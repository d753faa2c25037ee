"""Another program's assistant, through the official client: it sees, edits, masks, exports, and stays in its folder."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from dng import make_photo
from PIL import Image

import stillbytes as sb
from stillbytes.app.mcp.server import server
from stillbytes.app.mcp.verbs import Verbs
from stillbytes.edit import sidecar

mcp = pytest.importorskip("mcp")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    inside = tmp_path / "photos"
    inside.mkdir()
    make_photo(inside / "a.dng")
    make_photo(tmp_path / "outside.dng")
    return inside


def session(folder: Path, *calls: tuple[str, dict[str, Any]], read_only: bool = False) -> list[Any]:
    """The results of calls, one after the other."""

    async def talk() -> list[Any]:
        from mcp.client import Client  # noqa: PLC0415

        async with Client(server(Verbs([folder], read_only=read_only))) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(talk())


def told(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content[0].text
    found: dict[str, Any] = json.loads(result.content[0].text)
    return found


def test_a_question_is_answered_and_changes_nothing(folder: Path) -> None:
    answer, strange = session(
        folder,
        ("ask", {"photo": "a.dng", "request": "what does dehaze do?"}),
        ("ask", {"photo": "a.dng", "request": "what does xyzzy do?"}),
    )
    assert told(answer)["message"].startswith("Dehaze: ") and told(answer)["settings"] == {}
    assert strange.is_error and "xyzzy" in strange.content[0].text
    assert sidecar.read(folder / "a.dng", *sb.open(folder / "a.dng").upright) is None


def test_a_session_opens_edits_exports_and_undoes(folder: Path) -> None:
    before = (folder / "a.dng").read_bytes()
    results = session(
        folder,
        ("list_photos", {}),
        ("view", {"photo": "a.dng", "size": 256}),
        ("set", {"photo": "a.dng", "parameter": "exposure", "value": 99}),
        ("edit", {"photo": "a.dng", "steps": [{"tool": "set", "parameter": "contrast", "value": 20},
                                              {"tool": "crop", "width": 1, "height": 1}]}),
        ("ask", {"photo": "a.dng", "request": "shadows +10"}),
        ("undo", {"photo": "a.dng"}),
        ("export", {"photo": "a.dng", "name": "square.jpg"}),
    )  # fmt: skip
    assert told(results[0])["photos"] == [str(folder / "a.dng")]
    picture = base64.b64decode(results[1].content[1].data)
    assert picture.startswith(b"\xff\xd8")
    assert told(results[2])["settings"] == {"exposure": 5}
    for result in results[3:]:
        told(result)
    saved = sidecar.read(folder / "a.dng", *sb.open(folder / "a.dng").upright)
    assert saved is not None
    assert saved.settings["exposure"] == 5
    assert saved.settings["contrast"] == 20
    assert "shadows" not in saved.settings
    with Image.open(folder / "square.jpg") as exported:
        assert exported.width == exported.height
    assert (folder / "a.dng").read_bytes() == before


@pytest.mark.parametrize("photo", ["../outside.dng", "/etc/passwd", "no.dng", "", "a.dng\0", "link.dng"])
def test_nothing_outside_of_the_folder_is_reached(folder: Path, photo: str) -> None:
    if sys.platform != "win32":
        (folder / "link.dng").symlink_to(folder.parent / "outside.dng")
    (result,) = session(folder, ("set", {"photo": photo, "parameter": "exposure", "value": 1}))
    assert result.is_error
    assert not list(folder.parent.glob("*.xmp"))


@pytest.mark.parametrize("name", ["a.dng", "../x.jpg", "/tmp/x.jpg", ".hidden.jpg", "x.exe", "there.jpg"])
def test_exports_are_new_files_beside_the_photo(folder: Path, name: str) -> None:
    (folder / "there.jpg").write_bytes(b"mine")
    before = sorted(folder.parent.iterdir())
    (result,) = session(folder, ("export", {"photo": "a.dng", "name": name}))
    assert result.is_error
    assert (folder / "there.jpg").read_bytes() == b"mine"
    assert sorted(folder.parent.iterdir()) == before


def test_read_only_has_no_tool_that_changes_anything(folder: Path) -> None:
    verbs = Verbs([folder], read_only=True)
    assert not any(verb.changes for verb in verbs.all.values())
    proposed, refused = session(
        folder,
        ("propose", {"photo": "a.dng", "request": "contrast +20"}),
        ("set", {"photo": "a.dng", "parameter": "exposure", "value": 1}),
        read_only=True,
    )
    assert told(proposed)["settings"] == {"contrast": 20}
    assert refused.is_error
    assert not list(folder.glob("*.xmp"))


def test_over_standard_input_and_output(folder: Path) -> None:
    async def talk() -> tuple[list[str], Any]:
        from mcp.client import Client  # noqa: PLC0415
        from mcp.client.stdio import StdioServerParameters  # noqa: PLC0415

        given = StdioServerParameters(
            command=sys.executable, args=["-m", "stillbytes", "mcp", str(folder)], env=dict(os.environ)
        )
        async with Client(given) as client:
            listed = await client.list_tools()
            return [tool.name for tool in listed.tools], await client.call_tool("explain", {"name": "dehaze"})

    names, explained = asyncio.run(talk())
    assert {"view", "set", "adjust", "crop", "ask", "export"} <= set(names)
    assert "haze" in told(explained)["says"]
