"""What language models make of everyday requests: how much of what they propose is right, and how much is valid.

    python benchmarks/assistant/models.py MODEL [--count 160] [--zero-shot] [--answers FILE] [--show] [--llama PATH]

MODEL: a GGUF file, which a llama-server of our own is started with, or the URL of a language server (llama-server,
LM Studio, Ollama). Every request goes to the model, also those that the vocabulary understands. --answers: keeps what
the model answered; what is there already is judged again and not asked again. With --count 0 all requests of the file.

Words: the vocabulary alone. Valid: answers that satisfy the JSON schema of plans. Bare: the plan as the model wrote it.
Checked: with the check of each step against the words of the request, as Stillbytes uses it. In use: the vocabulary
first, the model for the rest.
Precision: of what is answered, how much is right. Coverage: of the everyday requests, how many are answered right.
Left alone: of the requests that ask for nothing these tools can do, how many changed nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import jsonschema
from expected import FRAME, Case, cases, problem
from vocabulary import REQUESTS, asked, told_before

from stillbytes.assistant import tools
from stillbytes.assistant.conversation import asked as question
from stillbytes.assistant.conversation import planned, schema
from stillbytes.assistant.facts import last_change
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import EngineError, InvalidSetting
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import gather
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.find import probe
from stillbytes.engines.llama.guest import Guest
from stillbytes.engines.llama.talk import Chat, Limits

FILES = ("open", "held_out", "voices", "voices_held_out", "everyday", "everyday_held_out")
SEED = 6
"""Of the order in which requests are taken, so that of a run that was stopped early what there is is a fair sample."""
LIGHT = {
    "dark_10%": 0.1,
    "median": 0.36,
    "bright_90%": 0.77,
    "clipped_%": 1.2,
    "black_%": 0.4,
    "colour": 0.17,
    "warmth": 0.04,
}
FACTS = {
    "taken": {"iso": 400, "aperture": 5.6, "seconds": 0.008, "focal_length": 35.0},
    "white": {"temperature": 5500, "tint": 0},
    "light": {
        "all": LIGHT,
        "top": {**LIGHT, "median": 0.58, "clipped_%": 3.6},
        "middle": {**LIGHT, "median": 0.35},
        "bottom": {**LIGHT, "median": 0.22, "warmth": 0.08},
        "left": LIGHT,
        "centre": {**LIGHT, "median": 0.4},
        "right": {**LIGHT, "median": 0.3},
    },
}  # fmt: skip
"""Of a usual outdoor photo."""


@dataclass
class Score:
    """Of one way to use the model."""

    answered: int = 0
    right: int = 0
    right_wanted: int = 0
    alone: int = 0
    wrong: list[str] = field(default_factory=list)

    def take(self, case: Case, answer: Proposal, before: Any) -> None:
        if not answer.understood:
            self.alone += case.refuse
            return
        self.answered += 1
        wrong = problem(case, answer, before)
        self.right += not wrong
        self.right_wanted += not wrong
        if wrong:
            self.wrong.append(f"{' > '.join(case.turns)}: {wrong} | {answer.message}")

    def told(self, wanted: int, refused: int) -> str:
        precision = f"{self.right}/{self.answered} = {self.right / max(self.answered, 1):.3f}"
        coverage = f"{self.right_wanted}/{wanted} = {self.right_wanted / max(wanted, 1):.3f}"
        return f"precision {precision}, coverage {coverage}, left alone {self.alone}/{refused}"


@contextlib.asynccontextmanager
async def chat_of(model: str, program: Path | None, threads: int) -> AsyncIterator[Chat]:
    if model.startswith(("http://", "https://")):
        guest = Guest(await probe(model))
        try:
            yield guest.chat
        finally:
            await guest.close()
        return
    if program is None:
        raise SystemExit("Name the llama-server with --llama.")
    place = program
    engine = Llama(lambda: found(place))
    options: dict[str, Any] = {"ctx-size": 4096, "cache-ram": 64, "threads": threads, "n-gpu-layers": 0}
    await engine.load(Loadable(Path(model).stem, {"model": Path(model)}, options))
    try:
        yield engine.chat
    finally:
        await engine.close()


@dataclass
class Answer:
    """text: of the model. reason: why it ended; "failed" with the failure as text. seconds, tokens: it took."""

    text: str
    reason: str
    seconds: float
    tokens: int


async def answered(chat: Chat, case: Case, about: Situation, examples: bool) -> Answer:
    facts = {**FACTS, "settings": dict(about.settings), "last_change": last_change(about.history)}
    asking = question(case.turns[-1], facts, examples=examples)
    begun = time.monotonic()
    try:
        reply = await gather(chat(asking, Limits(first=300.0)))
    except EngineError as error:
        return Answer(str(error), "failed", time.monotonic() - begun, 0)
    usage = reply.finished.usage
    return Answer(reply.text, reply.finished.reason, time.monotonic() - begun, usage.answer if usage else 0)


class Kept:
    """Answers in a file of JSON lines, by what was said."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path is not None and path.exists() else []
        self._held = {told.pop("said"): Answer(**told) for told in map(json.loads, lines)}

    def get(self, case: Case) -> Answer | None:
        return self._held.get(said(case))

    def keep(self, case: Case, answer: Answer) -> None:
        self._held[said(case)] = answer
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"said": said(case), **vars(answer)}) + "\n")


