"""The keys that a person has chosen, kept for every window."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from app.server.conftest import Running

USUAL = {"keyboard": None, "changed": {}}
CHOSEN = {"keyboard": "de", "changed": {"undo": ["Mod+B"], "crop": [], "of-tomorrow": ["Ö", "Mod++"]}}


@pytest.fixture(autouse=True)
def usual(server: Running) -> Iterator[None]:
    (server.home / "preferences.json").unlink(missing_ok=True)
    yield
    (server.home / "preferences.json").unlink(missing_ok=True)


def test_what_is_chosen_is_kept_beside_the_other_preferences(server: Running) -> None:
    assert server.client.get("/api/shortcuts").json() == USUAL
    server.client.put("/api/language", json={"language": "es"})
    assert server.client.put("/api/shortcuts", json=CHOSEN).json() == CHOSEN
    assert server.client.get("/api/shortcuts").json() == CHOSEN
    kept = json.loads((server.home / "preferences.json").read_text())
    assert kept == {"language": "es", "keyboard": "de", "shortcuts": CHOSEN["changed"]}
    assert server.client.put("/api/shortcuts", json=USUAL).status_code == 200
    assert json.loads((server.home / "preferences.json").read_text()) == {"language": "es"}


def test_every_window_hears_of_it(server: Running) -> None:
    with server.client.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        server.client.put("/api/shortcuts", json=CHOSEN)
        while next(lines) != "event: shortcuts-changed":
            pass
        data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: ")) == CHOSEN


@pytest.mark.parametrize(
    "wrong",
    [
        {"changed": {"undo": "Mod+Z"}},
        {"changed": {"undo": ["Mod+Z"] * 7}},
        {"changed": {"undo": [" "]}},
        {"changed": {"undo": ["x" * 41]}},
        {"changed": {"../undo": ["Mod+Z"]}},
        {"changed": {f"c{n}": [] for n in range(501)}},
        {"keyboard": "qwerty"},
        {"further": 1},
    ],
)
def test_what_is_no_choice_is_refused(wrong: dict[str, object], server: Running) -> None:
    assert server.client.put("/api/shortcuts", json=wrong).status_code == 422
    assert server.client.get("/api/shortcuts").json() == USUAL


def test_a_damaged_file_is_told_and_left_alone(server: Running) -> None:
    place = server.home / "preferences.json"
    place.write_text("{ this is no JSON")
    for answer in (server.client.get("/api/shortcuts"), server.client.put("/api/shortcuts", json=CHOSEN)):
        assert answer.status_code == 400
        assert "preferences.json" in answer.json()["error"]["message"]
        assert "Mend the file" in answer.json()["error"]["remedy"]
    assert place.read_text() == "{ this is no JSON"
    assert server.client.get("/").status_code == 200
