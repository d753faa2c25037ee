"""What names a thing, or tells how it is, and asks for nothing: "a dark sky", "the backdrop is grey"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.clauses import DIRECTIONS, names_a_thing
from stillbytes.assistant.vocabulary.reading.slots import Named, Slots, Unclear, left_out

_COMPARING = ("too", "too_much", "lacking", "not_so", "not_too", "fix", "shift", "cast", "keep", "except", "same")


def no_deed(found: Slots) -> None:
    """Raises Unclear for "highlight the dog": a name that is also a verb, where nothing else says what to do."""
    first = next((atom for atom in found.clause.atoms if not atom.has("fill")), None)
    said = found.amount or any(atom.has("copula", *DIRECTIONS, *_COMPARING) for atom in found.clause.atoms)
    compared = any(one.form == "adjective" for one in found.named)
    if first is not None and first.has("deed") and not (said or compared):
        raise Unclear("Is that to be done, or what is to change?")
    for atom, after in pairwise(found.clause.atoms):  # "sand it smoother"
        if atom.has("target", "colour", "band") and after.has("object"):
            raise Unclear("Is that to be done, or what is to change?")


def no_description(found: Slots) -> None:
    """Raises Unclear for what names a thing and asks for nothing: "a dark sky", "cold water"; not "a darker sky"."""
    atoms = found.clause.atoms
    if _tells(found):
        raise Unclear("This tells how it is, not what to do.")
    if _states(found) or _selects(found) or _wants_one(found) or any(_is_added(found, one) for one in found.named):
        raise Unclear("This names a thing, and not what to do.")
    if _breaks_off(found):
        raise Unclear("It is not clear what is meant.")
    if any(atom.has("wish", "copula", *DIRECTIONS, *_COMPARING) for atom in atoms):
        return
    if any(_describes(found, one) for one in found.named):
        raise Unclear("This names a thing, and not what to do.")


def _tells(found: Slots) -> bool:
    """ "the backdrop is grey"."""
    atoms = found.clause.atoms
    effects = [meaning().effects[one.name] for one in found.named if one.kind == "effect" and one.plain]
    told = bool(found.targets) and any(atom.has("copula") for atom in atoms)
    inherent = any(effect.inherent for effect in effects)
    felt = any(effect.felt for effect in effects) and any(_touched(target) for target in found.targets)
    if felt and any(atom.has("too", "lacking", "not_so") for atom in atoms):  # "the water isn't warm enough"
        return True
    return told and inherent and not any(atom.has("size", *_COMPARING) for atom in atoms)


def _touched(target: str) -> bool:
    """Whether it is told of how warm it is to the touch."""
    kind, _, part = target.partition(":")
    return kind == "object" or (kind == "person" and not part) or target == "landscape:water"


def _states(found: Slots) -> bool:
    """ "strong colours"."""
    atoms = found.clause.atoms
    said = [atom for place, atom in enumerate(atoms) if place not in found.clause.used]
    state = (
        bool(said)
        and all(atom.has("state") and not atom.has("stronger") for atom in said)
        and not (found.amount or found.clause.with_before)
    )
    return state and not any(left_out(one) for one in found.named)


def _selects(found: Slots) -> bool:
    """ "the blurry areas", "less saturated parts": which parts those are is not known."""
    atoms = found.clause.atoms
    adjectives = [one.place for one in found.named if one.form == "adjective" and one.kind == "effect"]
    beside = [atoms[at] for place in adjectives for at in (place - 1, place + 1) if 0 <= at < len(atoms)]
    return any(atom.has("spots") for atom in beside)


def _wants_one(found: Slots) -> bool:
    """ "I need a warmer dress": a thing to have."""
    atoms = found.clause.atoms
    places = [place for place, atom in enumerate(atoms) if atom.has("possesses")]
    after = atoms[places[-1] + 1 :] if places else []
    one = bool(after) and after[0].has("number") and after[0].has("article")
    return one and bool(found.targets) and any(named.form == "adjective" for named in found.named)


def _is_added(found: Slots, one: Named) -> bool:
    """ "add colourful flowers"."""
    atoms = found.clause.atoms
    adds = any(atom.has("adds") for atom in atoms[: one.place])
    before_it = any(atom.has("target") for atom in atoms[one.place + 1 : one.place + 2])
    return adds and one.form == "adjective" and one.plain and before_it


def _breaks_off(found: Slots) -> bool:
    """ "take a blurry", "for more details": a word that leads to a thing, and no thing."""
    atoms = found.clause.atoms
    if atoms[-1].has("purpose"):  # "brighter for", and then what for
        return True
    for place, atom in enumerate(atoms[:-1]):
        after = atoms[place + 1 :]
        adjectives = all(later.has("fill", "size", "effect", "colour") for later in after)
        if atom.has("article") and adjectives and not any(names_a_thing(later) for later in after):
            return any(later.has("plain") for later in after)
    return atoms[0].has("purpose") and not found.targets and not any(atom.has("whole") for atom in atoms)


def _describes(found: Slots, one: Named) -> bool:
    """Whether an adjective that compares nothing stands beside what it is of: "a dark sky", "clipped highlights"."""
    if not one.plain or one.form != "adjective":
        return False
    atoms = found.clause.atoms
    beside = [atoms[place] for place in (one.place - 1, one.place + 1) if 0 <= place < len(atoms)]
    verb = any(form == "verb" for _, form in atoms[one.place].roles.get("effect", ()))  # "warm the skin"
    if verb and any(atom.has("size") and atom.of("size") not in ("large", "huge") for atom in atoms):
        return False  # "warm skin a bit", not "very warm skin"
    if not found.targets:
        chosen = atoms[one.place].has("choice") or found.clause.with_before  # "the flat profile", "with deep blacks"
        return not verb and not chosen and _of_tones(one, atoms[one.place + 1 : one.place + 2])
    after = atoms[one.place + 1 : one.place + 2]
    of_light = any(form == "noun" for atom in after for _, form in atom.roles.get("effect", ()))  # "cool colours"
    return not verb or of_light or any(atom.has("target") for atom in beside)


def _of_tones(one: Named, after: Sequence[Atom]) -> bool:
    """ "clipped highlights", "dark shadows", "dark grey"; "warm highlights" and "teal shadows" are looks."""
    effect = meaning().effects[one.name] if one.kind == "effect" else None
    if effect is None or effect.hue is not None or effect.look:
        return False
    grey = any(atom.has("plain") and _inherent(atom) for atom in after)
    return grey or any(atom.has("region") or (atom.has("parameter") and not atom.has("effect")) for atom in after)


def _inherent(atom: Atom) -> bool:
    return any(meaning().effects[name].inherent for name, _ in atom.roles.get("effect", ()))
