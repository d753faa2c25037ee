"""A language server that answers what it was told to, in pieces, and breaks off or waits where it was told to."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BREAK = "\0break"
"""The connection ends here."""
HOLD = "\0hold"
"""Nothing more comes until `go` is set."""
ENDLESS = "\0endless"
"""The same piece again and again, as long as somebody listens."""
REFUSED = "\0refused"
"""Before the text of a refusal as JSON, with status 400."""


def plan(*steps: Mapping[str, Any], say: str = "Done.") -> str:
    return json.dumps({"steps": steps, "say": say})


@dataclass
class Scripted:
    """answers: text of each next answer, or its pieces, which may be BREAK or HOLD. asked: bodies that came in."""

    url: str = ""
    answers: list[str | Sequence[str]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    """Somebody closed the connection before the answer's end."""


@contextlib.contextmanager
def scripted(
    *answers: str | Sequence[str], context: int = 0, vision: bool = False, models: Sequence[str] = ("scripted",)
) -> Iterator[Scripted]:
    """It speaks as OpenAI's API does; with a context (tokens) as llama-server, with or without eyes."""
    script = Scripted(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found: Any = {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
            props: Any = {
                "build_info": "scripted", "model_path": models[0] if models else "",
                "default_generation_settings": {"n_ctx": context}, "modalities": {"vision": vision},
            }  # fmt: skip
            told = {"/v1/models": found, **({"/props": props} if context else {})}
            status, content = (200, told[self.path]) if self.path in told else (404, {})
            self._send(status, json.dumps(content).encode(), "application/json")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            script.asked.append(body)
            answer = script.answers.pop(0) if script.answers else plan()
            pieces = [answer[i : i + 16] for i in range(0, len(answer), 16)] if isinstance(answer, str) else answer
            if pieces[0].startswith(REFUSED):
                self._send(400, "".join(pieces).removeprefix(REFUSED).encode(), "application/json")
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for piece in pieces:
                    if piece == BREAK:
                        return
                    if piece == HOLD:
                        self._hold()
                        continue
                    while piece == ENDLESS:
                        self._event({"choices": [{"delta": {"content": "again and again "}, "finish_reason": None}]})
                    self._event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
                self._event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                script.closed.set()

        def _hold(self) -> None:
            while not script.go.wait(0.05):
                self.wfile.write(b": still here\n\n")
                self.wfile.flush()

        def _event(self, event: Any) -> None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        script.go.set()
        server.shutdown()
        server.server_close()
