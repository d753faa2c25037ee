"""Finding a ComfyUI: one that answers, one on this disk, and what is neither."""

import asyncio
import json
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import ComfyPreferences
from stillbytes.engines.comfyui import local
from stillbytes.engines.comfyui.find import Found, NothingThere, find, probe
from stillbytes.engines.comfyui.model_paths import FOLDERS, extra_paths, shared

STATS = {
    "system": {"comfyui_version": "0.3.64", "argv": ["main.py", "--port", "8188"]},
    "devices": [{"name": "cuda:0 NVIDIA GeForce RTX 3060", "type": "cuda", "vram_total": 12884901888}],
}
REAL = Path(os.environ.get("STILLBYTES_TEST_COMFYUI_FOLDER", "does-not-exist"))
"""A real ComfyUI folder with its Python inside, or beside it as venv."""


@contextmanager
def answering(replies: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    """A server that says this; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = replies.get(self.path, (404, b"404"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def comfyui(folder: Path, version: str = "0.3.64") -> Path:
    (folder / "comfy").mkdir(parents=True)
    (folder / "comfyui_version.py").write_text(f'# made by a tool\n__version__ = "{version}"\n')
    (folder / "main.py").write_text(
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--listen')\n"
        "parser.add_argument('--reserve-vram', help='as in --lowvram-like options')\n"
        "parser.parse_args()\n"
    )
    return folder


def looked(choices: ComfyPreferences, ports: tuple[int, ...] = (), places: tuple[Path, ...] = ()) -> Found:
    return asyncio.run(find(choices, ports, places, limit=5))


# one that runs


def test_a_running_one_says_what_it_is() -> None:
    replies = {
        "/system_stats": (200, json.dumps(STATS).encode()),
        "/stillbytes/memory": (200, b'{"version": 1, "models": []}'),
    }
    with answering(replies) as url:
        running = asyncio.run(probe(url + "/"))
    assert running.url == url
    assert (running.version, running.device) == ("0.3.64", "cuda:0 NVIDIA GeForce RTX 3060")
    assert running.vram == 12 * 2**30
    assert running.pack
    assert running.arguments == ("main.py", "--port", "8188")


def test_an_older_one_without_our_pack_will_do() -> None:
    with answering({"/system_stats": (200, b'{"system": {}, "devices": []}')}) as url:
        running = asyncio.run(probe(url))
    assert (running.version, running.vram, running.pack) == ("", 0, False)


@pytest.mark.parametrize(
    "reply",
    [
        (200, b"<html>Hello</html>"),
        (404, b"no"),
        (200, b"[]"),
        (200, b'{"system": 3}'),
        (500, json.dumps(STATS).encode()),
        (200, b"\xff\xfe"),
        (200, b"[" * 500_000),
        (200, b" " * (3 * 2**20)),
    ],
)
def test_another_program_on_the_port_is_told_apart(reply: tuple[int, bytes]) -> None:
    with answering({"/system_stats": reply}) as url, pytest.raises(EngineError, match="is not ComfyUI") as caught:
        asyncio.run(probe(url))
    assert "another one" in caught.value.remedy


def test_what_does_not_speak_http_is_told_apart() -> None:
    async def ask() -> None:
        async def gibberish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x00SSH-2.0-nonsense\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(gibberish, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(EngineError, match="is not ComfyUI"):
                await probe(f"http://127.0.0.1:{port}", 5)

    asyncio.run(ask())


def test_one_that_never_ends_its_answer_is_given_up() -> None:
    async def ask() -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(1000):
                writer.write(b" ")
                await asyncio.sleep(0.02)

        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(EngineError, match="does not answer in"):
            await probe(f"http://127.0.0.1:{port}", 0.1)
        server.close()

    asyncio.run(ask())


def test_nothing_there() -> None:
    with answering({}) as url:
        pass
    with pytest.raises(NothingThere, match="Nothing answers"):
        asyncio.run(probe(url))


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:99999999"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(EngineError) as caught:
        asyncio.run(probe(url, 1))
    assert caught.value.remedy


def test_a_refusal_is_passed_on() -> None:
    with answering({"/system_stats": (401, b"")}) as url, pytest.raises(EngineError, match="refuses us"):
        asyncio.run(probe(url))


def test_the_chosen_address_counts_and_its_failure_is_told() -> None:
    with answering({"/system_stats": (200, json.dumps(STATS).encode())}) as url:
        port = int(url.rpartition(":")[2])
        assert looked(ComfyPreferences(), (port,)).running is not None
        assert looked(ComfyPreferences(url=url)).running is not None
        elsewhere = looked(ComfyPreferences(url="http://127.0.0.1:1"), (port,))
    assert elsewhere.running is None
    assert "Nothing answers" in elsewhere.problems[0].message
    nowhere = looked(ComfyPreferences(), (1,))
    assert (nowhere.running, nowhere.problems) == (None, ())  # nobody said that there is one
    with answering({"/system_stats": (200, b"hello")}) as url:
        taken = looked(ComfyPreferences(), (int(url.rpartition(":")[2]),))
    assert "is not ComfyUI" in taken.problems[0].message  # it would be in the way


# one on this disk


def test_a_folder_tells_version_python_and_packs(tmp_path: Path) -> None:
    folder = comfyui(tmp_path / "ComfyUI")
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    for name in ("ComfyUI-GGUF", "old.disabled", "__pycache__", ".git", "websocket_image_save.py"):
        (folder / "custom_nodes" / name).mkdir(parents=True)
    (folder / "models" / "unet").mkdir(parents=True)
    found = local.read(folder)
    assert (found.version, found.python, found.base) == ("0.3.64", python, folder)
    assert found.packs == ("ComfyUI-GGUF", "websocket_image_save.py")
    assert found.models == {"diffusion_models": (folder / "models" / "unet",)}
    assert found.command() == (str(python), "-s", str(folder / "main.py"))
    assert local.read(folder, Path(sys.executable)).python == Path(sys.executable)


def test_a_portable_one_is_found_by_its_outer_folder(tmp_path: Path) -> None:
    folder = comfyui(tmp_path / "ComfyUI_windows_portable" / "ComfyUI")
    python = folder.parent / "python_embeded" / "python.exe"
    python.parent.mkdir()
    python.touch()
    found = local.read(folder.parent)
    assert (found.folder, found.python) == (folder, python)


def test_comfyui_desktop_keeps_program_and_models_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    program = comfyui(tmp_path / "Local/Programs/@comfyorgcomfyui-electron/resources/ComfyUI", "0.4.0")
    base, settings = tmp_path / "Pictures" / "ComfyUI", tmp_path / "Roaming" / "ComfyUI"
    python = base / ".venv" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    (base / "models" / "checkpoints").mkdir(parents=True)
    (base / "custom_nodes" / "ComfyUI-GGUF").mkdir(parents=True)
    settings.mkdir(parents=True)
    (settings / "config.json").write_text(json.dumps({"basePath": str(base)}))
    (tmp_path / "other" / "loras").mkdir(parents=True)
    (settings / "extra_models_config.yaml").write_text(f"mine:\n  base_path: {tmp_path / 'other'}\n  loras: loras\n")
    found = local.read(settings)
    assert (found.folder, found.base, found.python, found.version) == (program, base, python, "0.4.0")
    assert found.packs == ("ComfyUI-GGUF",)
    assert found.models["loras"] == (tmp_path / "other" / "loras",)
    assert found.command()[-2:] == ("--base-directory", str(base))


def test_folders_of_other_programs_are_read(tmp_path: Path) -> None:
    for name in ("webui/models/Lora", "webui/models/LyCORIS", "nas/unet", "here/vae"):
        (tmp_path / name).mkdir(parents=True)
    folder = comfyui(tmp_path / "ComfyUI")
    (folder / "models" / "loras").mkdir(parents=True)
    (folder / "extra_model_paths.yaml").write_text(
        "# comment\n"
        "a111:\n"
        f"    base_path: '{tmp_path}/webui'   # there\n"
        "    checkpoints: models/Stable-diffusion\n"
        "    loras: |\n"
        "         models/Lora\n"
        "         models/LyCORIS\n"
        "\n"
        "#off:\n"
        "#    vae: nowhere\n"
        "nas:\n"
        f"    base_path: {tmp_path}/nas/\n"
        "    is_default: true\n"
        "    unet: unet\n"
        "plain:\n"
        "    vae: ../here/vae\n"
    )
    assert local.read(folder).models == {
        "loras": (folder / "models/loras", tmp_path / "webui/models/Lora", tmp_path / "webui/models/LyCORIS"),
        "diffusion_models": (tmp_path / "nas/unet",),
        "vae": (tmp_path / "here/vae",),
    }


def test_one_that_we_start_is_told_where_our_models_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "a home"))
    option, file = shared(tmp_path / "ComfyUI")
    assert option == "--extra-model-paths-config"
    found: dict[str, list[Path]] = {}
    for name, path, first in extra_paths(Path(file)):
        found.setdefault(name, []).append(path)
        assert not first  # its own go before ours
    assert found["loras"] == [tmp_path / "a home" / "models" / "loras"]
    assert found["ipadapter"] == [
        tmp_path / "a home" / "models" / "ipadapter",
        tmp_path / "ComfyUI" / "models" / "ipadapter",
    ]
    assert set(found) == set(FOLDERS)
    (tmp_path / "file").touch()
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "file"))
    with pytest.raises(EngineError, match="cannot be written"):
        shared(tmp_path)


@given(st.text() | st.text("a: |\n\t'\"#-/"))
def test_a_damaged_file_of_paths_adds_only_what_can_be_read(text: str) -> None:
    file = Path(os.environ.get("TMPDIR", "/tmp")) / "stillbytes-paths.yaml"
    file.write_text(text, "utf-8", newline="")
    for name, path, _ in extra_paths(file):
        assert name is not None
        assert isinstance(path, Path)


def test_what_is_not_comfyui_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(EngineError, match="no ComfyUI in") as caught:
            local.read(folder)
        assert "stillbytes engines install comfyui" in caught.value.remedy
    with pytest.raises(EngineError, match="no Python at"):
        local.read(comfyui(tmp_path / "c"), tmp_path / "no-python")
    found = looked(ComfyPreferences(folder=tmp_path / "missing"))
    assert "no ComfyUI in" in found.problems[0].message
    bare = local.read(tmp_path / "c")
    with pytest.raises(EngineError, match="no Python inside"):
        bare.command()


@pytest.mark.parametrize("told", ["", "__version__ = 3", "__version__ = '" + "1" * 99 + "'"])
def test_a_version_that_is_not_told_is_unknown_or_from_the_project(told: str, tmp_path: Path) -> None:
    folder = comfyui(tmp_path / "c")
    (folder / "comfyui_version.py").write_text(told)
    assert local.read(folder).version == ""
    (folder / "pyproject.toml").write_text('[project]\nname = "ComfyUI"\nversion = "0.3.65"\n')
    assert local.read(folder).version == "0.3.65"
    (folder / "pyproject.toml").write_text("[project")
    assert local.read(folder).version == ""


def test_the_first_place_that_has_one_is_taken(tmp_path: Path) -> None:
    there = comfyui(tmp_path / "b")
    found = looked(ComfyPreferences(), places=(tmp_path / "a", there, comfyui(tmp_path / "c")))
    assert found.installed is not None
    assert found.installed.folder == there
    assert found.problems == ()
    assert all(place.is_absolute() for place in local.places())


# its options


def options(folder: Path, python: Path = Path(sys.executable), limit: float = 60) -> frozenset[str]:
    return asyncio.run(local.flags(local.read(folder, python), limit))


def test_only_the_options_of_this_copy_are_told(tmp_path: Path) -> None:
    assert options(comfyui(tmp_path / "c")) == {"--help", "--listen", "--reserve-vram", "--lowvram-like"}


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    folder = comfyui(tmp_path / "c")
    (folder / "main.py").write_text("import a_package_that_is_not_there\n")
    with pytest.raises(EngineError, match="No module named 'a_package_that_is_not_there'") as caught:
        options(folder)
    assert "packages may be incomplete" in caught.value.remedy
    (folder / "main.py").write_text("print('hello')\n")
    with pytest.raises(EngineError, match="cannot list its options: hello"):
        options(folder)


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    folder = comfyui(tmp_path / "c")
    (folder / "main.py").write_text(
        "import os, time, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    with pytest.raises(EngineError, match="did not list its options within"):
        options(folder, limit=1.5)
    pid = folder / "pid"
    if pid.exists() and sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="a file without rights")
def test_a_python_that_does_not_start_is_said(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("not a program")
    python.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(EngineError, match="does not start"):
        options(comfyui(tmp_path / "c"), python)


@pytest.mark.skipif(not REAL.exists(), reason="needs a real ComfyUI, see STILLBYTES_TEST_COMFYUI_FOLDER")
def test_a_real_one() -> None:
    found = local.read(REAL, next((p for p in [REAL.parent / "venv/bin/python"] if p.exists()), None))
    assert found.version
    assert {"--reserve-vram", "--cpu", "--disable-smart-memory", "--port"} <= asyncio.run(local.flags(found))
