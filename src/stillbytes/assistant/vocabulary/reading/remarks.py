"""What asks, tells or names something, and requests no change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.clauses import DIRECTIONS, HEADS, Clause, names_a_thing
from stillbytes.assistant.vocabulary.reading.slots import Slots


def asks(atoms: Sequence[Atom]) -> bool:
    """Whether a part begins as questions do: "is the sky too dark", "should it be warmer"."""
    begins = True
    for atom, after in pairwise(atoms):
        if atom.has("polar") and _told(after):  # "could it be any darker"
            return True
        if begins and atom.has("inverts") and after.has("subject", "whole", "target", "parameter", "region"):
            return True
        begins = atom.breaks or atom.has("join") or (begins and atom.has("opener", "no", "praise"))
    return False


def tells_of_somebody(atoms: Sequence[Atom]) -> bool:
    """Whether it tells what somebody did or would like: "they cropped it", "they want it brighter"."""
    deeds = ("command", "up", "down", "reduce", "remove", "recover", "parameter")
    done = any(atom.has("speaks") and (after.has(*deeds) or is_done(after)) for atom, after in pairwise(atoms))
    return done or any(atom.has("others") and after.has("wish") for atom, after in pairwise(atoms))


def is_done(atom: Atom) -> bool:
    """Whether it is a verb, such as "darken"."""
    return any(form == "verb" for _, form in atom.roles.get("effect", ()))


def is_fine(part: Clause) -> bool:
    """ "the face is OK": what is to stay as it is, and need not be told apart."""
    said = [atom for atom in part.atoms if not (atom.has("fill", "whole", "copula") and not atom.has("fine"))]
    return any(atom.has("fine") for atom in said) and all(atom.has("fine", *HEADS, "target") for atom in said)


def praises(part: Clause) -> bool:
    """ "but nice": nothing but praise."""
    said = [atom for atom in part.atoms if not (atom.has("fill", "whole", "size") and not atom.has("fine", "praise"))]
    return bool(said) and all(atom.has("fine", "praise") for atom in said)


def admires(parts: Sequence[Clause]) -> bool:
    """ "good picture, warm colours": praise, and beside it only how it is."""
    others = [part for part in parts if not praises(part)]
    return 0 < len(others) < len(parts) and all(_describes(part) for part in others)


def _describes(part: Clause) -> bool:
    """Whether it has a word that compares nothing, and none that asks."""
    asking = ("wish", "making", "fix", "set", "too", "too_much", "lacking", *DIRECTIONS)
    described = any(atom.has("plain") and atom.has("effect", "colour") for atom in part.atoms)
    told = any(is_done(atom) and after.has("fill", "whole", "target") for atom, after in pairwise(part.atoms))
    return described and not told and not any(atom.has(*asking) or atom.number is not None for atom in part.atoms)


def exclaims(atoms: Sequence[Atom]) -> bool:
    """ "how dark", "what a blue sky"."""
    words = [atom for atom in atoms if not atom.breaks]
    return (
        len(words) > 1
        and words[0].has("exclaims")
        and (words[1].has("plain", *HEADS[2:], "target") or not words[1].has("fill"))
    )


def only_offers(atoms: Sequence[Atom]) -> bool:
    """Whether nobody is asked to do it, where there is a question mark: "rather black and white", "too warm"."""
    if any(atom.has("too", "too_much", "lacking", "copula") for atom in atoms):
        return not any(atom.has("wish", "fix", *DIRECTIONS) for atom in atoms)
    return not any(atom.has("wish", "modal", "fix") for atom in atoms)


_STATES = frozenset(("copula", "too", "too_much", "lacking", "not_so"))


def of_something_else(one: Slots) -> str:
    """The word of a statement that is of no photo: "those are too dark", "too bright for my eyes"; empty for others."""
    atoms = one.clause.atoms
    if not one.flags & _STATES or any(atom.has("wish", "fix", "making") for atom in atoms):
        return ""
    for place, atom in enumerate(atoms):
        before, after = atoms[:place], atoms[place + 1 :]
        if not atom.has("fill") or atom.has("tells", "copula", "too", "size"):
            continue
        leads = atom.has("leads") and any(names_a_thing(later) for later in after)
        follows = atom.has("measure") and any(names_a_thing(named) for named in before)
        if not (leads or follows):
            return atom.text
    for atom, later in pairwise(atom for atom in atoms if not atom.has("leads") or atom.has("purpose")):
        if atom.has("purpose") and later.has("target"):
            return later.text
    return ""


def only_names(atoms: Sequence[Atom]) -> bool:
    """Whether it names a thing and nothing more: "black and white?"."""
    return all(atom.breaks or (atom.has(*HEADS, "command", "shape") and not _told(atom)) for atom in atoms)


def _told(atom: Atom) -> bool:
    """Whether a word says by itself what to do, as "warmer" does."""
    return any(form != "noun" for _, form in atom.roles.get("effect", ()))


def only_tells(one: Slots) -> bool:
    """ "clear", "a bit dark", "dramatic!": a word that compares nothing, and nothing else."""
    known = meaning().effects
    effects = [known[named.name] for named in one.named if named.kind == "effect" and named.form == "adjective"]
    bare = not (one.targets or one.amount or one.keeps or one.flags or one.factor or one.share)
    plain = all(named.plain for named in one.named)
    wish = any(atom.has("wish") for atom in one.clause.atoms)
    always = any(effect.always for effect in effects)
    verb = any(is_done(atom) for atom in one.clause.atoms)
    told = bool(effects) and len(effects) == len(one.named) and bare and plain and not wish and not always
    last = max((named.place for named in one.named), default=0)
    look = any(atom.has("measure") for atom in one.clause.atoms[last + 1 :])  # "a matte look"
    return told and not (look or (verb and _to_it(one.clause.atoms)))


def _to_it(atoms: Sequence[Atom]) -> bool:
    """ "warm it": a word that is also one for what is to be done to something."""
    return any(atom.has("object", "size", "rest") for atom in atoms[1:])
