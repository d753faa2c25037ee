"""What a request was read as."""

from __future__ import annotations

from dataclasses import dataclass, field

from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order


@dataclass
class Reading:
    """moves: with their targets. kept: targets that stay as they are. names: parameters and groups that do.

    forbidden: moves that must not be. again: how much of the last change; None when the request is not about it.
    off: whether it is to be switched off. last_to: the value that the slider of the last change is to have.
    last_way: 1 for up to it, -1 for down to it.
    same_for: targets that get the last change too.
    complains: whether it tells what is wrong or goes on, without where, as "too dark" and "even darker" do of the part
    that was changed last. repeats: whether it is a word such as "darker" alone, which may be of that part too.
    may_be_of: parameters of which such a word may speak, as "softer" may of a vignette.
    """

    orders: list[Order] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    forbidden: list[Move] = field(default_factory=list)
    again: float | None = None
    off: bool = False
    last_to: float | None = None
    last_way: int = 0
    complains: bool = False
    repeats: bool = False
    may_be_of: tuple[str, ...] = ()
    same_for: tuple[str, ...] = ()
