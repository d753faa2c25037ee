"""Removing without a model: the time it takes, and a sheet beside OpenCV's Telea and Navier-Stokes to be looked at.

The masks are drawn by hand over things that a person would remove. There is no right answer to compare with, so the
sheet is what counts.
"""

from __future__ import annotations

import time
from typing import Any

from stillbytes.core import blas

blas.use_one_thread()  # as in the product; before NumPy is imported

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from common import PHOTOS, announce, median, parser, quiet, save, table  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

LIMIT = "a hole of 1 MP in 24 MP under 2 s on 2 cores; clearly better than Telea and NS on at least 4 of 6"
WIDTH = 640
"""Places below are in a photo of this width."""
THUMBNAIL = 420


def ellipse(x: float, y: float, across: float, down: float) -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return np.stack([x + across * np.cos(turn), y + down * np.sin(turn)], 1)


THINGS: dict[str, NDArray[np.float64]] = {
    "boats-at-dusk": np.array([(195, 190), (275, 190), (280, 220), (262, 318), (235, 290), (195, 240)]),
    "dandelion": ellipse(310, 195, 85, 80),
    "dune-grass": np.array([(445, 55), (432, 52), (360, 200), (375, 205)]),
    "forest-path": np.array([(175, 200), (205, 205), (180, 300), (200, 400), (110, 400), (130, 320)]),
    "kite": ellipse(430, 140, 32, 30),
    "ladybird": ellipse(447, 200, 36, 34),
    "marigold": ellipse(105, 345, 75, 70),
}
"""A boat, a seed head, a plume, the path, the kite, the ladybird, a bud."""


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--megapixels", type=float, default=24, help="photos are enlarged to so many (default: 24)")
    chosen = made.parse_args()
    from stillbytes.generate.classical.exemplar import fill  # noqa: PLC0415
    from stillbytes.generate.remove import AROUND  # noqa: PLC0415

    report: dict[str, Any] = announce(LIMIT, opencv=cv2.__version__) | {"photos": {}}
    quiet(0.3, chosen.patience)
    rows, sheet = [], []
    for name, places in THINGS.items():
        picture = cv2.imread(str(PHOTOS / f"{name}.jpg"))
        larger = (chosen.megapixels * 1e6 / (picture.shape[0] * picture.shape[1])) ** 0.5
        picture = cv2.resize(picture, None, fx=larger, fy=larger, interpolation=cv2.INTER_CUBIC)
        covered = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(covered, [np.rint(places * picture.shape[1] / WIDTH).astype(np.int32)], 1)
        y, x = np.nonzero(covered)
        edge = round(AROUND * max(np.ptp(y), np.ptp(x)))
        part = np.s_[max(y.min() - edge, 0) : y.max() + edge, max(x.min() - edge, 0) : x.max() + edge]
        crop, hole = picture[part], covered[part] > 0
        light = ((crop / 255) ** 2.2).astype(np.float32)
        begin = time.perf_counter()
        filled = fill(light, hole)
        seconds = time.perf_counter() - begin
        ours = np.rint(np.clip(filled, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
        # Both need minutes for such holes at full size.
        small, small_hole = _thumbnail(crop), _thumbnail(hole.astype(np.uint8) * 255) > 0
        others = [
            cv2.inpaint(small, small_hole.astype(np.uint8), 5, method) for method in (cv2.INPAINT_TELEA, cv2.INPAINT_NS)
        ]
        marked = small.copy()
        marked[small_hole] = (255, 0, 255)
        sheet.append(np.hstack([_boxed(one) for one in (marked, _thumbnail(ours), *others)]))
        rows.append([name, f"{hole.sum() / 1e6:.2f}", f"{crop.shape[1]} x {crop.shape[0]}", f"{seconds:.2f}"])
        report["photos"][name] = {"hole": int(hole.sum()), "seconds": seconds}
    print(table(["photo", "hole, MP", "looked at", "seconds"], rows))
    print(f"median {median([one['seconds'] for one in report['photos'].values()]):.2f} s")
    chosen.work.mkdir(parents=True, exist_ok=True)
    target = chosen.work / "remove.png"
    cv2.imwrite(str(target), np.vstack(sheet))
    print(f"sheet (what goes, ours, Telea, Navier-Stokes): {target}")
    save("remove", report)


def _thumbnail(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = THUMBNAIL / max(picture.shape[:2])
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _boxed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    below, right = THUMBNAIL - picture.shape[0], THUMBNAIL - picture.shape[1]
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT), np.uint8)


if __name__ == "__main__":
    main()
