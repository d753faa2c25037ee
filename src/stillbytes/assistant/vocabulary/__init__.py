"""Requests that are understood without a model, in a few thousandths of a second.

It answers only what it understood in every part; anything else is told apart and left to whoever understands more.
Words are in the files of languages, what they mean in `meaning.toml`, and whatever is declared is known by its label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stillbytes.assistant import searching
from stillbytes.assistant.proposal import Proposal, ended, not_understood, shown, spoken
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import presets
from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, Unknown, lexicon
from stillbytes.assistant.vocabulary.reading.request import read
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.steps import steps
from stillbytes.assistant.vocabulary.text import MOST_CHARACTERS, Unreadable, tokens
from stillbytes.core.saying import joined, said

NAME = "vocabulary"


def understand(request: str, situation: Situation, languages: Sequence[str] = LANGUAGES) -> Proposal:
    """What the request would change; `understood` is false, with the reason, when any part of it is not clear.

    languages: tried in this order; the first that understands all of it counts.
    """
    if len(request) > MOST_CHARACTERS:
        return not_understood(request, NAME, said("That is longer than {most} characters.", most=MOST_CHARACTERS))
    if not says_anything(request):
        return not_understood(request, NAME, said("Nothing was asked: say what is to change, such as “warmer”."))
    why: dict[str, str] = {}
    for language in languages:
        try:
            reading = read(request, language, there=situation.settings, names=lambda: situation.presets)
            found, base = steps(reading, situation)
        except Unknown as error:
            why[language] = said("The word “{word}” is not known.", word=str(error)[:40])
        except Unclear as error:
            why[language] = error.why
        except Unreadable as problem:
            return not_understood(
                request, NAME, said("The number “{number}” cannot be read.", number=str(problem)[:40])
            )
        else:
            proposal = Proposal(request, NAME, True, "", tuple(found), base)
            return replace(proposal, message=described(proposal))
    if presets.speaks_of_one(request):
        named = ", ".join(sorted(id.partition("/")[2] for id in set(situation.presets.values())))
        told = said(
            "There is no preset of that name, or it is not clear what is to be done with it. There are {names}.",
            names=named,
        )
        return not_understood(request, NAME, told)
    heard = tokens(request)
    nearest = max(why, key=lambda language: lexicon(language).knows(heard), default="")
    words = [token for token in heard if token.text.isalpha()]
    if words and 2 * lexicon(nearest).knows(words) <= len(words):
        why[nearest] = joined((why[nearest], said("Requests are understood in English, German and Spanish.")))
    return not_understood(request, NAME, why.get(nearest) or said("There is nothing in it."))


def says_anything(request: str) -> bool:
    """Whether there is a word or a number in it."""
    return any(character.isalnum() for character in request)


_CHANGING = ("set", "mask", "crop", "turn", "reset", "preset")


def described(proposal: Proposal) -> str:
    """The proposal in a sentence."""
    told: list[str] = []
    for step in proposal.steps:
        if step.tool in ("undo", "redo") and step.count > 1:
            undo = step.tool == "undo"
            count = step.count
            told.append(said("Undo {steps} steps.", steps=count) if undo else said("Redo {steps} steps.", steps=count))
        elif step.tool == "set":
            told += [ended(shown(row)) for row in step.rows] or [ended(step.says)]
        elif step.tool == "search":
            told.append(searching.told(step))
        elif step.mask is not None:
            changes = joined((shown(row, local=True) for row in step.rows), ", ")
            told.append(said("{part}: {changes}.", part=spoken(step.name), changes=changes))
        else:
            told.append(ended(step.says))
    moves = any(step.tool in _CHANGING for step in proposal.steps)
    if moves and not proposal.tasks and proposal.applied() == proposal.base:
        told.append(said("It is like that already, or the slider is at its end."))
    return joined(told)
