#!/usr/bin/env python3
"""The look stage for a 1600-pixel preview with every operation active: one slider step at a time.

    .venv/bin/python benchmarks/look_stage.py [--runs 40]

Limit: a median of 25 ms on two cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from develop.scenes import bayer, colourful  # noqa: E402 - the tests' synthetic scene

from stillbytes.develop.kernels.load import library  # noqa: E402
from stillbytes.develop.pipeline import Pipeline  # noqa: E402
from stillbytes.develop.settings import Settings  # noqa: E402

ALL = Settings(
    temperature=5200, exposure=0.3, contrast=20, highlights=-50, shadows=40, whites=10, blacks=-10, clarity=30,
    vibrance=20, saturation=5, curve=((0, 0), (100, 110), (255, 255)), curve_red=((0, 0), (90, 100), (255, 255)),
    hue_red=10, saturation_blue=20, luminance_green=10, grade_shadows_hue=220, grade_shadows_saturation=20,
    vignette_amount=-20, sharpen_amount=60, noise_colour=40, black_and_white=True, grey_red=20,
)  # fmt: skip


def median(scene: Pipeline, settings: Settings, runs: int) -> float:
    times = []
    for i in range(runs):
        started = time.perf_counter()
        scene.render(settings.changed(exposure=i / 100), 0.5)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times[2:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    scene = Pipeline(bayer(colourful(2134, 3200)))
    print(f"{os.cpu_count()} cores, kernels for {library().level}; 1600 x 1067 pixels")
    for threads in (0, 1):
        library().set_threads(threads)
        name = f"{threads or os.cpu_count()} thread(s)"
        everything, few = median(scene, ALL, runs), median(scene, Settings(contrast=10), runs)
        print(f"  {name}: every operation {everything:.1f} ms (limit 25 on 2 cores), a few {few:.1f} ms")


if __name__ == "__main__":
    main()
