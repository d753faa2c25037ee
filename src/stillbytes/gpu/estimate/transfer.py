"""Seconds to bring weights to the card: from host memory over the bus, or from the disk."""

from __future__ import annotations

from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate import constants as fitted
from stillbytes.gpu.estimate.constants import FITTED, Constants
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.estimate.host import Host


def load(size: float, card: Card | None, host: Host, *, cached: bool, constants: Constants = FITTED) -> Figure:
    """Of `size` bytes. cached: whether the file is still in host memory from before.

    Engines copy from ordinary (pageable) memory, which is slower than the bus; from a disk the slower of both counts.
    Where there is no card, a cached file only has to be mapped.
    """
    rate = min(card.pcie_gbs * 0.8, constants.transfer_gbs) if card and not card.unified else constants.transfer_gbs * 2
    if not cached:
        rate = min(rate, host.disk_gbs)
    return Figure(constants.reload_s + size / (rate * 1e9), "s", spread=fitted.SPREAD_TRANSFER)
