"""llama-server as an engine: one process with one model, started with planned flags and ended to give memory back.

Ending the process is how memory is returned, although newer versions can sleep: the sleep comes after idleness and not
when it is asked for, a sleeping process keeps its device context, and of a process that is gone nothing is left over.
What a restart would cost most, reading a long system prompt again, is kept on disk (states.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stillbytes.core.errors import EngineError, ModelError, OutOfMemory
from stillbytes.core.saying import said
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama import memory
from stillbytes.engines.llama.client import LIMITS, Client, gather
from stillbytes.engines.llama.command import command, same
from stillbytes.engines.llama.program import Program, library_path
from stillbytes.engines.llama.states import PromptStates
from stillbytes.engines.llama.talk import Chunk, Limits, Message, Reply, Request
from stillbytes.engines.supervise import records
from stillbytes.engines.supervise.log import this_run
from stillbytes.engines.supervise.process import Launch, Process

WORTH_KEEPING = 256
"""Tokens of a system prompt from which its state is kept on disk; a shorter one is read faster than restored."""
READY_WITHIN = 300.0
"""Seconds to load a model: 40 GB from a hard disk take that long."""
KEY = "LLAMA_API_KEY"
_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class _Prompt:
    """The fixed beginning of a conversation: what identifies it, for which server, its tokens, its state's file."""

    identity: Request
    command: tuple[str, ...]
    tokens: tuple[int, ...]
    file: str


