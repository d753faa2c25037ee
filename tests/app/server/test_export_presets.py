"""Exports with a name through the REST interface."""

from __future__ import annotations

from typing import Any

import pytest


def test_presets_are_kept_listed_and_removed(server: Any) -> None:
    client = server.client
    first = client.get("/api/export-presets").json()["presets"]
    assert [one["name"] for one in first] == ["For the web", "For print"] and not first[0]["own"]
    kept = client.put("/api/export-presets/Mine", json={"format": "webp", "resize": "mp:3"}).json()["presets"]
    assert kept[-1]["name"] == "Mine" and kept[-1]["own"] and kept[-1]["how"]["resize"] == "mp:3"
    assert client.put("/api/export-presets/Mine", json={"resize": "wide"}).status_code == 400
    assert client.put("/api/export-presets/a%2Fb", json={}).status_code in (400, 404, 405)
    assert len(client.delete("/api/export-presets/Mine").json()["presets"]) == 2
    assert client.delete("/api/export-presets/Mine").status_code == 400


@pytest.mark.parametrize(
    "how", [{"icc": "/etc/passwd"}, {"icc": "../a.icc"}, {"watermark": "/etc/a.png"}, {"name": "{odd}"}, {"dpi": 0}]
)
def test_a_page_reads_no_files_by_an_export(server: Any, how: dict[str, Any]) -> None:
    answer = server.client.post("/api/exports", json={"photos": list(server.ids().values())[:1], **how})
    assert answer.status_code in (400, 422)
