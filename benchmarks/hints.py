"""What it costs to look at photos: hints, likeness, faces, by step, and searching vectors of 100,000 pictures."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from stillbytes.core import blas

blas.use_one_thread()  # as in the server; before NumPy is imported

import numpy as np  # noqa: E402
from common import announce, parser, save, table  # noqa: E402
from PIL import Image  # noqa: E402

LIMIT = "a search by meaning < 50 ms at 100,000 photos"
ROOT = Path(__file__).parents[1]


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--photo", type=Path, default=ROOT / "samples/evening-glow.dng", help="(default: %(default)s)")
    made.add_argument("--count", type=int, default=100_000, help="vectors (default: %(default)s)")
    chosen = made.parse_args()
    report = announce(LIMIT)
    found = {"looking_ms": looking(chosen.photo, chosen.work), "vectors_ms": searching(chosen.count)}
    for name, times in found.items():
        rows = [[step, f"{ms:.0f}"] for step, ms in times.items()]
        print("\n" + table([name, "median ms"], rows))
    save("hints", report | found)


def looking(photo: Path, work: Path) -> dict[str, float]:
    """CPU time of this process' steps, of which reading is done by another one in the library."""
    import cv2  # noqa: PLC0415

    from stillbytes.gpu.access import own_access  # noqa: PLC0415
    from stillbytes.library.hints import edges, reader  # noqa: PLC0415
    from stillbytes.library.hints.faces import faces  # noqa: PLC0415
    from stillbytes.library.likeness import descriptor  # noqa: PLC0415
    from stillbytes.masks.detect.detector import Picture  # noqa: PLC0415

    cv2.setNumThreads(1)
    work.mkdir(parents=True, exist_ok=True)
    large = work / "hints-24mp.jpg"
    _, (_, pixels, _) = reader.look(photo)
    Image.fromarray(pixels).resize((6000, 4000)).save(large, quality=92)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    portrait = np.asarray(Image.open(ROOT / "tests/masks/detect/face.jpg").convert("RGB"))
    times = {
        "read and look at a JPEG of 24 megapixels": _median(lambda: reader.look(large), time.thread_time),
        "of that: edges and noise": _median(lambda: edges.edges(grey), time.thread_time),
        "of that: likeness": _median(lambda: (descriptor.hashed(grey), descriptor.described(pixels)), time.thread_time),
    }
    with own_access() as access:

        def ask(model: str, inputs: Any, role: str = "model") -> Any:
            return access.ask(model, inputs, role)

        times["faces, nobody there (wall)"] = _median(lambda: faces(Picture(pixels), ask), time.perf_counter)
        times["faces, a portrait (wall)"] = _median(lambda: faces(Picture(portrait), ask), time.perf_counter)
    large.unlink()
    return times


def searching(count: int) -> dict[str, float]:
    from stillbytes.library.meaning.vectors import cosines, packed  # noqa: PLC0415

    dice, times = np.random.default_rng(1), {}
    for length in (512, 768):
        matrix = np.concatenate([packed(dice.normal(size=(1000, length)).astype(np.float16))] * (count // 1000))
        one = dice.normal(size=length).astype(np.float16)
        times[f"{count} vectors of {length} (wall)"] = _median(lambda m=matrix, o=one: cosines(m, o), time.perf_counter)
        times[f"{count} vectors of {length} (CPU)"] = _median(lambda m=matrix, o=one: cosines(m, o), time.process_time)
    return times


def _median(do: Any, clock: Any) -> float:
    taken = []
    for _ in range(6):
        begin = clock()
        do()
        taken.append(1e3 * (clock() - begin))
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()
