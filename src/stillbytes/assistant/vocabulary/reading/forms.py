"""In which form something is said: what tells of things, or only names them, asks for no change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from stillbytes.assistant.vocabulary.lexicon import Atom
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.reading.about import COMPLAINTS
from stillbytes.assistant.vocabulary.reading.remarks import is_done
from stillbytes.assistant.vocabulary.reading.slots import Named, Slots, Unclear
from stillbytes.core.saying import said
from stillbytes.develop import parameters

TELLS = said("This tells how it is, not what to do.")
NAMES = said("This names a thing, and not what to do.")
_COMPLAINING = ("too", "too_much", "lacking", "not_so")
_ASKING = ("wish", "making", "fix", "set", "shift", "recover", "remove", "up", "down", "reduce", "adds", "kill")
_MUCH = ("large", "huge")


def check_form(found: Slots) -> None:
    """Raises Unclear for a part that is no request in its form."""
    atoms = found.clause.atoms
    if any(one.kind == "effect" and one.form != "verb" and meaning().effects[one.name].unsure for one in found.named):
        raise Unclear("That could be done in more than one way.")
    if _of_a_thing(found):
        raise Unclear("Is that how it looks in the picture, or how it is?")
    if _tells(found) or _supposes(found) or _for_a_noun(found):
        raise Unclear(TELLS)
    if _figurative(found):
        raise Unclear("It is not clear what is meant.")
    if _names(found) or _one_of_them(found):
        raise Unclear(NAMES)
    meant = any(atom.has("purpose") and after.has("target") for atom, after in pairwise(_saying(atoms)))
    if meant and "same" not in found.flags:  # "brighter for the face"
        raise Unclear("It is not clear what is meant.")


def _saying(atoms: Sequence[Atom]) -> list[Atom]:
    """Without articles and the like, of which "for" is none."""
    return [atom for atom in atoms if atom.has("purpose") or not atom.has("leads")]


def _asks(atoms: Sequence[Atom]) -> bool:
    """Whether a word asks for something to be done."""
    return any(atom.has(*_ASKING) or is_done(atom) for atom in atoms)


def _stated(found: Slots) -> bool:
    """Whether it is a sentence about how something is, or is not."""
    return any(atom.has("copula", *_COMPLAINING) for atom in found.clause.atoms)


def _adjectives(found: Slots) -> list[Named]:
    return [one for one in found.named if one.form == "adjective"]


def _owned(target: str) -> bool:
    """Whether it is a thing or a person, with a colour, an edge and a temperature of its own."""
    kind, _, part = target.partition(":")
    return kind == "object" or target in ("landscape:buildings", "person") or part in ("clothes", "hair")


def _of_a_thing(found: Slots) -> bool:
    """ "the bottle is too green", "a warmer dress", "the dog is noisy", "cool down everybody": as things are by
    themselves, and not in the light of the picture."""
    effects = meaning().effects
    held = [effects[one.name] for one in found.named if one.kind == "effect"]
    if found.targets and _stated(found) and any(len(effect.moves) > 1 and effect.look for effect in held):
        return any(not effect.things for effect in held)  # "the sky isn't moody enough"
    atoms = found.clause.atoms
    one_of = [place for place, atom in enumerate(atoms) if atom.has("article") and atom.has("number")]
    if _adjectives(found) and any(any(_owned(t) for t in _next_target(atoms[place + 1 :])) for place in one_of):
        return True  # "give her a lighter jacket"
    if _adjectives(found) and any(atom.has("gives") for atom in atoms) and any(map(_owned, found.targets)):
        return True  # "give her darker hair"
    felt = any(effect.felt for effect in held)
    if felt and any(target == "landscape:water" for target in found.targets):  # "cool the water"
        return True
    if not any(_owned(target) for target in found.targets):
        return False
    coloured = any(one.kind in ("colour", "band") for one in found.named)
    own = [one for one in found.named if one.kind == "effect" and one.form != "noun" and not effects[one.name].things]
    edge = _stated(found) and any("sharpen_amount" in effect.moves and not effect.always for effect in held)
    noise = _stated(found) and any(effect.removable for effect in held)
    return coloured or bool(own) or edge or noise


def _next_target(atoms: Sequence[Atom]) -> list[str]:
    """What stands next, behind adjectives only, or before them as in Spanish."""
    for atom in atoms:
        if atom.has("target"):
            return [atom.of("target")]
        if not atom.has("effect", "colour", "more", "less", "size"):
            return []
    return []


def _tells(found: Slots) -> bool:
    """What is told: "much warmer now", "that sky is too dark", "it is flatter", "must be warmer", "lots of light"."""
    atoms = found.clause.atoms
    adjectives = _adjectives(found)
    compared = [one for one in adjectives if not one.plain or found.flags & {"more", "less", "stronger"}]
    copula = any(atom.has("copula") for atom in atoms) and not any(atom.has("wish", *_COMPLAINING) for atom in atoms)
    if compared and copula:  # "it looks flatter"
        return True
    if any(atom.has("demonstrative") and after.has("target") for atom, after in pairwise(atoms)) and _stated(found):
        return True
    if any(atom.has("intense") and after.has("plain") for atom, after in pairwise(atoms)):  # "so dull"
        return True
    if _strong(found):
        return True
    if any(atom.has("supposed") for atom in atoms):  # "must be warmer"
        return True
    fragment = bool(adjectives) and not (_asks(atoms) or _stated(found))
    if fragment and _of_now(found):
        return True
    mood = any(one.kind == "effect" and one.form == "noun" and _a_look(one) for one in found.named)
    if mood and not (
        found.targets or _stated(found) or any(atom.has("wish", "making", "whole") for atom in atoms)
    ):  # "less drama"
        return True
    if any(atom.has("purpose") and after.has("demonstrative") for atom, after in pairwise(atoms)):  # "+1 for this"
        return True
    if _placed(found):
        return True
    if found.named and any(atom.has("than") for atom in atoms[found.named[0].place :]):
        return True
    if _stated(found) and not _complains(found) and (found.targets or not adjectives) and _plain_fault(found):
        return True
    return _stative(atoms, adjectives) or _plenty(found) or _to_oneself(found)


def _to_oneself(found: Slots) -> bool:
    """ "go warm up", "cool down", "lighten up": what people do, where nothing says what it is to be done to."""
    atoms = found.clause.atoms
    verbs = [one for one in found.named if one.kind == "effect" and one.form == "verb" and " " in atoms[one.place].text]
    bare = [one for one in found.named if one.kind == "effect" and one.form == "verb"]
    happens = bool(bare) and any(atom.has("already") for atom in atoms)  # "ya oscurece"
    if not (happens or any(meaning().effects[one.name].domain for one in verbs)):
        return False
    objects = ("object", "whole", "rest", "clitic", "pronoun", "article", "determined", "demonstrative", "measure")
    return not (found.targets or found.amount or found.size or any(atom.has(*objects) for atom in atoms))


def _supposes(found: Slots) -> bool:
    """ "perhaps it is too dark": what one is not sure of."""
    return _stated(found) and any(atom.has("hedges") for atom in found.clause.atoms)


def _for_a_noun(found: Slots) -> bool:
    """ "the flat has lots of light", "the light is too cold": what looks like an adjective is the thing spoken of."""
    atoms = found.clause.atoms
    adjectives = {one.place for one in found.named if one.form == "adjective" and one.kind == "effect"}
    return any(
        place in adjectives
        and " " not in atoms[place].text
        and before.has("article", "determined", "subject_article")
        and after.has("copula")
        for place, (before, after) in enumerate(zip(atoms, atoms[2:], strict=False), 1)
    )


def _heard(found: Slots) -> bool:
    """ "softer!": what may be said of a voice as well as of the picture."""
    alone = len(found.named) == 1 and not (found.targets or found.amount or found.size or found.keeps or found.factor)
    effects = meaning().effects
    heard = alone and any(one.kind == "effect" and effects[one.name].heard for one in found.named)
    atoms = [atom for atom in found.clause.atoms if not atom.has("effect")]
    meant = ("whole", "wish", "making", "pronoun", "object", "clitic", "measure", *_COMPLAINING)
    return heard and not any(atom.has(*meant) for atom in atoms)


def _figurative(found: Slots) -> bool:
    """ "cut the noise", "kill the blues", "drain the colour": idioms, unless a slider, a part or an amount is named."""
    said = found.targets or found.amount or found.size or found.factor or found.share
    of_the_picture = said or any(one.kind in ("parameter", "fault", "off_switch") for one in found.named)
    return not of_the_picture and any(atom.has("figurative") for atom in found.clause.atoms)


def _strong(found: Slots) -> bool:
    """ "the grain is strong", "the light is too red"."""
    atoms = found.clause.atoms
    nouns = [one for one in found.named if one.form == "noun" and one.kind in ("parameter", "effect")]
    copula = any(atom.has("copula") for atom in atoms)
    if copula and nouns and any(atom.has("state") for atom in atoms) and not found.worded:
        return True
    kinds = {one.kind for one in found.named}
    if _stated(found) and {"colour", "effect"} <= kinds and "cast" not in found.flags:
        return True
    beside = [one for one in _adjectives(found) if one.kind == "colour" or not _of_noun(one, nouns)]
    return bool(nouns and beside) and _stated(found)


def _of_noun(one: Named, nouns: Sequence[Named]) -> bool:
    """Whether what is named can be so, as highlights can be bright and colours dull."""
    effects = meaning().effects
    effect = effects[one.name]
    if all(noun.name == "white_balance" or noun.name in effect.moves for noun in nouns):
        return True
    regions = all(noun.name in meaning().regions for noun in nouns)
    domains = {effects[noun.name].domain for noun in nouns if noun.kind == "effect"}
    return (regions and bool(effect.dimension or effect.always)) or (bool(domains) and effect.domain in domains)


def _a_look(one: Named) -> bool:
    """Whether it moves several sliders that make a look together."""
    effect = meaning().effects[one.name]
    return effect.look and not (effect.things or effect.added) and len(effect.moves) > 1


def _by_much(found: Slots) -> bool:
    return found.size in _MUCH or any(atom.has("stronger") for atom in found.clause.atoms)


def _placed(found: Slots) -> bool:
    """ "there is too little light in the house", "it is too dark in the water": how it is there."""
    if not (found.targets and _stated(found)):
        return False
    if any(atom.has("exists") for atom in found.clause.atoms):
        return True
    said = [atom for atom in found.clause.atoms if not atom.has("article", "determined", "subject_article")]
    there = any(atom.has("place") and after.has("target") for atom, after in pairwise(said))
    return there and any(_owned(target) or target.startswith("landscape:") for target in found.targets)


def _of_now(found: Slots) -> bool:
    """ "darker now", "jetzt heller": how it has become; not "now a bit darker"."""
    atoms = found.clause.atoms
    last = max(one.place for one in found.named)
    before = any(atom.has("now") for atom in atoms[:last])
    bare = not (found.size or found.targets) and not any(atom.has("even", "sequel") for atom in atoms)
    return any(atom.has("now") for atom in atoms[last + 1 :]) or (before and bare)


def _complains(found: Slots) -> bool:
    return any(atom.has("wish", "fix", *_COMPLAINING) for atom in found.clause.atoms)


def _plain_fault(found: Slots) -> bool:
    """ "the lake is very flat", "there is noise": a fault only where it is too much of it."""
    effects = [meaning().effects[one.name] for one in found.named if one.kind == "effect"]
    return bool(effects) and not any(effect.always for effect in effects) and "cast" not in found.flags


def _stative(atoms: Sequence[Atom], adjectives: Sequence[Named]) -> bool:
    """ "get softer", "stay cool", "look muted": said to somebody."""
    said = [(place, atom) for place, atom in enumerate(atoms) if not atom.has("opener", "size")]
    return (
        bool(said and adjectives) and said[0][1].has("stative") and len(said) > 1 and said[1][0] == adjectives[0].place
    )


def _plenty(found: Slots) -> bool:
    """ "lots of contrast", "so much light"."""
    atoms = found.clause.atoms
    nouns = bool(found.named) and all(one.form == "noun" for one in found.named)
    told = found.worded or found.amount or found.keeps or found.clause.with_before or _asks(atoms)
    return nouns and found.size in _MUCH and not told


def _names(found: Slots) -> bool:
    """What is only named: "the darker sky", "in muted", "very moody", "the bottle soften"."""
    atoms = found.clause.atoms
    if _asks([atom for atom in atoms if not is_done(atom)]) or _stated(found) or found.keeps:
        return False
    compared = {one.place for one in _adjectives(found) if not one.plain}
    for place, (atom, after) in enumerate(pairwise(atoms)):
        noun = atoms[place + 2 : place + 3]
        of_one = noun and noun[0].has("target", "whole", "measure", "determined")  # "the brighter the sky, ..."
        if atom.has("determined") and place + 1 in compared and of_one:
            return True
        of_all = after.has("whole") or (place + 1 in compared and noun and noun[0].has("whole"))
        if atom.has("article") and atom.has("number") and of_all and _adjectives(found):  # "a warmer photo"
            return True
    return _bare_look(found) or _subject_first(found)


def _one_of_them(found: Slots) -> bool:
    """ "the brighter", "die hellere", "la más clara": one of several, and not how it is to be."""
    atoms = [atom for atom in found.clause.atoms if not atom.has("opener")]
    if len(atoms) < 2 or found.targets or not (atoms[0].has("determined", "subject_article")):
        return False
    first, second = atoms[:2]
    if first.has("demonstrative") or not _adjectives(found):
        return False
    named = atoms[2:] if second.has("more", "less") else atoms[1:]
    bends = second.has("more", "less", "declined") or (first.has("subject_article") and not second.has("plain"))
    return bends and bool(named) and named[0].has("effect", "colour") and all(a.has("fill") for a in named[1:])


def _bare_look(found: Slots) -> bool:
    """A word for a look, as "moody" is, with more around it than one asks with."""
    looks = bool(found.named) and all(one.form == "adjective" and one.plain for one in found.named)
    if not looks or found.targets or found.worded or found.amount or found.factor or "not_too" in found.flags:
        return False
    if any(meaning().effects[one.name].always for one in found.named if one.kind == "effect"):
        return False
    places = {one.place for one in found.named}
    if any(is_done(found.clause.atoms[place]) for place in places) and found.clause.atoms[-1].has(
        "size", "rest", "object"
    ):
        return False  # "warm it a bit"
    rest = [atom for place, atom in enumerate(found.clause.atoms) if place not in places]
    return bool(found.size) or not all(atom.has("opener", "measure", "article") for atom in rest)


def _subject_first(found: Slots) -> bool:
    """ "the sky darken" """
    atoms = found.clause.atoms
    target = next((place for place, atom in enumerate(atoms) if atom.has("target")), None)
    verb = next((one.place for one in found.named if one.form == "verb"), None)
    if target is None or verb is None or verb < target or found.scoped:
        return False
    return any(atom.has("subject_article") for atom in atoms[:target])


def check_absence(found: Slots, there: Collection[str]) -> None:
    """Raises Unclear for "no haze", of what was never put in: that, or how it is?"""
    effects = meaning().effects
    for one in found.named:
        effect = effects[one.name] if one.kind == "effect" else None
        names = {one.name, *((effect.added, *effect.off, *effect.moves) if effect else ())}
        known = parameters()
        own = (one.name,) if one.kind == "parameter" else effect.off if effect else ()
        on = any(name in known and known[name].kind == "number" and known[name].default for name in own)
        if not (on or names & set(there)):
            raise Unclear(TELLS)


def check_looks(pending: Sequence[Slots]) -> None:
    """Raises Unclear for "dark and muted", "but moody", "much brighter": nothing says that it is asked for."""
    if len(pending) == 1 and _came_out(pending[0]):
        raise Unclear(TELLS)
    if len(pending) == 1 and _heard(pending[0]):
        raise Unclear("Of what?")
    joined = len(pending) > 1 or (len(pending) == 1 and (pending[0].clause.and_before or pending[0].clause.but_before))
    if joined and all(_only_look(one) for one in pending):
        raise Unclear(NAMES)


def _came_out(one: Slots) -> bool:
    """ "much brighter!": what one says of what has changed as well as of what is to change."""
    adjectives = _adjectives(one)
    compared = any(not named.plain for named in adjectives) or bool(one.flags & {"more", "less", "stronger"})
    asked = _asks(one.clause.atoms) or _stated(one) or bool(one.targets) or one.keeps
    return bool(adjectives) and compared and _by_much(one) and not asked


def _only_look(one: Slots) -> bool:
    bare = not (one.targets or one.amount or one.keeps or one.flags or one.factor or one.share or one.size)
    looks = bool(one.named) and all(named.form == "adjective" and named.plain for named in one.named)
    return bare and looks and not any(atom.has("wish", "making") for atom in one.clause.atoms)


def check_twice(pending: Sequence[Slots]) -> None:
    """Raises Unclear for "bright, brighter": the same of the same, more than once."""
    for place, one in enumerate(pending):
        names = {named.name for named in one.named if named.kind == "effect"}
        for other in pending[place + 1 :]:
            same = names & {named.name for named in other.named if named.kind == "effect"}
            if same and one.targets == other.targets and not ((one.flags | other.flags) & COMPLAINTS):
                bands = [named for named in (*one.named, *other.named) if named.kind not in ("effect", "dimension")]
                if not (bands or one.keeps or other.keeps or one.twin or other.twin):
                    raise Unclear("It asks for the same thing twice.")


def check_joined(pending: Sequence[Slots]) -> None:
    """Raises Unclear where what follows a part of the picture may be of that part or of all of it."""
    for before, one in pairwise(pending):
        if before.apart and _of_it(one):  # "brighten everything but the sky, and warm it up"
            raise Unclear("That part, or the whole picture?")
        if one.targets or not before.targets or before.keeps or one.keeps or not one.named or before.scoped:
            continue
        whole = any(atom.has("whole", "rest") for atom in one.clause.atoms)
        only_whole = all(_only_whole(named) for named in one.named)
        if not (whole or only_whole or one.clause.starts):
            raise Unclear("That part, or the whole picture?")


def _of_it(one: Slots) -> bool:
    """Whether it is of "it", and not of what only a whole picture has."""
    it = any(atom.has("pronoun") for atom in one.clause.atoms) and not any(a.has("whole") for a in one.clause.atoms)
    return it and bool(one.named) and not (one.targets or one.keeps) and not all(_only_whole(n) for n in one.named)


def check_colours(pending: Sequence[Slots]) -> None:
    """Raises Unclear for "blue less saturated, red more": more of what?"""
    for before, one in pairwise(pending):
        of_colours = any(named.kind in ("colour", "band") for named in before.named)
        alone = bool(one.named) and all(named.kind in ("colour", "band") for named in one.named)
        after = alone and any(atom.has("more", "less") for atom in one.clause.atoms[one.named[-1].place :])
        if of_colours and after and len(before.named) > 1 and not one.targets:
            raise Unclear("That could be done in more than one way.")


def _only_whole(one: Named) -> bool:
    """Whether no part of a picture can have it alone, as the vignette and the grain."""
    effect = meaning().effects[one.name] if one.kind == "effect" else None
    names = ([effect.added] if effect.added else list(effect.moves)) if effect else [one.name]
    if one.kind == "region":
        return one.name == "corners"
    return one.kind in ("parameter", "effect", "fault", "off_switch") and all(
        meaning().in_part(n) is None for n in names
    )
