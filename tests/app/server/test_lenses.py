"""The lens of a photo over REST, and lines that are to be upright."""

from __future__ import annotations

from app.server.conftest import Running


def test_the_lens_is_told_and_lenses_are_found(server: Running) -> None:
    id = server.ids()["IMG_10.dng"]
    told = server.client.get(f"/api/photos/{id}/lens").json()
    assert told["profile"] == "" and told["embedded"] is False
    named = server.client.get(f"/api/photos/{id}/lens", params={"lens": "EF 50mm f/1.8 II"}).json()
    assert "profile" in named
    found = server.client.get(f"/api/photos/{id}/lenses", params={"query": "50mm 1.8"}).json()["lenses"]
    assert found and all("50" in lens["model"] for lens in found)


def test_drawn_lines_are_one_step_and_nonsense_is_refused(server: Running) -> None:
    path = f"/api/photos/{server.ids()['IMG_10.dng']}"
    photo = server.client.post(f"{path}/upright", json={"lines": [[0.2, 0.3, 0.8, 0.33]]}).json()
    assert photo["settings"]["perspective_rotate"] < -2
    assert photo["history"]["entries"][-1]["label"] == "Guided upright"
    for lines in ([], [[0.5, 0.5, 0.5, 0.5]], [[0, 0, 1]]):
        assert server.client.post(f"{path}/upright", json={"lines": lines}).status_code == 422
