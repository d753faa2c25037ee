"""Requests that are understood without a model, in a few thousandths of a second.

It answers only what it understood in every part; anything else is told apart and left to whoever understands more.
Words are in the files of languages, what they mean in `meaning.toml`, and whatever is declared is known by its label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stillbytes.assistant import searching
from stillbytes.assistant.proposal import Proposal, not_understood, shown
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import presets
from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, Unknown, lexicon
from stillbytes.assistant.vocabulary.reading.request import read
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.assistant.vocabulary.steps import steps
from stillbytes.assistant.vocabulary.text import MOST_CHARACTERS, Unreadable, tokens

NAME = "vocabulary"


def understand(request: str, situation: Situation, languages: Sequence[str] = LANGUAGES) -> Proposal:
    """What the request would change; `understood` is false, with the reason, when any part of it is not clear.

    languages: tried in this order; the first that understands all of it counts.
    """
    if len(request) > MOST_CHARACTERS:
        return not_understood(request, NAME, f"That is longer than {MOST_CHARACTERS} characters.")
    why: dict[str, str] = {}
    for language in languages:
        try:
            reading = read(request, language, there=situation.settings, names=lambda: situation.presets)
            found, base = steps(reading, situation)
        except Unknown as error:
            why[language] = f"The word “{str(error)[:40]}” is not known."
        except Unclear as error:
            why[language] = str(error)
        except Unreadable as problem:
            return not_understood(request, NAME, f"The number “{str(problem)[:40]}” cannot be read.")
        else:
            proposal = Proposal(request, NAME, True, "", tuple(found), base)
            return replace(proposal, message=described(proposal))
    if presets.speaks_of_one(request):
        named = ", ".join(sorted(id.partition("/")[2] for id in set(situation.presets.values())))
        told = f"There is no preset of that name, or it is not clear what is to be done with it. There are {named}."
        return not_understood(request, NAME, told)
    said = tokens(request)
    nearest = max(why, key=lambda language: lexicon(language).knows(said), default="")
    words = [token for token in said if token.text.isalpha()]
    if words and 2 * lexicon(nearest).knows(words) <= len(words):
        why[nearest] += " Requests are understood in English, German and Spanish."
    return not_understood(request, NAME, why.get(nearest) or "There is nothing in it.")


def described(proposal: Proposal) -> str:
    """The proposal in a sentence."""
    told = []
    for step in proposal.steps:
        if step.tool in ("undo", "redo"):
            times = "" if step.count == 1 else f" {step.count} steps"
            told.append(f"{step.tool.capitalize()}{times}.")
        elif step.tool == "set":
            told += [f"{shown(row)}." for row in step.rows]
        elif step.tool == "search":
            told.append(searching.told(step))
        elif step.mask is not None:
            told.append(f"{step.name}: " + ", ".join(shown(row, local=True) for row in step.rows) + ".")
        else:
            told.append(f"{step.says}.")
    if proposal.changes and not proposal.tasks and proposal.applied() == proposal.base:
        told.append("It is like that already, or the slider is at its end.")
    return " ".join(told)
