"""A 45 MP photo with ten patches: what they cost the preview and the export, beside the same photo without.

The patches are removals of 0.3 MP each, made by the program itself; the time to make one is told too. With and without
take turns in one process, so that a busy machine is as busy for both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import announce, median, parser, quiet, raw_file, save, table

LIMIT = "with ten patches: preview of a moving slider within 10 %, export within 15 % of none"
EDGE = 1600
PATCHES = 10
PLACES = [(0.1 + 0.2 * column, 0.2 + 0.25 * row) for row in range(2) for column in range(5)]
EDIT: dict[str, Any] = {
    "contrast": 15, "highlights": -40, "shadows": 30, "clarity": 15, "vibrance": 20, "temperature": 5200,
    "noise_luminance": 10,
}  # fmt: skip


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--count", type=int, default=60, help="timed previews of each (default: %(default)s)")
    made.add_argument("--exports", type=int, default=4, help="timed exports of each (default: %(default)s)")
    chosen = made.parse_args()
    import stillbytes as sb  # noqa: PLC0415

    report = announce(LIMIT)
    photo = sb.open(raw_file(chosen.work, "boats-at-dusk", 45))
    plain = photo.edit({}).edit(**EDIT)
    patched, making = plain, []
    for x, y in PLACES[:PATCHES]:
        begin = time.perf_counter()
        disc = sb.masks.Radial(centre=(x, y), radius_x=0.037, radius_y=0.037, feather=0.0)
        patched = patched.remove(disc)
        making.append(time.perf_counter() - begin)
    quiet(0.3, chosen.patience)

    def preview(edit: Any, step: int) -> None:
        edit.edit(exposure=0.2 + step / 1000).render(size=EDGE)

    times: dict[str, list[float]] = {"none": [], "ten": []}
    edits = {"none": plain, "ten": patched}
    for step in range(-5, chosen.count):
        for name, edit in edits.items():
            seconds = _timed(lambda edit=edit, step=step: preview(edit, step))
            if step >= 0:
                times[name].append(seconds)
    exports: dict[str, list[float]] = {"none": [], "ten": []}
    with tempfile.TemporaryDirectory() as folder:
        for step in range(-1, chosen.exports):
            for name, edit in edits.items():
                seconds = _timed(lambda edit=edit: edit.export(Path(folder) / "out.jpg"))
                if step >= 0:
                    exports[name].append(seconds)
    rows = [
        ["preview", *(f"{median(times[name]) * 1e3:.1f} ms" for name in times), _ratio(times), "1.10"],
        ["export", *(f"{median(exports[name]):.2f} s" for name in exports), _ratio(exports), "1.15"],
    ]
    print(table(["", "no patch", "ten patches", "ratio", "limit"], rows))
    print(
        f"making one (mask, region, filling, without writing): {median(making):.2f} s median, {max(making):.2f} s most"
    )
    save("patches", report | {"preview": times, "export": exports, "making": making})


def _ratio(found: dict[str, list[float]]) -> str:
    return f"{median(found['ten']) / median(found['none']):.3f}"


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
