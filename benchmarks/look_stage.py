"""The look stage of a 1600 x 1067 preview with every operation active.

The base (demosaiced, resampled) and the masks' weights are kept after the first render; each timed one changes the
exposure, as a slider does. What is timed is `Pipeline.render`: uniforms, the look kernel and the array it fills.
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
CURVE: dict[str, Any] = {"curve": [[0, 0], [64, 60], [190, 196], [255, 255]]}
CURVES = {f"curve{name}": CURVE["curve"] for name in ("", "_red", "_green", "_blue")}
COLOUR: dict[str, Any] = {"point_colours": [{"colour": "#3060a0", "hue": 5, "saturation": 5}]}
NUMBERS: dict[str, Any] = {
    "exposure": 0.3, "local_temperature": 10, "local_tint": 5, "contrast": 10, "highlights": -10, "shadows": 10,
    "saturation": 8, "vibrance": 5, "clarity": 5, "dehaze": 4, "whites": 3, "blacks": -3,
}  # fmt: skip
OTHERS: dict[str, Any] = {"texture": 5, "sharpness": 5, "hue": 3, "overlay_hue": 40, "overlay_saturation": 5}
MASKS = 16
EDGE = 1600
PHOTO = "boats-at-dusk"
THREE_TO_TWO = {"crop_left": 0.03125, "crop_right": 0.96875}
"""The reference photos are 16:10."""
CHANGED: dict[str, Any] = {
    "noise_luminance": 20, "noise_colour": 40, "sharpen_amount": 60, "temperature": 5200, "tint": 8,
    "exposure": 0.3, "highlights": -40, "shadows": 30, "whites": 8, "blacks": -6, "clarity": 20, "texture": 15,
    "dehaze": 15, "contrast": 15, "defringe_purple": 5, "defringe_green": 5,
    "vignette_amount": -20, "vignette_style": "colour", "halation_amount": 20,
    "curve": [[0, 0], [64, 58], [190, 200], [255, 255]],
    "curve_red": [[0, 0], [128, 130], [255, 255]], "hue_green": 10, "saturation_blue": 15, "luminance_orange": 8,
    "point_colours": [{"colour": "#3060a0", "hue": 5}],
    "vibrance": 20, "saturation": 5, "grade_shadows_hue": 220, "grade_shadows_saturation": 15,
    "grade_highlights_hue": 45, "grade_highlights_saturation": 10, "grade_balance": 10,
    "grain_amount": 20, "calibration_red_hue": 5,
    **THREE_TO_TWO, "crop_angle": 0.2, "black_and_white": True, "grey_red": 20,
}  # fmt: skip
"""Every operation away from what leaves the picture alone; the view transform is at work in its default."""


def some(count: int) -> dict[str, Any]:
    return {name: value / MASKS for name, value in list(NUMBERS.items())[:count]}


DELTAS: dict[str, dict[str, Any]] = {
    "2 numbers": some(2),
    "12 numbers": some(12),
    "a curve": CURVE,
    "four curves": CURVES,
    "a point colour": COLOUR,
    "everything": {**some(12), **{name: value / MASKS for name, value in OTHERS.items()}, **CURVES, **COLOUR},
}
"""What each of the masks changes."""


def masked(photo: Any, delta: dict[str, Any], *, everywhere: bool = False) -> list[dict[str, Any]]:
    """Sixteen adjustments: gradients, ellipses, and every fourth a mask as networks find them. everywhere: sixteen
    gradients instead, each of which is neither 0 nor 1 in any pixel: the worst that can be."""
    import numpy as np  # noqa: PLC0415

    from stillbytes import masks  # noqa: PLC0415

    random = np.random.default_rng(1)
    found: list[dict[str, Any]] = []
    for i in range(MASKS):
        x, y = random.uniform(0.1, 0.9), random.uniform(0.1, 0.6)
        kind: Any
        if everywhere:
            towards = np.array([np.cos(i), np.sin(i)]) * 2
            zero, full = ((0.5 + sign * towards[0], 0.33 + sign * towards[1]) for sign in (-1, 1))
            kind = masks.Linear(zero=zero, full=full)
        elif i % 4 == 3:
            rows, columns = np.mgrid[0:667, 0:1000]
            away = np.hypot(rows - 1000 * y, columns - 1000 * x) - 130 + 20 * np.sin(rows / 3) * np.cos(columns / 4)
            raster = np.rint(np.clip(0.5 - away / 8, 0, 1) * 255).astype(np.uint8)
            kind = masks.Subject(raster=photo.rasters.hold(raster))
        elif i % 2:
            kind = masks.Linear(zero=(x, y), full=(x + 0.2, y + 0.1))
        else:
            kind = masks.Radial(centre=(x, y), radius_x=0.2, radius_y=0.15)
        found.append({"id": f"{i}", "mask": masks.Mask.of(kind).to_json(), "delta": delta})
    return found


def measure(path: Path, count: int) -> dict[str, Any]:
    """Milliseconds of each render with every operation active, and with the exposure alone."""
    import stillbytes as sb  # noqa: PLC0415
    from stillbytes.develop.operations import catalogue  # noqa: PLC0415
    from stillbytes.develop.settings import Settings  # noqa: PLC0415
    from stillbytes.edit.camera_profiles import CameraProfiles  # noqa: PLC0415
    from stillbytes.edit.luts import Luts  # noqa: PLC0415
    from stillbytes.edit.processes import FIRST, as_it_was  # noqa: PLC0415

    older = as_it_was(FIRST)  # ways of doing what is at work in its default, for edits made before
    idle = [
        operation.name
        for operation in catalogue()
        if not operation.active(Settings(CHANGED))
        and operation.stage not in ("view", "geometry")
        and not operation.local
        and not operation.gridded
        and not all(p.name in older for p in operation.parameters)
        and not all(p.listed for p in operation.parameters)
    ]
    if idle:
        raise SystemExit(f"These operations are not active; add their parameters to CHANGED: {', '.join(idle)}")
    photo = sb.open(path)
    found: dict[str, Any] = {}
    plain = photo.edit({}).edit(**CHANGED)
    # Masks of one kind at a time: so many as there are of both are not kept ready. Each in turns with none, so that a
    # busy machine slows all alike.
    for place, everywhere in {"": False, " everywhere": True}.items():
        edits = {f"all{place and ' again'}": plain}
        for name, delta in DELTAS.items():
            adjustments = masked(photo, delta, everywhere=everywhere)
            edits[f"all, 16 masks{place}, {name}"] = plain.edit(adjustments=adjustments)
        found |= timed(edits, count)
    os.environ["STILLBYTES_HOME"] = str(path.parent / "home")
    table = {"lut": Luts().add(negative(33), "negative.cube").value}
    camera = {"camera_profile": CameraProfiles().add(profile(), "full.dcp").value}
    named = {
        "all, third time": plain,
        "all without grain": plain.edit(grain_amount=0),
        "all and a LUT": plain.edit(**table),
        "all and a camera profile": plain.edit(**camera),
    }
    found |= timed(named, count)
    usual = photo.edit({}).edit(**THREE_TO_TWO)
    return found | timed({"exposure": usual, "exposure and a camera profile": usual.edit(**camera)}, count)


def negative(edge: int) -> bytes:
    """A look-up table as a file."""
    import numpy as np  # noqa: PLC0415

    from stillbytes.photo.lut.cube import of_nodes, written  # noqa: PLC0415

    blue, green, red = np.meshgrid(*[np.linspace(1, 0, edge)] * 3, indexing="ij")
    return written(of_nodes(np.stack([red, green, blue], -1))).encode()


def profile() -> bytes:
    """A camera profile as a file: tables as large as Adobe's of two lights, a look and a tone curve."""
    import numpy as np  # noqa: PLC0415

    from stillbytes.photo.dcp import Calibration, CameraProfile, HsvTable, written  # noqa: PLC0415

    def nodes(hues: int, saturations: int, values: int, strength: float) -> Any:
        value, hue, saturation = np.meshgrid(
            np.linspace(0, 1, values), np.arange(hues) / hues * 2 * np.pi, np.linspace(0, 1, saturations), indexing="ij"
        )
        changes = [15 * strength * np.sin(hue) * saturation, 1 + 0.2 * saturation * np.cos(hue), 1 - 0.1 * saturation]
        return np.stack([*changes[:2], changes[2] + 0 * value], -1).astype(np.float32)

    matrix = ((0.9020, -0.2890, -0.0715), (-0.4535, 1.2436, 0.2348), (-0.0934, 0.1919, 0.7086))
    lights = {17: (0.44758, 0.40745), 21: (0.31272, 0.32903)}
    calibrations = tuple(
        Calibration(light, white, matrix, table=HsvTable(nodes(90, 30, 1, light / 20)))
        for light, white in lights.items()
    )
    curve = np.array([[0, 0], [0.02, 0.015], [0.18, 0.36], [0.6, 0.85], [1, 1]], np.float32)
    return written(CameraProfile("Full", "", calibrations, look=HsvTable(nodes(36, 8, 16, 0.5), True), curve=curve))


def timed(edits: dict[str, Any], count: int) -> dict[str, Any]:
    """Milliseconds of renders of each, and of how many times as long as the first they take."""
    found: dict[str, Any] = {name: {"ms": [], "of": [], "size": []} for name in edits}
    for i in range(-3, count):
        times: list[float] = []
        for name, edit in edits.items():
            changed = edit.edit(exposure=0.2 + i / 1000)
            begin = time.perf_counter()
            picture = changed.render(size=EDGE)
            times.append((time.perf_counter() - begin) * 1e3)
            if i >= 0:
                found[name]["ms"].append(times[-1])
                found[name]["of"].append(times[-1] / times[0])
                found[name]["size"] = [picture.shape[1], picture.shape[0]]
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
                    f"{statistics.median(found['of']):.2f}",
                ]
            )
            report["runs"][f"{active}, {label}"] = {
                "size": [width, height],
                "median_ms": middle,
                "of_all": statistics.median(found["of"]),
                "p95_ms": slow,
                "ms": times,
            }
    print(table(["operations active", "size", "median ms", "p95 ms", "least ms", "of all"], rows))
    save("look_stage", report)


if __name__ == "__main__":
    main()
