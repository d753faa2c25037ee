"""The slots of one part of a request: what is to change, in which direction, how much, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.clauses import Clause
from stillbytes.core.saying import Said, said

Form = Literal["adjective", "verb", "noun"]


class Unclear(Exception):
    """A part of a request that has no single meaning here; says why, for a person."""

    @property
    def why(self) -> str:
        """As a sentence that can be told in another language."""
        why = self.args[0]
        return why if isinstance(why, Said) else said(str(why))


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that was said. sign: "+", "-" or "". relation: whether "to" or "by" stood before it."""

    number: float
    sign: str = ""
    unit: str = ""
    relation: Literal["", "to", "by"] = ""


@dataclass(frozen=True, slots=True)
class Named:
    """What can change: a parameter, effect, region, band, colour, dimension, or a fault that a switch mends.

    plain: whether it is an adjective that compares nothing, such as "dark" beside "darker". dimension: which one its
    word also names.
    """

    kind: str
    name: str
    form: Form = "noun"
    place: int = 0
    plain: bool = False
    dimension: str = ""


@dataclass
class Slots:
    """clause: where they come from. flags: grammatical roles that are there. kept, kept_names: what must not change.

    else_: whether "anything else" is kept. scoped: "sky: ..." is of the sky, and so is what follows. factor: of what
    there is, as "double" says. share: of it more or less, as "by half" says. group: of parameters, which was named
    beside one of them. apart: whether what is kept is left out of this part alone, as in
    "everything but the sky darker". left_out: whether what is kept is only left out of the changes beside it, as
    "except" says and "don't touch" does not. twin: the part that said what this one only names a target for.
    """

    clause: Clause
    named: list[Named] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    size: str = ""
    amount: Amount | None = None
    targets: list[str] = field(default_factory=list)
    target_first: bool = False
    kept: list[str] = field(default_factory=list)
    kept_names: list[str] = field(default_factory=list)
    keeps: bool = False
    else_: bool = False
    borrowed: bool = False
    scoped: bool = False
    factor: float | None = None
    share: float | None = None
    group: str = ""
    apart: bool = False
    left_out: bool = False
    twin: Slots | None = None

    @property
    def worded(self) -> bool:
        """Whether a word gives a direction."""
        return bool(self.flags & WORDED)

    @property
    def only_target(self) -> bool:
        return bool(self.targets) and not (self.named or self.worded or self.amount)


def of_kind(named: Sequence[Named], kind: str) -> list[Named]:
    return [one for one in named if one.kind == kind]


WORDED = frozenset(
    ("up", "down", "reduce", "more", "less", "stronger", "weaker", "too", "too_much", "lacking", "not_so", "remove",
     "fix", "recover")
)  # fmt: skip


def left_out(one: Named) -> bool:
    """Whether it is something that a picture can be without, such as a vignette or noise."""
    effect = meaning().effects.get(one.name) if one.kind == "effect" else None
    return bool(effect and (effect.removable or effect.added)) or one.kind == "fault" or one.name in meaning().polarity