def said(case: Case) -> str:
    start = f" @ {case.start}" if case.start else ""
    return " > ".join(case.turns) + start


def valid(text: str, request: str) -> str:
    """Empty when the answer satisfies the schema, else why not."""
    try:
        jsonschema.validate(json.loads(text), dict(schema(" ".join(request.split()))))
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    except jsonschema.ValidationError as error:
        return f"not as the schema: {error.message[:120]}"
    return ""


def bare(text: str, case: Case, about: Situation) -> Proposal:
    """What the plan says without any check of ours but that of its form."""
    request = case.turns[-1]
    try:
        calls = [{k: v for k, v in call.items() if k != tools.QUOTE} for call in json.loads(text)["steps"]]
        steps, base = tools.planned(calls, about)
    except (ValueError, KeyError, AttributeError, TypeError, InvalidSetting) as error:
        return Proposal(request, "", False, str(error))
    return Proposal(request, "", bool(steps), "", tuple(steps), base)


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model")
    options.add_argument("--count", type=int, default=160)
    options.add_argument("--zero-shot", action="store_true")
    options.add_argument("--show", action="store_true")
    options.add_argument("--llama", type=Path)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--answers", type=Path)
    given = options.parse_args()
    kept = Kept(given.answers)
    every = [case for name in FILES for case in cases(REQUESTS / f"{name}.txt") if not case.look]
    random.Random(SEED).shuffle(every)
    chosen = every[: given.count] or [case for case in every if kept.get(case) is not None]
    async with contextlib.AsyncExitStack() as stack:
        chat: Chat | None = None
        for case in [case for case in chosen if kept.get(case) is None]:
            chat = chat or await stack.enter_async_context(chat_of(given.model, given.llama, given.threads))
            kept.keep(case, await answered(chat, case, about_of(case), not given.zero_shot))
    report(given.model, chosen, kept, zero_shot=given.zero_shot, show=given.show)
    return 0


def about_of(case: Case) -> Situation:
    return Situation(told_before(case), lambda: FRAME)


def report(model: str, chosen: list[Case], kept: Kept, *, zero_shot: bool, show: bool) -> None:
    scores = {name: Score() for name in ("words", "bare", "checked", "in use")}
    invalid, failed = [], []
    answers = [kept.get(case) or Answer("", "failed", 0.0, 0) for case in chosen]
    for case, answer in zip(chosen, answers, strict=True):
        request, about = case.turns[-1], about_of(case)
        if answer.reason == "failed":
            failed.append(f"{request}: {answer.text}")
        elif why := "did not end" if answer.reason == "length" else valid(answer.text, request):
            invalid.append(f"{request}: {why}")
        checked = planned(answer.text, answer.reason, request, about, "model")
        words = asked(case)[0]
        scores["words"].take(case, words, about.settings)
        scores["bare"].take(case, bare(answer.text, case, about), about.settings)
        scores["checked"].take(case, checked, about.settings)
        scores["in use"].take(case, words if words.understood else checked, about.settings)
    refused = sum(case.refuse for case in chosen)
    shots = "zero-shot" if zero_shot else "few-shot"
    print(f"{model} {shots}: {len(chosen)} requests, {refused} of them to be left alone")
    print(f"  valid {len(chosen) - len(invalid) - len(failed)}/{len(chosen)}; failed {len(failed)}")
    for name, score in scores.items():
        print(f"  {name:8} {score.told(len(chosen) - refused, refused)}")
    seconds, tokens = (statistics.median(getattr(one, name) for one in answers) for name in ("seconds", "tokens"))
    print(f"  {seconds:.1f} s and {tokens:.0f} tokens an answer, medians")
    if show:
        print("\n".join(f"  ! {line}" for line in [*invalid, *failed, *scores["checked"].wrong]))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
