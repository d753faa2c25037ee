"""What the benchmarks share: the machine's description, made-up RAW files, timing of process trees, results as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = Path(os.environ.get("STILLBYTES_SHARED", ROOT.parent / "shared"))
PHOTOS = SHARED / "reference/photos"
RESULTS = HERE / "results"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users' second start finds compiled modules, and so does ours
SAMPLE_SECONDS = 0.02
PEERS = "apt-get update && apt-get install -y --no-install-recommends darktable rawtherapee"


def parser(description: str | None) -> argparse.ArgumentParser:
    """An argument parser with the options that all benchmarks have."""
    made = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    made.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "stillbytes-benchmarks",
        help="folder for the made-up RAW files and what is exported; kept for the next run (default: %(default)s)",
    )
    made.add_argument(
        "--patience",
        type=float,
        default=0,
        help="on a shared machine: seconds to wait before each measurement until it is idle (default: %(default)s)",
    )
    return made


def machine() -> dict[str, Any]:
    """CPU, cores, memory and load of this machine, and the versions of what is measured."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    versions = {"python": platform.python_version(), "stillbytes": _own_version(), "commit": found.stdout.strip()}
    return {"cpu": cpu, "cores": cores, "system": platform.platform(), "load_before": load, "versions": versions}


def _own_version() -> str:
    import stillbytes  # noqa: PLC0415

    return stillbytes.__version__


def version_of(*command: str) -> str:
    """The first line with a digit that the command prints."""
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return next((x.strip() for x in (found.stdout + found.stderr).splitlines() if any(c.isdigit() for c in x)), "?")


def announce(limit: str, **versions: str) -> dict[str, Any]:
    """Print the machine, the versions and the limit that the figures are judged against."""
    about = machine()
    about["versions"] |= versions
    print(f"machine  {about['cpu']}, {about['cores']} cores, {about['system']}, load {about['load_before']:.1f}")
    print("versions " + ", ".join(f"{name} {version}" for name, version in about["versions"].items()))
    print(f"limit    {limit}\n", flush=True)
    return {"machine": about, "limit": limit, "when": time.strftime("%Y-%m-%dT%H:%M:%S%z")}


def save(name: str, report: dict[str, Any]) -> None:
    """Write the report to benchmarks/results/<name>.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nwritten to {path}")


def stop(message: str) -> None:
    """End with a message and status 1."""
    print(message, file=sys.stderr)
    raise SystemExit(1)


def need(*programs: str) -> None:
    """Stop with the remedy when one of the programs to compare with is not there."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        stop(f"{' and '.join(missing)} not found. On Debian or Ubuntu: {PEERS}")


def raw_file(work: Path, photo: str, megapixels: float | None = None, truth: bool = False) -> Path:
    """A DNG made of the reference photo of that name, or of another JPEG, from the work folder when an earlier run left
    it there."""
    tool = SHARED / "tools/make_dng.py"
    source = Path(photo) if photo.endswith(".jpg") else PHOTOS / f"{photo}.jpg"
    photo = source.stem
    if not tool.exists() or not source.exists():
        stop(f"{tool} and {source} are needed; set STILLBYTES_SHARED to the folder that has tools/ and reference/.")
    work.mkdir(parents=True, exist_ok=True)
    size = f"{megapixels:g}mp" if megapixels else "native"
    path = work / f"{photo}-{size}.dng"
    exact = path.with_suffix(".npy")
    if not path.exists() or (truth and not exact.exists()):
        part = path.with_suffix(".part.dng")
        more = [
            *(["--megapixels", f"{megapixels:g}"] if megapixels else []),
            *(["--truth", str(exact)] if truth else []),
        ]
        subprocess.run([sys.executable, str(tool), str(source), str(part), *more], check=True)
        part.replace(path)
    return path


def median(values: list[float]) -> float:
    return statistics.median(values)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


# Processes


@dataclass
class Ran:
    """What a command took.

    seconds: wall clock.
    cpu: seconds of all cores that the process and the children it waited for took.
    others: cores that everything else on the machine kept busy meanwhile, on average.
    peak: greatest sum over the process and its descendants of the memory each has, in bytes, counting pages that
        several share once (PSS). rss: the same of resident sizes, sharing ignored.
    """

    seconds: float
    cpu: float
    others: float
    peak: int
    rss: int


def timed(command: list[str], memory: bool = False) -> Ran:
    """Run the command to its end. Stops the benchmark when it fails.

    memory: sample it. Reading PSS holds up the process that is read, so a sampled run's time is not to be compared.
    """
    with tempfile.TemporaryFile() as log:
        begin, busy, own = time.perf_counter(), busy_seconds(), _children_seconds()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        watch = _Watch(process.pid) if memory else None
        status = process.wait()
        seconds = time.perf_counter() - begin
        cpu = _children_seconds() - own
        others = max(0.0, busy_seconds() - busy - cpu) / seconds
        if watch:
            watch.finish()
        if status:
            log.seek(0)
            said = log.read().decode(errors="replace")[-3000:]
            stop(f"{' '.join(command)} failed with status {status}:\n{said}")
    return Ran(seconds, cpu, others, watch.peak if watch else 0, watch.rss if watch else 0)


def busy_seconds() -> float:
    """Seconds that all cores together have worked since the machine started, time taken by its host included."""
    place = Path("/proc/stat")
    if not place.exists():
        return 0.0
    user, nice, system, _, _, irq, softirq, steal = map(int, place.read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _children_seconds() -> float:
    used = os.times()
    return used.children_user + used.children_system


def quiet(most: float, patience: float) -> None:
    """Wait until everything on this machine together keeps at most `most` cores busy for two seconds.

    After `patience` seconds it goes on anyway.
    """
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        begin, busy = time.perf_counter(), busy_seconds()
        time.sleep(2)
        if (busy_seconds() - busy) / (time.perf_counter() - begin) <= most:
            return


class _Watch:
    """Samples the memory of a process tree from /proc. PSS is read where the kernel gives it; it costs more."""

    def __init__(self, pid: int) -> None:
        self._pid, self._done = pid, threading.Event()
        self.peak = self.rss = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        if not Path("/proc/self/stat").exists():
            return
        while not self._done.wait(SAMPLE_SECONDS):
            pss = rss = 0
            for pid in _tree(self._pid):
                one, two = _memory(pid)
                pss, rss = pss + one, rss + two
            self.peak, self.rss = max(self.peak, pss), max(self.rss, rss)


def _tree(root: int) -> list[int]:
    """The process and all its descendants."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _memory(pid: int) -> tuple[int, int]:
    """(PSS, RSS) in bytes; zeros once the process is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0, 0
    found = dict(line.split(":", 1) for line in text.splitlines()[1:] if ":" in line)
    return tuple(int(found.get(key, "0 kB").split()[0]) * 1024 for key in ("Pss", "Rss"))  # type: ignore[return-value]


def table(head: list[str], rows: list[list[str]]) -> str:
    """Text columns, the first to the left and the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = []
    for row in [head, ["-" * w for w in widths], *rows]:
        lines.append(
            "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        )
    return "\n".join(lines)
