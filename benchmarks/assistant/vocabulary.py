"""How well the vocabulary understands everyday requests: precision, coverage and time.

    python benchmarks/assistant/vocabulary.py [NAME] [--show]

Precision: of what it answers, how much is right. Coverage: of what it should be able to do, how much it answers right.
NAME: a file of requests; the README beside tells how each was written. open without one.
--show: what went wrong.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from expected import FRAME, Case, cases, problem

from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

REQUESTS = Path(__file__).parent / "requests"
NAMES = sorted(file.stem for file in REQUESTS.glob("*.txt"))


def told_before(case: Case) -> History:
    """The history after all requests of a conversation but the last."""
    history = History().committed(Settings(case.start), "Before") if case.start else History()
    for turn in case.turns[:-1]:
        answer = understand(turn, Situation(history, lambda: FRAME))
        history = back(history, answer)
        if answer.changes:
            history = history.committed(answer.applied(), turn)
    return history


def asked(case: Case) -> tuple[Proposal, Settings, float]:
    """The answer to the last request of a conversation, the settings before it, and its seconds of processor time."""
    history = told_before(case)
    begun = time.thread_time()
    answer = understand(case.turns[-1], Situation(history, lambda: FRAME))
    return answer, history.settings, time.thread_time() - begun


def back(history: History, answer: Proposal) -> History:
    return history.at(max(history.position - answer.back(), 0))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", nargs="?", default="open", choices=NAMES)
    options.add_argument("--show", action="store_true")
    given = options.parse_args()
    understand("loads the word lists and the presets", Situation())
    found = list(cases(REQUESTS / f"{given.name}.txt"))
    answered = right = wanted = right_wanted = 0
    seconds = []
    for case in found:
        answer, before, took = asked(case)
        seconds.append(took)
        wanted += not case.refuse
        said = " > ".join(case.turns)
        if answer.understood:
            wrong = problem(case, answer, before)
            answered += 1
            right += not wrong
            right_wanted += not wrong
            if wrong and given.show:
                print(f"WRONG    {said}: {wrong}\n         {answer.message}")
        elif not case.refuse and given.show:
            print(f"refused  {said}: {answer.message}")
    print(f"{len(found)} requests, {wanted} of them everyday ones, {len(found) - wanted} to be left alone")
    print(f"precision {right / max(answered, 1):.3f} ({right} of {answered} answers)")
    print(f"coverage  {right_wanted / max(wanted, 1):.3f} ({right_wanted} of {wanted})")
    milliseconds = sorted(1000 * s for s in seconds)
    print(f"time      {statistics.median(milliseconds):.2f} ms median, {milliseconds[-1]:.2f} ms at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
