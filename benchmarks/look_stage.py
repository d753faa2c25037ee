"""The look stage of a 1600 x 1067 preview with every operation active.

The base (demosaiced, resampled) is cached after the first render; each timed one changes the exposure, as a slider
does. What is timed is `Pipeline.render`: uniforms, the look kernel and the array it fills.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import announce, parser, percentile, quiet, raw_file, save, table

LIMIT = "median under 25 ms with all operations active, on 2 cores; with sixteen masks at most 2 times as long"
MASKS = 16
EDGE = 1600
PHOTO = "boats-at-dusk"
THREE_TO_TWO = {"crop_left": 0.03125, "crop_right": 0.96875}
"""The reference photos are 16:10."""
CHANGED: dict[str, Any] = {
    "noise_luminance": 20, "noise_colour": 40, "sharpen_amount": 60, "temperature": 5200, "tint": 8,
    "exposure": 0.3, "highlights": -40, "shadows": 30, "whites": 8, "blacks": -6, "clarity": 20, "texture": 15,
    "dehaze": 15, "contrast": 15,
    "vignette_amount": -20, "curve": [[0, 0], [64, 58], [190, 200], [255, 255]],
    "curve_red": [[0, 0], [128, 130], [255, 255]], "hue_green": 10, "saturation_blue": 15, "luminance_orange": 8,
    "point_colours": [{"colour": "#3060a0", "hue": 5}],
    "vibrance": 20, "saturation": 5, "grade_shadows_hue": 220, "grade_shadows_saturation": 15,
    "grade_highlights_hue": 45, "grade_highlights_saturation": 10, "grade_balance": 10,
    **THREE_TO_TWO, "crop_angle": 0.2, "black_and_white": True, "grey_red": 20,
}  # fmt: skip
"""Every operation away from what leaves the picture alone; the view transform is at work in its default."""


def masked(photo: Any, each: int) -> list[dict[str, Any]]:
    """Sixteen adjustments of `each` parameters: gradients, ellipses, and every fourth a mask as networks find them."""
    import numpy as np  # noqa: PLC0415

    from stillbytes import masks  # noqa: PLC0415

    random = np.random.default_rng(1)
    deltas = {
        "exposure": 0.3, "local_temperature": 10, "local_tint": 5, "contrast": 10, "highlights": -10, "shadows": 10,
        "saturation": 8, "vibrance": 5, "clarity": 5, "dehaze": 4, "whites": 3, "blacks": -3,
    }  # fmt: skip
    found: list[dict[str, Any]] = []
    for i in range(MASKS):
        x, y = random.uniform(0.1, 0.9), random.uniform(0.1, 0.6)
        kind: Any
        if i % 4 == 3:
            rows, columns = np.mgrid[0:667, 0:1000]
            away = np.hypot(rows - 1000 * y, columns - 1000 * x) - 130 + 20 * np.sin(rows / 3) * np.cos(columns / 4)
            raster = np.rint(np.clip(0.5 - away / 8, 0, 1) * 255).astype(np.uint8)
            kind = masks.Subject(raster=photo.rasters.hold(raster))
        elif i % 2:
            kind = masks.Linear(zero=(x, y), full=(x + 0.2, y + 0.1))
        else:
            kind = masks.Radial(centre=(x, y), radius_x=0.2, radius_y=0.15)
        delta = {name: v / MASKS for name, v in list(deltas.items())[:each]}
        found.append({"id": f"{i}", "mask": masks.Mask.of(kind).to_json(), "delta": delta})
    return found


def measure(path: Path, count: int) -> dict[str, Any]:
    """Milliseconds of each render with every operation active, and with the exposure alone."""
    import stillbytes as sb  # noqa: PLC0415
    from stillbytes.develop.operations import catalogue  # noqa: PLC0415
    from stillbytes.develop.settings import Settings  # noqa: PLC0415

    idle = [
        operation.name
        for operation in catalogue()
        if not operation.active(Settings(CHANGED))
        and operation.stage != "view"
        and not operation.local
        and not all(p.listed for p in operation.parameters)
    ]
    if idle:
        raise SystemExit(f"These operations are not active; add their parameters to CHANGED: {', '.join(idle)}")
    photo = sb.open(path)
    found: dict[str, Any] = {}
    ways: dict[str, dict[str, Any]] = {
        "all": CHANGED,
        "all, 16 masks of 2": {**CHANGED, "adjustments": masked(photo, 2)},
        "all, 16 masks of 12": {**CHANGED, "adjustments": masked(photo, 12)},
        "exposure": THREE_TO_TWO,
    }
    for name, settings in ways.items():
        edit = photo.edit({}).edit(**settings)
        for i in range(3):
            picture = edit.edit(exposure=0.1 + i / 100).render(size=EDGE)
        found[name] = {"ms": [], "size": [picture.shape[1], picture.shape[0]]}
    # Those with the same base in turns, so that a busy machine slows all alike.
    turns = [(i, name) for i in range(count) for name in ways if name != "exposure"]
    for i, name in [*turns, *((i, "exposure") for i in range(count))]:
        settings = ways[name]
        changed = photo.edit({}).edit(**(settings | {"exposure": 0.2 + i / 1000}))
        begin = time.perf_counter()
        changed.render(size=EDGE)
        found[name]["ms"].append((time.perf_counter() - begin) * 1e3)
    return found


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--count", type=int, default=100, help="timed renders (default: %(default)s)")
    made.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = made.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.count)))
        return
    report = announce(LIMIT) | {"runs": {}}
    path = raw_file(chosen.work, PHOTO, 24)
    rows = []
    for label, threads in {"all cores": "", "one thread": "1"}.items():
        environment = {key: value for key, value in os.environ.items() if key != "STILLBYTES_THREADS"}
        if threads:
            environment["STILLBYTES_THREADS"] = threads
        command = [sys.executable, __file__, "--count", str(chosen.count), "--measure", str(path)]
        quiet(0.2, chosen.patience)
        ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        measured = json.loads(ran.stdout)
        alone = measured["all"]["ms"]
        for active, found in measured.items():
            times, (width, height) = found["ms"], found["size"]
            middle, slow = statistics.median(times), percentile(times, 0.95)
            rows.append(
                [
                    f"{active}, {label}",
                    f"{width}x{height}",
                    f"{middle:.1f}",
                    f"{slow:.1f}",
                    f"{min(times):.1f}",
                    f"{statistics.median(t / a for t, a in zip(times, alone, strict=True)):.2f}",
                ]
            )
            report["runs"][f"{active}, {label}"] = {
                "size": [width, height],
                "median_ms": middle,
                "p95_ms": slow,
                "ms": times,
            }
    print(table(["operations active", "size", "median ms", "p95 ms", "least ms", "of all"], rows))
    save("look_stage", report)


if __name__ == "__main__":
    main()
