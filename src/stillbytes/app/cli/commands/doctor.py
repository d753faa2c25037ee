"""`stillbytes doctor`: what works on this machine, tried and not assumed, each with a remedy."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core import paths
from stillbytes.core.errors import StillbytesError

State = Literal["ok", "absent", "broken"]
MARKS: dict[State, str] = {"ok": "works", "absent": "not there", "broken": "BROKEN"}
ENGINES = {"llama": "llama.cpp", "comfyui": "ComfyUI", "onnx": "ONNX Runtime"}
ENOUGH_MEMORY = 4 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """state "absent": something optional that is not there; "broken": something Stillbytes needs."""

    subject: str
    state: State
    says: str
    remedy: str = ""


@click.command("doctor")
@json_option()
def examine(as_json: bool) -> int:
    """Check what works on this machine."""
    findings = [finding for check in CHECKS for finding in _tried(check)]
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        rows = [(f.subject, MARKS[f.state], " ".join(part for part in (f.says, f.remedy) if part)) for f in findings]
        print_table(("", "", ""), rows)
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def processor() -> Iterator[Finding]:
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415 - each check loads only what it checks

    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    level = library().level
    yield Finding("Processor", "ok", f"{_processor_name()}, {cores} cores; develop kernels for {level}")


def memory() -> Iterator[Finding]:
    total = installed_memory()
    if total is None:
        yield Finding("Memory", "absent", "Its size cannot be found out here.")
        return
    says = f"{total / (1 << 30):.1f} GiB"
    enough = total >= ENOUGH_MEMORY
    yield Finding("Memory", "ok" if enough else "absent", says, "" if enough else "Large photos may not fit into it.")


def home() -> Iterator[Finding]:
    place = paths.home()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        remedy = "Set STILLBYTES_HOME to a folder of yours, or correct its rights."
        yield Finding("Home", "broken", f"{place} is not writable ({error.strerror or error}).", remedy)
        return
    free = shutil.disk_usage(place).free / (1 << 30)
    yield Finding("Home", "ok", f"{place}, {free:.1f} GiB free")


def codecs() -> Iterator[Finding]:
    """Every export format encodes a small picture, and the decoding process reads it back if such photos are read."""
    import numpy as np  # noqa: PLC0415

    from stillbytes.photo.decode import decode  # noqa: PLC0415
    from stillbytes.photo.formats import is_photo  # noqa: PLC0415
    from stillbytes.photo.output.encode import RENDERED, encode  # noqa: PLC0415

    picture = np.full((32, 48, 3), (200, 120, 40), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        for name, format in RENDERED.items():
            try:
                file = Path(folder) / f"picture{format.extension}"
                file.write_bytes(encode(picture, format=name, space="srgb"))
                if not is_photo(file):
                    yield Finding(format.label, "ok", "Written.")
                    continue
                found = decode(file)
                if (found.width, found.height) == (48, 32):
                    finding = Finding(format.label, "ok", "Written and read.")
                else:
                    finding = Finding(format.label, "broken", "Comes back changed.", "Reinstall Stillbytes.")
            except (StillbytesError, ImportError, OSError, ValueError) as error:
                finding = Finding(format.label, "broken", f"{error}", "Reinstall Stillbytes.")
            yield finding


def raw() -> Iterator[Finding]:
    import rawpy  # noqa: PLC0415

    from stillbytes.photo.formats import EXTENSIONS  # noqa: PLC0415

    yield Finding("RAW", "ok", f"LibRaw {'.'.join(map(str, rawpy.libraw_version))}")
    yield Finding("Opens", "ok", " ".join(extension.lstrip(".") for extension in EXTENSIONS))


def graphics() -> Iterator[Finding]:
    from stillbytes.gpu.telemetry import device  # noqa: PLC0415

    card = device()
    if card is None:
        remedy = "Developing does not need one; with an NVIDIA card, install its driver."
        yield Finding("Graphics card", "absent", "No NVIDIA card answers through NVML.", remedy)
    else:
        memory = f"{card.free_mib} of {card.total_mib} MiB free"
        yield Finding("Graphics card", "ok", f"{card.name}, driver {card.driver}, {memory}.")


def drawing() -> Iterator[Finding]:
    from stillbytes.core.device import chosen  # noqa: PLC0415
    from stillbytes.develop.device import opencl  # noqa: PLC0415

    for device in opencl.devices():
        memory = f"{opencl.MEMORY[device.kind]}, {device.mib} MiB"
        yield Finding("OpenCL device", "ok", f"{device.name} ({device.platform}), {memory}.")
    if not opencl.devices():
        remedy = "Developing does not need one; the driver of a graphics card brings it."
        yield Finding("OpenCL device", "absent", "None answers.", remedy)
    if chosen() == "cpu":
        yield Finding("Pictures", "ok", "Drawn on the processor.")
    else:
        there = bool(opencl.devices())
        remedy = "" if there else "The processor draws instead; `stillbytes device cpu` chooses it."
        yield Finding("Pictures", "ok" if there else "absent", f"To be drawn on the {chosen()} device.", remedy)


def engines() -> Iterator[Finding]:
    import asyncio  # noqa: PLC0415

    from stillbytes.core import preferences  # noqa: PLC0415
    from stillbytes.engines.status import status  # noqa: PLC0415

    for one in asyncio.run(status(preferences.load())):
        place = " ".join(part for part in (one.version, one.url or one.where) if part)
        says = " ".join(part for part in (place, one.says) if part)
        # An engine that does not work takes nothing from developing.
        state: State = "absent" if one.state in ("absent", "broken") else "ok"
        yield Finding(ENGINES[one.name], state, says, one.remedy)


def page() -> Iterator[Finding]:
    import webbrowser  # noqa: PLC0415

    from stillbytes.app.server.page import PAGE  # noqa: PLC0415

    built = (PAGE / "index.html").is_file()
    if built:
        yield Finding("Page", "ok", "Built.")
    else:
        yield Finding("Page", "broken", "Not built.", "Reinstall Stillbytes, or run `python3 dev.py sync`.")
    try:
        yield Finding("Browser", "ok", getattr(webbrowser.get(), "name", "found"))
    except webbrowser.Error:
        remedy = "Open the address that `stillbytes serve` prints in a browser of your choice."
        yield Finding("Browser", "absent", "No browser can be started from here.", remedy)


def workflows() -> Iterator[Finding]:
    from stillbytes.generate.workflows import own  # noqa: PLC0415

    found = own.found()
    if found.graphs:
        names = ", ".join(f"{graph.name} ({graph.tasks('')[0]})" for graph in found.graphs)
        yield Finding("Workflows", "ok", f"{names}, from {own.folder()}")
    for problem in found.problems:
        yield Finding("Workflows", "broken", problem.message, problem.remedy)
    if not found.graphs and not found.problems:
        remedy = "To have one as a task, put a ComfyUI graph with a header there, as docs/workflows.md shows."
        yield Finding("Workflows", "absent", f"None of your own in {own.folder()}.", remedy)


CHECKS = (processor, memory, home, raw, codecs, graphics, drawing, engines, workflows, page)


def _tried(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check; its failure is one too, for finding failures is what this command is for."""
    try:
        yield from check()
    except StillbytesError as error:
        yield Finding(check.__name__.capitalize(), "broken", error.message, error.remedy)
    except Exception as error:  # whatever a broken installation raises
        yield Finding(
            check.__name__.capitalize(), "broken", f"{type(error).__name__}: {error}", "Reinstall Stillbytes."
        )


def installed_memory() -> int | None:
    """Bytes of main memory; None where the system does not say."""
    if sys.platform == "win32":
        return _memory_of_windows()
    with contextlib.suppress(ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _memory_of_windows() -> int | None:
    class Status(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "own", "own_free", "more")),
        )

    status = Status(length=ctypes.sizeof(Status))
    windows = getattr(ctypes, "windll", None)
    if windows is None or not windows.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.total)


def _processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def command() -> click.Command:
    return examine
