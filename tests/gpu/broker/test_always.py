"""What must hold for the broker whatever happens, tried with arbitrary happenings on a card in software."""

from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stillbytes.gpu.broker.decide import Decider
from stillbytes.gpu.broker.desk import Policy
from stillbytes.gpu.broker.messages import Answer, Event, Grant, Load, Reading, Refuse, Unload
from stillbytes.gpu.simulate import scene, traces
from stillbytes.gpu.simulate.card import Simulation

TASKS = st.sampled_from(sorted(scene.TASKS))
ENGINES = st.sampled_from(sorted({resident.engine for resident in scene.RESIDENTS.values()}))


class Watched:
    """A decider whose every answer is checked."""

    def __init__(self, total: int, policy: Policy) -> None:
        self.decider = Decider(total, scene.RESIDENTS.values(), policy=policy)
        self.granted: set[str] = set()
        self.told: list[tuple[Event, Reading, float]] = []
        self.answers: list[Answer] = []

    def handle(self, event: Event, reading: Reading, now: float) -> Answer:
        before = {name for name, account in self.decider.ledger.accounts.items() if account.users}
        answer = self.decider.handle(event, reading, now)
        self.told.append((event, reading, now))
        self.answers.append(answer)
        accounts = self.decider.ledger.accounts
        loading = [name for name, account in accounts.items() if account.state == "loading"]
        assert len(loading) <= 1, "one copy at a time"
        for effect in answer.effects:
            match effect:
                case Load(name):
                    assert accounts[name].state in ("loading", "leaving")
                case Unload(name):
                    assert not accounts[name].users, "nobody's model is taken away at work"
                    assert name not in before or not accounts[name].users
                case Grant(id):
                    assert id in self.decider.desk.running
                case Refuse(_, reason, remedy):
                    assert reason and remedy
                case _:
                    pass
        waits = self.decider.desk.waiting
        assert not waits or answer.wake_at is not None or loading or self.decider.desk.running, "somebody is forgotten"
        if answer.wake_at is not None:
            assert now < answer.wake_at <= now + 10.0
        return answer


class Anything(RuleBasedStateMachine):
    """A person, batches, other programs and bad luck in any order."""

    def __init__(self) -> None:
        super().__init__()
        made = traces.make_trace(1, 2)
        self.trace = dataclasses.replace(made, events=())
        self.watched = Watched(self.trace.card.total, Policy())
        self.simulation = Simulation(self.trace, self.watched)
        self.asked = 0

    def happen(self, event: traces.Event) -> None:
        self.simulation.happen(event)

    @rule(task=TASKS, interactive=st.booleans(), run_s=st.floats(0.1, 20.0))
    def ask(self, task: str, interactive: bool, run_s: float) -> None:
        self.asked += 1
        self.happen(traces.Event("ask", task=task, interactive=interactive, run_s=run_s))

    @precondition(lambda self: self.simulation.pending)
    @rule()
    def cancel(self) -> None:
        self.happen(traces.Event("cancel"))

    @rule(task=TASKS, probability=st.floats(0.0, 1.0))
    def announce(self, task: str, probability: float) -> None:
        self.happen(traces.Event("intend", task=task, probability=probability))

    @rule(mib=st.integers(0, 12288))
    def others(self, mib: int) -> None:
        self.happen(traces.Event("foreign", mib=mib))

    @rule(engine=ENGINES)
    def crash(self, engine: str) -> None:
        self.happen(traces.Event("crash", engine=engine))

    @rule(seconds=st.floats(0.0, 10.0), share=st.floats(0.0, 1.0))
    def late(self, seconds: float, share: float) -> None:
        self.happen(traces.Event("late", seconds=seconds, share=share))

    @rule(seconds=st.floats(0.01, 30.0))
    def wait(self, seconds: float) -> None:
        self.simulation.advance(seconds)

    @invariant()
    def the_card_is_never_overfull(self) -> None:
        assert self.simulation.free >= 0

    def teardown(self) -> None:
        """Whatever was asked ends, once others leave the card alone; and the same events give the same answers."""
        self.happen(traces.Event("foreign", mib=0))
        self.happen(traces.Event("late", seconds=0.5))
        self.simulation.advance(4 * 3600.0)
        assert not self.simulation.pending
        assert self.simulation.outcome.out_of_memory == 0
        again = Decider(self.trace.card.total, scene.RESIDENTS.values(), policy=Policy())
        for (event, reading, now), answer in zip(self.watched.told, self.watched.answers, strict=True):
            assert again.handle(event, reading, now) == answer


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_what_is_late_is_not_asked_for_again_while_its_model_works() -> None:
    """Found by the machine above: a part of a model was on its way back when the rest of it got work."""
    state = Anything()
    state.ask(interactive=False, run_s=1.0, task="create")
    for task in ("subject", "fill-fine", "create"):
        state.ask(interactive=True, run_s=1.0, task=task)
    state.cancel()
    state.teardown()