class Llama:
    """An Engine with one llama-server. program: how to find it, asked before each start. One event loop."""

    name = "llama"
    divisible = False

    def __init__(
        self,
        program: Callable[[], Awaitable[Program]],
        *,
        states: PromptStates | None = None,
        ready_within: float = READY_WITHIN,
    ) -> None:
        self.process = Process(self.name)
        self._program = program
        self._states = states if states is not None else PromptStates()
        self._ready_within = ready_within
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._model: Loadable | None = None
        self._command: tuple[str, ...] = ()
        self._memory: memory.Memory | None = None
        self._prepared: list[Request] = []
        self._prompts: dict[str, _Prompt] = {}

    # The engine.

    async def load(self, model: Loadable, *, detached: bool = False) -> None:
        """Start the server with the model, or adopt the one that a command started so; at once when it runs already.

        detached: it outlives this process. Raises ModelError for a file that is missing or damaged, OutOfMemory when
        it does not fit, EngineError otherwise.
        """
        async with self._lock:
            if self._model == model and self.process.running:
                await self._wake()
                return
            _check(model)
            await self._end()
            program = await self._program()
            for attempt in (1, 2):
                try:
                    await self._start(program, model, detached)
                    break
                except EngineError as error:
                    words = this_run(self.process.log)
                    await self._end()
                    if memory.port_taken(words) and attempt == 1:
                        continue
                    raise _why(model, words, error) from error
            self._model = model
            if prompt := self._known():
                await self._restore(prompt)

    async def unload(self, model: str, mib: int | None = None) -> None:
        """End the server if it holds that model. The state of its system prompt is on disk already."""
        async with self._lock:
            if self._model is not None and self._model.id == model:
                await self._end()

    async def footprint(self) -> Mapping[str, int]:
        """Device memory by the server's own account; host memory as the system sees it when there is no device."""
        if self._model is None or not self.process.running:
            return {}
        if self._memory is not None and self._memory.devices:
            return {self._model.id: round(self._memory.on_device)}
        resident = await asyncio.to_thread(_resident_mib, self.process.pid)
        # Buffers are promised before they are touched, so the system may see less than will be used.
        return {self._model.id: round(max(resident, self._memory.host if self._memory else 0.0))}

    def in_use(self) -> bool:
        return self.process.jobs > 0

    async def restart(self) -> None:
        async with self._lock:
            await self._end()

    async def close(self) -> None:
        async with self._lock:
            await self._end()

    # The work.

    async def chat(self, request: Request, limits: Limits = LIMITS) -> AsyncGenerator[Chunk, None]:
        """The answer as it is made. Needs a loaded model; closing the iterator stops the server's work.

        Raises EngineCrashed with the server's last words when it ends meanwhile: load again, and go on.
        """
        client = self._need()
        async with self.process.job():
            await self._prepare(client, request, limits)
            async with contextlib.aclosing(client.chat(request, limits=limits)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def complete(self, request: Request, limits: Limits = LIMITS) -> Reply:
        """The whole answer at once."""
        return await gather(self.chat(request, limits))

    @property
    def client(self) -> Client:
        """For what only llama-server can do. Raises EngineError when none runs."""
        return self._need()

    # What it takes.

    def _need(self) -> Client:
        if self._client is None or not self.process.running:
            raise EngineError("No language model is loaded.", "Load one, then try again.")
        return self._client

    async def _start(self, program: Program, model: Loadable, detached: bool) -> None:
        self._states.folder.mkdir(parents=True, exist_ok=True)
        port = _free_port()
        line = command(program, model, port, self._states.folder)
        if await self._adopt(line):
            return
        if not same(line, self._command):
            await self.process.stop()  # earlier failures say nothing about other settings
        secret = secrets.token_urlsafe(24) if program.has("--api-key") else ""
        self._client = client = Client(f"http://127.0.0.1:{port}", secret=secret)
        self._command = line
        await self.process.start(
            Launch(
                line,
                client.url,
                client.healthy,
                environment={**library_path(program.path), **({KEY: secret} if secret else {})},
                ready_within=self._ready_within,
                detached=detached,
                secret=secret,
                about={"model": model.id},
            )
        )
        self._memory = memory.parse(this_run(self.process.log))

    async def _adopt(self, line: tuple[str, ...]) -> bool:
        """Use a server that a command left running, if it is just the one we want; end others of that kind."""
        for record in await asyncio.to_thread(records.running, self.name):
            if not record.detached:
                continue
            client = Client(record.url, secret=record.secret)
            if same(record.command, line) and await client.healthy():
                self._client, self._command = client, record.command
                await self.process.adopt(record.url, record)
                self._memory = memory.parse(this_run(self.process.log))
                return True
            await client.close()
            await asyncio.to_thread(records.end, record)
        return False

    async def _end(self) -> None:
        if self._client is not None:
            await self._client.close()
        self._client = self._model = self._memory = None
        self._prepared = []
        # A crash is remembered, so that what cannot work is not started over and over.
        if self.process.state != "crashed":
            await self.process.stop()

    async def _wake(self) -> None:
        """A server that went to sleep by itself (`sleep-idle-seconds`) reads its model again."""
        client = self._need()
        async with self.process.job():
            if not (await client.properties()).sleeping:
                return
            self._prepared = []
            prompt = self._known()
            if prompt is None or not await self._restore(prompt):
                await client.tokens_of(Request((Message("user", "."),)))

    async def _prepare(self, client: Client, request: Request, limits: Limits) -> None:
        """Have the server know the fixed beginning of the conversation: from disk, or read now and then kept there.

        Once in the life of a server: after that its own prompt cache knows better, for it has the whole conversation.
        """
        model = self._model
        identity = _beginning(request)
        if model is None or identity is None or identity in self._prepared:
            return
        known = self._known()
        prompt = known if known is not None and known.identity == identity else await self._prompt(client, identity)
        if len(prompt.tokens) < WORTH_KEEPING:
            self._remember(identity)
            return
        if not await self._restore(prompt):
            await client.read(prompt.tokens, limits.first)
            try:
                await client.save(self._states.unfinished(prompt.file))
                self._states.keep(prompt.file)
            except EngineError:  # a full disk, or a model whose state cannot be saved: only the next swap is slower
                self._states.drop(prompt.file)
        self._prompts[model.id] = prompt
        self._remember(identity)

    def _remember(self, identity: Request) -> None:
        self._prepared = [*self._prepared[-_REMEMBERED:], identity]

    def _known(self) -> _Prompt | None:
        """The last prompt of this model under these settings."""
        prompt = self._prompts.get(self._model.id) if self._model else None
        return prompt if prompt is not None and same(prompt.command, self._command) else None

    async def _prompt(self, client: Client, identity: Request) -> _Prompt:
        """Two conversations that begin alike share exactly the tokens of the beginning, whatever the template does."""
        pair = [
            await client.tokens_of(replace(identity, messages=(*identity.messages, Message("user", text))))
            for text in ("Yes", "42")
        ]
        shared = 0
        while shared < min(map(len, pair)) and pair[0][shared] == pair[1][shared]:
            shared += 1
        tokens = tuple(pair[0][:shared])
        model = self._model
        assert model is not None
        places = (self._command[0], str(self._states.folder), str(model.files["model"]))  # which may be moved
        flags = [word for word in self._command if word not in places]
        at = flags.index("--port")
        flags[at : at + 2] = []
        return _Prompt(identity, self._command, tokens, self._states.name(model.files["model"], flags, tokens))

    async def _restore(self, prompt: _Prompt) -> bool:
        """Whether slot 0 holds the prompt now. A state that cannot be read is removed."""
        if not self._states.has(prompt.file):
            return False
        try:
            restored = await self._need().restore(prompt.file)
        except EngineError:
            if not self.process.running:
                raise
            self._states.drop(prompt.file)
            return False
        if restored != len(prompt.tokens):
            self._states.drop(prompt.file)
            return False
        self._states.used(prompt.file)
        self._remember(prompt.identity)
        return True


def _beginning(request: Request) -> Request | None:
    """The part of a request that stays the same through a conversation: system prompt and tools."""
    fixed = []
    for message in request.messages:
        if message.role != "system":
            break
        fixed.append(message)
    if not fixed and not request.tools:
        return None
    return Request(tuple(fixed), request.tools, think=request.think)


def _check(model: Loadable) -> None:
    for role, path in model.files.items():
        try:
            with path.open("rb") as file:
                magic = file.read(4)
        except OSError as error:
            raise ModelError(
                said(
                    "{model} cannot be read: {why} ({path}).",
                    model=model.id,
                    why=str(error.strerror or error),
                    path=path,
                ),
                said("`stillbytes models pull {model}`", model=model.id),
            ) from error
        if magic != b"GGUF":
            raise ModelError(
                said("{file}, the {role} of {model}, is not a GGUF file.", file=path.name, role=role, model=model.id),
                said("`stillbytes models pull {model}` downloads it again.", model=model.id),
            )
    if "model" not in model.files:
        raise ModelError(
            said("{model} has no model file.", model=model.id),
            said("`stillbytes models pull {model}` gets it.", model=model.id),
        )


def _why(model: Loadable, words: str, error: EngineError) -> EngineError | ModelError:
    """The failure of a start, in terms of what the server printed."""
    last = "\n".join(line for line in words.splitlines() if line.strip())[-600:]
    if memory.no_room(words):
        return OutOfMemory(
            said(
                "{model} does not fit into memory with these settings. llama-server said: {why}",
                model=model.id,
                why=last,
            ),
            "A smaller context or a smaller model needs less; `stillbytes gpu plan` shows what fits.",
        )
    if memory.bad_model(words):
        return ModelError(
            said(
                "llama-server cannot load {model} from {file}: {why}",
                model=model.id,
                file=model.files["model"],
                why=last,
            ),
            said(
                "`stillbytes models verify {model}` checks the file; a newer llama.cpp may be needed for a new model.",
                model=model.id,
            ),
        )
    return error


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _resident_mib(pid: int | None) -> float:
    import psutil  # noqa: PLC0415 - only when asked

    try:
        root = psutil.Process(pid)
        return float(sum(one.memory_info().rss for one in (root, *root.children(recursive=True)))) / (1 << 20)
    except psutil.Error:
        return 0.0


async def found(path: Path) -> Program:
    """The llama-server at `path`, as `Llama` wants it."""
    from stillbytes.engines.llama.program import examine  # noqa: PLC0415

    return await asyncio.to_thread(examine, path)
