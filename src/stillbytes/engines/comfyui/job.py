"""One job on a ComfyUI server, as its messages tell it: how far it is, what it has handed out, how it ended.

Pure: messages go in, events come out. Messages may be missing (the socket was cut), doubled or out of order; what was
told by the history later is worth more than any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stillbytes.engines.comfyui import messages
from stillbytes.engines.comfyui.messages import Failed, Interrupted, Malformed, Message, Picture, Succeeded

Prompt = Mapping[str, Mapping[str, Any]]
"""ComfyUI's API format: by node id, `class_type` and `inputs`."""
OVER_THE_SOCKET = frozenset({"SaveImageWebsocket"})
"""Nodes whose pictures come as binary frames and are kept nowhere else."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """In the server's queue. ahead: how many jobs run or wait before it, -1 when not known."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Working:
    """fraction: of the whole job, 0..1, never less than before. step, steps: of this node; steps is 0 if it has none.

    node and class_type are empty before the first node.
    """

    fraction: float
    node: str = ""
    class_type: str = ""
    step: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of what is being made, encoded as `mime` says."""

    node: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Something a node has to say."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """A picture that was made: encoded as `mime` says, sRGB. node: the one that handed it out."""

    node: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """outputs: in the order of the workflow's nodes, then of the batch. cached: nodes that had not to be run again."""

    outputs: tuple[Output, ...]
    cached: frozenset[str] = frozenset()


Event = Waiting | Working | Preview | Note | Finished
End = Succeeded | Failed | Interrupted


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture in one of the server's folders, for `GET /view`."""

    node: str
    name: str
    subfolder: str
    folder: str


