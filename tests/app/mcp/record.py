"""Records `session.json`: what the official client and `stillbytes mcp` say to each other while a photo is edited.

    python tests/app/mcp/record.py

A program between the two writes down every line. Pictures are replaced by their sizes, the folder by a word.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

SESSION = Path(__file__).parent / "session.json"
FOLDER = "FOLDER"
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_photos", {}),
    ("view", {"photo": "a.dng", "size": 256}),
    ("suggest", {"photo": "a.dng"}),
    ("explain", {"name": "dehaze"}),
    ("propose", {"photo": "a.dng", "request": "warmer and a bit brighter"}),
    ("ask", {"photo": "a.dng", "request": "warmer and a bit brighter"}),
    ("edit", {"photo": "a.dng", "steps": [
        {"tool": "set", "parameter": "contrast", "value": 20}, {"tool": "crop", "width": 1, "height": 1}]}),
    ("mask", {"photo": "a.dng", "kind": {"kind": "linear", "zero": [0.5, 0.4], "full": [0.5, 0.0]},
              "changes": {"exposure": -0.7, "dehaze": 20}}),
    ("remove", {"photo": "a.dng", "where": [0.1, 0.1, 0.2, 0.2], "engine": "classical"}),
    ("compare", {"photo": "a.dng", "before": "original", "size": 128}),
    ("undo", {"photo": "a.dng"}),
    ("redo", {"photo": "a.dng"}),
    ("export", {"photo": "a.dng", "name": "final.jpg", "size": 200, "quality": 90}),
    ("export", {"photo": "a.dng", "name": "final.jpg"}),
    ("set", {"photo": "../outside.dng", "parameter": "exposure", "value": 1}),
    ("set", {"photo": "a.dng", "parameter": "no_such_slider", "value": 1}),
    ("delete", {"photo": "a.dng"}),
)  # fmt: skip


def plain(message: Any, folder: str) -> Any:
    """The message without what differs from run to run."""
    if isinstance(message, dict):
        if message.get("type") == "image":
            return {"type": "image", "mimeType": message["mimeType"], "size": _size(message["data"])}
        if message.get("type") == "text":
            return {"type": "text", "text": plain(_parsed(message["text"]), folder)}
        return {name: plain(value, folder) for name, value in message.items()}
    if isinstance(message, list):
        return [plain(one, folder) for one in message]
    return message.replace(folder, FOLDER) if isinstance(message, str) else message


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _size(data: str) -> list[int]:
    from PIL import Image  # noqa: PLC0415

    return list(Image.open(io.BytesIO(base64.b64decode(data))).size)


def tee(log: Path, command: list[str]) -> int:
    """Run the server, and write down what goes in and out."""
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    out, lock = server.stdout, threading.Lock()

    def note(who: str, line: bytes) -> None:
        with lock, log.open("a") as file:
            file.write(json.dumps({"from": who, "message": json.loads(line)}) + "\n")

    def back() -> None:
        for line in out:
            note("server", line)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    thread = threading.Thread(target=back)
    thread.start()
    for line in sys.stdin.buffer:
        note("client", line)
        server.stdin.write(line)
        server.stdin.flush()
    server.stdin.close()
    thread.join()
    return server.wait()


async def converse(folder: Path, log: Path) -> None:
    from mcp.client import Client  # noqa: PLC0415
    from mcp.client.stdio import StdioServerParameters  # noqa: PLC0415

    server = [sys.executable, "-m", "stillbytes", "mcp", str(folder)]
    home = {"STILLBYTES_HOME": str(log.parent / "home")}  # in which nothing was done before
    given = StdioServerParameters(command=sys.executable, args=[__file__, "--tee", str(log), *server], env=home)
    async with Client(given) as client:
        await client.list_tools()
        for name, arguments in CALLS:
            await client.call_tool(name, arguments)


def main() -> int:
    if "--tee" in sys.argv:
        return tee(Path(sys.argv[2]), sys.argv[3:])
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from dng import make_photo  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as place:
        folder, log = Path(place).resolve() / "photos", Path(place) / "log.jsonl"
        folder.mkdir()
        make_photo(folder / "a.dng")
        make_photo(folder.parent / "outside.dng")
        asyncio.run(converse(folder, log))
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    said = [{"from": one["from"], "message": plain(one["message"], str(folder))} for one in lines]
    for one in said:  # the list of tools is derived and long
        tools = one["message"].get("result", {}).get("tools")
        if tools:
            one["message"]["result"]["tools"] = [tool["name"] for tool in tools]
    SESSION.write_text(json.dumps(said, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
