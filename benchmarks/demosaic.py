"""Demosaicing next to LibRaw's methods: PSNR of white-balanced camera RGB against the exact answer.

Every picture is scored at its best scale, without pixels near saturation and without an edge of 8 pixels.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import numpy as np
from common import PHOTOS, announce, parser, raw_file, save, table
from numpy.typing import NDArray

LIMIT = "at least 1 dB above LibRaw's AHD, for each of three photos"
METHODS = ("AHD", "DCB", "PPG", "DHT", "AMAZE")
"""LibRaw's; those that are not built in are left out."""
EDGE = 8


def by_libraw(path: Path, neutral: NDArray[np.float64]) -> dict[str, NDArray[np.floating]]:
    """Method -> (height, width, 3) white-balanced camera RGB."""
    import rawpy  # noqa: PLC0415

    gains = [1 / neutral[0], 1 / neutral[1], 1 / neutral[2], 1 / neutral[1]]
    made: dict[str, NDArray[np.floating]] = {}
    for name in METHODS:
        method = getattr(rawpy.DemosaicAlgorithm, name)
        if not method.isSupported:
            continue
        with rawpy.imread(str(path)) as raw:
            picture = raw.postprocess(
                demosaic_algorithm=method, output_color=rawpy.ColorSpace.raw, gamma=(1, 1), no_auto_bright=True,
                output_bps=16, user_wb=gains, adjust_maximum_thr=0,
            )  # fmt: skip
        made[f"LibRaw {name}"] = picture / 65535
    return made


def ours(path: Path) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """((height, width, 3) white-balanced camera RGB, the camera's neutral)."""
    from stillbytes.core.geometry import Rect  # noqa: PLC0415
    from stillbytes.develop.pipeline import Pipeline  # noqa: PLC0415
    from stillbytes.photo.decode import decode  # noqa: PLC0415

    decoded = decode(path)
    assert decoded.colour is not None and decoded.colour.neutral is not None
    # No public call ends before the look, so this is where the tests measure, too.
    planes, _, _ = Pipeline(decoded)._sensor.read(0, Rect(0, 0, decoded.width, decoded.height), None)
    return planes.transpose(1, 2, 0), np.array(decoded.colour.neutral)


def psnr(picture: NDArray[np.floating], exact: NDArray[np.float32], neutral: NDArray[np.float64]) -> float:
    """Decibels; `exact` has white-balanced values, 1 at the sensor's saturation of the greatest channel."""
    truth = exact[EDGE:-EDGE, EDGE:-EDGE]
    unclipped = (truth * neutral).max(axis=-1) < 0.97
    inner, right = picture[EDGE:-EDGE, EDGE:-EDGE][unclipped].astype(np.float64), truth[unclipped]
    inner = inner * ((inner * right).sum(0) / (inner * inner).sum(0))
    return float(10 * np.log10(1 / np.mean((inner - right) ** 2)))


def main() -> None:
    made = parser(__doc__)
    made.add_argument("photos", nargs="*", default=["boats-at-dusk", "dune-grass", "forest-path"])
    made.add_argument("--all", action="store_true", help="all reference photos")
    chosen = made.parse_args()
    report = announce(LIMIT, rawpy=importlib.metadata.version("rawpy")) | {"psnr": {}}
    rows, head = [], ["photo"]
    for photo in sorted(p.stem for p in PHOTOS.glob("*.jpg")) if chosen.all else chosen.photos:
        path = raw_file(chosen.work, photo, truth=True)
        picture, neutral = ours(path)
        exact = np.load(path.with_suffix(".npy"))
        pictures = {"Stillbytes": picture, **by_libraw(path, neutral)}
        found = {name: psnr(one, exact, neutral) for name, one in pictures.items()}
        head = ["photo", *found, "over AHD"]
        over = found["Stillbytes"] - found["LibRaw AHD"]
        rows.append([photo, *(f"{value:.2f}" for value in found.values()), f"{over:+.2f}"])
        report["psnr"][photo] = found | {"over AHD": over}
    print(table(head, rows) + "\n(dB, more is better)")
    save("demosaic", report)


if __name__ == "__main__":
    main()
