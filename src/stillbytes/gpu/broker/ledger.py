"""The accounts: what each model holds, what is set aside, what was asked back, and how sure we are of all that.

Everything is in MiB. What the driver says is free is the truth; the accounts say what of it is already promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stillbytes.gpu.broker.messages import Reading, Resident, Way
from stillbytes.gpu.broker.residency import Happening, State, follow

MEASURED_MARGIN, SEEN_MARGIN = 0.03, 0.1
"""A size that was measured varies a little from one load to the next; one that was only seen in what the whole device
had free is less sure."""
RETURNED_MIB = 64
"""Engines keep small change; so much less than expected still counts as returned."""


@dataclass(slots=True)
class Account:
    """One model's page.

    held: what it has on the device; given_back: what of it was asked back. measured: what it held when whole, None
    before that, and how far (margin) that can be off. too_big: more than this was free when it did not fit, so it needs
    more. users: ids of work that runs in it. free_before: the reading when its loading began; disturbed: other memory
    came back meanwhile. failed: it could not be loaded, and nobody has asked for anything since. promised: its engine
    will take what is held only with the first work.
    """

    resident: Resident
    state: State = "absent"
    held: int = 0
    given_back: int = 0
    measured: int | None = None
    margin: float = MEASURED_MARGIN
    too_big: int = 0
    users: set[str] = field(default_factory=set)
    since: float = 0.0
    free_before: int = 0
    disturbed: bool = False
    failed: bool = False
    promised: bool = False

    @property
    def whole(self) -> int:
        """What it takes, by the best knowledge."""
        return max(self.measured if self.measured is not None else self.resident.mib, self.too_big)

    @property
    def most(self) -> int:
        """What it may take at most."""
        if self.measured is not None:
            return max(round(self.measured * (1 + self.margin)), self.too_big)
        return max(round(self.resident.mib * (1 + self.resident.uncertainty)), self.too_big)

    @property
    def usable(self) -> bool:
        """All of it is there."""
        return self.state == "resident" and not self.given_back

    @property
    def missing(self) -> int:
        """The most that loading what is not there may take."""
        if self.state == "resident":
            return self.given_back
        return max(0, self.most - self.held)

    def reload_s(self, part: int | None = None, *, from_disk: bool = False) -> float:
        """Seconds to bring back `part` of it, or all."""
        copy = self.resident.disk_s if from_disk else self.resident.host_s
        if part is None or not self.resident.divisible or part >= self.held:
            return self.resident.start_s + copy
        return copy * part / max(1, self.whole)

    def arrived(self, reading: Reading) -> int:
        """What of it seems to be there already while it loads."""
        if self.state != "loading":
            return 0
        expected = self.given_back or self.most - self.held
        return min(expected, max(0, self.free_before - reading.free))

    def happened(self, what: Happening, now: float) -> None:
        self.state = follow(self.state, what)
        self.since = now
        if self.state == "absent":
            self.held = self.given_back = 0
            self.promised = False
            self.users.clear()


@dataclass(slots=True)
class Coming:
    """Memory that an engine agreed to give back. asked: when it was asked last; again: whether asking again helps."""

    name: str
    engine: str
    mib: int
    since: float
    asked: float
    again: bool = True


class Ledger:
    """The accounts of one device. total: its memory; guard: what stays free whatever happens."""

    def __init__(self, total: int, guard: int) -> None:
        self.total, self.guard = total, guard
        self.accounts: dict[str, Account] = {}
        self.coming: list[Coming] = []
        self.peaks: dict[Way, int] = {}
        """Working memory as measured, or, after it did not suffice, as suspected."""
        self._foreign = 0
        self.seen: dict[Way, int] = {}
        """The highest peak of work that ended well."""
        self.working: dict[str, tuple[Way, str]] = {}
        """Work under way: its way, and the engine that it works in."""
        self._left: dict[str, int] = {}
        """Of what each engine was asked back, how much was not yet seen to leave it."""
        self._used: Mapping[str, int] = {}

    def enter(self, resident: Resident) -> Account:
        """The account of a model, opened at its first mention; a new estimate replaces the old one."""
        account = self.accounts.get(resident.name)
        if account is None:
            account = self.accounts[resident.name] = Account(resident)
        account.resident = resident
        return account

    def of(self, names: Iterable[str]) -> list[Account]:
        return [self.accounts[name] for name in names]

    def of_engine(self, engine: str) -> list[Account]:
        return [account for account in self.accounts.values() if account.resident.engine == engine]

    def working_mib(self, way: Way) -> int:
        """The most that work in this way may take beside its models."""
        known = self.peaks.get(way)
        return round(way.working_mib * (1 + way.uncertainty)) if known is None else known

    def worked(self, way: Way, peak: int, margin: float = MEASURED_MARGIN) -> None:
        """Remember the measured peak of work that ended well: the highest of those seen."""
        self.seen[way] = max(self.seen.get(way, 0), peak)
        self.peaks[way] = round(self.seen[way] * (1 + margin))

    def held(self, engine: str | None = None) -> int:
        """What our models hold, those that are leaving included."""
        return sum(a.held for a in self.accounts.values() if engine in (None, a.resident.engine))

    def promised(self, reading: Reading) -> int:
        """What loading models and running work may still take of the free memory."""
        loading = 0
        for account in self.accounts.values():
            if account.state == "loading":
                loading += (account.given_back or account.most - account.held) - account.arrived(reading)
        engines = {account.resident.engine for account in self.accounts.values() if account.promised}
        loading += sum(self._to_come(engine, reading) for engine in engines)
        return loading + self._unrealised(reading)

    def _to_come(self, engine: str, reading: Reading) -> int:
        """What an engine will take with the first work in models, beyond what its process has taken already."""
        of = self.of_engine(engine)
        promised = sum(account.held for account in of if account.promised)
        if reading.used is None:
            return promised
        taken = reading.used.get(engine, 0) - sum(account.held for account in of if not account.promised)
        return max(0, promised - max(0, taken))

    def available(self, reading: Reading) -> int:
        """What may be given to new work; negative when too much is gone already."""
        return reading.free - self.promised(reading) - self.guard

    def room_afterwards(self, reading: Reading) -> int:
        """What may be given to new work once all work under way has ended and all that was asked back is there.

        Where the driver does not tell by process, nobody knows how much of its memory work has taken, nor how much of
        what was asked back has come: then it is what our models leave beside other programs.
        """
        working = sum(self.working_mib(way) for way, _ in self.working.values())
        if reading.used is not None:
            return self.available(reading) + self.outstanding(reading) + working
        most = reading.free + working + sum(coming.mib for coming in self.coming)
        return min(self.total - self._foreign - self.held(), most) - self.guard

    def ask_back(self, coming: Coming) -> None:
        """An engine was asked for this."""
        left = self._left.get(coming.engine, 0) if any(one.engine == coming.engine for one in self.coming) else 0
        self._left[coming.engine] = left + coming.mib
        self.coming.append(coming)

    def observe(self, reading: Reading, ended: str | None = None) -> None:
        """Take in a reading. ended: the engine whose work has ended just now, which explains why it uses less.

        While nothing of ours moves, what is neither free nor ours is of other programs. While something does, and the
        driver does not tell by process, it is at least what ours cannot explain, at most what our models leave.
        """
        used = reading.used or {}
        for engine, left in self._left.items():
            less = self._used.get(engine, 0) - used.get(engine, 0)
            if less > 0 and engine != ended:
                self._left[engine] = max(0, left - less)
        self._used = used
        if not self.coming and not self.working and all(a.state != "loading" for a in self.accounts.values()):
            self._foreign = max(0, self.total - reading.free - self.held())
        elif reading.used is None:
            rest = self.total - reading.free - sum(a.held for a in self.accounts.values() if not a.promised)
            ours = sum(self.working_mib(way) for way, _ in self.working.values()) + sum(c.mib for c in self.coming)
            for account in self.accounts.values():
                if account.promised:
                    ours += account.most
                elif account.state == "loading":
                    ours += account.given_back or account.most - account.held
            self._foreign = max(0, rest - ours, min(self._foreign, rest))

    def foreign(self, reading: Reading) -> int:
        """What programs hold that are not ours, as far as the driver lets us tell."""
        if reading.used is not None:
            return max(0, self.total - reading.free - sum(reading.used.values()))
        return self._foreign

    def slack(self, engine: str, reading: Reading) -> int:
        """What an engine holds beyond its models and its work: caches and fragments. 0 where nobody can tell."""
        if reading.used is None:
            return 0
        asked_back = sum(c.mib for c in self.coming if c.engine == engine)
        return max(0, reading.used.get(engine, 0) - self.held(engine) - asked_back - self._work_of(engine))

    def outstanding(self, reading: Reading) -> int:
        """What engines agreed to give back and have not yet given."""
        if reading.used is None:
            return max(0, min(sum(coming.mib for coming in self.coming), self._unexplained(reading)))
        return sum(self.still_out(engine, reading) for engine in {coming.engine for coming in self.coming})

    def still_out(self, engine: str, reading: Reading) -> int:
        """What this engine has agreed to give back and still has."""
        asked = [coming for coming in self.coming if coming.engine == engine]
        if reading.used is None:
            return self._still_out(asked, reading)
        # An engine may use more than its models hold, for work and for what it keeps afterwards: what has left it
        # tells more than what is left of it.
        kept = sum(a.held for a in self.of_engine(engine) if a.state != "leaving")
        most = min(sum(coming.mib for coming in asked), self._left.get(engine, 0))
        return max(0, min(most, reading.used.get(engine, 0) - kept))

    def _still_out(self, asked: Sequence[Coming], reading: Reading) -> int:
        """The same from what the whole device has free, were all taken that work may take at most."""
        working = sum(self.working_mib(way) for way, _ in self.working.values())
        return max(0, min(sum(coming.mib for coming in asked), self._unexplained(reading) - working))

    def _unexplained(self, reading: Reading) -> int:
        """Where the driver does not tell by process: what work has taken and what is still on its way back, together.
        It is what is missing on the device beside models and what other programs held before."""
        arrived = sum(account.arrived(reading) for account in self.accounts.values())
        return self.total - reading.free - self._foreign - self.held() - arrived

    def _unrealised(self, reading: Reading) -> int:
        """What running work may still take. Without figures by process, what is on its way back counts as such before
        it counts as taken."""
        if reading.used is None:
            working = sum(self.working_mib(way) for way, _ in self.working.values())
            taken = self._unexplained(reading) - sum(coming.mib for coming in self.coming)
            return working - max(0, min(working, taken))
        total = 0
        for engine in {engine for _, engine in self.working.values()}:
            others = self.held(engine) + self.still_out(engine, reading)
            others += sum(account.arrived(reading) for account in self.of_engine(engine))
            taken = max(0, reading.used.get(engine, 0) - others)
            total += max(0, self._work_of(engine) - taken)
        return total

    def _work_of(self, engine: str) -> int:
        return sum(self.working_mib(way) for way, where in self.working.values() if where == engine)
