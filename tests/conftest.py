"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Examples of property tests may take as long as they do on a busy machine. In CI Hypothesis sees to that itself.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):
    settings.load_profile("busy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="make the guide's pictures in this folder (tests/journeys)")
    parser.addoption(
        "--every-kernel", action="store_true", help="compile every kernel for OpenCL devices (tests/develop)"
    )
