"""Who draws, and what happens when a device cannot: nothing is lost, and a person is told once."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful

from stillbytes.core import preferences
from stillbytes.core.errors import OutOfMemory, StillbytesError
from stillbytes.develop.device import opencl
from stillbytes.develop.device.on_device import KERNELS, DeviceFailed
from stillbytes.develop.device.opencl import Device
from stillbytes.develop.kernels.load import library
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.gpu import drawing, drawing_device
from stillbytes.gpu.drawing_device import Drawing

CARD = Device("A card", "card", 12_000, "A driver", 0)


class Pretends:
    """A device whose kernels are the processor's. fails: raised instead; skewed: added to every pixel."""

    def __init__(self, device: Device = CARD, fails: Exception | None = None, skewed: int = 0) -> None:
        self.device, self.fails, self.skewed = device, fails, skewed
        self.calls = 0

    def load(self, kernel: str) -> None:
        pass

    def __contains__(self, kernel: object) -> bool:
        return kernel in KERNELS

    def call(self, kernel: str, *arguments: Any) -> None:
        self.calls += 1
        if self.fails is not None:
            raise self.fails
        library().call(kernel, *arguments)
        arguments[-1].array[...] += np.asarray(self.skewed, arguments[-1].array.dtype)


def drawn(draws: Any) -> Any:
    return Pipeline(bayer(colourful(96, 128)), draws=draws).render(Settings(exposure=0.5)).pixels


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_now", [])
    monkeypatch.setattr(drawing, "_failed", [])


@pytest.mark.parametrize("fails", [DeviceFailed("It was unplugged."), OutOfMemory("The device ran out of memory.")])
def test_a_device_that_fails_leaves_the_picture_to_the_processor_and_says_so_once(
    caplog: pytest.LogCaptureFixture, fails: StillbytesError
) -> None:
    device = Pretends(fails=fails)
    one = Drawing(device)  # type: ignore[arg-type]
    wanted = drawn(lambda *call: False)
    with caplog.at_level(logging.WARNING):
        assert np.array_equal(drawn(one.draws), wanted)
        assert np.array_equal(drawn(one.draws), wanted)
    assert device.calls == 1
    assert one.problem == f"{fails.message} The processor draws instead."
    assert [record.getMessage() for record in caplog.records] == [f"A card: {one.problem}"]


def test_a_kernel_that_the_device_has_not_is_not_asked_of_it() -> None:
    device = Pretends()
    assert not Drawing(device).draws("look_byte_local", 1, 2)  # type: ignore[arg-type]
    assert device.calls == 0


def test_a_device_is_tried_before_it_draws() -> None:
    Drawing(Pretends()).prove()  # type: ignore[arg-type]
    with pytest.raises(DeviceFailed, match="A card draws other colours"):
        Drawing(Pretends(skewed=3)).prove()  # type: ignore[arg-type]


def test_the_chosen_device_draws_until_another_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Pretends] = []
    processor = Device("A processor", "processor", 1000, "PoCL", 0)

    def on_device(device: Device) -> Pretends:
        made.append(Pretends(device))
        return made[-1]

    monkeypatch.setattr(opencl, "devices", lambda: (processor,))
    monkeypatch.setattr(drawing_device, "OnDevice", on_device)
    assert drawing.draw_on("opencl") == "A processor"
    tried = made[0].calls
    drawn(drawing.draws)
    assert made[0].calls == tried + 1
    assert drawing.draw_on("cpu") == "cpu"
    drawn(drawing.draws)
    assert made[0].calls == tried + 1


def test_without_a_device_none_can_be_chosen_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opencl, "devices", lambda: ())
    with pytest.raises(DeviceFailed, match="no OpenCL device"):
        drawing.draw_on("opencl")
    assert np.array_equal(drawn(drawing.draws), drawn(lambda *call: False))


def test_the_preferences_say_what_draws(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    preferences.change(device="opencl")
    asked: list[str] = []
    monkeypatch.setattr(drawing, "_follow", asked.append)
    for _ in range(2):
        assert not drawing.draws("look_byte")
    assert asked == ["opencl"]
