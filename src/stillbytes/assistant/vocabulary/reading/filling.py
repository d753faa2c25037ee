"""What is said in one part of a request is put into slots."""

from __future__ import annotations

from typing import Literal

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.clauses import DIRECTIONS, HEADS, Clause
from stillbytes.assistant.vocabulary.reading.descriptions import no_deed, no_description
from stillbytes.assistant.vocabulary.reading.forms import check_form
from stillbytes.assistant.vocabulary.reading.slots import Amount, Form, Named, Slots, Unclear, left_out
from stillbytes.develop import groups

SMALL = 5
"""Number words up to this also stand for something else: "one", "a", "two times"."""
FLAGS = (
    "up", "down", "reduce", "more", "less", "stronger", "weaker", "too", "too_much", "lacking", "not_so", "not_too",
    "not", "none", "remove", "fix", "recover", "shift", "set", "copula", "only", "rest", "cast", "again", "opposite",
    "half", "remark", "same",
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
    no_deed(found)
    no_description(found)
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
    check_form(found)
    return found


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
        if number is None and atom.has("number") and (unit or atom.sign or (whole and clear)):  # not "by half"
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
