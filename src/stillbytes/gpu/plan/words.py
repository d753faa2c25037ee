"""Why a plan is as it is, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stillbytes.core.saying import said
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.plan.combine import Combination
from stillbytes.gpu.plan.machine import GUARD_MIB, Machine
from stillbytes.gpu.plan.masks import Masks
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, Option


def gigabytes(mib: float) -> str:
    return f"{mib / 1024:.1f} GB"


def figure(value: Figure | None) -> str:
    """With its unit and basis: "57 tokens/s (estimate)"."""
    if value is None:
        return "unknown"
    if value.unit == "MiB":
        return f"{gigabytes(value.value)} ({value.basis})"
    number = f"{value.value:.{0 if value.value >= 10 else 1}f} {value.unit}"
    return f"{number} ({value.basis})"


def reasons(best: Combination, found: Sequence[Combination], machine: Machine, beside: Masks) -> Iterator[str]:
    """What speaks for the chosen combination, and what would have to be given up for the next ones."""
    card = machine.card
    if card is None:
        whole = gigabytes(machine.host.ram_mib)
        yield f"There is no card: {gigabytes(machine.room_mib)} of {whole} host memory are planned with."
    else:
        yield (
            f"Of {gigabytes(card.vram_mib)}, {gigabytes(machine.reserved_mib)} stay with the desktop and"
            f" {gigabytes(GUARD_MIB)} free: {gigabytes(machine.room_mib)} to plan with."
        )
    if beside.on_card or card is None:
        yield f"Masks may take {gigabytes(beside.memory.value)} of that, counted in every sum."
    else:
        yield f"Masks are made on the processor: {gigabytes(beside.memory.value)} of host memory, none of the card's."
    if best.language is not None and best.image is not None:
        if best.arrangement == "together":
            yield (
                f"Both stay loaded: {gigabytes(best.memory.value)} expected, {gigabytes(best.memory.most)} at most, so"
                " that nothing is swapped between talking and filling."
            )
        else:
            where = "host memory" if best.kept else "the disk"
            yield (
                f"They take turns: each fits, both do not; a change takes {figure(best.to_image)} to the picture and"
                f" {figure(best.to_language)} back, from {where}."
            )
    for option in (best.language, best.image):
        if option is not None and option.steps:
            yield f"{option.name}: {'; '.join(option.steps)}."
    if not best.kept and card is not None:
        yield (
            f"{gigabytes(machine.host.ram_mib)} of host memory do not keep what leaves the card:"
            " it is read from the disk again."
        )
    yield from _others(best, found)


def _others(best: Combination, found: Sequence[Combination]) -> Iterator[str]:
    def level(c: Combination) -> int:
        return sum(option.quality for option in (c.language, c.image) if option is not None)

    better = [c for c in found if level(c) > level(best)]
    if better:
        other = max(better, key=lambda c: c.score)
        yield f"{other.title} would be better, but {_against(other, best)}."


def _against(other: Combination, best: Combination) -> str:
    found = []
    if other.arrangement != "together" and best.arrangement == "together":
        found.append(f"they would be {other.arrangement}, {figure(other.to_image)} at a change")
    if other.image and other.image.seconds and best.image and best.image.seconds:
        ratio = other.image.seconds.value / best.image.seconds.value
        if ratio > 1.3:
            found.append(f"a fill would take {figure(other.image.seconds)}")
    if other.language and other.language.generation and best.language and best.language.generation:
        ratio = best.language.generation.value / other.language.generation.value
        if ratio > 1.3:
            found.append(f"it would speak at {figure(other.language.generation)}")
    return ", and ".join(found) or "more would be given up for it"


def nothing_fits(
    languages: Sequence[Sequence[LanguageOption]], images: Sequence[Sequence[ImageOption]], room: float
) -> str:
    """What is missing, by the smallest way to run each that was asked for."""
    told = []
    ladders: list[Sequence[Option]] = [*languages, *images]
    for options in ladders:
        if options:
            smallest = min(options, key=lambda option: option.peak.most)
            streamed = isinstance(smallest, ImageOption) and smallest.estimate.streamed
            if smallest.peak.most > room or streamed:
                told.append((smallest.peak.most, smallest.name))
    if not told:
        return said("No model was asked for.")
    needed, name = min(told)
    return said(
        "{name} needs up to {needed}, and there are {room} to plan with.",
        name=name,
        needed=gigabytes(needed),
        room=gigabytes(room),
    )
