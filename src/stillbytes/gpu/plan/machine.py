"""The machine that a plan is for: card, memory that others keep, host. Given by hand or found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import install_plan
from stillbytes.engines.supervise import records
from stillbytes.gpu import telemetry
from stillbytes.gpu.cards import Card, UnknownCard, find
from stillbytes.gpu.estimate.host import DISK_GBS, Disk, Host
from stillbytes.gpu.telemetry import Memory

DESKTOP_MIB = 1100
"""What a desktop with a browser keeps: 1.10 GB on Windows 10 with an RTX 3060 (field measurement, September 2026)."""
GUARD_MIB = 400
"""Never planned for: what fragmentation and other programs' small changes take."""
_UNKNOWN = Card("a card that is not in the table", "none", 0, 0.0, 0.0)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(t|g|m)?(?:i?b)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Machine:
    """card: None when there is none. reserved_mib: what the desktop and others keep of its memory. note: in words.

    limit_mib: the most that engines may have of host memory where there is no card, None for all but the system's.
    other: whether pictures have a device all the same, one whose memory we cannot read (Metal, ROCm).
    """

    card: Card | None
    host: Host
    reserved_mib: int = DESKTOP_MIB
    note: str = ""
    limit_mib: int | None = None
    other: bool = False

    @property
    def room_mib(self) -> int:
        """Memory that may be planned with: the card's, or of the host's all but what the system needs."""
        if self.card is None:
            room = max(0, self.host.ram_mib - 4096)
            return room if self.limit_mib is None else min(room, self.limit_mib)
        return max(0, self.card.vram_mib - self.reserved_mib - GUARD_MIB)

    @property
    def kept_mib(self) -> int:
        """Host memory for weights that have left the card."""
        return max(0, self.host.ram_mib - 6144)


def mebibytes(text: str) -> int:
    """MiB from what people write; a bare number up to 1024 is in GB.

    >>> mebibytes("12GB"), mebibytes("12"), mebibytes("8192 MiB")
    (12288, 12288, 8192)

    Raises StillbytesError.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise StillbytesError(
            said("“{text}” is not an amount of memory.", text=text), "Write it like 12GB or 12288MiB."
        )
    value, unit = float(found[1]), (found[2] or ("g" if float(found[1]) <= 1024 else "m")).lower()
    return round(value * {"t": 1024 * 1024, "g": 1024, "m": 1}[unit])


def described(
    card: str | None = None,
    vram: str | None = None,
    ram: str | None = None,
    disk: Disk | None = None,
    memory: Memory | None = None,
) -> Machine:
    """The machine with this hardware; without a card and its size the one here, with `memory` as `found` takes it.

    Raises UnknownCard and StillbytesError for what cannot be understood.
    """
    host = _host(ram, disk)
    amount = mebibytes(vram) if vram else None
    if amount == 0:
        return Machine(None, host, 0, "Without a graphics card: everything runs on the processor.")
    if card is None:
        if amount is None:
            return found(ram, disk, memory)
        unknown = _UNKNOWN.with_memory(amount)
        return Machine(unknown, host, DESKTOP_MIB, "The card is not named, so that only memory is planned, not speed.")
    chosen = find(card, amount)
    return Machine(chosen, host, 0 if chosen.unified else DESKTOP_MIB, f"As described: {chosen.name}.")


def found(ram: str | None = None, disk: Disk | None = None, memory: Memory | None = None) -> Machine:
    """This machine: its card as the driver tells it, or none. memory: what engines share, as far as they may."""
    host = _host(ram, disk)
    memory = memory or telemetry.memory()
    if memory.kind != "card":
        note = "No NVIDIA graphics card was found: everything runs on the processor, slowly."
        return Machine(None, host, 0, note, None if ram else memory.total, install_plan.card() in ("metal", "rocm"))
    try:
        card = find(memory.name, memory.total)
    except UnknownCard:
        card = replace(_UNKNOWN, name=memory.name, vram_mib=memory.total)
    ours = [record.pid for engine in ("llama", "comfyui") for record in records.running(engine)]
    reading = memory.read({"ours": ours})
    used = max(0, memory.total - reading.free - sum((reading.used or {}).values()))
    return Machine(card, host, used, f"Found here: {memory.name}, of which {used} MiB are in use by others.")


def _host(ram: str | None, disk: Disk | None) -> Host:
    if ram is not None:
        amount = mebibytes(ram)
    else:
        import psutil  # noqa: PLC0415 - only when this machine is asked

        amount = int(psutil.virtual_memory().total) // 2**20
    return Host(ram_mib=amount, disk_gbs=DISK_GBS[disk or "nvme"])
