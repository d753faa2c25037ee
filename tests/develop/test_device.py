"""The look stage on an OpenCL device: the same pictures as on the processor, within 1/255."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful

from stillbytes.core.geometry import Rect
from stillbytes.develop import pipeline
from stillbytes.develop.device import opencl
from stillbytes.develop.device.on_device import OnDevice
from stillbytes.develop.frame import Dtype, Output
from stillbytes.develop.kernels import layout
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.lut import Lut

USUAL = Settings(
    exposure=0.4,
    highlights=-60,
    shadows=50,
    clarity=40,
    contrast=20,
    dehaze=20,
    vibrance=30,
    vignette_amount=-40,
    sharpen_amount=80,
)
EVERYTHING = USUAL.changed(
    hue_red=20,
    saturation_blue=-30,
    halation_amount=40,
    defringe_purple=10,
    curve=((0, 0), (90, 110), (255, 250)),
    grade_shadows_hue=220,
    grade_shadows_saturation=40,
    texture=40,
    grain_amount=30,
    lut="0" * 24 + " a.cube",
    point_colours=[{"colour": [0.5, 0.1, 0.05], "hue": 60, "luminance": 20}],
)
GREY = Settings(profile="monochrome", exposure=-1.0)
LIGHT = colourful(216, 331)
NEGATIVE = Lut(curves=np.array([[1.0] * 3, [0.0] * 3]))


KERNEL = layout.look_name("byte", whole=False)


class Counted:
    """A device as a pipeline is given it, and how often it drew."""

    def __init__(self, device: OnDevice) -> None:
        self.device, self.times = device, 0

    def __call__(self, kernel: str, *arguments: Any) -> bool:
        if kernel not in self.device:
            return False
        self.device.call(kernel, *arguments)
        self.times += 1
        return True


@pytest.fixture(scope="session")
def device() -> OnDevice:
    found = opencl.devices()
    if not found:
        pytest.skip("there is no OpenCL device; Debian's pocl-opencl-icd makes one of the processor")
    return OnDevice(found[0])


Load = Callable[[str], Counted]


@pytest.fixture
def load(device: OnDevice) -> Load:
    """The device with that kernel, compiled when it is first asked for."""

    def load(kernel: str) -> Counted:
        device.load(kernel)
        return Counted(device)

    return load


def pictures(draws: Any) -> Pipeline:
    return Pipeline(bayer(LIGHT), tables=lambda named: NEGATIVE, draws=draws)


def same(draws: Counted, settings: Settings, scale: float, region: Rect | None, dtype: Dtype) -> None:
    output = Output(dtype=dtype)
    wanted = pictures(lambda *call: False).render(settings, scale, region, output).pixels.astype(np.float64)
    before = draws.times
    drawn = pictures(draws).render(settings, scale, region, output).pixels.astype(np.float64)
    assert draws.times > before, "the processor drew"
    assert drawn.std() > 0.02 * (255 if dtype == "uint8" else 1)
    assert np.abs(drawn - wanted).max() <= (1 if dtype == "uint8" else 1 / 255)


@pytest.mark.parametrize("settings", [Settings(), USUAL], ids=["plain", "usual"])
@pytest.mark.parametrize(
    ("scale", "region"),
    [(1.0, None), (0.37, None), (1.0, Rect(120, 64, 17, 9)), (0.8, Rect(3, 5, 1, 1)), (1.0, Rect(200, 150, 131, 66))],
    ids=["whole", "small", "part", "pixel", "corner"],
)
def test_a_picture_is_the_same(load: Load, settings: Settings, scale: float, region: Rect | None) -> None:
    same(load(KERNEL), settings, scale, region, "uint8")


def test_strips_are_the_same(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "WHOLE_PIXELS", 331 * 64)
    monkeypatch.setattr(pipeline, "STRIP_PIXELS", 331 * 64)
    draws = load(KERNEL)
    same(draws, USUAL, 1.0, None, "uint8")
    assert draws.times == 4


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("settings", [EVERYTHING, GREY], ids=["everything", "grey"])
def test_what_is_seldom_used_is_the_same(
    load: Load, settings: Settings, dtype: Dtype, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--every-kernel"):
        pytest.skip("takes a minute to compile; --every-kernel has it done")
    kind = "byte" if dtype == "uint8" else "float"
    same(load(layout.look_name(kind, whole=True)), settings, 1.0, None, dtype)


_MISSING = """
import dataclasses
from develop.test_device import KERNEL, USUAL, pictures
from stillbytes.develop.device.on_device import OnDevice
from stillbytes.develop.device.opencl import devices
from stillbytes.gpu.drawing_device import Drawing

device = OnDevice(dataclasses.replace(devices()[0], index=9))
device.load(KERNEL)
drawing = Drawing(device)
same = pictures(drawing.draws).render(USUAL).pixels == pictures(lambda *call: False).render(USUAL).pixels
print(same.all(), drawing.problem)
"""


def test_a_driver_that_fails_ends_nothing(load: Load) -> None:
    """In a process of its own, where nothing has reached the driver before."""
    load(KERNEL)  # compiled
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", _MISSING], capture_output=True, text=True, check=False, cwd=tests, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True The graphics device failed in look_byte_usual (")
