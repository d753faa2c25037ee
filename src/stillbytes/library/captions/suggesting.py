"""Having a model with eyes look at photos, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stillbytes.core.errors import Cancelled, ModelError, NotFound, StillbytesError, UnreadablePhoto
from stillbytes.core.jobs import Control
from stillbytes.core.preferences import Language
from stillbytes.core.saying import said
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.sight import edge
from stillbytes.engines.llama.talk import Chat
from stillbytes.gpu import talking
from stillbytes.library.captions.asking import BESIDE, Nonsense, described
from stillbytes.library.captions.words import Suggestion
from stillbytes.photo.decode import thumbnail

LABEL = "Captions"
SAYS = said("Suggesting captions")
KEPT = "What was suggested before is kept."
IN_A_ROW = 3
"""Photos that a model may say nothing about before it is given up."""
LOOK_S = 0.2
"""Between two looks at whether a person is at work."""
OWN = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Suggested:
    """photos: that were looked at. failed: of these, those that nothing can be said about."""

    photos: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """About one picture. problem: why there is nothing."""

    content: bytes
    model: str
    language: Language
    suggestion: Suggestion = field(default_factory=Suggestion)
    problem: str = ""


def seer() -> str:
    """Who would be asked: the id of a model that sees, or the URL of a server, which may be one without eyes; empty for
    nobody."""
    try:
        return next(iter(talking.seeing()), "")
    except StillbytesError:
        return ""


def of_this_machine(seer: str) -> bool:
    """Whether a picture stays on this machine when it is asked about: only such models are asked by themselves."""
    return bool(seer) and ("://" not in seer or urlsplit(seer).hostname in OWN)


def sees(seer: str) -> bool | None:
    """Whether it has eyes: of an installed model that is declared, a server is asked; None where it does not answer."""
    if "://" not in seer:
        return True

    async def look(chat: Chat, properties: Properties | None, name: str) -> bool:
        return edge(properties, BESIDE) > 0

    try:
        return talking.at(seer, look, None)
    except StillbytesError:
        return None


def suggest(
    wanted: Sequence[tuple[bytes, Path]],
    known: Sequence[str],
    language: Callable[[], Language],
    keep: Callable[[Answer], None],
    control: Control,
    quiet: Callable[[], bool] | None = None,
) -> Suggested:
    """Ask about pictures, and keep each answer as it comes.

    known: words of the library. language: that of the next answer, which may change during a long run. quiet: given
    where nobody asked for it: whether it may work at the moment; it stops in mid-work when it may not, and begins that
    photo anew. Raises Cancelled, NotFound without a model that sees, and what engines raise.
    """
    begin = time.monotonic()
    photos = failed = row = 0
    for done, (content, path) in enumerate(wanted):
        control.progress(done, len(wanted), SAYS)
        one = _answer(content, path, known, language(), control, quiet, (done, len(wanted)))
        if one is None:  # gone meanwhile, or its disk is
            continue
        keep(one)
        photos += 1
        failed += bool(one.problem)
        row = row + 1 if one.problem and one.model else 0
        if row == IN_A_ROW:
            raise ModelError(
                said("{model} says nothing about photos. {problem}", model=one.model, problem=one.problem),
                "Use another model that sees.",
            )
    return Suggested(photos, failed, time.monotonic() - begin)


def _answer(
    content: bytes,
    path: Path,
    known: Sequence[str],
    language: Language,
    control: Control,
    quiet: Callable[[], bool] | None,
    at: tuple[int, int],
) -> Answer | None:
    who = ""

    def talk(chat: Chat, properties: Properties | None, name: str) -> Coroutine[Any, Any, Suggestion | None]:
        nonlocal who
        who = name
        return described(chat, properties, lambda size: thumbnail(path, size).jpeg, language, known)

    def cancelled() -> bool:
        return control.cancelled() or (quiet is not None and not quiet())

    def waits(why: str) -> None:
        control.progress(*at, why)

    while True:
        _wait(control, quiet, at)
        try:
            found = talking.by_seeing(LABEL, talk, cancelled, idle=quiet is not None, waits=waits, otherwise=KEPT)
        except Cancelled:
            if control.cancelled():
                raise
            continue
        except UnreadablePhoto as error:
            return Answer(content, "", language, problem=error.message) if path.is_file() else None
        except Nonsense as error:
            return Answer(content, who, language, problem=error.message)
        if found is None:
            problem = (
                said("{who} does not see pictures.", who=who) if who else "There is no model here that sees pictures."
            )
            raise NotFound(problem, "`stillbytes models list --task see` lists those that do.")
        return Answer(content, who, language, found)


def _wait(control: Control, quiet: Callable[[], bool] | None, at: tuple[int, int]) -> None:
    """Until nobody is at work. Raises Cancelled."""
    if quiet is not None and not quiet():
        control.progress(*at, said("Waits until nothing else is done"))
        while not quiet():
            if control.cancelled():
                raise Cancelled()
            time.sleep(LOOK_S)
        control.progress(*at, SAYS)
    if control.cancelled():
        raise Cancelled()
