"""The setting of the simulation: models of the sizes that a 12 GB card meets, the tasks that need them, a person's day.

Sizes are of the classes that docs/12-gb.md plans for; the rates are assumptions, stated here and nowhere measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from stillbytes.gpu.broker.messages import DISK_MIB_PER_S, HOST_MIB_PER_S, Resident, Way

if TYPE_CHECKING:
    from stillbytes.gpu.simulate.traces import Event


def _model(name: str, engine: str, mib: int, start_s: float) -> Resident:
    divisible = engine == "comfyui"
    return Resident(
        name, engine, mib, 0.3, divisible, start_s, host_s=mib / HOST_MIB_PER_S, disk_s=mib / DISK_MIB_PER_S
    )


RESIDENTS = {
    resident.name: resident
    for resident in (
        _model("language-4b", "llama", 3400, 0.7),
        _model("projector", "llama-vision", 700, 0.2),
        _model("language-9b", "llama-large", 6300, 0.8),
        _model("sdxl", "comfyui", 5000, 0.1),
        _model("controlnet", "comfyui", 2500, 0.05),
        _model("ip-adapter", "comfyui", 1000, 0.05),
        _model("klein", "comfyui", 4200, 0.1),
        _model("sam", "onnx", 500, 0.1),
        _model("subject", "onnx", 350, 0.1),
        _model("lama", "onnx", 400, 0.1),
        _model("denoiser", "onnx", 250, 0.1),
    )
}
TASKS = {
    "chat": (Way(("language-4b",), 250), Way((), says="on the processor", slower_s=12.0)),
    "see": (Way(("language-4b", "projector"), 700), Way(("language-4b",), 250, says="without looking")),
    "plan": (Way(("language-9b",), 400), Way(("language-4b",), 250, says="with the smaller model", slower_s=0.5)),
    "fill": (Way(("sdxl",), 1300), Way(("sdxl",), 700, says="in smaller tiles", slower_s=2.0)),
    "restyle": (
        Way(("sdxl", "controlnet", "ip-adapter"), 1500),
        Way(("sdxl", "controlnet"), 900, says="without the adapter", slower_s=1.0),
        Way(("sdxl",), 700, says="in smaller tiles", slower_s=2.0),
    ),
    "fill-fine": (Way(("klein",), 2700), Way(("klein",), 1500, says="in smaller tiles", slower_s=3.0)),
    "remove": (Way(("lama",), 900), Way((), says="on the processor", slower_s=3.0)),
    "click": (Way(("sam",), 250), Way((), says="on the processor", slower_s=0.8)),
    "subject": (Way(("subject",), 900), Way((), says="on the processor", slower_s=1.5)),
    "denoise": (Way(("denoiser",), 1400), Way(("denoiser",), 500, says="in smaller tiles", slower_s=4.0)),
    "caption": (Way(("language-4b", "projector"), 700),),
    "create": (Way(("sdxl",), 1500), Way(("sdxl",), 700, says="in smaller tiles")),
}
RUN_S = {
    "chat": (2, 6),
    "see": (3, 7),
    "plan": (5, 12),
    "fill": (5, 12),
    "restyle": (8, 16),
    "fill-fine": (6, 14),
    "remove": (0.3, 1.0),
    "click": (0.1, 0.4),
    "subject": (0.3, 0.8),
    "denoise": (2, 6),
    "caption": (2, 4),
    "create": (6, 12),
}
"""How long each task works, uniformly drawn."""
PHASES: dict[str, dict[str, float]] = {
    "talk": {"chat": 0.7, "see": 0.15, "plan": 0.05, "subject": 0.05, "click": 0.05},
    "mask": {"subject": 0.25, "click": 0.55, "chat": 0.2},
    "retouch": {"fill": 0.4, "remove": 0.3, "click": 0.1, "chat": 0.2},
    "style": {"restyle": 0.45, "chat": 0.35, "see": 0.15, "plan": 0.05},
    "fine": {"fill-fine": 0.45, "fill": 0.15, "remove": 0.15, "chat": 0.25},
}
STAYS = 0.9
"""How likely a person's next request is of the same phase."""
ANNOUNCED, FALSE_SIGNS = 0.7, 0.12
"""How many requests the interface sees coming (a tool picked, a field focused), and how many signs lead to nothing."""
GAMES = 0.15
"""How many of the other programs' doings leave us with little memory for one to four requests."""
BATCH, FOREIGN, CRASH, DISK, CANCEL = 0.05, 0.03, 0.006, 0.01, 0.02
"""How many of the events are a batch, other programs, a crash, another speed of the disk, a cancel."""


