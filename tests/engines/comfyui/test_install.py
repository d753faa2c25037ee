"""Installing ComfyUI, with stand-ins for what is fetched: git repositories, zips and a package index made here."""

import functools
import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.core.jobs import Control
from stillbytes.engines.comfyui import checkout, install_plan, local
from stillbytes.engines.comfyui.install import Tools, install, plan
from stillbytes.engines.comfyui.packs import PACKS
from stillbytes.engines.comfyui.sources import SOURCES, Source, Sources, Torch

GIT, UV = shutil.which("git"), shutil.which("uv") or shutil.which("uv", path=Path(__file__).parents[3] / ".tools/bin")
pytestmark = pytest.mark.skipif(GIT is None or UV is None, reason="needs git and uv")
MAIN = (
    "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--listen')\n"
    "parser.add_argument('--cpu', action='store_true')\n"
    "parser.add_argument('--quick-test-for-ci', action='store_true')\n"
    "if parser.parse_args().quick_test_for_ci:\n    import comfy.loads\n"
)
PROGRAM = {
    "main.py": MAIN,
    "comfy/loads.py": "import torch\n",
    "comfyui_version.py": '__version__ = "0.3.64"\n',
    "requirements.txt": "torch\nneeded-by-comfyui>=1\n",
    "custom_nodes/websocket_image_save.py": "",
}
PACK = {"__init__.py": "NODE_CLASS_MAPPINGS = {}\n", "requirements.txt": "needed-by-pack\n"}


