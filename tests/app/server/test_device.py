"""What draws pictures, as the page shows and chooses it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from app.server.ai import bare
from fastapi.testclient import TestClient

from stillbytes.app.server.routes.events import told
from stillbytes.app.server.workspace import Workspace
from stillbytes.core import preferences
from stillbytes.core.events import Event
from stillbytes.develop.device import opencl
from stillbytes.develop.device.on_device import KERNELS, DeviceFailed
from stillbytes.develop.device.opencl import Device
from stillbytes.gpu import drawing, drawing_device

CARD = Device("A card", "card", 12_288, "A driver", 0)
PROCESSOR = Device("A processor", "processor", 4096, "PoCL", 0)
GERMAN = {"accept-language": "de"}


class Pretends:
    """A device that is compiled for at once. fails: when it is asked to draw."""

    fails = False
    loaded: Callable[[str], None] = staticmethod(lambda kernel: None)

    def __init__(self, device: Device) -> None:
        self.device = device

    def load(self, kernel: str) -> None:
        Pretends.loaded(kernel)

    def __contains__(self, kernel: object) -> bool:
        return kernel in KERNELS

    def call(self, kernel: str, *arguments: Any) -> None:
        if Pretends.fails:
            raise DeviceFailed("It was unplugged.")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, TestClient]]:
    for name in ("_now", "_failed", "_hearers"):
        monkeypatch.setattr(drawing, name, [])
    monkeypatch.setattr(Pretends, "fails", False)
    monkeypatch.setattr(Pretends, "loaded", staticmethod(lambda kernel: None))
    monkeypatch.setattr(opencl, "devices", lambda: (CARD, PROCESSOR))
    monkeypatch.setattr(drawing_device, "OnDevice", Pretends)
    monkeypatch.setattr(drawing_device.Drawing, "prove", lambda self: None)
    with bare(tmp_path, monkeypatch) as made:
        yield made


def ended(client: TestClient, id: str) -> dict[str, Any]:
    for _ in range(500):
        job = next(one for one in client.get("/api/jobs").json()["jobs"] if one["id"] == id)
        if job["state"] in ("done", "failed", "cancelled"):
            return dict(job)
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def test_the_processor_and_the_devices_are_told_with_what_they_are(served: tuple[Workspace, TestClient]) -> None:
    _, client = served
    state = client.get("/api/device").json()
    assert (state["chosen"], state["now"], state["message"], state["job"]) == ("cpu", "", "", None)
    assert [(one["device"], one["name"], one["taken"]) for one in state["drawers"]] == [
        ("cpu", "", True),
        ("opencl", "A card", True),
        ("opencl", "A processor", False),
    ]
    assert "12 GB of its own" in state["drawers"][1]["says"]
    german = client.get("/api/device", headers=GERMAN).json()["drawers"]
    assert "12 GB eigenem Speicher" in german[1]["says"] and "PoCL" in german[2]["says"]


def test_a_device_is_got_ready_as_a_job_and_then_kept(served: tuple[Workspace, TestClient]) -> None:
    workspace, client = served
    steps: list[tuple[int, int]] = []
    workspace.events.listen(lambda event: steps.append((event.data["done"], event.data["total"])))
    state = client.put("/api/device", json={"device": "opencl"}).json()
    assert ended(client, state["job"])["message"] == "A card draws."
    assert [step for step in dict.fromkeys(steps) if step[1]] == [
        (i, len(KERNELS) + 1) for i in range(len(KERNELS) + 1)
    ]
    state = client.get("/api/device").json()
    assert (state["chosen"], state["now"]) == ("opencl", "A card") and preferences.load().device == "opencl"
    state = client.put("/api/device", json={"device": "cpu"}).json()
    assert (state["chosen"], state["now"], state["job"]) == ("cpu", "", None)
    assert client.put("/api/device", json={"device": "abacus"}).status_code == 422


def test_a_device_that_cannot_be_compiled_for_is_not_chosen(
    served: tuple[Workspace, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = served

    def load(kernel: str) -> None:
        raise DeviceFailed("There is no OpenCL on this computer.", "Install your graphics card's driver.")

    monkeypatch.setattr(Pretends, "loaded", staticmethod(load))
    job = ended(client, client.put("/api/device", json={"device": "opencl"}).json()["job"])
    assert job["state"] == "failed" and job["message"] == "There is no OpenCL on this computer." and job["remedy"]
    assert client.get("/api/device").json()["chosen"] == "cpu"


def test_getting_ready_ends_between_two_kernels_when_the_processor_is_chosen(
    served: tuple[Workspace, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = served
    loaded: list[str] = []

    def load(kernel: str) -> None:
        loaded.append(kernel)
        assert client.put("/api/device", json={"device": "cpu"}).json()["job"] is None

    monkeypatch.setattr(Pretends, "loaded", staticmethod(load))
    job = ended(client, client.put("/api/device", json={"device": "opencl"}).json()["job"])
    assert job["state"] == "cancelled" and len(loaded) == 1
    assert client.get("/api/device").json()["now"] == ""


def test_a_device_that_fails_is_told_to_the_page_once_in_its_language(
    served: tuple[Workspace, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, client = served
    heard: list[Event] = []
    workspace.devices.listen()
    ended(client, client.put("/api/device", json={"device": "opencl"}).json()["job"])
    workspace.events.listen(heard.append)
    monkeypatch.setattr(Pretends, "fails", True)
    assert not drawing.draws(KERNELS[0]) and not drawing.draws(KERNELS[0])
    assert [event.kind for event in heard] == ["device-failed"]
    assert heard[0].data["message"] == "It was unplugged. The processor draws instead."
    assert "Stattdessen zeichnet der Prozessor." in told(heard[0], "de")
    state = client.get("/api/device").json()
    assert (state["chosen"], state["now"], state["message"]) == ("opencl", "", heard[0].data["message"])


def test_a_page_that_comes_later_hears_of_a_device_that_failed_before(served: tuple[Workspace, TestClient]) -> None:
    workspace, _ = served
    drawing._follow("opencl")
    drawing.fail("It was unplugged.", "Plug it in.")
    heard: list[Event] = []
    workspace.events.listen(heard.append)
    workspace.devices.listen()
    assert [event.data for event in heard] == [{"message": "It was unplugged.", "remedy": "Plug it in."}]
