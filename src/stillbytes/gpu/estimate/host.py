"""The computer around the card: memory, its bandwidth, and the disk that models come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Disk = Literal["nvme", "ssd", "hdd"]
DISK_GBS: dict[Disk, float] = {"nvme": 2.5, "ssd": 0.5, "hdd": 0.15}
"""GB/s of reading one large file as engines do it. Bus limits: SATA 0.55, PCIe 3.0 x4 3.5; hdd: outer tracks."""


@dataclass(frozen=True, slots=True)
class Host:
    """ram_mib: in all. bandwidth_gbs: of memory, 40 being two channels of DDR4-2666. disk_gbs: see DISK_GBS."""

    ram_mib: int = 16384
    bandwidth_gbs: float = 40.0
    disk_gbs: float = DISK_GBS["nvme"]
