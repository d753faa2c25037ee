"""What the broker decides, told event by event. No time passes, nothing is loaded: only its answers count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stillbytes.gpu.broker.decide import GUARD_MIB, Decider
from stillbytes.gpu.broker.desk import Policy
from stillbytes.gpu.broker.messages import (
    Asked,
    Crashed,
    Emptied,
    Failed,
    Finished,
    Grant,
    Intended,
    Interrupt,
    Interrupted,
    Load,
    Loaded,
    Measured,
    NotLoaded,
    Reading,
    Refuse,
    Request,
    Resident,
    Restart,
    Tick,
    Unload,
    Way,
    Withdrawn,
)
from stillbytes.gpu.broker.residency import MEANING, TABLE, diagram

ROOT = Path(__file__).parents[3]
TOTAL = 12_000
CHAT = Resident("chat", "llama", 6000, uncertainty=0.1, start_s=1.0, host_s=1.0, disk_s=3.0)
FILL = Resident("fill", "comfyui", 5000, uncertainty=0.1, divisible=True, start_s=0.1, host_s=0.8, disk_s=2.5)
SMALL = Resident("small", "onnx", 500, uncertainty=0.1, start_s=0.1, host_s=0.1, disk_s=0.3)


class Table:
    """A decider and the device beside it, where everything that is asked for happens when `settle` is called."""

    def __init__(self, policy: Policy | None = None, total: int = TOTAL, *, by_process: bool = True) -> None:
        self.decider = Decider(total, (CHAT, FILL, SMALL), policy=policy or Policy(prefetch=False, ahead=False))
        self.total, self.foreign, self.now = total, 0, 0.0
        self.by_process = by_process
        self.held: dict[str, int] = {}
        self.working: dict[str, int] = {}
        self.said: list[object] = []

    def tell(self, event: object, seconds: float = 0.0) -> list[object]:
        self.now += seconds
        used = {"llama": 0, "comfyui": 0, "onnx": 0}
        for name, mib in self.held.items():
            used[{"chat": "llama", "fill": "comfyui", "small": "onnx"}[name]] += mib
        for id, mib in self.working.items():
            used[id] += mib
        reading = Reading(self.total - self.foreign - sum(used.values()), used if self.by_process else None)
        answer = self.decider.handle(event, reading, self.now)  # type: ignore[arg-type]
        self.said = list(answer.effects)
        return self.said

    def load(self, name: str, mib: int) -> list[object]:
        self.held[name] = mib
        return self.tell(Loaded(name, mib), 1.0)

    def ask(
        self, id: str, *residents: str, interactive: bool = True, working: int = 500, idle: bool = False
    ) -> list[object]:
        way = Way(residents, working, uncertainty=0.0)
        request = Request(id, id, (way,), interactive and not idle, interruptible=idle or not interactive, idle=idle)
        return self.tell(Asked(request), 0.1)


def granted(effects: list[object]) -> list[str]:
    return [effect.id for effect in effects if isinstance(effect, Grant)]


def loads(effects: list[object]) -> list[str]:
    return [effect.name for effect in effects if isinstance(effect, Load)]


def unloads(effects: list[object]) -> dict[str, int | None]:
    return {effect.name: effect.mib for effect in effects if isinstance(effect, Unload)}


def test_a_model_is_loaded_and_only_then_work_granted() -> None:
    table = Table()
    assert loads(table.ask("a", "chat")) == ["chat"]
    assert granted(table.said) == []
    assert granted(table.load("chat", 6100)) == ["a"]


def test_freed_memory_is_not_given_out_before_the_device_shows_it() -> None:
    table = Table(Policy(partial=False, prefetch=False, ahead=False))
    table.ask("a", "chat")
    table.load("chat", 7000)
    table.tell(Finished("a"), 5.0)
    assert unloads(table.ask("b", "fill", working=2000)) == {"chat": None}
    for _ in range(10):
        assert loads(table.tell(Tick(), 0.1)) == []  # the engine has agreed; nothing has come back yet
    table.held.pop("chat")
    assert loads(table.tell(Tick(), 0.1)) == ["fill"]


def test_memory_that_does_not_come_back_is_asked_for_again() -> None:
    table = Table(Policy(partial=False, prefetch=False, ahead=False))
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.tell(Finished("a"), 5.0)
    table.ask("b", "fill", working=2000)
    assert unloads(table.tell(Tick(), 3.0)) == {"chat": None}


def test_a_part_that_does_not_come_back_is_asked_for_again_without_asking_for_more() -> None:
    table = Table(Policy(prefetch=False, ahead=False))
    table.ask("a", "fill")
    table.load("fill", 5000)
    table.tell(Finished("a"), 5.0)
    asked = unloads(table.ask("b", "chat"))["fill"]
    assert asked
    table.held["fill"] -= asked // 2
    assert unloads(table.tell(Tick(), 0.5)) == {}
    assert unloads(table.tell(Tick(), 0.5)) == {"fill": 0}


def test_a_model_whose_part_did_not_fit_still_holds_the_rest() -> None:
    """Else its memory would be taken for that of other programs, and everything refused that needs it."""
    table = Table(Policy(prefetch=False, ahead=False), by_process=False)
    table.ask("a", "fill")
    table.load("fill", 5000)
    table.tell(Finished("a"), 5.0)
    asked = unloads(table.ask("b", "chat"))["fill"]
    assert asked
    table.held["fill"] -= asked
    table.tell(Tick(), 0.1)
    assert granted(table.load("chat", 6000)) == ["b"]
    table.tell(Finished("b"), 1.0)
    assert "fill" in loads(table.ask("c", "fill"))
    table.tell(NotLoaded("fill", memory=True), 0.1)
    account = table.decider.ledger.accounts["fill"]
    assert account.held == 5000 - asked
    assert account.given_back == asked
    table.held.pop("chat", None)
    table.tell(Tick(), 0.1)
    assert account.state == "loading"
    assert granted(table.load("fill", 5000)) == ["c"]


def test_what_an_engine_works_in_is_not_taken_for_memory_that_is_still_to_come_back() -> None:
    """Its model has left, a job in another of its models goes on: nothing more will come, and nobody waits for it."""
    table = Table(Policy(prefetch=False, ahead=False))
    other = Resident("other", "comfyui", 3000, uncertainty=0.0, host_s=0.5)
    table.decider.know(other)
    table.ask("a", "fill")
    table.load("fill", 5000)
    table.tell(Finished("a"), 5.0)
    table.ask("b", "other", working=1500)
    table.held["fill"] += 3000  # counted to the same process
    table.tell(Loaded("other", 3000), 1.0)
    table.working["comfyui"] = 1500
    table.tell(Tick(), 1.0)
    asked = unloads(table.ask("c", "chat"))["fill"]
    assert asked
    table.held["fill"] -= asked
    assert "chat" in loads(table.tell(Tick(), 0.1))
    assert table.decider.ledger.coming == []


def test_a_batch_stops_ahead_of_what_the_interface_announces_where_there_is_no_other_room() -> None:
    table = Table(Policy(prefetch=False))
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.working["llama"] = 500
    table.tell(Finished("a"), 5.0)
    table.working.clear()
    assert granted(table.ask("b", "chat", interactive=False, working=4000)) == []
    assert granted(table.tell(Tick(), 4.0)) == ["b"]
    assert [e for e in table.tell(Intended(("fill",)), 1.0) if isinstance(e, Interrupt)] == [Interrupt("b")]


def test_a_batch_goes_on_beside_what_the_interface_announces_where_there_is_room() -> None:
    table = Table(Policy(prefetch=False))
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.tell(Finished("a"), 5.0)
    table.ask("b", "chat", interactive=False, working=500)
    assert granted(table.tell(Tick(), 4.0)) == ["b"]
    assert not [e for e in table.tell(Intended(("small",)), 1.0) if isinstance(e, Interrupt)]


@pytest.mark.parametrize("batch", [False, True])
def test_room_is_made_for_what_is_likely_also_while_a_batch_waits_for_a_pause(batch: bool) -> None:
    table = Table(Policy(prefetch=False))
    table.ask("fill 0", "fill", working=6500)
    table.load("fill", 5000)
    table.tell(Finished("fill 0", 6300), 5.0)
    for number in range(1, 6):
        table.ask(f"fill {number}", "fill", working=6500)
        table.tell(Finished(f"fill {number}", 6300), 5.0)
    table.ask("click", "small")
    assert granted(table.load("small", 500)) == ["click"]
    if batch:
        table.ask("batch", "chat", interactive=False)
    assert unloads(table.tell(Finished("click"), 5.0)) == {"small": None}, "filling goes on, and needs that room"


@pytest.mark.parametrize("prefetch", [True, False])
def test_what_a_batch_displaced_is_put_back_only_where_loading_ahead_is_allowed(prefetch: bool) -> None:
    table = Table(Policy(prefetch=prefetch, partial=False))
    table.ask("chat", "chat")
    table.load("chat", 6000)
    table.tell(Finished("chat"), 5.0)
    table.ask("batch", "fill", interactive=False, working=4000)
    table.tell(Tick(), 600.0)
    assert (unloads(table.said), loads(table.said)) == ({"chat": None}, ["fill"])
    table.held.pop("chat")
    assert granted(table.load("fill", 5000)) == ["batch"]
    table.tell(Finished("batch"), 5.0)
    table.held.pop("fill")
    assert loads([*table.said, *table.tell(Tick(), 1.0)]) == (["chat"] if prefetch else [])


FULL_OR_SLOW = (Way(("fill",), 500, uncertainty=0.0), Way((), says="on the processor", slower_s=5.0))


@pytest.mark.parametrize("by_process", [True, False])
@pytest.mark.parametrize(("before", "after", "slow"), [(8000, 0, False), (0, 8000, True)])
def test_what_other_programs_hold_is_noticed_while_work_is_under_way(
    by_process: bool, before: int, after: int, slow: bool
) -> None:
    """A game that was closed, or opened, in mid-work: also where the driver does not tell whose memory it is."""
    table = Table(by_process=by_process)
    table.foreign = before
    table.ask("click", "small")
    assert granted(table.load("small", 500)) == ["click"]
    table.working["onnx"] = 500
    table.foreign = after
    effects = table.tell(Asked(Request("fill", "fill", FULL_OR_SLOW)), 1.0)
    assert effects == [Grant("fill", 1)] if slow else loads(effects) == ["fill"]


def test_only_the_bytes_that_are_needed_leave_a_divisible_model() -> None:
    table = Table(Policy(prefetch=False, ahead=False))
    table.ask("a", "fill")
    table.load("fill", 5000)
    table.tell(Finished("a"), 5.0)
    needed = round(6000 * 1.1) + 500
    missing = needed - (TOTAL - 5000 - GUARD_MIB)
    assert unloads(table.ask("b", "chat")) == {"fill": missing}


def test_work_that_needs_nothing_new_does_not_wait_for_a_swap() -> None:
    table = Table()
    table.ask("a", "small", working=100)
    table.load("small", 500)
    table.tell(Finished("a"), 1.0)
    assert loads(table.ask("b", "chat")) == ["chat"]
    assert granted(table.ask("c", "small", working=100)) == ["c"]


def test_a_model_in_use_is_never_asked_to_leave() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)  # and works
    assert unloads(table.ask("b", "fill", working=4000)) == {}
    assert granted(table.said) == []
    assert unloads(table.tell(Finished("a"), 5.0)) == {"chat": None}


def test_a_person_goes_before_a_batch_and_stops_it_when_memory_is_short() -> None:
    table = Table()
    table.ask("a", "chat", interactive=False)
    table.tell(Tick(), 30.0)
    table.load("chat", 6000)
    assert "a" in table.decider.desk.running
    assert [type(effect) for effect in table.ask("b", "fill", working=4000)].count(Interrupt) == 1
    assert unloads(table.tell(Interrupted("a"), 0.5)) == {"chat": None}
    assert [waiting.id for waiting in table.decider.snapshot(Reading(0)).waiting] == ["b", "a"]


def test_a_batch_waits_until_a_person_pauses() -> None:
    table = Table()
    table.ask("a", "small", working=100)
    table.load("small", 500)
    table.tell(Finished("a"), 1.0)
    assert loads(table.ask("b", "fill", interactive=False)) == []
    assert loads(table.tell(Tick(), 1.0)) == []
    assert loads(table.tell(Tick(), 5.0)) == ["fill"]


def test_a_smaller_way_is_taken_before_a_request_is_refused() -> None:
    table = Table()
    table.foreign = 9000
    ways = (Way(("chat",), 500), Way(("small",), 200, says="with less"))
    table.tell(Asked(Request("a", "a", ways)))
    assert loads(table.said) == ["small"]
    assert [effect.way for effect in table.load("small", 500) if isinstance(effect, Grant)] == [1]


def test_what_cannot_fit_is_refused_with_what_is_in_the_way() -> None:
    table = Table()
    table.foreign = 9000
    table.ask("a", "chat")
    for _ in range(60):
        if refused := [effect for effect in table.tell(Tick(), 1.0) if isinstance(effect, Refuse)]:
            break
    assert "8.8 GB" in refused[0].reason
    assert refused[0].remedy


def test_work_that_ran_out_of_memory_is_tried_again_with_more_room() -> None:
    table = Table()
    table.ask("a", "fill", working=1000)
    table.load("fill", 5000)
    table.tell(Failed("a", memory=True), 1.0)
    assert granted(table.said) == ["a"]
    assert table.decider.ledger.working_mib(Way(("fill",), 1000, uncertainty=0.0)) > 1000


def test_work_that_keeps_running_out_of_memory_is_done_in_its_next_way() -> None:
    """However much seems to be free: the estimate of the first was wrong, or somebody is quicker each time."""
    table = Table()
    ways = (Way(("fill",), 1000), Way(("fill",), 500, says="the VAE works on tiles of 512"))
    table.tell(Asked(Request("a", "a", ways)))
    table.load("fill", 5000)
    taken = []
    for _ in range(10):
        taken += [effect.way for effect in table.said if isinstance(effect, Grant)]
        if table.said and isinstance(table.said[0], Refuse):
            break
        table.tell(Failed("a", memory=True), 1.0)
    assert taken == [0, 0, 1, 1]
    (refused,) = [effect for effect in table.said if isinstance(effect, Refuse)]
    assert "even where the VAE works on tiles of 512" in refused.reason and refused.remedy


def test_what_is_larger_than_what_can_be_used_is_refused_with_both_figures() -> None:
    table = Table(total=700)
    table.ask("a", "small", working=100)
    (refused,) = [effect for effect in table.said if isinstance(effect, Refuse)]
    assert "needs 0.6 GB of memory, of which 0.4 of 0.7 GB can be used" in refused.reason


def test_a_person_waits_for_work_that_takes_minutes_and_is_told_so() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.ask("b", "fill", working=3000)
    for _ in range(40):
        assert [effect for effect in table.tell(Tick(), 5.0) if isinstance(effect, Refuse)] == []
    (waits,) = table.decider.snapshot(Reading(0)).waiting
    assert waits.id == "b" and waits.reason
    assert loads(table.tell(Finished("a"), 1.0)) == ["fill"]
    table.held.clear()
    for _ in range(40):  # and for a model that is slow to come
        assert [effect for effect in table.tell(Tick(), 5.0) if isinstance(effect, Refuse)] == []
    assert granted(table.load("fill", 5000)) == ["b"]


def test_nothing_is_granted_in_an_engine_that_is_being_restarted() -> None:
    """Its memory is back before it has said that it ended; what is asked of it then would fail."""
    table = Table()
    table.ask("a", "fill", working=500)
    table.load("fill", 5000)
    table.working["comfyui"] = 4000  # which it keeps
    table.tell(Finished("a"), 1.0)
    effects = table.ask("b", "fill", working=5000)
    for _ in range(20):
        if any(isinstance(effect, Restart) for effect in effects):
            break
        effects = table.tell(Tick(), 1.0)
    assert [effect.engine for effect in effects if isinstance(effect, Restart)] == ["comfyui"]
    table.held.clear()
    table.working.clear()
    assert [effect for effect in table.tell(Tick(), 0.1) if isinstance(effect, Grant | Load)] == []
    assert [effect for effect in table.ask("c", "fill", working=100) if isinstance(effect, Grant | Load)] == []
    assert loads(table.tell(Crashed("comfyui"), 1.0)) == ["fill"]
    assert "b" in granted(table.load("fill", 5000))


def test_a_model_that_proved_bigger_than_thought_gets_more_room_next_time() -> None:
    table = Table()
    table.ask("a", "fill")
    assert loads(table.tell(NotLoaded("fill", memory=True), 1.0)) == ["fill"]
    assert table.decider.ledger.accounts["fill"].most > round(5000 * 1.1)


def test_a_damaged_model_refuses_its_request_and_no_other() -> None:
    table = Table()
    table.ask("a", "fill")
    table.tell(NotLoaded("fill", memory=False, reason="Its file is damaged."), 1.0)
    assert [effect.reason for effect in table.said if isinstance(effect, Refuse)] == ["Its file is damaged."]
    assert loads(table.ask("b", "small")) == ["small"]


def test_after_a_crash_the_next_request_loads_again() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.held.clear()
    table.tell(Crashed("llama"), 1.0)
    assert loads(table.ask("b", "chat")) == ["chat"]


def test_withdrawing_lets_the_next_one_go_on() -> None:
    table = Table()
    table.ask("a", "chat")
    table.ask("b", "small", working=100)
    table.tell(Withdrawn("a"), 0.1)
    table.load("chat", 6000)
    assert loads(table.tell(Tick(), 0.1)) == ["small"] or granted(table.load("small", 500)) == ["b"]


def test_what_the_interface_announces_is_loaded_before_it_is_asked_for() -> None:
    table = Table(Policy())
    assert loads(table.tell(Intended(("fill",), 0.8), 1.0)) == ["fill"]
    table.load("fill", 5000)
    assert granted(table.ask("a", "fill")) == ["a"]


def test_a_false_sign_does_not_keep_a_person_waiting_for_its_loading() -> None:
    table = Table(Policy())
    table.tell(Intended(("fill",), 0.8), 1.0)
    assert "fill" in unloads(table.ask("a", "chat"))


def test_freeing_everything_unloads_what_is_idle_and_loads_nothing_unasked() -> None:
    table = Table(Policy())
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.tell(Finished("a"), 1.0)
    assert unloads(table.tell(Emptied(), 1.0)) == {"chat": None}
    table.held.clear()
    for _ in range(20):
        assert loads(table.tell(Tick(), 1.0)) == []
    assert loads(table.ask("b", "chat")) == ["chat"]


@pytest.mark.parametrize("by_process", [True, False])
def test_work_under_way_drives_nobody_out_for_memory_that_it_has_taken_already(by_process: bool) -> None:
    table = Table(Policy(prefetch=False), total=7700, by_process=by_process)
    table.ask("once", "small", working=100)
    table.load("small", 500)
    table.tell(Finished("once", 100), 1.0)
    table.ask("a", "fill", working=1200)
    table.load("fill", 5000)
    for id in "abcde":
        table.tell(Finished(id, 1200), 1.0)
        table.ask(chr(ord(id) + 1), "fill", working=1200)
    assert granted(table.said) == ["f"]
    table.working["comfyui"] = 1200  # the 1000 MiB that are left would be too little for the same again
    assert [unloads(table.tell(Tick(), 1.0)) for _ in range(5)] == [{}] * 5


@pytest.mark.parametrize("by_process", [True, False])
def test_a_batch_under_way_counts_once_when_room_is_made_for_a_person(by_process: bool) -> None:
    table = Table(total=8000, by_process=by_process)
    table.ask("batch", "fill", interactive=False, working=1500)
    table.tell(Tick(), 20.0)
    assert granted(table.load("fill", 5000)) == ["batch"]
    table.working["comfyui"] = 1500
    table.ask("person", "small", working=400)  # 1500 are free: enough beside the batch
    assert unloads(table.said) == {} and loads(table.said) == ["small"]
    table.held["small"] = 500
    assert granted(table.load("small", 500)) == ["person"]


def test_what_no_empty_card_would_hold_is_refused_at_once_with_the_figures() -> None:
    table = Table()
    [refusal] = [effect for effect in table.ask("a", "chat", working=9000) if isinstance(effect, Refuse)]
    assert "14.6 GB" in refusal.reason and "11.7 GB" in refusal.reason


def test_freeing_one_engine_leaves_the_others_alone() -> None:
    table = Table(Policy())
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.tell(Finished("a"), 1.0)
    assert unloads(table.tell(Emptied("comfyui"), 1.0)) == {}
    assert unloads(table.tell(Emptied("llama"), 1.0)) == {"chat": None}


def test_a_snapshot_says_who_holds_what_and_why_something_waits() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.ask("b", "fill", working=4000)
    snapshot = table.decider.snapshot(Reading(6000, {"llama": 6000}))
    assert [(holder.name, holder.mib, holder.in_use) for holder in snapshot.holders] == [("chat", 6000, True)]
    assert [(waiting.id, waiting.reason) for waiting in snapshot.waiting] == [("b", "Waits for a to end.")]


def test_every_state_has_a_meaning_and_can_be_left() -> None:
    assert {state for state, _ in TABLE} == set(MEANING) == {after for after, _ in TABLE.values()}
    for (state, happening), (after, _) in TABLE.items():
        assert f"{state} --> {after}: {happening}" in diagram() or state == after == "absent"


@pytest.mark.parametrize("state", MEANING)
def test_a_crash_can_happen_in_every_state_and_leaves_nothing(state: str) -> None:
    assert TABLE[state, "crashed"][0] == "absent"  # type: ignore[index]


def test_the_documentation_shows_this_table() -> None:
    subprocess.run([sys.executable, "docs/make_broker.py", "--check"], cwd=ROOT, check=True)


def test_a_model_that_its_engine_loads_with_the_first_work_is_set_aside_until_then() -> None:
    table = Table()
    table.decider.know(Resident("fill", "comfyui", 5000, uncertainty=0.1, divisible=True, host_s=0.8, lazy=True))
    table.ask("a", "fill", working=500)
    table.held["fill"] = 400  # the process alone
    assert granted(table.tell(Loaded("fill", 400), 1.0)) == ["a"]
    assert loads(table.ask("b", "chat")) == []  # 11,600 are free by the driver, but 5,100 of them are promised
    table.held["fill"] = 5200
    table.tell(Measured("fill", 5200), 1.0)
    table.tell(Finished("a", peak=5300), 0.0)
    ledger = table.decider.ledger
    assert ledger.accounts["fill"].whole == 5200
    assert ledger.working_mib(Way(("fill",), 500, uncertainty=0.0)) == 500, "not what the models took"


def idling() -> Table:
    """What nobody asked for works in the chat model."""
    table = Table()
    table.ask("idle", "chat", idle=True)
    table.tell(Tick(), 20.0)
    assert granted(table.load("chat", 6000)) == ["idle"]
    return table


@pytest.mark.parametrize("interactive", [True, False])
@pytest.mark.parametrize("model", ["chat", "small"])
def test_what_nobody_asked_for_is_stopped_by_whatever_somebody_asks_for(interactive: bool, model: str) -> None:
    table = idling()
    said = table.ask("person", model, interactive=interactive)
    assert Interrupt("idle") in said  # although there is room for both
    said += table.tell(Interrupted("idle"))
    for _ in range(3):
        if loads(said) and model not in table.held:
            said += table.load(model, 500)
        said += table.tell(Tick(), 11.0)
    assert granted(said) == ["person"]
    table.tell(Tick(), 3600.0)  # it is never served like a person's, however long it waits
    assert granted(table.said) == []
    table.tell(Finished("person"))
    table.tell(Tick(), 20.0)
    assert "idle" in table.decider.desk.running


def test_what_is_announced_stops_what_nobody_asked_for() -> None:
    assert Interrupt("idle") in idling().tell(Intended(("chat",)))


def test_what_nobody_asked_for_does_not_take_the_card_back_from_who_emptied_it() -> None:
    table = idling()
    assert Interrupt("idle") in table.tell(Emptied())
    assert unloads(table.tell(Interrupted("idle"))) == {"chat": None}
    table.held.pop("chat")
    for _ in range(4):
        table.tell(Tick(), 100.0)
        assert not loads(table.said) and not granted(table.said)
    assert loads(table.ask("person", "small")) == ["small"]


def test_a_batch_does_not_wait_for_a_model_that_nobody_asked_for() -> None:
    table = Table()
    assert loads(table.ask("idle", "fill", "chat", idle=True)) == ["fill"]  # room is being made for it
    table.ask("batch", "small", interactive=False)
    said = table.load("fill", 5000)
    assert loads([*said, *table.tell(Tick(), 20.0)]) == ["small"]
    assert granted(table.load("small", 500)) == ["batch"]


def aside(table: Table, id: str, mib: int) -> list[object]:
    return table.tell(Asked(Request(id, id, (Way((), mib, 0.0),), interactive=False, aside=True)), 0.1)


def test_work_aside_begins_where_there_is_room_and_makes_none() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)
    assert granted(aside(table, "small", 128)) == ["small"], "beside work of a person, at once"
    table.tell(Finished("a"), 1.0)
    assert granted(aside(table, "large", TOTAL - 6000 - GUARD_MIB - 100)) == [], "the first has its room still"
    assert unloads(table.tell(Tick(), 60.0)) == {}
    table.tell(Finished("small"), 1.0)
    assert granted(table.said) == ["large"]


def test_work_aside_holds_nobody_up() -> None:
    table = Table()
    table.ask("a", "chat")
    table.load("chat", 6000)
    table.tell(Finished("a"), 5.0)
    assert granted(aside(table, "picture", 128)) == ["picture"]
    assert granted(table.ask("b", "chat", interactive=False)) == []
    assert granted(table.tell(Tick(), 4.0)) == ["b"], "a batch waits for people, not for pictures"
    assert not [e for e in aside(table, "another", 128) if isinstance(e, Interrupt)]
