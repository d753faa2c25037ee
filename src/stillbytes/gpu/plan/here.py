"""What a person asks: a plan for this machine as it is, with what was measured on it, or for one that is described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stillbytes.core.preferences import Preferences
from stillbytes.gpu import measured, telemetry
from stillbytes.gpu.estimate.host import Disk
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models.store import Store, open_store
from stillbytes.gpu.plan.combine import Combination
from stillbytes.gpu.plan.machine import Machine, described
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, Wish
from stillbytes.gpu.plan.plan import Plan, plan
from stillbytes.gpu.plan.programs import Programs
from stillbytes.gpu.telemetry import Memory


@dataclass(frozen=True, slots=True)
class Asked:
    """The machine and the models to plan for, as a person writes them; what is None is found or chosen."""

    card: str | None = None
    vram: str | None = None
    ram: str | None = None
    disk: Disk | None = None
    llm: str | None = None
    image: str | None = None
    context: int = 8192
    megapixels: float = 1.0


def asked(wanted: Asked, choices: Preferences, programs: Programs, store: Store | None = None) -> Plan:
    """The plan for what was asked. Raises UnknownCard, ModelError, Refused and StillbytesError, each with a remedy."""
    known = None
    if wanted.card is None and wanted.vram is None:
        known = measured.load()
        machine = here(choices, known, ram=wanted.ram, disk=wanted.disk)
    else:
        machine = described(wanted.card, wanted.vram, wanted.ram, wanted.disk)
    return plan(
        machine,
        Wish(llm=wanted.llm, image=wanted.image, context=wanted.context, megapixels=wanted.megapixels),
        measured=known,
        files=(store or open_store(choices)).files,
        programs=programs,
    )


def here(
    choices: Preferences,
    known: Measured,
    memory: Memory | None = None,
    *,
    ram: str | None = None,
    disk: Disk | None = None,
) -> Machine:
    """This machine with its measured rates. memory: what engines share, the machine's own without."""
    machine = described(ram=ram, disk=disk, memory=memory or telemetry.memory(choices.vram_mib))
    host = machine.host
    if known.memory_gbs:
        host = replace(host, bandwidth_gbs=known.memory_gbs)
    if known.disk_gbs and disk is None:
        host = replace(host, disk_gbs=known.disk_gbs)
    return replace(machine, host=host)


def varied(combinations: Sequence[Combination], most: int, of_one: int) -> list[Combination]:
    """At most so many of the best: each pair of models once, `of_one` at most of one language model unless it is the
    only one, and then one of each arrangement that there is."""
    shown: list[Combination] = []
    times: Counter[str] = Counter()
    if len({_family(one.language) for one in combinations}) == 1:
        of_one = most
    pairs: set[tuple[str, str]] = set()
    for one in combinations:
        pair = (_family(one.language), _family(one.image))
        if pair not in pairs and times[pair[0]] < of_one and len(shown) < most:
            times[pair[0]] += 1
            pairs.add(pair)
            shown.append(one)
    for how in dict.fromkeys(one.arrangement for one in combinations):
        if all(one.arrangement != how for one in shown):
            shown.append(next(one for one in combinations if one.arrangement == how))
    return shown


def _family(option: LanguageOption | ImageOption | None) -> str:
    """Its name without the precision."""
    if option is None:
        return ""
    precision = option.weights.precision if isinstance(option, LanguageOption) else option.picture.precision
    return option.name.removesuffix(f" {precision}")