def live(chance: random.Random, events: int, late: Callable[[random.Random], Event]) -> list[Event]:
    """A person's requests with everything that happens between and during them."""
    from stillbytes.gpu.simulate.traces import Event  # noqa: PLC0415 - which makes its traces with this

    made: list[Event] = []
    phase = chance.choice(list(PHASES))
    while len(made) < events:
        what = chance.random()
        if what < BATCH:
            task = chance.choice(("denoise", "caption", "create"))
            for _ in range(chance.randint(1, 4)):
                made.append(Event("ask", 0.01, "start", task, False, round(chance.uniform(*RUN_S[task]), 2)))
        elif (what := what - BATCH) < FOREIGN:
            # Mostly browsers and players. Now and then a game, which leaves little, for a while.
            game = chance.random() < GAMES
            mib = chance.randint(2500, 6500) if game else chance.randint(200, 1600)
            made.append(Event("foreign", round(chance.uniform(0, 3), 2), _when(chance), mib=mib))
            if game:
                for _ in range(chance.randint(1, 4)):
                    made += _request(chance, _pick(chance, PHASES[phase]), late)
                made.append(Event("foreign", 0.5, "end", mib=chance.randint(200, 1600)))
        elif (what := what - FOREIGN) < CRASH:
            engine = chance.choice(("comfyui", "llama", "onnx"))
            made.append(Event("crash", round(chance.uniform(0, 4), 2), _when(chance), engine=engine))
        elif (what := what - CRASH) < DISK:
            made.append(Event("disk", 0.0, seconds=chance.choice((2.0, 5.0))))
            for _ in range(chance.randint(1, 6)):
                made += _request(chance, _pick(chance, PHASES[phase]), late)
            made.append(Event("disk", 0.0, seconds=1.0))
        else:
            if chance.random() > STAYS:
                phase = chance.choice(list(PHASES))
            task = _pick(chance, PHASES[phase])
            made += _request(chance, task, late)
    return made


def _request(chance: random.Random, task: str, late: Callable[[random.Random], Event]) -> list[Event]:
    from stillbytes.gpu.simulate.traces import Event  # noqa: PLC0415

    think = min(300.0, chance.lognormvariate(1.6, 0.9))
    made: list[Event] = []
    if chance.random() < FALSE_SIGNS:
        wrong = chance.choice(list(RUN_S))
        made.append(Event("intend", round(think * 0.3, 2), "end", wrong, probability=0.75))
        think *= 0.7
    if chance.random() < ANNOUNCED:
        ahead = min(think * 0.8, chance.uniform(1.0, 6.0))
        made.append(Event("intend", round(think - ahead, 2), "end", task, probability=0.75))
        think = ahead
    if chance.random() < 0.5:
        made.append(late(chance))
    made.append(Event("ask", round(think, 2), "end", task, True, round(chance.uniform(*RUN_S[task]), 2)))
    if chance.random() < CANCEL:
        made.append(Event("cancel", round(chance.uniform(0.1, 4.0), 2)))
    return made


def _when(chance: random.Random) -> Literal["start", "end"]:
    """Half of what happens to a person happens while they wait."""
    return "start" if chance.random() < 0.5 else "end"


def _pick(chance: random.Random, weights: dict[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
