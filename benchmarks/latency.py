"""From a slider's event to the painted frame, in Chromium, split into its parts.

Starts the server on a made-up 24 MP RAW, opens the page and moves the exposure slider: a steady drag for the frames
while the hand moves (drafts, where the page asks for them), single steps with pauses for the frames afterwards. The
page keeps its own clock readings in `window.__stillbytes_metrics`; the server's are in each frame's header.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import announce, parser, percentile, quiet, raw_file, save, stop, table
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

LIMIT = "slider event to painted frame: median under 60 ms"
ARGUMENTS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PARTS = ("total", "send", "queue", "render", "encode", "transport", "decode", "paint")


@contextlib.contextmanager
def served(folder: Path, home: Path) -> Iterator[str]:
    """The address that opens the page of a server on this folder."""
    command = [sys.executable, "-m", "stillbytes", "serve", str(folder), "--json", "--no-browser", "--exit-with-parent"]
    environment = {**os.environ, "STILLBYTES_HOME": str(home)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["launch"]
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def chromium(playwright: Playwright) -> Browser:
    """STILLBYTES_BROWSER, Playwright's own or the system's."""
    extra = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    chosen = os.environ.get("STILLBYTES_BROWSER")
    places = [chosen] if chosen else [None, shutil.which("chromium")]
    for place in places:
        try:
            return playwright.chromium.launch(executable_path=place, args=[*ARGUMENTS, *extra])
        except Error as error:
            problem = error
    raise SystemExit(f"Chromium did not start. `.venv/bin/playwright install chromium` gets it.\n{problem}")


def frames(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("window.__stillbytes_metrics ?? []")


def settled(page: Page, seconds: float = 60) -> None:
    """Wait until at least one frame is there and none has come for half a second."""
    last, still = -1, 0
    for _ in range(int(seconds * 10)):
        found = frames(page)
        now = found[-1]["sequence"] if found else -1
        still = still + 1 if now == last and now >= 0 else 0
        if still >= 5:
            return
        last = now
        page.wait_for_timeout(100)
    stop("No frame was painted: the page has no window.__stillbytes_metrics, or the server made none.")


def drag(page: Page, seconds: float, parameter: str = "exposure") -> None:
    """Move the slider's thumb back and forth at about 60 events a second."""
    box = page.locator(f"[data-parameter={parameter}]").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for i in range(int(seconds * 60)):
        part = abs((i / 60) % 2 - 1)  # a triangle wave of two seconds
        page.mouse.move(box["x"] + box["width"] * (0.4 + 0.2 * part), y)
        page.wait_for_timeout(14)
    page.mouse.up()


def steps(page: Page, count: int, parameter: str = "exposure") -> None:
    """Single steps of the slider, each left to settle."""
    slider = page.locator(f"[data-parameter={parameter}]")
    slider.focus()
    for i in range(count):
        slider.press("ArrowRight" if i % 2 else "ArrowLeft")
        page.wait_for_timeout(450)


def split(frame: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of each part of a frame's way."""
    made = frame["timings"]
    server = made["queue"] + made["render"] + made["encode"]
    return {
        "total": frame["painted"] - frame["input"],
        "send": frame["sent"] - frame["input"],
        **made,
        "transport": frame["received"] - frame["sent"] - server,
        "decode": frame["decoded"] - frame["received"],
        "paint": frame["painted"] - frame["decoded"],
    }


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--seconds", type=float, default=10, help="of dragging (default: %(default)s)")
    made.add_argument("--steps", type=int, default=20, help="single steps with pauses (default: %(default)s)")
    made.add_argument("--megapixels", type=float, default=24)
    made.add_argument("--viewport", default="1440x900", help="of the browser (default: %(default)s)")
    chosen = made.parse_args()
    width, height = (int(part) for part in chosen.viewport.split("x"))
    photo = raw_file(chosen.work, "forest-path", chosen.megapixels)
    folder = chosen.work / f"served-{chosen.megapixels:g}"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    os.link(photo, folder / photo.name)
    quiet(0.2, chosen.patience)
    with sync_playwright() as playwright, served(folder, chosen.work / "home") as launch:
        browser = chromium(playwright)
        report = announce(LIMIT, chromium=browser.version, playwright=importlib.metadata.version("playwright"))
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(launch)
        settled(page)
        drag(page, 1)  # warms up; does not count
        settled(page)
        start = frames(page)[-1]["sequence"]
        drag(page, chosen.seconds)
        settled(page)
        middle = frames(page)[-1]["sequence"]
        steps(page, chosen.steps)
        settled(page)
        everything = [f for f in frames(page) if f["sequence"] > start and f["view"] == "main"]
        browser.close()
    caused = [f for f in everything if f["input"] is not None]
    groups = {
        "draft, while dragging": [f for f in caused if f["draft"] and f["sequence"] <= middle],
        "full, while dragging": [f for f in caused if not f["draft"] and f["sequence"] <= middle],
        "draft, single steps": [f for f in caused if f["draft"] and f["sequence"] > middle],
        "full, single steps": [f for f in caused if not f["draft"] and f["sequence"] > middle],
        "full, at rest": [f for f in everything if f["input"] is None],
    }
    report |= {"viewport": chosen.viewport, "frames_while_dragging": 0, "groups": {}}
    rows = []
    for name, members in groups.items():
        if not members:
            continue
        unprompted = members[0]["input"] is None
        ways = [split({**f, "input": f["sent"]} if unprompted else f) for f in members]
        summary = {
            part: {"median": statistics.median(w[part] for w in ways), "p95": percentile([w[part] for w in ways], 0.95)}
            for part in PARTS
        }
        size = f"{members[-1]['width']}x{members[-1]['height']}"
        for which in ("median", "p95"):
            title = [f"{name}, {which}", size, str(len(ways))]
            rows.append([*title, *(f"{summary[part][which]:.1f}" for part in PARTS)])
        report["groups"][name] = {"size": size, "count": len(ways), "ms": summary, "frames": members}
    print(table(["frames", "size", "count", *PARTS], rows) + "\n(ms; at rest: counted from the request)")
    dragged = groups["draft, while dragging"] + groups["full, while dragging"]
    if dragged:
        report["frames_while_dragging"] = len(dragged) / chosen.seconds
        print(f"{len(dragged) / chosen.seconds:.1f} frames painted per second of dragging")
    save("latency", report)


if __name__ == "__main__":
    main()
