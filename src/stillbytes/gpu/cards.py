"""Graphics cards: what each can hold, read and compute, and finding one by the name that people and drivers use.

The numbers are in cards.csv. Memory, bandwidth and bus: the makers' product pages. tflops: dense half-precision matrix
products accumulated in single precision, as PyTorch and llama.cpp do them. For GeForce that is half of the advertised
half-precision rate (NVIDIA's architecture white papers of Turing, Ampere GA102, Ada and Blackwell, appendix tables);
for professional and data-centre cards the data sheet's dense rate; for cards without matrix units the shader rate.
Laptop cards differ by power limit: theirs are typical values. Apple's memory is what macOS gives to the GPU by default
of the usual configuration.
"""

from __future__ import annotations

import csv
import difflib
import functools
import importlib.resources
import re
from dataclasses import dataclass, replace
from typing import Literal

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import joined, said

Maker = Literal["nvidia", "amd", "intel", "apple", "none"]
_PCIE_GBS = {3: 0.985, 4: 1.969, 5: 3.938}
"""GB/s of one lane after line coding (PCI-SIG base specifications 3.0, 4.0 and 5.0)."""
_MEMORY = re.compile(r"\b(\d+) ?gi?b\b", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:nvidia|geforce|amd|radeon|intel|apple|graphics|gpu|generation|tm|r|corporation|workstation|server|edition"
    r"|max[ -]q)\b|\(.*?\)"
)
"""What says nothing about which card it is."""
_LESS = 1024
"""MiB by which a driver's total may fall short of what is sold."""


class UnknownCard(StillbytesError):
    """A card that the table does not have, with the names that come near."""


@dataclass(frozen=True, slots=True)
class Card:
    """One graphics card. bandwidth_gbs: of its memory, GB/s. tflops: see the module. unified: shares the host's memory.

    capability: CUDA compute capability, None for others. fp8, fp4: has matrix units for them. pcie: generation.
    """

    name: str
    maker: Maker
    vram_mib: int
    bandwidth_gbs: float
    tflops: float
    capability: float | None = None
    fp8: bool = False
    fp4: bool = False
    pcie: int = 4
    lanes: int = 16
    unified: bool = False
    source: str = ""

    @property
    def pcie_gbs(self) -> float:
        """GB/s that the bus can carry in one direction; the memory's own where it is shared."""
        return self.bandwidth_gbs if self.unified else _PCIE_GBS.get(self.pcie, 1.969) * self.lanes

    def with_memory(self, vram_mib: int) -> Card:
        """The same card with another amount of memory."""
        return replace(self, vram_mib=vram_mib)


@functools.cache
def table() -> tuple[Card, ...]:
    """All cards that are known."""
    return tuple(card for card, _ in _rows())


@functools.cache
def _rows() -> tuple[tuple[Card, tuple[str, ...]], ...]:
    text = importlib.resources.files("stillbytes.gpu").joinpath("cards.csv").read_text(encoding="utf-8")
    return tuple(
        (_card(row), tuple(filter(None, row["aliases"].split("|")))) for row in csv.DictReader(text.splitlines())
    )


def _card(row: dict[str, str]) -> Card:
    makers: dict[str, Maker] = {"nvidia": "nvidia", "amd": "amd", "intel": "intel", "apple": "apple"}
    return Card(
        name=row["name"],
        maker=makers[row["maker"]],
        vram_mib=int(row["vram_mib"]),
        bandwidth_gbs=float(row["bandwidth_gbs"]),
        tflops=float(row["tflops"]),
        capability=float(row["capability"]) if row["capability"] else None,
        fp8=row["fp8"] == "1",
        fp4=row["fp4"] == "1",
        pcie=int(row["pcie"]),
        lanes=int(row["lanes"]),
        unified=row["unified"] == "1",
        source=row["source"],
    )


@functools.cache
def _index() -> dict[str, Card]:
    index: dict[str, Card] = {}
    for card, aliases in _rows():
        index[_key(card.name)] = card
        index.update({_key(alias): card for alias in aliases})
    return index


def find(name: str, vram_mib: int | None = None) -> Card:
    """The card of this name as people, NVML or Vulkan say it; `vram_mib` decides between variants and is kept.

    >>> find("NVIDIA GeForce RTX 3060").vram_mib, find("rtx3080 12 GB").bandwidth_gbs, find("4070 ti super").name
    (12288, 912.0, 'GeForce RTX 4070 Ti Super')

    Raises UnknownCard, naming near misses.
    """
    index = _index()
    words, stated = _stem(name), _MEMORY.search(name)
    wanted = vram_mib or (int(stated[1]) * 1024 if stated else None)
    card = (_variant(words, wanted) if wanted else None) or index.get(_key(name)) or index.get(words)
    if card is None:
        raise UnknownCard(said("No graphics card called “{name}” is known.", name=name), _advice(words))
    return card if wanted is None or abs(card.vram_mib - wanted) < _LESS else card.with_memory(wanted)


def _variant(stem: str, vram_mib: int) -> Card | None:
    """Of the cards that differ only by memory, the one with this much (drivers report a little less than is sold)."""
    same = (card for card in table() if _stem(card.name) == stem)
    return next((card for card in same if abs(card.vram_mib - vram_mib) < _LESS), None)


def _stem(name: str) -> str:
    """The key without the memory that some names carry."""
    return _key(_MEMORY.sub(" ", name))


def _advice(key: str) -> str:
    names = {k: card.name for k, card in _index().items()}
    near = list(dict.fromkeys(names[k] for k in difflib.get_close_matches(key, names, n=5, cutoff=0.6)))[:3]
    hint = said("Did you mean {hint}?", hint=", ".join(near)) if near else said("Give its name like “RTX 3060 12GB”.")
    return joined((hint, said("For a card that is not in the table, give its memory alone; speeds are then unknown.")))


def _key(name: str) -> str:
    """Letters and digits that matter: without maker, brand and the words of drivers.

    >>> _key("NVIDIA GeForce RTX 4090 Laptop GPU"), _key("RX 7900 XT"), _key("3060")
    ('4090laptop', '7900xt', '3060')
    """
    text = name.lower().replace("gib", "gb")
    text = _WORDS.sub(" ", text)
    text = re.sub(r"\bmobile\b", "laptop", text)
    text = re.sub(r"[^a-z0-9]", "", text)
    return re.sub(r"^(rtx|gtx|rx)(?=\d)", "", text)
