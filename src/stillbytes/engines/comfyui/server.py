"""A ComfyUI server's HTTP interface: each thing that can be asked of it, once, with a limit and a readable error."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import object_info, problems
from stillbytes.engines.comfyui.job import Prompt, Stored
from stillbytes.engines.comfyui.object_info import ObjectInfo
from stillbytes.engines.comfyui.problems import ModelOf
from stillbytes.engines.supervise.process import Unreachable

if TYPE_CHECKING:
    import httpx

CONNECT, ANSWER, SUBMIT, TRANSFER = 5.0, 30.0, 120.0, 600.0
"""Seconds: to be let in; for a question; to have a workflow checked, which may scan model folders; for a picture."""
MOST_REPLY, MOST_PICTURE = 256 << 20, 1 << 30
"""Bytes. `/object_info` of a server with hundreds of packs has some 20 MB; 45 MP as PNG about 140 MB."""
USUAL_UPLOAD = 100 << 20
"""Bytes that a ComfyUI takes unless it was started otherwise (--max-upload-size 100)."""
FORM = 4096
"""Bytes that a form adds to the file in it, at most."""


@dataclass(frozen=True, slots=True)
class Device:
    """kind: "cuda", "cpu", "mps"... Sizes in bytes, 0 when not told. reserved: by ComfyUI's PyTorch, loaded or not."""

    name: str
    kind: str
    total: int
    free: int
    reserved: int
    reserved_free: int