@dataclass(slots=True)
class Job:
    """id: the prompt's on the server. end: how it ended, None before that."""

    id: str
    prompt: Prompt
    end: End | None = None
    gap: bool = False
    """Whether messages may have been missed."""
    cached: frozenset[str] = frozenset()
    files: dict[str, tuple[Stored, ...]] = field(default_factory=dict)
    _received: dict[str, dict[int, Picture]] = field(default_factory=dict)
    _at: dict[str, tuple[int, int]] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _node: str = ""
    _fraction: float = 0.0
    _told: Working | None = None

    def take(self, message: Message) -> Iterator[Event]:
        """What a message means for whoever waits. Nothing happens after the end, except that outputs may still come."""
        match message:
            case messages.Executed():
                self._take_output(message.node, message.output)
            case Picture():
                yield from self._take_picture(message)
            case _ if self.end is not None:
                for _ in self._take_progress(message):  # it may tell how many pictures there should have been
                    pass
            case Succeeded() | Failed() | Interrupted():
                self.end = message
            case messages.Text():
                yield Note(message.node, message.text)
            case _:
                yield from self._take_progress(message)

    def _take_progress(self, message: Message) -> Iterator[Event]:
        match message:
            case messages.Started():
                pass
            case messages.Cached():
                self.cached |= frozenset(message.nodes) & frozenset(self.prompt)
                self._done |= self.cached
            case messages.Executing(node=str(node)) if node in self.prompt:
                if self._node and self._node != node:
                    self._done.add(self._node)
                self._node = node
            case messages.Step() if message.node in self.prompt:
                self._step(message.node, message.value, message.maximum)
            case messages.States():
                known = [state for state in message.nodes if state.node in self.prompt]
                self._done |= {state.node for state in known if state.state == "finished"}
                for state in known:
                    if state.node not in self._done:
                        self._step(state.node, state.value, state.maximum)
            case _:
                return
        if (now := self._working()) != self._told:
            self._told = now
            yield now

    def take_history(self, entry: Mapping[str, Any]) -> None:
        """What the history tells of the ended job: its end and its outputs."""
        status = entry.get("status")
        ends = [end for end in _ends(status) if end.job == self.id]
        completed = status.get("completed") if isinstance(status, Mapping) else True
        if self.end is None:
            self.end = ends[-1] if ends else None
        if self.end is None:
            # Servers without a status keep only what went well; some tell an error without any message.
            self.end = Failed(self.id, "", "", "", "") if completed is False else Succeeded(self.id)
        outputs = entry.get("outputs")
        for node, output in outputs.items() if isinstance(outputs, Mapping) else ():
            if isinstance(output, Mapping):
                self._take_output(str(node), output)

    def unsure(self) -> bool:
        """Whether the history has to be asked what was stored: messages are missing, or a last node told nothing."""
        used = {
            str(value[0])
            for node in self.prompt.values()
            for value in node.get("inputs", {}).values()
            if isinstance(value, list) and value
        }
        last = set(self.prompt) - used - self.by_socket()
        return self.gap or any(node not in self.files for node in last)

    def by_socket(self) -> frozenset[str]:
        """Nodes whose pictures come over the socket."""
        return frozenset(id for id, node in self.prompt.items() if node.get("class_type") in OVER_THE_SOCKET)

    def lost(self) -> frozenset[str]:
        """Nodes whose pictures should have come over the socket, and did not all do so."""
        return frozenset(node for node in self.by_socket() if not self._whole(node))

    def received(self, node: str) -> tuple[Output, ...]:
        """The pictures that came over the socket."""
        pictures = self._received.get(node, {})
        return tuple(Output(node, pictures[at].mime, pictures[at].content) for at in sorted(pictures))

    def _whole(self, node: str) -> bool:
        pictures = self._received.get(node, {})
        _, count = self._at.get(node, (0, 0))
        # Without a count there is no telling how many there should be: one does unless messages were missed.
        return len(pictures) >= count > 0 or (bool(pictures) and count == 0 and not self.gap)

    def _take_picture(self, picture: Picture) -> Iterator[Event]:
        node = picture.node or self._node
        if node not in self.by_socket():
            if self.end is None:
                yield Preview(node, picture.mime, picture.content)
            return
        got = self._received.setdefault(node, {})
        at, count = self._at.get(node, (len(got), 0))
        # The progress told just before a picture is its number. Where two would have the same, as from a server that
        # tells no progress, the number is its turn, unless it is the very same frame again.
        if at in got and got[at].content != picture.content and len(got) < max(count, 1):
            at = next(free for free in range(len(got) + 1) if free not in got)
        got.setdefault(at, picture)

    def _take_output(self, node: str, output: Mapping[str, Any]) -> None:
        self._done.add(node)
        stored = []
        images = output.get("images")
        for image in images if isinstance(images, list) else ():
            name = image.get("filename") if isinstance(image, Mapping) else None
            if isinstance(name, str) and name:
                stored.append(Stored(node, name, str(image.get("subfolder") or ""), str(image.get("type") or "output")))
        if stored or node not in self.files:
            self.files[node] = tuple(stored)

    def _step(self, node: str, value: float, maximum: float) -> None:
        if 0 <= value <= maximum <= 1e9:
            if node != self._node and node not in self._done:
                self._node = node
            # A node that hands out pictures begins with "0 of 1", whatever their number turns out to be.
            least = self._at.get(node, (0, 0))[1] if node in self.by_socket() else 0
            self._at[node] = (int(value), max(int(maximum), least))

    def _working(self) -> Working:
        self._fraction = max(self._fraction, min(self._told_fraction(), 1.0))
        step, steps = self._at.get(self._node, (0, 0))
        kind = str(self.prompt[self._node].get("class_type", "")) if self._node else ""
        return Working(self._fraction, self._node, kind, step, steps if steps > 1 else 0)

    def _told_fraction(self) -> float:
        done = total = 0.0
        for id, node in self.prompt.items():
            weight = _weight(node)
            total += weight
            if id in self._done:
                done += weight
            elif id == self._node and id in self._at:
                value, maximum = self._at[id]
                done += weight * value / max(maximum, 1)
        return done / total if total else 0.0


def _weight(node: Mapping[str, Any]) -> float:
    """How long a node takes, roughly, in sampler steps."""
    steps, kind = node.get("inputs", {}).get("steps"), str(node.get("class_type", ""))
    if isinstance(steps, int) and not isinstance(steps, bool) and 0 < steps <= 1000:
        return 1.0 + steps
    return 8.0 if "Sampler" in kind or "UpscaleWith" in kind else 1.0


def _ends(status: object) -> Iterator[End]:
    """How the job ended, by the messages that the history keeps."""
    kept = status.get("messages") if isinstance(status, Mapping) else None
    for one in kept if isinstance(kept, list) else ():
        if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], Mapping):
            try:
                message = messages.told(one[0], one[1])
            except Malformed:
                continue
            if isinstance(message, Succeeded | Failed | Interrupted):
                yield message
