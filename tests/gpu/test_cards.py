"""A card is found by whatever a person or a driver calls it."""

from __future__ import annotations

import doctest

import pytest

from stillbytes.gpu import cards
from stillbytes.gpu.cards import UnknownCard, find, table


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("RTX 3060", "GeForce RTX 3060 12GB"),
        ("NVIDIA GeForce RTX 3060", "GeForce RTX 3060 12GB"),
        ("rtx3060 8gb", "GeForce RTX 3060 8GB"),
        ("3080", "GeForce RTX 3080 10GB"),
        ("RTX 3080 12 GB", "GeForce RTX 3080 12GB"),
        ("4070 ti super", "GeForce RTX 4070 Ti Super"),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", "GeForce RTX 4070 Laptop"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "RTX PRO 6000 Blackwell"),
        ("NVIDIA RTX 4000 Ada Generation", "RTX 4000 Ada"),
        ("Tesla T4", "Tesla T4"),
        ("AMD Radeon RX 7900 XTX", "Radeon RX 7900 XTX"),
        ("Intel(R) Arc(TM) B580 Graphics", "Arc B580"),
        ("Apple M3 Pro", "M3 Pro"),
    ],
)
def test_the_names_of_people_and_drivers_lead_to_the_card(said: str, meant: str) -> None:
    assert find(said).name == meant


def test_the_drivers_memory_tells_variants_apart() -> None:
    assert find("NVIDIA GeForce RTX 3060", 8188).name == "GeForce RTX 3060 8GB"
    assert find("NVIDIA GeForce RTX 3080", 12276).name == "GeForce RTX 3080 12GB"
    assert find("RTX 3090", 48 * 1024).vram_mib == 48 * 1024  # somebody soldered


def test_an_unknown_card_brings_near_misses() -> None:
    with pytest.raises(UnknownCard) as error:
        find("RTX 3065")
    assert "RTX 3060" in error.value.remedy


def test_every_card_can_be_found_by_its_own_name_and_makes_sense() -> None:
    for card in table():
        assert find(card.name) == card
        assert 10 < card.bandwidth_gbs < 6000
        assert 1 < card.tflops < 2500
        assert card.unified or 7 < card.pcie_gbs < 130


def test_the_examples_in_the_documentation_are_true() -> None:
    assert doctest.testmod(cards).failed == 0
