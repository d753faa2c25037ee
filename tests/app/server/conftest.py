"""A real server on a real port, in a process of its own, over a folder of small RAW files."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from dng import make_photo

TESTS = Path(__file__).parents[2]


@dataclass
class Running:
    url: str
    folder: Path
    client: httpx.Client
    process: subprocess.Popen[str]
    home: Path

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    def ids(self) -> dict[str, str]:
        return {photo["name"]: photo["id"] for photo in self.client.get("/api/folder").json()["photos"]}


@contextlib.contextmanager
def running(folder: Path, home: Path, *, killed: bool = False, first: str = "") -> Iterator[Running]:
    """killed: it ends by SIGKILL. first: code that its process begins with; it may import from the tests."""
    code = f"import sys; sys.path.append({str(TESTS)!r})\n{first}\n" if first else ""
    code += "import sys; from pathlib import Path; from stillbytes.app.server import serve; "
    code += "serve(Path(sys.argv[1]), json=True, browser=False, exit_with_parent=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        env={**os.environ, "STILLBYTES_HOME": str(home)},
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    told = json.loads(process.stdout.readline())
    with httpx.Client(base_url=told["url"], timeout=60) as client:
        assert client.get(told["launch"]).status_code == 303
        yield Running(told["url"], folder, client, process, home)
    if killed:
        process.kill()
        process.wait()
        return
    process.stdin.close()
    assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("photos")
    for name in ("IMG_2.dng", "IMG_10.dng", "IMG_1.dng"):
        make_photo(folder / name)
    (folder / "notes.txt").write_text("not a photo")
    (folder / "broken.dng").write_bytes(b"II*\0 this is no DNG")
    with running(folder, tmp_path_factory.mktemp("home")) as found:
        yield found
