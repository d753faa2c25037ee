"""A queue of 50 exports: how busy it keeps the cores, and how much memory it takes.

On a shared machine other programs take the cores that a batch asks for, so two figures are told: the part of all cores
that it had, and the part that it asked for (threads that ran or waited for a core, sampled).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import common

LIMIT = "over 95 % of 2 cores, under 3 GB, 50 exports of 24 MP"
EVERY = 0.01


class Demand:
    """How many cores a process tree would keep busy: its threads that run or wait for one, every few milliseconds."""

    def __init__(self, pid: int, cores: int) -> None:
        self._pid, self._cores, self._done = pid, cores, threading.Event()
        self.asked, self.samples = 0.0, 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self) -> float:
        """0..1, of all cores."""
        self._done.set()
        self._thread.join()
        return self.asked / self.samples if self.samples else 0.0

    def _run(self) -> None:
        tree: list[int] = []
        while not self._done.wait(EVERY):
            if self.samples % 50 == 0:
                tree = common._tree(self._pid)
            self.asked += min(self._cores, sum(map(_runnable, tree))) / self._cores
            self.samples += 1


def _runnable(pid: int) -> int:
    found = 0
    try:
        for task in os.scandir(f"/proc/{pid}/task"):
            try:
                text = Path(task.path, "stat").read_text()
            except OSError:
                continue
            found += text[text.rindex(")") + 2] == "R"
    except OSError:
        return found
    return found


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--megapixels", type=float, default=24)
    parser.add_argument("--at-once", type=int, nargs="+", default=[2], help="photos at the same time")
    parser.add_argument("--memory", action="store_true", help="sample memory, which slows the run down")
    options = parser.parse_args()
    report = common.announce(LIMIT)
    cores = report["machine"]["cores"]
    source = common.raw_file(options.work, "marigold", options.megapixels)
    folder, out = options.work / "batch", options.work / "batch-out"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(options.photos):
        os.link(source, folder / f"IMG_{number:04}.dng")
    os.environ["STILLBYTES_HOME"] = str(options.work / "batch-home")
    rows, runs = [], []
    for at_once in options.at_once:
        shutil.rmtree(out, ignore_errors=True)
        common.quiet(0.2, options.patience)
        command = [
            sys.executable, "-m", "stillbytes", "batch", "export", str(folder), "-o", str(out),
            "--at-once", str(at_once), "--exposure", "0.3", "--contrast", "10", "--highlights", "-30", "--json",
        ]  # fmt: skip
        begin, busy, own = time.perf_counter(), common.busy_seconds(), common._children_seconds()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            demand = Demand(process.pid, cores)
            watch = common._Watch(process.pid) if options.memory else None
            process.wait()
            asked = demand.finish()
            if watch:
                watch.finish()
        if process.returncode:
            common.stop("the batch failed")
        seconds = time.perf_counter() - begin
        cpu = common._children_seconds() - own
        others = max(0.0, common.busy_seconds() - busy - cpu) / seconds
        load = os.getloadavg()[0]
        peak = watch.peak if watch else 0
        runs.append(
            {
                "at_once": at_once, "seconds": seconds, "cpu_seconds": cpu, "had": cpu / seconds / cores,
                "asked": asked, "others": others, "load": load, "peak_pss_mib": peak / 2**20,
            }
        )  # fmt: skip
        rows.append(
            [
                str(at_once), f"{seconds:.1f}", f"{seconds / options.photos:.2f}", f"{cpu / options.photos:.2f}",
                f"{cpu / seconds / cores:.1%}", f"{asked:.1%}", f"{others:.2f}", f"{load:.1f}",
                f"{peak / 2**20:.0f}" if peak else "",
            ]
        )  # fmt: skip
        head = ["at once", "s", "s each", "CPU s each", "cores had", "asked for", "others", "load", "peak MiB (PSS)"]
        print(common.table(head, rows[-1:]), flush=True)
    common.save("batch", {**report, "photos": options.photos, "megapixels": options.megapixels, "runs": runs})


if __name__ == "__main__":
    main()
