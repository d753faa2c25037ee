"""The library in Chromium at 100,000 photos: start, scrolling, blank cells, next photo, memory of the server.

The grid is scrolled at a steady speed by the page's own animation frames. A cell is blank while it is in sight without
a decoded picture. "cold" has no thumbnail in the cache, "warm" all that are passed. `--size 320x213` makes photos whose
thumbnails are as large as those of cameras' files.

On a machine that others use, too, the processor time for each frame tells more than the frames: that of all the
browser's processes, and of the server's.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import time
from typing import Any

import psutil
from common import announce, parser, percentile, quiet, save, table
from latency import chromium, served
from library import SMALL, generate
from playwright.sync_api import Page, sync_playwright

LIMIT = "60 fps, no blank cell longer than 150 ms, next photo < 50 ms, start < 1.5 s, server < 600 MiB"
SCROLL = """([speed, seconds]) => new Promise(resolve => {
  const grid = document.querySelector('[data-testid=library-grid]');
  const since = new Map(), blanks = [], frames = [];
  let begin = 0, last = 0, seen = 0, shown = 0;
  const step = now => {
    begin ||= now;
    if (last) frames.push(now - last);
    const from = grid.scrollTop, to = from + grid.clientHeight;
    const inSight = new Set();
    for (const row of grid.querySelectorAll('[role=row]')) {
      const top = row.offsetTop;
      if (top + row.offsetHeight <= from || top >= to) continue;
      for (const cell of row.children) {
        inSight.add(cell.id);
        seen++;
        const image = cell.querySelector('img');
        if (image?.complete && image.naturalWidth) {
          shown++;
          if (since.has(cell.id)) { blanks.push(now - since.get(cell.id)); since.delete(cell.id); }
        } else if (!since.has(cell.id)) since.set(cell.id, now);
      }
    }
    for (const [id, at] of since) if (!inSight.has(id)) { blanks.push(now - at); since.delete(id); }
    if (now - begin > seconds * 1000) {
      for (const at of since.values()) blanks.push(now - at);
      return resolve({ frames, blanks, shown: shown / Math.max(1, seen) });
    }
    if (last) grid.scrollTop += speed * (now - last) / 1000;
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
NEXT = """() => {
  const canvas = document.querySelector('[data-testid=picture]');
  window.__next = [];
  let at = 0;
  addEventListener('keydown', () => (at = performance.now()), { capture: true });
  new MutationObserver(() => requestAnimationFrame(() => {
    if (at) window.__next.push(performance.now() - at);
    at = 0;
  })).observe(canvas, { attributes: true, attributeFilter: ['data-shown'] });
}"""
FILLED = """() => {
  const cells = [...document.querySelectorAll('[data-testid=library-grid] [role=gridcell]')];
  return cells.length > 0 && cells.every(cell => cell.querySelector('img')?.naturalWidth);
}"""


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--count", type=int, default=100_000)
    made.add_argument("--size", default="64x48", help="of the JPEGs, in pixels (default: %(default)s)")
    made.add_argument("--speeds", type=int, nargs="+", default=[1500, 6000], help="pixels a second")
    made.add_argument("--seconds", type=float, default=6.0)
    chosen = made.parse_args()
    report = announce(LIMIT)
    width, height = map(int, chosen.size.split("x"))
    name = f"library-{chosen.count}" + (f"-{chosen.size}" if (width, height) != SMALL else "")
    photos, home = chosen.work / name, chosen.work / f"{name}-home"
    generate(photos, chosen.count, (width, height))
    os.environ["STILLBYTES_HOME"] = str(home)
    from stillbytes.library.catalogue import Catalogue  # noqa: PLC0415

    with Catalogue() as catalogue:
        if not catalogue.search(limit=0).total:
            catalogue.add(photos)
    for file in (home / "cache" / "thumbnails").glob("*/*.jpg"):
        file.unlink()
    first = next(path for path in sorted(photos.rglob("*.jpg")))
    quiet(0.2, chosen.patience)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        begin = time.perf_counter()
        with served(first.parent, home) as launch:
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(launch)
            page.get_by_test_id("canvas").wait_for()
            started = time.perf_counter() - begin
            begin = time.perf_counter()
            page.keyboard.press("Escape")
            page.keyboard.press("g")
            _until(page, FILLED)
            found = {"started_s": started, "grid_filled_s": time.perf_counter() - begin}
            found |= _measured(page, chosen.speeds, chosen.seconds)
            found["server_mib"] = _server_mib()
    _show(found)
    save("library_page", report | {"count": chosen.count, "size": chosen.size, **found})


def _measured(page: Page, speeds: list[int], seconds: float) -> dict[str, Any]:
    scrolls: dict[str, Any] = {}
    for temperature in ("cold", "warm"):
        for speed in speeds:
            page.get_by_test_id("library-grid").evaluate("(grid, to) => (grid.scrollTop = to)", 40 * speed)
            page.wait_for_timeout(1500)
            before = _processor_ms()
            scroll = page.evaluate(SCROLL, [speed, seconds])
            after, frames = _processor_ms(), max(1, len(scroll["frames"]))
            scroll |= {f"{who}_ms": (after[who] - before[who]) / frames for who in after}
            scrolls[f"{temperature}, {speed} px/s"] = scroll
        page.reload()
        page.get_by_test_id("canvas").wait_for()  # before, nothing listens to keys
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        _until(page, FILLED)
    page.keyboard.press("Home")
    page.keyboard.press("e")
    page.locator("[data-testid=picture][data-shown]").wait_for()
    page.wait_for_timeout(1500)
    page.evaluate(NEXT)
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    return {"scrolls": scrolls, "next_ms": page.evaluate("window.__next")}


def _until(page: Page, condition: str) -> None:
    for _ in range(1200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise SystemExit("The grid was not filled within 30 s.")


def _processor_ms() -> dict[str, float]:
    """Milliseconds of processor time so far of the browser and of the server, each with all of its processes."""
    spent = {"browser": 0.0, "server": 0.0}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # gone meanwhile
            command = " ".join(process.cmdline())
            who = "server" if "-m stillbytes" in command else "browser" if "chrom" in command.lower() else None
            if who is not None:
                used = process.cpu_times()
                spent[who] += (used.user + used.system) * 1000
    return spent


def _server_mib() -> float:
    """Resident MiB of the server itself, without its decoding processes."""
    return max(child.memory_info().rss for child in psutil.Process().children(recursive=True)
               if "serve" in child.cmdline()) / 2**20  # fmt: skip


def _show(found: dict[str, Any]) -> None:
    rows = []
    for name, scroll in found["scrolls"].items():
        frames, blanks = scroll["frames"], scroll["blanks"]
        late = sum(frame > 20 for frame in frames) / len(frames)
        rows.append([name, f"{1000 / statistics.mean(frames):.0f}", f"{percentile(frames, 95):.1f}", f"{late:.1%}",
                     f"{scroll['shown']:.2%}", f"{max(blanks, default=0):.0f}",
                     str(sum(blank > 150 for blank in blanks)), f"{scroll['browser_ms']:.1f}",
                     f"{scroll['server_ms']:.1f}"])  # fmt: skip
    head = ["scroll", "fps", "p95 ms", "frames > 20 ms", "cells filled", "longest blank ms", "blanks > 150 ms",
            "browser ms/frame", "server ms/frame"]  # fmt: skip
    print(table(head, rows))
    following = found["next_ms"]
    print(f"\nnext photo, key to drawn: median {statistics.median(following):.0f} ms, p95 "
          f"{percentile(following, 95):.0f} ms ({len(following)} of 40)")  # fmt: skip
    print(
        f"server and page there in {found['started_s']:.2f} s, grid filled {found['grid_filled_s']:.2f} s after its key"
    )
    print(f"server {found['server_mib']:.0f} MiB")
    print(json.dumps({name: len(scroll["blanks"]) for name, scroll in found["scrolls"].items()}))


if __name__ == "__main__":
    main()
