"""How soon there is something to see: import, embedded and developed preview of a 24 MP RAW, start of the server.

Each figure is the median of fresh processes. The RAW that make_dng makes holds no preview, as cameras' files do, so
one is put in: a full-size JPEG, as most cameras write.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from common import PHOTOS, announce, parser, quiet, raw_file, save, table

LIMIT = "import < 300 ms; 24 MP RAW: embedded preview < 150 ms, developed preview < 1.2 s"


def with_preview(path: Path) -> Path:
    """The DNG with a JPEG preview of its full size before the samples, as a camera's file has."""
    import numpy as np  # noqa: PLC0415
    import tifffile  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    target = path.with_name(f"{path.stem}-preview.dng")
    if target.exists():
        return target
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        samples, tags = page.asarray(), page.tags
        carried = [
            (t.code, t.dtype, t.count, t.value, True) for t in tags if t.code >= 33421 or t.code in (271, 272, 274)
        ]
        preview = Image.open(PHOTOS / f"{path.stem.rsplit('-', 1)[0]}.jpg").convert("RGB")
        preview = preview.resize((samples.shape[1], samples.shape[0]), Image.Resampling.BILINEAR)
    part = target.with_suffix(".part.dng")
    with tifffile.TiffWriter(part) as writer:
        common: dict[str, Any] = {"metadata": None, "planarconfig": 1}
        writer.write(
            samples,
            photometric=32803,
            rowsperstrip=samples.shape[0],
            subfiletype=0,
            subifds=1,
            extratags=carried,
            **common,
        )
        encoded = io.BytesIO()
        preview.save(encoded, "JPEG", quality=90)
        jpeg = encoded.getvalue()
        writer.write(
            iter([jpeg]), shape=np.shape(preview), dtype=np.uint8, photometric="ycbcr", subsampling=(2, 2),
            compression=7, rowsperstrip=samples.shape[0], subfiletype=1, **common,
        )  # fmt: skip
    part.replace(target)
    return target


def fresh(what: str, *more: str, home: Path | None = None) -> dict[str, float]:
    """What a fresh process measures of itself, and its own milliseconds from start to end."""
    environment = {**os.environ, **({"STILLBYTES_HOME": str(home)} if home else {})}
    ran = subprocess.run(
        [sys.executable, __file__, "--measure", what, *more],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(ran.stdout)


def in_process(what: str, path: Path) -> dict[str, float]:
    """Milliseconds of an opening, in this process: `first` with a worker that is warm, `second` a second time."""
    import stillbytes as sb  # noqa: PLC0415
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415
    from stillbytes.photo.decode import embedded_preview, thumbnail, warm_up  # noqa: PLC0415

    warm_up()
    library()
    other = next(p for p in path.parent.glob("*native.dng"))
    thumbnail(other, 64)  # another photo: the worker is there and has loaded its libraries
    actions: dict[str, Callable[[], object]] = {
        "embedded": lambda: embedded_preview(path),
        "developed": lambda: sb.open(path).edit({}).render(size=1600),
    }
    found = {}
    for turn in ("first", "second"):
        begin = time.perf_counter()
        actions[what]()
        found[turn] = (time.perf_counter() - begin) * 1e3
    return found


def importing(count: int) -> dict[str, list[float]]:
    """Milliseconds of `import stillbytes` inside the process, of the whole process, and of one that imports nothing."""
    inside, whole, bare = [], [], []
    code = "import time; t = time.perf_counter(); import stillbytes; print((time.perf_counter() - t) * 1e3)"
    for _ in range(count):
        begin = time.perf_counter()
        ran = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
        whole.append((time.perf_counter() - begin) * 1e3)
        inside.append(float(ran.stdout))
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append((time.perf_counter() - begin) * 1e3)
    return {"import": inside, "process with import": whole, "empty process": bare}


def serving(folder: Path, home: Path) -> dict[str, float]:
    """Milliseconds from starting `stillbytes serve` to its address and to the first frame of the first photo."""
    environment = {**os.environ, "STILLBYTES_HOME": str(home)}
    command = [sys.executable, "-m", "stillbytes", "serve", str(folder), "--json", "--no-browser", "--exit-with-parent"]
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        place = json.loads(process.stdout.readline())
        address = (time.perf_counter() - begin) * 1e3
        jar = CookieJar()
        web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        web.open(place["launch"]).read()
        listed = json.loads(web.open(place["url"] + "api/folder").read())
        cookie = "; ".join(f"{c.name}={c.value}" for c in jar)
        asyncio.run(_first_frame(place["url"], cookie, str(listed["photos"][0]["id"])))
        return {"address": address, "first frame": (time.perf_counter() - begin) * 1e3}
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)


async def _first_frame(url: str, cookie: str, photo: str) -> None:
    from websockets.asyncio.client import connect  # noqa: PLC0415

    address = url.replace("http", "ws", 1) + "live"
    async with connect(
        address, origin=url.rstrip("/"), additional_headers={"Cookie": cookie}, max_size=None, compression=None
    ) as socket:
        await socket.send(json.dumps({"sequence": 1, "photo": photo, "settings": {}, "scale": 0.2667}))
        answer = await socket.recv()
        if isinstance(answer, str):
            raise SystemExit(f"The server answered {answer}")


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--runs", type=int, default=7, help="fresh processes for each figure (default: %(default)s)")
    made.add_argument("--measure", choices=["embedded", "developed"], help=argparse.SUPPRESS)
    made.add_argument("--photo", type=Path, help=argparse.SUPPRESS)
    chosen = made.parse_args()
    if chosen.measure:
        print(json.dumps(in_process(chosen.measure, chosen.photo)))
        return
    report = announce(LIMIT)
    plain = raw_file(chosen.work, "forest-path", 24)
    raw_file(chosen.work, "kite")
    held = with_preview(plain)
    quiet(0.2, chosen.patience)
    found: dict[str, list[float]] = importing(chosen.runs)
    cases = {
        "embedded preview (JPEG in the file)": ("embedded", held, "first"),
        "no preview in the file: quick rendering": ("embedded", plain, "first"),
        "developed preview, 1600 px": ("developed", plain, "first"),
    }
    for label, (what, path, turn) in cases.items():
        quiet(0.2, chosen.patience)
        found[label] = [fresh(what, "--photo", str(path))[turn] for _ in range(chosen.runs)]
    folder = chosen.work / "served"
    folder.mkdir(exist_ok=True)
    link = folder / plain.name
    if not link.exists():
        os.link(plain, link)
    starts = [serving(folder, chosen.work / "home") for _ in range(4)]
    for name in ("address", "first frame"):
        found[f"server, first start here: {name}"] = [starts[0][name]]
        found[f"server, later starts: {name}"] = [start[name] for start in starts[1:]]
    rows = [[n, f"{statistics.median(v):.0f}", f"{min(v):.0f}", f"{max(v):.0f}", str(len(v))] for n, v in found.items()]
    print(table(["what", "median ms", "least", "most", "runs"], rows))
    save("startup", report | {"ms": found, "median_ms": {n: statistics.median(v) for n, v in found.items()}})


if __name__ == "__main__":
    main()
