"""RAW to full-size JPEG: time and memory of Stillbytes with ten parameters changed, darktable and RawTherapee.

Each program gets the same files, one run after the other in turn. darktable and RawTherapee run with their defaults
(no OpenCL), Stillbytes with ten parameters changed. Wall clock of the whole command, start included. Memory of the
whole process tree, sampled every 20 ms in a run of its own before the timed ones, which also fills the caches.
"others": cores that everything else on the machine kept busy during each run, on average.
"""

from __future__ import annotations

import sys
from pathlib import Path

from common import ROOT, Ran, announce, median, need, parser, quiet, raw_file, save, stop, table, timed, version_of

LIMIT = "3x faster than the faster of the two, and no more memory than either (24 and 45 MP, 2 cores)"
IDLE = 0.2
"""Cores that the rest of the machine may use where a quiet moment is asked for."""
CHANGED = {
    "exposure": "0.35", "contrast": "12", "highlights": "-40", "shadows": "30", "whites": "8", "blacks": "-6",
    "clarity": "15", "vibrance": "20", "temperature": "5600", "vignette-amount": "-15",
}  # fmt: skip
"""Ten parameters away from their defaults."""


def commands(photo: Path, work: Path) -> dict[str, tuple[list[str], Path]]:
    """Program -> (command line, file that it writes)."""
    out = work / "out"
    out.mkdir(exist_ok=True)
    ours, dark, therapee = (out / f"{photo.stem}-{name}.jpg" for name in ("ours", "darktable", "rawtherapee"))
    script = ROOT / ".venv/bin/stillbytes"
    program = [str(script)] if script.exists() else [sys.executable, "-m", "stillbytes.app.cli"]
    options = [text for name, value in CHANGED.items() for text in (f"--{name}", value)]
    place = work / "darktable"
    own = ["--configdir", str(place / "config"), "--cachedir", str(place / "cache"), "--library", ":memory:"]
    return {
        "stillbytes": ([*program, "develop", str(photo), "-o", str(ours), "--ignore-sidecar", *options], ours),
        "darktable": (["darktable-cli", str(photo), str(dark), "--core", "--disable-opencl", *own], dark),
        "rawtherapee": (["rawtherapee-cli", "-Y", "-j92", "-o", str(therapee), "-c", str(photo)], therapee),
    }


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--runs", type=int, default=3, help="runs of each program on each file (default: %(default)s)")
    made.add_argument("--megapixels", type=float, nargs="+", default=[24, 45])
    chosen = made.parse_args()
    need("darktable-cli", "rawtherapee-cli")
    report = announce(
        LIMIT,
        darktable=version_of("darktable-cli", "--version"),
        rawtherapee=version_of("rawtherapee-cli", "-v"),
    )
    report |= {"runs": chosen.runs, "changed": CHANGED, "sizes": {}}
    for megapixels in chosen.megapixels:
        photo = raw_file(chosen.work, "forest-path", megapixels)
        plan = commands(photo, chosen.work)
        runs: dict[str, list[Ran]] = {name: [] for name in plan}
        sampled: dict[str, Ran] = {}
        for turn in range(chosen.runs + 1):
            for name, (command, target) in plan.items():
                target.unlink(missing_ok=True)
                quiet(IDLE, chosen.patience)
                ran = timed(command, memory=turn == 0)
                if not target.exists():
                    stop(f"{name} wrote no {target}: {' '.join(command)}")
                if turn:
                    runs[name].append(ran)
                else:
                    sampled[name] = ran
        seconds = {name: median([r.seconds for r in found]) for name, found in runs.items()}
        memory = {name: found.peak / 2**20 for name, found in sampled.items()}
        resident = {name: found.rss / 2**20 for name, found in sampled.items()}
        cpu = {name: median([r.cpu for r in found]) for name, found in runs.items()}
        rows = [
            [
                name, f"{seconds[name]:.2f}", " ".join(f"{r.seconds:.2f}" for r in runs[name]), f"{cpu[name]:.2f}",
                " ".join(f"{r.others:.1f}" for r in runs[name]), f"{seconds[name] / seconds['stillbytes']:.2f}x",
                f"{memory[name]:.0f}", f"{resident[name]:.0f}", f"{memory[name] / memory['stillbytes']:.2f}x",
            ]
            for name in plan
        ]  # fmt: skip
        least = {name: min(r.seconds for r in found) for name, found in runs.items()}
        quickest = min(least["darktable"], least["rawtherapee"]) / least["stillbytes"]
        faster = min(seconds["darktable"], seconds["rawtherapee"]) / seconds["stillbytes"]
        smaller = min(memory["darktable"], memory["rawtherapee"]) / memory["stillbytes"]
        print(f"{megapixels:g} MP")
        print(
            table(
                ["program", "median s", "runs s", "CPU s", "others", "time", "peak MiB (PSS)", "(RSS)", "memory"], rows
            )
        )
        print(
            f"faster than the faster peer: {faster:.2f}x; memory of the smaller peer: {smaller:.2f}x ours\n", flush=True
        )
        print(f"by the quickest run of each, which a busy machine disturbs least: {quickest:.2f}x\n", flush=True)
        report["sizes"][f"{megapixels:g}"] = {
            "seconds": {name: [r.seconds for r in found] for name, found in runs.items()},
            "others_cores": {name: [r.others for r in found] for name, found in runs.items()},
            "median_cpu_seconds": cpu, "least_seconds": least,
            "median_seconds": seconds, "peak_pss_mib": memory, "peak_rss_mib": resident,
            "faster_than_faster_peer": faster,
            "faster_by_quickest_runs": quickest, "smaller_peer_memory": smaller,
            "commands": {name: command for name, (command, _) in plan.items()},
        }  # fmt: skip
    save("export_vs_peers", report)


if __name__ == "__main__":
    main()
