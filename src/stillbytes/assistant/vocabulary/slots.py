"""The slots of one part of a request: what is to change, in which direction, how much, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from stillbytes.assistant.vocabulary.clauses import DIRECTIONS, HEADS, Clause
from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.develop import groups

Form = Literal["adjective", "verb", "noun"]


SMALL = 5
"""Number words up to this also stand for something else: "one", "a", "two times"."""


class Unclear(Exception):
    """A part of a request that has no single meaning here; says why, for a person."""


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


FLAGS = (
    "up", "down", "reduce", "more", "less", "stronger", "weaker", "too", "too_much", "lacking", "not_so", "not_too",
    "not", "none", "remove", "fix", "recover", "shift", "set", "copula", "only", "rest", "cast", "again", "opposite",
    "half", "remark", "same",
)  # fmt: skip
WORDED = frozenset(
    ("up", "down", "reduce", "more", "less", "stronger", "weaker", "too", "too_much", "lacking", "not_so", "remove",
     "fix", "recover")
)  # fmt: skip


def slots(clause: Clause) -> Slots:
    """Raises Unclear for what cannot be put into slots."""
    found = Slots(clause)
    _amounts(found)
    _keeps(found)
    found.else_ = clause.flag("else")
    targets = clause.placed("target")
    found.targets = [target for _, target in targets]
    cast = clause.has("colour") and not clause.has("shift") and clause.has("cast") and found.amount is None
    if cast:
        clause.used.update(p for p, atom in enumerate(clause.atoms) if atom.has("cast") and not atom.has("colour"))
    for role in ("off_switch", "parameter", "fault", "effect", "region", "band", "colour", "dimension"):
        found.named += _named(clause, role)
    if not found.targets:  # "softer" by itself is about the last change, "softer skin" is not
        _about_last(found)
    found.named.sort(key=lambda one: one.place)
    _no_deed(found)
    _no_description(found)
    _take_group(found)
    found.scoped = any(place + 1 < len(clause.atoms) and clause.atoms[place + 1].text == ":" for place, _ in targets)
    if found.scoped:
        clause.used.add(targets[0][0] + 1)
    said = [one.place for one in found.named] or [p for p, atom in enumerate(clause.atoms) if atom.number is not None]
    found.target_first = bool(targets and said) and targets[0][0] < said[0]
    found.factor = _factor(found)
    sizes = clause.take("size")
    if len(sizes) > 1:
        sizes = _joined_sizes(sizes)
    found.size = sizes[0] if sizes else ""
    clause.used.update(_also(clause))
    found.flags = _flags(found) | ({"cast"} if cast else set())
    if found.targets:
        found.targets = _narrowed(found.targets)
        if found.flags == {"not"} and not (found.named or found.amount or found.size):  # "..., not the sky"
            found.keeps, found.kept, found.targets, found.flags = True, found.targets, [], set()
            found.left_out = True
    return found


def _no_deed(found: Slots) -> None:
    """Raises Unclear for "highlight the dog": a name that is also a verb, where nothing else says what to do."""
    first = next((atom for atom in found.clause.atoms if not atom.has("fill")), None)
    said = found.amount or any(atom.has("copula", *DIRECTIONS, *_COMPARING) for atom in found.clause.atoms)
    compared = any(one.form == "adjective" for one in found.named)
    if first is not None and first.has("deed") and not (said or compared):
        raise Unclear("Is that to be done, or what is to change?")


def _no_description(found: Slots) -> None:
    """Raises Unclear for what names a thing and asks for nothing: "a dark sky", "cold water"; not "a darker sky"."""
    atoms = found.clause.atoms
    effects = [meaning().effects[one.name] for one in found.named if one.kind == "effect" and one.plain]
    told = found.targets and any(atom.has("copula") for atom in atoms)
    if told and any(effect.inherent for effect in effects) and not any(a.has("size", *_COMPARING) for a in atoms):
        raise Unclear("This tells how it is, not what to do.")  # "the backdrop is grey"
    said = [atom for place, atom in enumerate(atoms) if place not in found.clause.used]
    state = bool(said) and all(atom.has("state") for atom in said) and not (found.amount or found.clause.with_before)
    if state and not any(left_out(one) for one in found.named):  # "strong colours"
        raise Unclear("This names a thing, and not what to do.")
    for one in found.named:  # "add colourful flowers"
        adds = any(atom.has("adds") for atom in atoms[: one.place])
        before_it = any(atom.has("target") for atom in atoms[one.place + 1 : one.place + 2])
        if adds and one.form == "adjective" and one.plain and before_it:
            raise Unclear("This names a thing, and not what to do.")
    if any(atom.has("wish", "copula", *DIRECTIONS, *_COMPARING) for atom in atoms):
        return
    if any(atom.has("size") and atom.of("size") not in ("large", "huge") for atom in atoms):  # not "a very dark sky"
        return
    for one in found.named:
        if not one.plain or one.form != "adjective" or not found.targets:
            continue
        beside = [atoms[place] for place in (one.place - 1, one.place + 1) if 0 <= place < len(atoms)]
        after = atoms[one.place + 1 : one.place + 2]
        of_light = any(form == "noun" for atom in after for _, form in atom.roles.get("effect", ()))  # "cool colours"
        verb = any(form == "verb" for _, form in atoms[one.place].roles.get("effect", ()))  # "warm the skin"
        if not verb or of_light or any(atom.has("target") for atom in beside):
            raise Unclear("This names a thing, and not what to do.")


_COMPARING = ("too", "too_much", "lacking", "not_so", "not_too", "fix", "shift", "cast", "keep", "except", "same")


def _keeps(found: Slots) -> None:
    """What is to stay: "don't touch the sky", "everything but the sky darker"."""
    clause = found.clause
    marks = clause.placed("keep") + clause.placed("except")
    if not marks:
        return
    found.keeps, found.left_out = True, not any(clause.atoms[place].has("keep") for place, _ in marks)
    mark = min(place for place, _ in marks)
    found.kept = clause.take("target", after=mark)
    change_after = clause.atoms[mark].has("except") and not any(a.has(*HEADS) for a in clause.atoms[:mark])
    everything = clause.atoms[mark].has("but_all") or any(atom.has("whole") for atom in clause.atoms[:mark])
    found.apart = clause.atoms[mark].has("except") and (change_after or everything)
    after = len(clause.atoms) if change_after else mark
    found.kept_names = [name for role in ("parameter", "region", "group") for name in clause.take(role, after=after)]
    found.kept_names += [f"effect:{name}" for name, _ in clause.take("effect", after=after)]


def _flags(found: Slots) -> set[str]:
    """The grammatical roles, whose words are used then."""
    clause = found.clause
    free = [atom for place, atom in enumerate(clause.atoms) if place not in clause.used]
    flags = {flag for flag in FLAGS if any(atom.has(flag) for atom in free)}
    if not _of_a_thing(clause):
        flags -= {"none"}
    if clause.flag("kill"):  # "kill the vignette", "kill the blues"
        flags.add("remove" if any(left_out(one) for one in found.named) else "down")
    if clause.has("no_more"):  # "no more noise", but not "no more sharpening"
        if not any(left_out(one) for one in found.named):
            raise Unclear("Is there to be none of it, or no more?")
        clause.flag("no_more")
        flags.add("remove")
    if any(one.name in meaning().recover for one in found.named) and clause.flag("save"):  # "save the highlights"
        flags.add("recover")
    if (found.size or "copula" in flags) and clause.flag("sided"):  # "a bit on the dark side"
        flags.add("too")
    for flag in FLAGS:
        clause.take(flag)
    return flags


def left_out(one: Named) -> bool:
    """Whether it is something that a picture can be without, such as a vignette or noise."""
    effect = meaning().effects.get(one.name) if one.kind == "effect" else None
    return bool(effect and (effect.removable or effect.added)) or one.kind == "fault" or one.name in meaning().polarity


def _of_a_thing(clause: Clause) -> bool:
    """Whether "no" stands before what there is to be none of: "no vignette", but not "no brighter"."""
    for place, atom in enumerate(clause.atoms):
        if atom.has("none"):
            after = next((a for a in clause.atoms[place + 1 :] if not a.has("fill", "whole")), None)
            nouns = after is not None and any(form == "noun" for _, form in after.roles.get("effect", ()))
            if nouns or (after is not None and after.has("parameter", "fault", "cast", "target")):
                return True
    return False


def _also(clause: Clause) -> list[int]:
    """Where "too" says "also", as it does where nothing follows that there could be too much of."""
    said = ("effect", "colour", "band", "less", "more")
    last = max((place for place, atom in enumerate(clause.atoms) if atom.has(*said)), default=len(clause.atoms))
    return [p for p, atom in enumerate(clause.atoms) if p > last and atom.has("too") and not atom.has("too_much")]


def _about_last(found: Slots) -> None:
    """Words such as the Spanish for "softer", which also ask for less of the last change."""
    for one in list(found.named):
        if one.kind == "effect" and found.clause.atoms[one.place].has("weaker", "stronger"):
            found.named.remove(one)
            found.clause.used.discard(one.place)


def _take_group(found: Slots) -> None:
    """ "calibration: shadow tint", "balance of the colour grading": a group beside what is in it says nothing more."""
    coloured = any(one.kind in ("colour", "band") for one in found.named)
    for group in groups():
        names = {p.name for p in group.parameters}
        beside = any(one.kind == "parameter" and one.name in names for one in found.named)
        for place, atom in enumerate(found.clause.atoms):
            if place in found.clause.used or group.name not in atom.roles.get("group", ()):
                continue
            if beside or (coloured and found.amount is not None):
                found.group = group.name
                after = place + 1
                colon = after < len(found.clause.atoms) and found.clause.atoms[after].text == ":"
                found.clause.used.update((place, after) if colon else (place,))


def _factor(found: Slots) -> float | None:
    """ "twice the contrast"; of nothing that is named, it is about the last change. Raises Unclear for two of them."""
    if not found.named or not found.clause.has("factor"):
        return None
    factors = found.clause.take("factor")
    if len(factors) > 1:
        raise Unclear("Two amounts for one thing.")
    return float(factors[0])


def _named(clause: Clause, role: str) -> list[Named]:
    found = []
    for place, payload in clause.placed(role):
        if role == "parameter" and _acts(clause, place):
            clause.used.discard(place)
            continue
        if role == "effect":
            options = {form: name for name, form in clause.atoms[place].roles["effect"]}
            form = _form(clause, place, set(options))
            found.append(Named("effect", options[form], form, place, clause.atoms[place].has("plain")))
        else:
            form = "adjective" if role == "colour" else "noun"
            atom = clause.atoms[place]
            dimension = atom.of("dimension") if atom.has("dimension") else ""
            found.append(Named(role, payload, form, place, atom.has("plain"), dimension))
    return found


def _acts(clause: Clause, place: int) -> bool:
    """Whether a word that names a parameter means what it does: "dehaze it", "more detail", but not "detail 20"."""
    effects = clause.atoms[place].roles.get("effect", ())
    forms = {form for _, form in effects}
    if any(atom.number is not None or atom.has("factor") for atom in clause.atoms):
        return False
    if clause.atoms[place].has("fault"):  # "correct the lens distortion"
        return True
    named = {target for atom in clause.atoms for target in atom.roles.get("target", ())}
    if any(named & set(meaning().effects[name].part) for name, _ in effects):  # "whiter teeth"
        return True
    said = (*DIRECTIONS, "off", "none")
    return "noun" in forms or ("verb" in forms and not any(atom.has(*said) for atom in clause.atoms))


def _form(clause: Clause, place: int, options: set[Form]) -> Form:
    """A word that is both: an adjective beside "more" or "too"; a noun beside "add"; else it is told to do so."""
    if len(options) == 1:
        return next(iter(options))
    atoms = clause.atoms
    if place and "noun" in options and any(form == "adjective" for _, form in atoms[place - 1].roles.get("effect", ())):
        return "noun"  # as "light" in "softer light"
    if place and "noun" in options and any(_only_verb(atom) for atom in atoms[:place]):
        return "noun"  # as in "soften the light"
    counted = any(atom.has("up", "down", "reduce", "remove", "lacking", "too_much", "amount") for atom in atoms)
    quantity = any(atom.has("more", "less") for atom in atoms)
    if "noun" in options and (counted or (quantity and "adjective" in options and "verb" not in options)):
        return "noun"
    if "adjective" in options:
        return "adjective"
    return "verb" if "verb" in options else "noun"


def _only_verb(atom: Atom) -> bool:
    """Whether it can only be told to be done."""
    return {form for _, form in atom.roles.get("effect", ())} == {"verb"}


def _amounts(found: Slots) -> None:
    """The number of the clause with its sign, unit and preposition. Raises Unclear when there are two."""
    atoms, used = found.clause.atoms, found.clause.used
    saying: list[int] = []
    for place, atom in enumerate(atoms):
        article = atom.has("fill") and atom.has("number")
        if article and saying and (atoms[saying[-1]].number is not None or atoms[saying[-1]].has("number")):
            continue  # "2/3 of a stop"
        if not _fills(found.clause, place):
            saying.append(place)
    for at, place in enumerate(saying):
        atom = atoms[place]
        after = atoms[saying[at + 1]] if at + 1 < len(saying) else None
        before = atoms[saying[at - 1]] if at else None
        scope = at > 1 and before is not None and before.text == ":" and atoms[saying[at - 2]].has("target")
        preposed = before is not None and before.has("to", "by") and not scope  # not "sky: 15 less contrast"
        unit = after.of("unit") if after is not None and after.has("unit") and place not in used else ""
        number = atom.number
        whole = atom.has("number") and atom.of("number") == int(atom.of("number"))
        clear = preposed or atom.sign or (atom.has("number") and not 0 < atom.of("number") <= SMALL)
        if number is None and atom.has("number") and (unit or (whole and clear)):  # not "by half"
            number = atom.of("number")
        if number is None and preposed and before is not None and before.has("by") and atom.has("number"):
            found.share = float(atom.of("number"))  # "by half", "by a third"
            used.update((place, saying[at - 1]))
        if number is None:
            continue
        if found.amount is not None:
            raise Unclear("There are two numbers for one thing.")
        relation: Literal["", "to", "by"] = ""
        if preposed and before is not None:
            relation = "to" if before.has("to") else "by"
            used.add(saying[at - 1])
        used.add(place)
        if unit:
            used.add(saying[at + 1])
        found.amount = Amount(number, atom.sign, unit, relation)


def _fills(clause: Clause, place: int) -> bool:
    return clause.atoms[place].has("fill") and not clause.atoms[place].has("to", "by", "number")


def _joined_sizes(sizes: list[str]) -> list[str]:
    """ "just a little bit" is small; "a lot" and "a bit" together are nothing that one says."""
    kinds = set(sizes)
    if kinds <= {"tiny", "small"}:
        return ["tiny" if "tiny" in kinds else "small"]
    if kinds <= {"medium", "small"}:
        return ["medium"]
    if kinds <= {"large", "huge", "medium"}:
        return ["huge" if "huge" in kinds or sizes.count("large") > 1 else "large"]
    if kinds <= {"large", "small", "tiny"}:  # "much too bright, a bit" is no size; "really slightly" is
        return [next(one for one in sizes if one != "large")]
    raise Unclear("The amounts contradict each other.")


def _narrowed(targets: list[str]) -> list[str]:
    """ "the faces of the people" are the faces."""
    parts = {target.partition(":")[0] for target in targets if ":" in target}
    return list(dict.fromkeys(target for target in targets if target not in parts))
