"""The machine that a plan is for: card, memory that others keep, host. Given by hand or found."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, replace

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu.cards import Card, UnknownCard, find
from stillbytes.gpu.estimate.host import DISK_GBS, Disk, Host

DESKTOP_MIB = 1100
"""What a desktop with a browser keeps: 1.10 GB on Windows 10 with an RTX 3060 (field measurement, September 2026)."""
GUARD_MIB = 400
"""Never planned for: what fragmentation and other programs' small changes take."""
_UNKNOWN = Card("a card that is not in the table", "none", 0, 0.0, 0.0)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(t|g|m)?(?:i?b)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Machine:
    """card: None when there is none. reserved_mib: what the desktop and others keep of its memory. note: in words."""

    card: Card | None
    host: Host
    reserved_mib: int = DESKTOP_MIB
    note: str = ""

    @property
    def room_mib(self) -> int:
        """Memory that may be planned with: the card's, or of the host's all but what the system needs."""
        if self.card is None:
            return max(0, self.host.ram_mib - 4096)
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
        raise StillbytesError(f"“{text}” is not an amount of memory.", "Write it like 12GB or 12288MiB.")
    value, unit = float(found[1]), (found[2] or ("g" if float(found[1]) <= 1024 else "m")).lower()
    return round(value * {"t": 1024 * 1024, "g": 1024, "m": 1}[unit])


def described(
    card: str | None = None, vram: str | None = None, ram: str | None = None, disk: Disk | None = None
) -> Machine:
    """The machine with this hardware. Raises UnknownCard and StillbytesError for what cannot be understood."""
    host = _host(ram, disk)
    amount = mebibytes(vram) if vram else None
    if amount == 0:
        return Machine(None, host, 0, "Without a graphics card: everything runs on the processor.")
    if card is None:
        if amount is None:
            return found(ram, disk)
        unknown = _UNKNOWN.with_memory(amount)
        return Machine(unknown, host, DESKTOP_MIB, "The card is not named, so that only memory is planned, not speed.")
    chosen = find(card, amount)
    return Machine(chosen, host, 0 if chosen.unified else DESKTOP_MIB, f"As described: {chosen.name}.")


def found(ram: str | None = None, disk: Disk | None = None) -> Machine:
    """This machine: its card as the driver tells it, or none."""
    host = _host(ram, disk)
    try:
        telemetry = importlib.import_module("stillbytes.gpu.telemetry")  # starts the driver's library
    except ImportError:
        return Machine(None, host, 0, "No graphics card was looked for: this build has no telemetry.")
    here = telemetry.device()
    if here is None:
        return Machine(None, host, 0, "No NVIDIA graphics card was found: everything runs on the processor, slowly.")
    try:
        card = find(here.name, here.total_mib)
    except UnknownCard:
        card = replace(_UNKNOWN, name=here.name, vram_mib=here.total_mib)
    used = max(0, here.total_mib - here.free_mib)
    return Machine(card, host, used, f"Found here: {here.name}, of which {used} MiB are in use by others.")


def _host(ram: str | None, disk: Disk | None) -> Host:
    if ram is not None:
        amount = mebibytes(ram)
    else:
        import psutil  # noqa: PLC0415 - only when this machine is asked

        amount = int(psutil.virtual_memory().total) // 2**20
    return Host(ram_mib=amount, disk_gbs=DISK_GBS[disk or "nvme"])
