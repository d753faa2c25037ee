"""A client of one language server: llama-server with all it can do, or any server with OpenAI's API."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.llama import talk
from stillbytes.engines.llama.answer import Answer, Events, Malformed
from stillbytes.engines.llama.failures import refusal, stranger
from stillbytes.engines.llama.talk import Call, Chunk, Finished, Limits, Reply, Request, Text, Thought
from stillbytes.engines.supervise.process import Unreachable

if TYPE_CHECKING:
    import httpx

LIMITS = Limits()
PIECE = 512
"""Tokens of a prompt that are read at once; what llama-server processes in one go."""
SHORT = 30.0
"""Seconds for questions that need no model work."""
LONGEST = 16 << 20
"""Bytes of an answer that is not streamed."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a conversation in the server. tokens: how many of it are kept there."""

    id: int
    busy: bool
    tokens: int


@dataclass(frozen=True, slots=True)
class Properties:
    """What a llama-server says of itself. context: tokens of a slot."""

    version: str
    model: str
    context: int
    vision: bool
    sleeping: bool


class Client:
    """url: without a path. secret: its API key. native: it is a llama-server. One event loop; `close` it.

    Every method raises Unreachable when the connection breaks or cannot be made, EngineError for what the server
    says or when it takes too long.
    """

    def __init__(self, url: str, *, secret: str = "", native: bool = True) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self.native = native
        self._secret = secret
        self._http: httpx.AsyncClient | None = None

    async def healthy(self) -> bool:
        """Whether it is ready; False while it loads or does not answer. Raises EngineError for another program."""
        try:
            status, content = await self._ask("GET", "/health", limit=5.0)
        except Unreachable:
            return False
        if status == 503:
            return False
        if status != 200:
            raise stranger(self.url, f"status {status}")
        try:
            return isinstance(json.loads(content), dict)
        except ValueError as error:
            raise stranger(self.url, "no JSON") from error

    async def properties(self) -> Properties:
        """Of a llama-server."""
        told = await self._get("/props")
        settings, modalities = told.get("default_generation_settings"), told.get("modalities")
        context = settings.get("n_ctx") if isinstance(settings, dict) else 0
        if settings is None and "build_info" not in told:
            raise stranger(self.url, "no properties")
        return Properties(
            version=str(told.get("build_info") or "")[:80],
            model=str(told.get("model_path") or "")[:4096],
            context=context if isinstance(context, int) else 0,
            vision=isinstance(modalities, dict) and modalities.get("vision") is True,
            sleeping=told.get("is_sleeping") is True,
        )

    async def models(self) -> tuple[str, ...]:
        """Ids of the models that the server offers."""
        told = await self._get("/v1/models")
        listed = told.get("data")
        if not isinstance(listed, list):
            raise stranger(self.url, "no list of models")
        return tuple(str(one["id"])[:400] for one in listed if isinstance(one, dict) and isinstance(one.get("id"), str))

    async def slots(self) -> tuple[Slot, ...]:
        """What a llama-server is doing."""
        told = await self._get("/slots", kind=list)
        return tuple(
            Slot(int(one["id"]), bool(one.get("is_processing")), int(one.get("n_prompt_tokens") or 0))
            for one in told
            if isinstance(one, dict) and isinstance(one.get("id"), int)
        )

    async def save(self, file: str) -> int:
        """Write slot 0 to `file` in the server's folder for that. Returns the tokens saved."""
        return _tokens(await self._post("/slots/0?action=save", {"filename": file}, SHORT), "n_saved")

    async def restore(self, file: str) -> int:
        """Read slot 0 from `file`. Returns the tokens restored."""
        return _tokens(await self._post("/slots/0?action=restore", {"filename": file}, SHORT), "n_restored")

    async def tokens_of(self, request: Request) -> list[int]:
        """The request as the model's template and tokenizer make it."""
        written = talk.body(request, "", native=self.native)
        prompt = (await self._post("/apply-template", written, SHORT)).get("prompt")
        if not isinstance(prompt, str):
            raise Malformed("no prompt in it")
        asked = {"content": prompt, "add_special": True, "parse_special": True}
        tokens = (await self._post("/tokenize", asked, SHORT)).get("tokens")
        if not isinstance(tokens, list) or not all(isinstance(token, int) for token in tokens):
            raise Malformed("no tokens in it")
        return tokens

    async def read(self, tokens: Sequence[int], limit: float = LIMITS.first) -> None:
        """Have a llama-server process a prompt and keep it in slot 0, without an answer.

        In pieces, each within `limit` seconds: a slow machine takes minutes for a long prompt, and one that hangs is
        noticed all the same.
        """
        for end in range(PIECE, len(tokens) + PIECE, PIECE):
            asked = {"prompt": list(tokens[:end]), "n_predict": 0, "cache_prompt": True, "id_slot": 0}
            await self._post("/completion", asked, limit)

    async def chat(self, request: Request, model: str = "", limits: Limits = LIMITS) -> AsyncGenerator[Chunk, None]:
        """The answer as it is made; the last chunk is Finished.

        Closing the iterator, or cancelling whoever reads it, closes the connection: the server stops then.
        """
        import httpx  # noqa: PLC0415

        http, written = self._connection(), talk.body(request, model, native=self.native)
        sent = http.build_request("POST", "/v1/chat/completions", json=written, timeout=_timeouts(limits.connect))
        response: httpx.Response | None = None
        try:
            try:
                async with asyncio.timeout(limits.first) as first:
                    response = await http.send(sent, stream=True)
                    if response.status_code != 200:
                        raise refusal(response.status_code, await _content(response), self.url)
                    incoming = response.aiter_bytes()
                    part = await anext(incoming, b"")
                events, answer = Events(), Answer()
                begun = False
                while part:
                    for data in events.feed(part):
                        for chunk in answer.take(data):
                            begun = True
                            yield chunk
                    if answer.whole:
                        return
                    left = (first.when() or 0.0) - asyncio.get_running_loop().time()
                    limit = limits.between if begun else max(0.0, left)
                    async with asyncio.timeout(limit):
                        part = await anext(incoming, b"")
                for chunk in answer.close():
                    yield chunk
            except TimeoutError as error:
                raise EngineError(
                    said(
                        "The language model said nothing for {limit:g} s.",
                        limit=limits.first if response is None else limits.between,
                    ),
                    "It may run on the processor, or the card may be busy: try again, or choose a smaller model.",
                ) from error
            except httpx.HTTPError as error:
                raise self._broken(error) from error
        finally:
            if response is not None:
                with contextlib.suppress(httpx.HTTPError, OSError):
                    await response.aclose()

    async def complete(self, request: Request, model: str = "", limits: Limits = LIMITS) -> Reply:
        """The whole answer at once."""
        return await gather(self.chat(request, model, limits))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def _connection(self) -> httpx.AsyncClient:
        if self._http is None:
            import httpx  # noqa: PLC0415 - heavy

            headers = {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
            # A proxy for the web has nothing to do with a server on this machine.
            self._http = httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)
        return self._http

    async def _ask(self, method: str, path: str, value: Any = None, limit: float = SHORT) -> tuple[int, bytes]:
        import httpx  # noqa: PLC0415

        http = self._connection()
        try:
            sent = http.build_request(method, path, json=value, timeout=_timeouts(LIMITS.connect))
            async with asyncio.timeout(limit):
                response = await http.send(sent, stream=True)
                try:
                    return response.status_code, await _content(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise EngineError(
                said(
                    "The language server at {url} did not answer {path} within {limit:g} s.",
                    url=self.url,
                    path=path,
                    limit=limit,
                )
            ) from error
        except httpx.HTTPError as error:
            raise self._broken(error) from error

    async def _get(self, path: str, kind: type = dict) -> Any:
        return self._parsed(await self._ask("GET", path), kind)

    async def _post(self, path: str, value: Any, limit: float) -> dict[str, Any]:
        parsed: dict[str, Any] = self._parsed(await self._ask("POST", path, value, limit), dict)
        return parsed

    def _parsed(self, answer: tuple[int, bytes], kind: type) -> Any:
        status, content = answer
        if status != 200:
            raise refusal(status, content, self.url)
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise stranger(self.url, "no JSON") from error
        if not isinstance(value, kind):
            raise stranger(self.url, "other JSON")
        return value

    def _broken(self, error: Exception) -> Unreachable:
        import httpx  # noqa: PLC0415

        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return Unreachable(
                said("No language server answers at {url}.", url=self.url),
                "Start it, or let Stillbytes start one (`llama.url`).",
            )
        if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error).lower():
            other = stranger(self.url, str(error))
            return Unreachable(other.message, other.remedy)
        how = " ".join(str(error).split())[:200] or type(error).__name__
        return Unreachable(
            said("The connection to the language server at {url} broke ({why}).", url=self.url, why=how), "Try again."
        )


async def gather(chunks: AsyncGenerator[Chunk, None]) -> Reply:
    """All chunks as one reply."""
    text, thoughts, calls = [], [], []
    finished = Finished("stop", None, None)
    async with contextlib.aclosing(chunks) as incoming:
        async for chunk in incoming:
            match chunk:
                case Text():
                    text.append(chunk.text)
                case Thought():
                    thoughts.append(chunk.text)
                case Call():
                    calls.append(chunk)
                case Finished():
                    finished = chunk
    return Reply("".join(text), "".join(thoughts), tuple(calls), finished)


async def _content(response: httpx.Response) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LONGEST:
            raise Malformed("more than 16 MiB")
    return content


def _timeouts(connect: float) -> httpx.Timeout:
    import httpx  # noqa: PLC0415

    return httpx.Timeout(None, connect=connect, pool=connect)


def _tokens(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0