def repository(folder: Path, files: dict[str, str]) -> Source:
    """A git repository with one commit of these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "all"]):
        subprocess.run([str(GIT), *command], cwd=folder, check=True, capture_output=True)
    asked = subprocess.run([str(GIT), "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return Source(folder.name, "1.0", folder.as_uri(), asked.stdout.strip(), "GPL-3.0", 1)


@functools.cache  # a zip has the time in it, and must be the same when it is asked for again
def wheel(name: str, version: str = "1.0") -> bytes:
    """A package of one empty module."""
    module, about = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    files = {
        f"{module}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for path, text in files.items():
            packed.writestr(path, text)
        packed.writestr(f"{about}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"]))
    return made.getvalue()


@dataclass
class Web:
    """What is fetched over HTTP: a package index under /simple, and zips. asked: the paths, in order."""

    packages: set[str]
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hold: Callable[[str], None] = lambda path: None
    url: str = ""

    def body(self, path: str) -> bytes | None:
        parts = path.strip("/").split("/")
        if path in self.files:
            return self.files[path]
        if len(parts) == 2 and parts[0] == "simple" and parts[1] in self.packages:
            file = f"{parts[1].replace('-', '_')}-1.0-py3-none-any.whl"
            digest = hashlib.sha256(wheel(parts[1])).hexdigest()
            return f'<html><body><a href="/files/{parts[1]}/{file}#sha256={digest}">{file}</a></body></html>'.encode()
        if parts[0] == "files":
            return wheel(parts[1])
        return None


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    web = Web({"torch", "torchvision", "torchaudio", "needed-by-comfyui", "needed-by-pack"})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append(self.path)
            web.hold(self.path)
            body = web.body(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if self.path.startswith("/simple") else "application/zip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        do_HEAD = do_GET  # noqa: N815 - uv asks for the size first

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who asked may have been killed
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    web.url = f"http://127.0.0.1:{server.server_port}"
    for name in ("UV_FIND_LINKS", "PIP_FIND_LINKS", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, f"{web.url}/simple")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    yield web
    server.shutdown()
    server.server_close()


@pytest.fixture
def sources(tmp_path: Path, web: Web) -> Sources:
    return Sources(
        repository(tmp_path / "there" / "ComfyUI", PROGRAM),
        (repository(tmp_path / "there" / "ComfyUI-GGUF", PACK),),
        {"cpu": Torch(f"{web.url}/simple", 2, 4), "metal": Torch("", 1, 1)},
        1,
        1,
    )


TOOLS = Tools(Path(sys.executable), Path(UV) if UV else None, Path(GIT) if GIT else None)


class Watched(Control):
    """Remembers what it is told, and cancels when told something that begins with `at`."""

    def __init__(self, at: str = "") -> None:
        self.told: list[tuple[int, int, str]] = []
        super().__init__(self._note)
        self.at = at

    def _note(self, done: int, total: int, message: str) -> None:
        self.told.append((done, total, message))
        if self.at and message.startswith(self.at):
            self.cancel()


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


# the plan


def test_the_plan_tells_what_from_where_how_large_and_under_which_licence(tmp_path: Path) -> None:
    planned = plan(tmp_path / "new", "cuda")
    by_id = {step.id: step for step in planned.steps}
    assert list(by_id) == [
        "comfyui",
        "environment",
        "torch",
        "requirements",
        "pack:ComfyUI-GGUF",
        "pack:ComfyUI_IPAdapter_plus",
        "ours",
        "check",
    ]
    assert by_id["comfyui"].licence == "GPL-3.0"
    assert by_id["comfyui"].version == f"0.3.64 ({SOURCES.comfyui.commit[:12]})"
    assert by_id["torch"].source == SOURCES.torch["cuda"].index
    assert planned.mib == sum(step.mib for step in planned.steps) > 3000
    assert planned.disk > planned.mib
    assert planned.existing is None
    assert everything(tmp_path) == set()  # a plan does nothing
    assert plan(tmp_path / "new", "cpu").mib < planned.mib / 4


def test_every_source_is_pinned_to_a_commit() -> None:
    for source in (SOURCES.comfyui, *SOURCES.packs):
        assert len(source.commit) == 40
        assert source.archive.endswith(f"/{source.commit}.zip")
        assert source.licence


def test_the_packs_are_those_that_our_workflows_name() -> None:
    from stillbytes.engines.comfyui.nodes import DECLARED  # noqa: PLC0415

    assert {declared.pack for declared in DECLARED.values()} - {""} == {pack.folder for pack in PACKS}
    assert {source.name for source in SOURCES.packs} == {pack.folder for pack in PACKS if not pack.by_hand}


def test_there_must_be_room(tmp_path: Path, sources: Sources) -> None:
    planned = replace(plan(tmp_path / "new", "cpu", sources=sources), free=100)
    assert not planned.fits
    with pytest.raises(EngineError, match="100 MiB are free") as caught:
        install(planned, Watched(), TOOLS)
    assert "another disk" in caught.value.remedy
    assert not (tmp_path / ".new.installing").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.raw").touch()
    for folder in (tmp_path / "photos", tmp_path / "photos" / "a.raw"):
        with pytest.raises(EngineError, match="is not empty and holds no ComfyUI"):
            plan(folder)


def test_the_card_is_one_that_we_have_an_index_for() -> None:
    assert install_plan.card() in SOURCES.torch


# the steps


def test_an_installation_from_nothing(tmp_path: Path, sources: Sources, web: Web) -> None:
    folder, control = tmp_path / "engines" / "comfyui", Watched()
    folder.mkdir(parents=True)  # an empty one may be there
    made = install(plan(folder, "cpu", sources=sources), control, TOOLS)
    assert made == local.read(folder)
    assert (made.version, made.folder) == ("0.3.64", folder)
    assert made.packs == ("ComfyUI-GGUF", "stillbytes", "websocket_image_save.py")
    assert (folder / "custom_nodes" / "stillbytes" / "routes.py").exists()
    asked = subprocess.run(
        [
            *made.command()[:2],
            "-c",
            "import torch, torchaudio, needed_by_comfyui, needed_by_pack, sys; print(sys.prefix)",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(asked.stdout.strip()) == folder / "venv"
    assert {p.name for p in folder.parent.iterdir()} == {"comfyui"}  # nothing is left of the work
    done = [told[0] for told in control.told]
    assert done == sorted(done)
    assert control.told[-1] == (5, 5, "ComfyUI is installed")
    assert plan(folder, "cpu", sources=sources).steps == ()  # nothing to do


def test_without_git_zips_do_as_well(tmp_path: Path, sources: Sources, web: Web) -> None:
    def zipped(source: Source, address: str) -> Source:
        packed = subprocess.run(
            [str(GIT), "archive", "--format=zip", f"--prefix={source.name}-x/", source.commit],
            cwd=tmp_path / "there" / source.name,
            check=True,
            capture_output=True,
        )
        made = replace(source, repository=f"{web.url}/{address}")
        web.files[f"/{address}/archive/{source.commit}.zip"] = packed.stdout
        return made

    sources = replace(
        sources, comfyui=zipped(sources.comfyui, "one"), packs=tuple(zipped(s, "two") for s in sources.packs)
    )
    made = install(plan(tmp_path / "new", "metal", sources=sources), Watched(), replace(TOOLS, git=None))
    assert made.packs == ("ComfyUI-GGUF", "stillbytes", "websocket_image_save.py")
    assert not (made.folder / ".archive.zip").exists()
    assert everything(tmp_path / "there" / "ComfyUI" / "comfy") <= everything(made.folder / "comfy")


def test_without_uv_pip_does_as_well(tmp_path: Path, sources: Sources) -> None:
    planned = plan(tmp_path / "new", "cpu", sources=sources)
    short = replace(planned, steps=planned.steps[:3])  # pip takes its time
    made = install(short, Watched(), replace(TOOLS, uv=None))
    assert made.python is not None
    subprocess.run([made.python, "-s", "-c", "import torch, torchvision, pip"], check=True)


def test_cancelled_it_leaves_nothing_in_its_place_and_goes_on_later(tmp_path: Path, sources: Sources, web: Web) -> None:
    folder = tmp_path / "new"
    with pytest.raises(Cancelled):
        install(plan(folder, "cpu", sources=sources), Watched(at="The other Python packages"), TOOLS)
    assert not folder.exists()
    again = plan(folder, "cpu", sources=sources)
    assert [step.id for step in again.steps if step.done][:3] == ["comfyui", "environment", "torch"]
    assert again.mib < plan(tmp_path / "elsewhere", "cpu", sources=sources).mib
    web.asked.clear()
    made = install(again, Watched(), TOOLS)
    assert made.folder == folder
    assert not any("torch-" in path for path in web.asked)  # nothing twice


def test_a_download_under_way_is_stopped(tmp_path: Path, sources: Sources, web: Web) -> None:
    """The program that downloads is ended, however long it would take."""
    begun, released, control = threading.Event(), threading.Event(), Watched()

    def hold(path: str) -> None:
        if path.startswith("/files/torch/"):
            begun.set()
            released.wait(60)

    web.hold = hold
    failed: list[BaseException] = []

    def work() -> None:
        try:
            install(plan(tmp_path / "new", "cpu", sources=sources), control, TOOLS)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(30)
    control.cancel()
    thread.join(30)
    released.set()
    assert not thread.is_alive()
    assert isinstance(failed[0], Cancelled)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda s, web: web.packages.discard("needed-by-comfyui"), "needed-by-comfyui"),
        (lambda s, web: replace(s, comfyui=replace(s.comfyui, commit="1" * 40)), "git failed"),
        (lambda s, web: replace(s, comfyui=replace(s.comfyui, repository="file:///nowhere")), "git failed"),
        (lambda s, web: web.packages.discard("torchvision"), "torchvision"),
    ],
)
def test_a_failure_says_what_failed_and_leaves_nothing_half_done(
    break_it: Callable[[Sources, Web], Sources | None], message: str, tmp_path: Path, sources: Sources, web: Web
) -> None:
    broken = break_it(sources, web) or sources
    with pytest.raises(EngineError, match=message) as caught:
        install(plan(tmp_path / "new", "cpu", sources=broken), Watched(), TOOLS)
    assert "kept" in caught.value.remedy
    assert not (tmp_path / "new").exists()


def test_what_does_not_run_is_not_put_in_place(tmp_path: Path, sources: Sources) -> None:
    broken = repository(tmp_path / "there" / "Broken", {**PROGRAM, "comfy/loads.py": "import not_there\n"})
    planned = plan(tmp_path / "new", "cpu", sources=replace(sources, comfyui=broken))
    with pytest.raises(EngineError, match="not_there"):
        install(planned, Watched(), TOOLS)
    assert not (tmp_path / "new").exists()
    # Another version is another plan: it begins anew.
    assert not any(step.done for step in plan(tmp_path / "new", "cpu", sources=sources).steps)
    assert install(plan(tmp_path / "new", "cpu", sources=sources), Watched(), TOOLS).folder == tmp_path / "new"


def test_a_kill_in_the_middle_costs_only_the_step(tmp_path: Path, sources: Sources, web: Web) -> None:
    """A second process is killed while a program of it downloads; that one is ended by the next attempt."""
    begun, released = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        if path.startswith("/files/torch/") and not begun.is_set():
            begun.set()
            released.wait(60)

    web.hold = hold
    code = (
        "import sys, pickle\n"
        "from stillbytes.core.jobs import Control\n"
        "from stillbytes.engines.comfyui.install import Tools, install, plan\n"
        "sources, tools, folder = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "install(plan(folder, 'cpu', sources=sources), Control(lambda *_: None), tools)\n"
    )
    told = pickle.dumps((sources, TOOLS, tmp_path / "new")).hex()
    process = subprocess.Popen([sys.executable, "-c", code, told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert begun.wait(60)
    left = psutil.Process(int((tmp_path / ".new.installing" / "running").read_text().split()[0]))
    process.kill()
    process.wait(30)
    assert left.is_running()
    again = plan(tmp_path / "new", "cpu", sources=sources)
    assert [step.id for step in again.steps if step.done] == ["comfyui", "environment"]
    assert install(again, Watched(), TOOLS).folder == tmp_path / "new"
    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
    released.set()


def test_only_one_at_a_time(tmp_path: Path, sources: Sources) -> None:
    work = install_plan.workplace(tmp_path / "new")
    work.mkdir()
    (work / "lock").write_text(str(os.getpid()))
    with pytest.raises(EngineError, match=f"already, by process {os.getpid()}"):
        install(plan(tmp_path / "new", "cpu", sources=sources), Watched(), TOOLS)
    (work / "lock").write_text("not a number")  # of a machine that lost its power
    assert install(plan(tmp_path / "new", "cpu", sources=sources), Watched(), TOOLS).folder.exists()


# into a ComfyUI that is there


def test_an_existing_one_is_only_completed(tmp_path: Path, sources: Sources) -> None:
    folder = install(plan(tmp_path / "new", "cpu", sources=sources), Watched(), TOOLS).folder
    nodes = folder / "custom_nodes"
    checkout.remove(nodes / "ComfyUI-GGUF")
    (nodes / "stillbytes" / "routes.py").write_text("# an older one\n")
    (nodes / "stillbytes" / "gone.py").touch()
    (nodes / "mine").mkdir()
    planned = plan(folder, "cpu", sources=sources)
    assert [step.id for step in planned.steps] == ["pack:ComfyUI-GGUF", "ours"]
    assert planned.existing is not None
    made = install(planned, Watched(), TOOLS)
    assert made.packs == ("ComfyUI-GGUF", "mine", "stillbytes", "websocket_image_save.py")
    assert not (nodes / "stillbytes" / "gone.py").exists()
    assert install_plan.ours_is_current(nodes)
    assert plan(folder, "cpu", sources=sources).steps == ()
    assert not [name for name in everything(folder) if "installing" in name]


def test_a_pack_that_fails_is_not_there(tmp_path: Path, sources: Sources, web: Web) -> None:
    folder = install(plan(tmp_path / "new", "cpu", sources=sources), Watched(), TOOLS).folder
    checkout.remove(folder / "custom_nodes" / "ComfyUI-GGUF")
    web.packages.discard("needed-by-pack")
    subprocess.run([str(UV), "pip", "uninstall", "-q", "-p", folder / "venv", "needed-by-pack"], check=True)
    with pytest.raises(EngineError, match="needed-by-pack"):
        install(plan(folder, "cpu", sources=sources), Watched(), TOOLS)
    assert "ComfyUI-GGUF" not in local.read(folder).packs


# archives


def served(web: Web, body: bytes) -> Source:
    web.files[f"/a/archive/{'c' * 40}.zip"] = body
    return Source("A", "1", f"{web.url}/a", "c" * 40, "MIT", 1)


def archive(files: dict[str, str], comment: str = "c" * 40) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
        packed.comment = comment.encode()
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "damaged"),
        (archive({"a-1/b": "x"})[:-60], "damaged"),
        (archive({"a-1/b": "x"}, "d" * 40), "not of the commit"),
        (archive({"a-1/../../evil": "x"}), "forbidden place"),
        (archive({"a-1/C:/evil": "x"}), "forbidden place"),
        (archive({"a-1\\..\\..\\evil": "x"}), "forbidden place"),
    ],
    ids=("no archive", "cut off", "another commit", "above", "a drive", "backslashes"),
)
def test_an_archive_that_is_not_what_was_pinned_is_refused(body: bytes, message: str, tmp_path: Path, web: Web) -> None:
    with pytest.raises(EngineError, match=message):
        checkout.fetch(served(web, body), tmp_path / "x" / "a", tmp_path / "log", Watched(), None)
    assert everything(tmp_path) == {"x"}


def test_an_archive_that_is_not_there_is_told(tmp_path: Path, web: Web) -> None:
    source = replace(served(web, b""), commit="e" * 40)
    with pytest.raises(EngineError, match="could not be downloaded"):
        checkout.fetch(source, tmp_path / "a", tmp_path / "log", Watched(), None)
    good = served(web, archive({"a-1/b/c.txt": "hello", "a-1/d": ""}))
    checkout.fetch(good, tmp_path / "a", tmp_path / "log", Watched(), None)
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "hello"
    assert json.dumps(sorted(everything(tmp_path / "a"))) == '["b", "b/c.txt", "d"]'