@dataclass(frozen=True, slots=True)
class System:
    """version: of ComfyUI, empty where it does not say. Sizes in bytes. arguments: how it was started."""

    version: str
    devices: tuple[Device, ...]
    memory_total: int
    memory_free: int
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """What our node pack tells. Sizes in bytes. frees: whether it can give parts back."""

    device: str
    total: int
    free: int
    reserved: int
    models: tuple[tuple[str, int], ...]
    frees: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Ids of jobs, in the order in which they will run."""

    running: tuple[str, ...]
    waiting: tuple[str, ...]

    def ahead(self, id: str) -> int | None:
        """How many jobs come before this one; None when it does not wait."""
        return len(self.running) + self.waiting.index(id) if id in self.waiting else None


class Server:
    """url: without a path. model_of: for remedies. connect, answer: seconds. One event loop; `close` it.

    Every method raises Unreachable when the connection breaks or cannot be made, EngineError for what the server says
    or when it takes too long.
    """

    def __init__(
        self, url: str, model_of: ModelOf | None = None, *, connect: float = CONNECT, answer: float = ANSWER
    ) -> None:
        self.url = url.rstrip("/")
        self.model_of: ModelOf = model_of or (lambda file: None)
        self.version = ""
        self.upload_limit = 0
        self._connect, self._answer = connect, answer
        self._http: httpx.AsyncClient | None = None
        self._nodes: ObjectInfo | None = None
        self._pack: bool | None = None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def forget(self) -> None:
        """The server was started again: it may be another version now, with other nodes and models."""
        self.version, self.upload_limit, self._nodes, self._pack = "", 0, None, None

    # What it is and has.

    async def system(self) -> System:
        told = await self._get("/system_stats")
        about = told.get("system")
        if not isinstance(about, Mapping):
            raise problems.stranger(self.url, "no system in its statistics")
        self.version = str(about.get("comfyui_version") or "")[:40]
        devices, arguments = told.get("devices"), about.get("argv")
        return System(
            self.version,
            tuple(_device(one) for one in devices if isinstance(one, Mapping)) if isinstance(devices, list) else (),
            _size(about.get("ram_total")),
            _size(about.get("ram_free")),
            tuple(str(one)[:4096] for one in arguments) if isinstance(arguments, list) else (),
        )

    async def healthy(self) -> bool:
        """Whether it is ready; False while it does not answer. Raises EngineError for another program."""
        try:
            await self.system()
        except Unreachable:
            return False
        return True

    async def nodes(self, *, again: bool = False) -> ObjectInfo:
        """Its nodes and what their inputs allow now, model files among them. again: ask even if it is known."""
        if self._nodes is None or again:
            status, body = await self._ask("GET", "/object_info", limit=SUBMIT)
            if status != 200:
                raise problems.answer(status, body, self.url, "/object_info", self.version)
            self._nodes = await asyncio.to_thread(object_info.parse, body)
        return self._nodes

    async def most_upload(self) -> int:
        """Bytes that a file may have. What it takes by default, where it does not say."""
        if not self.upload_limit:
            status, body = await self._ask("GET", "/features")
            told = _parsed(body) if status == 200 else None
            limit = _size(told.get("max_upload_size")) if isinstance(told, Mapping) else 0
            self.upload_limit = limit or USUAL_UPLOAD
        return self.upload_limit

    # Jobs.

    async def submit(self, prompt: Prompt, id: str, client: str) -> tuple[str, Any]:
        """Queue a workflow. Returns the id it got, which old servers choose themselves, and faults of single nodes."""
        body = {"prompt": prompt, "client_id": client, "prompt_id": id}
        status, content = await self._ask("POST", "/prompt", body, SUBMIT)
        if status != 200:
            raise problems.refusal(status, content, self.url, self.version, self.model_of)
        told = _parsed(content)
        if not isinstance(told, Mapping) or not isinstance(told.get("prompt_id"), str):
            raise problems.stranger(self.url, "no prompt_id")
        return told["prompt_id"], told.get("node_errors")

    async def queue(self) -> Queue:
        told = await self._get("/queue")
        running, waiting = told.get("queue_running"), told.get("queue_pending")
        if not isinstance(running, list) or not isinstance(waiting, list):
            raise problems.stranger(self.url, "no queue")
        entries = [one for one in waiting if isinstance(one, list) and len(one) > 1]
        ordered = sorted(entries, key=lambda one: one[0] if isinstance(one[0], int | float) else 0)
        return Queue(
            tuple(str(one[1]) for one in running if isinstance(one, list) and len(one) > 1),
            tuple(str(one[1]) for one in ordered),
        )

    async def history(self, id: str) -> Mapping[str, Any] | None:
        """What is kept of a job that ended; None while it has not."""
        entry = (await self._get(f"/history/{id}")).get(id)
        return entry if isinstance(entry, Mapping) else None

    async def forget_job(self, id: str) -> None:
        """Take an ended job out of the history, prompt and all."""
        await self._post("/history", {"delete": [id]})

    async def cancel(self, id: str) -> bool:
        """Take a job out of the queue, or stop it. Returns whether it still runs: it ends after the step it is at.

        Never stops another's: servers that know no ids interrupt whatever runs, so we look first.
        """
        status, body = await self._ask("POST", f"/api/jobs/{id}/cancel", {})
        told = _parsed(body) if status == 200 else None
        if not isinstance(told, Mapping) or "cancelled" not in told:  # a server before 2026
            await self._post("/queue", {"delete": [id]})
            if id in (await self.queue()).running:
                await self._post("/interrupt", {"prompt_id": id})
        return id in (await self.queue()).running

    # Pictures.

    async def view(self, stored: Stored) -> bytes:
        """A picture from the server's folders, as it is there."""
        import httpx  # noqa: PLC0415

        asked = {"filename": stored.name, "subfolder": stored.subfolder, "type": stored.folder}
        path = f"/view?{httpx.QueryParams(asked)}"
        status, body = await self._ask("GET", path, limit=TRANSFER, most=MOST_PICTURE)
        if status == 404:
            raise EngineError(
                said("ComfyUI no longer has the picture {name}.", name=stored.name),
                "Was its folder emptied? Try again.",
            )
        if status != 200:
            raise problems.answer(status, body, self.url, "/view", self.version)
        return body

    async def upload(self, content: bytes | Path, name: str, mime: str = "image/png") -> str:
        """Give the server a picture; returns the value with which LoadImage and LoadImageMask find it.

        It goes to the folder for temporary files, which ComfyUI empties when it starts. A file is sent as it is read.
        """
        size = len(content) if isinstance(content, bytes) else (await asyncio.to_thread(content.stat)).st_size
        most = await self.most_upload()
        if size + FORM > most:
            raise EngineError(
                said(
                    "The picture has {size:.0f} MB; ComfyUI at {url} takes files up to {most:.0f} MB.",
                    size=size / 1e6,
                    url=self.url,
                    most=most / 1e6,
                ),
                problems.UPLOAD_REMEDY,
            )
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
            form = {"type": "temp", "subfolder": "stillbytes"}
            status, body = await self._ask("POST", "/upload/image", limit=TRANSFER, form=form, file=(name, file, mime))
        told = _parsed(body) if status == 200 else None
        if not isinstance(told, Mapping) or not isinstance(told.get("name"), str):
            raise problems.answer(status, body, self.url, "/upload/image", self.version)
        subfolder = str(told.get("subfolder") or "")
        return f"{subfolder}/{told['name']}".lstrip("/") + f" [{told.get('type') or 'input'}]"

    # Memory.

    async def free(self) -> None:
        """Have all models unloaded and all results forgotten, as soon as no job runs."""
        await self._post("/free", {"unload_models": True, "free_memory": True})

    async def memory(self) -> Memory | None:
        """What our node pack tells; None where it is not installed."""
        if self._pack is False:
            return None
        status, body = await self._ask("GET", "/stillbytes/memory")
        told = _parsed(body) if status == 200 else None
        self._pack = isinstance(told, Mapping) and isinstance(told.get("models"), list)
        if not self._pack or not isinstance(told, Mapping):
            return None
        device = told.get("device")
        about: Mapping[str, Any] = device if isinstance(device, Mapping) else {}
        return Memory(
            str(about.get("type") or ""),
            _size(about.get("total")),
            _size(about.get("free")),
            _size(about.get("torch_reserved")),
            tuple(
                (str(one.get("name") or "")[:200], _size(one.get("loaded")))
                for one in told["models"]
                if isinstance(one, Mapping)
            ),
            told.get("frees") is True,
        )

    async def free_bytes(self, wanted: int, wait: float = 30.0) -> int:
        """Have our node pack free at least so many bytes as soon as no job runs. Returns what it freed.

        wait: seconds for a running job to end. Raises EngineError when it does not.
        """
        status, body = await self._ask("POST", "/stillbytes/free", {"bytes": wanted, "wait": wait}, wait + ANSWER)
        told = _parsed(body)
        if status == 409:
            raise EngineError(
                said("ComfyUI still worked after {wait:g} s, so nothing was freed.", wait=wait), "Try again later."
            )
        if status != 200 or not isinstance(told, Mapping):
            raise problems.answer(status, body, self.url, "/stillbytes/free", self.version)
        return _size(told.get("freed"))

    # How it is asked.

    async def _get(self, path: str) -> dict[str, Any]:
        status, body = await self._ask("GET", path)
        told = _parsed(body)
        if status != 200:
            raise problems.answer(status, body, self.url, _bare(path), self.version)
        if not isinstance(told, dict):
            raise problems.stranger(self.url, f"no JSON from {_bare(path)}")
        return told

    async def _post(self, path: str, value: Any) -> None:
        status, body = await self._ask("POST", path, value)
        if status != 200:
            raise problems.answer(status, body, self.url, path, self.version)

    async def _ask(
        self,
        method: str,
        path: str,
        value: Any = None,
        limit: float = 0.0,
        most: int = MOST_REPLY,
        form: Mapping[str, str] | None = None,
        file: tuple[str, BinaryIO, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body. At most `limit` seconds (0: what a question may take) and `most` bytes."""
        limit = limit or self._answer
        async with self._errors(_bare(path), limit), asyncio.timeout(limit):
            http = self._connection()
            sent = http.build_request(
                method,
                path,
                json=value,
                data=form,
                files={"image": file} if file else None,
                timeout=self._timeouts(limit == TRANSFER),
            )
            reply = await http.send(sent, stream=True)
            try:
                parts, length = [], 0
                async for part in reply.aiter_bytes():
                    parts.append(part)
                    length += len(part)
                    if length > most:
                        raise problems.stranger(self.url, f"more than {most >> 20} MiB for {_bare(path)}")
                return reply.status_code, b"".join(parts)
            finally:
                await reply.aclose()

    @asynccontextmanager
    async def _errors(self, path: str, limit: float) -> AsyncIterator[None]:
        import httpx  # noqa: PLC0415

        try:
            yield
        except TimeoutError as error:
            raise problems.silent(self.url, path, limit) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise problems.nothing_there(self.url) from error
        except httpx.TimeoutException as error:
            raise problems.silent(self.url, path, self._answer) from error
        except httpx.DecodingError as error:
            raise problems.stranger(self.url, "an answer that cannot be unpacked") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error).lower():
                raise problems.stranger(self.url, str(error)) from error
            raise problems.broken(self.url, str(error) or type(error).__name__) from error

    def _connection(self) -> httpx.AsyncClient:
        if self._http is None:
            import httpx  # noqa: PLC0415 - heavy

            # A proxy for the web has nothing to do with a server on this machine.
            self._http = httpx.AsyncClient(base_url=self.url, trust_env=False)
        return self._http

    def _timeouts(self, transfer: bool) -> httpx.Timeout:
        """Within the limit of the whole. transfer: it may take long, but not stand still."""
        import httpx  # noqa: PLC0415

        still = self._answer if transfer else None
        return httpx.Timeout(still, connect=self._connect, pool=self._connect)


def _device(one: Mapping[str, Any]) -> Device:
    return Device(
        str(one.get("name") or "")[:200],
        str(one.get("type") or "")[:40],
        _size(one.get("vram_total")),
        _size(one.get("vram_free")),
        _size(one.get("torch_vram_total")),
        _size(one.get("torch_vram_free")),
    )


def _bare(path: str) -> str:
    return path.partition("?")[0]


def _size(value: object) -> int:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**62
    return int(value) if fits and isinstance(value, int | float) else 0


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
