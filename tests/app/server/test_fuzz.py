"""Seeded nonsense over every route of the document: an answer in words each time, never a failure, nothing written."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from app.server.asynchronous import run
from dng import make_photo

from stillbytes.app.server.application import create_app
from stillbytes.app.server.guard import Guard
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.folder import Folder

ROUNDS = 60
"""Requests to each route."""
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, 10**400, 2**63, float("nan"), float("inf"), "", "x" * 5000, "\0", "\ud800",
    "../../etc/passwd", "%2e%2e", "ü", [], [[]], [None], {}, {"a": {}}, [[0, 0], [300, 1]], [[0, 0], [0, 1]],
    "NaN", "1e5",
]  # fmt: skip
BODIES = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b'{"settings": NaN}', b'{"settings": {"exposure": Infinity}}',
    b"[" * 20000, b'{"x": 1' + b"0" * 5000 + b"}", b"\xff\xfe\0", b'{"label": "\\ud800"}',
    b'{"settings": {"\\udfff": 1}, "photos": ["a"]}',
]  # fmt: skip


class Nonsense:
    """Makes values that are like what a schema asks for, and ever so often quite different."""

    def __init__(self, seed: int, document: dict[str, Any], ids: list[str]) -> None:
        self.dice = random.Random(seed)
        self.schemas = document["components"]["schemas"]
        self.ids = ids

    def value(self, schema: dict[str, Any], name: str = "") -> Any:
        if self.dice.random() < 0.15:
            return self.dice.choice(ODD)
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            return self.value(self.dice.choice(schema["anyOf"]), name)
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self.members(schema)
        if kind == "array":
            items = schema.get("items", {})
            return [self.value(items, name) for _ in range(self.dice.choice((0, 1, 2, 3, 70)))]
        if kind in ("number", "integer"):
            low, high = schema.get("minimum", -1e6), schema.get("maximum", 1e6)
            number = self.dice.choice((low, high, low - 1, high + 1, self.dice.uniform(low, high)))
            return int(number) if kind == "integer" else number
        if kind == "boolean":
            return self.dice.random() < 0.5
        return self.dice.choice([*self.ids, "jpeg", "srgb", "Tone", name]) if kind == "string" else None

    def members(self, schema: dict[str, Any]) -> dict[str, Any]:
        known = schema.get("properties", {})
        count = self.dice.randrange(len(known) + 1)
        chosen = set(self.dice.sample(sorted(known), min(count, 6))) | set(schema.get("required", []))
        found = {name: self.value(known[name], name) for name in sorted(chosen) if self.dice.random() < 0.9}
        if self.dice.random() < 0.1:
            found[self.dice.choice(("more", "\ud800", "settings", "__class__"))] = self.dice.choice(ODD)
        return found

    def body(self, schema: dict[str, Any]) -> bytes:
        if self.dice.random() < 0.15:
            return self.dice.choice(BODIES)
        return json.dumps(self.value(schema)).encode()

    def path(self, template: str) -> str:
        parts = [
            *self.ids * 3,
            "nothing",
            "%00",
            "..",
            "%2e%2e%2f",
            "x" * 300,
            "%F0%9F%A6%8A",
            "9" * 400,
            "-1",
            "0",
            "1",
        ]
        while "{" in template:
            start, end = template.index("{"), template.index("}")
            template = template[:start] + self.dice.choice(parts) + template[end + 1 :]
        return template


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    folder = tmp_path / "photos"
    folder.mkdir()
    make_photo(folder / "a.dng")
    (folder / "broken.dng").write_bytes(b"II*\0 this is no DNG")
    (folder / "b.jpg").write_bytes(b"\xff\xd8\xff no JPEG")
    if sys.platform == "linux":  # the only system where a name can be no text at all
        make_photo(folder / "odd.dng")
        (folder / "odd.dng").rename(os.fsdecode(os.fsencode(folder) + b"/odd\xff.dng"))
    return Workspace(Folder(folder))


def test_no_request_makes_the_server_fail(workspace: Workspace, tmp_path: Path) -> None:
    originals = {path: path.read_bytes() for path in workspace.folder.path.iterdir()}
    run(_bombard(workspace))
    workspace.close()
    assert {path: path.read_bytes() for path in originals} == originals
    inside = {path.suffix for path in workspace.folder.path.iterdir() if path.is_file()}
    assert inside <= {".dng", ".jpg", ".xmp"}
    assert {path.name for path in tmp_path.iterdir()} <= {"photos", "home"}


async def _bombard(workspace: Workspace) -> None:
    app = create_app(workspace, asyncio.Event())
    document = app.openapi()
    ids = [photo.id for photo in workspace.folder.photos()]
    nonsense = Nonsense(7, document, ids)
    transport = httpx.ASGITransport(Guard(app, "secret", 80), raise_app_exceptions=False)
    headers = {"authorization": "Bearer secret", "content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:80", timeout=60) as client:
        client.headers["host"] = "127.0.0.1:80"
        for path, methods in document["paths"].items():
            if path == "/api/events":  # does not end
                continue
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                for _ in range(ROUNDS if "{" in path or content else 2):
                    target = nonsense.path(path)
                    body = nonsense.body(content["schema"]) if content else b""
                    answer = await client.request(method.upper(), target, content=body, headers=headers)
                    asked = f"{method} {target} {body[:300]!r}: {answer.status_code} {answer.text[:300]}"
                    assert answer.status_code < 500, asked
                    if answer.status_code >= 400:
                        assert answer.json()["error"]["message"], asked
        for path in ("/" + "a" * 4000, "/%00", "/assets/%00", "/..%2f..%2fetc/passwd", "//etc/passwd", "/assets/"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/api/folder", headers=headers)).status_code == 200
