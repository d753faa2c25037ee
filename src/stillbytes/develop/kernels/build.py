"""Compiles the kernels into shared libraries, one per CPU level; the system's C compiler or Zig's links them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

X86_LEVELS: dict[str, str] = {
    "avx512": "sse41-avx-f16c-fma-avx2-avx512-avx512_skylake",
    "avx2": "sse41-avx-f16c-fma-avx2",
    "sse41": "sse41",
}
"""Level -> Halide target features, best first."""

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def levels() -> dict[str, str]:
    """The CPU levels built for this machine's architecture: name -> Halide target features."""
    return X86_LEVELS if platform.machine().lower() in ("x86_64", "amd64") else {"arm64": ""}


def own() -> str:
    """The level that runs best here, or that STILLBYTES_CPU names."""
    if wanted := os.environ.get("STILLBYTES_CPU"):
        return wanted
    import halide as hl  # noqa: PLC0415

    host, built = hl.get_host_target(), levels()
    if "avx512" in built and host.has_feature(hl.TargetFeature.AVX512_Skylake):
        return "avx512"
    if "avx2" in built and host.has_feature(hl.TargetFeature.AVX2):
        return "avx2"
    return next(reversed(built))


def digest() -> str:
    """Changes when anything changes that the compiled kernels depend on."""
    from stillbytes.develop.operations import catalogue  # noqa: PLC0415

    develop = Path(__file__).parents[1]
    files = [*(develop / "kernels").glob("*.py"), *(develop / "operations").glob("*.py")]
    files += [
        develop / name
        for name in ("colour.py", "hsv_tables.py", "luts.py", "operation.py", "parameter.py", "tables.py")
    ]
    files += [Path(sys.modules[type(o).__module__].__file__ or "") for o in catalogue()]
    files.remove(develop / "kernels/load.py")  # runs the kernels, does not shape them
    h = hashlib.blake2b(importlib.metadata.version("halide").encode(), digest_size=12)
    for path in sorted(set(files)):
        h.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return h.hexdigest()


def build(output: Path, chosen: list[str] | None = None) -> None:
    """Write one library per CPU level into `output`, with `digest.txt` beside them.

    chosen: names of levels; all of this architecture by default. Raises RuntimeError when nothing can link.
    """
    output.mkdir(parents=True, exist_ok=True)
    wanted = {output / f"kernels-{n}{SUFFIX}": f for n, f in levels().items() if chosen is None or n in chosen}
    if len(wanted) > 1:
        # Compiling holds the interpreter's lock, so the levels get processes, and fresh ones: Halide has threads.
        workers = min(len(wanted), os.cpu_count() or 1)
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            list(pool.map(_build_level, wanted.keys(), wanted.values()))
    else:
        for library, features in wanted.items():
            _build_level(library, features)
    (output / "digest.txt").write_text(digest())


def _build_level(library: Path, features: str) -> None:
    import halide as hl  # noqa: PLC0415

    from stillbytes.develop.kernels import hsv, look, noise, noise_patches, prepare, resample, sensor  # noqa: PLC0415

    # Python numbers become float32, as meant.
    warnings.filterwarnings("ignore", message="The floating-point value", category=RuntimeWarning)
    bits = {"darwin": "osx", "win32": "windows"}.get(sys.platform, "linux")
    arch = "x86-64" if platform.machine().lower() in ("x86_64", "amd64") else "arm-64"
    fused = "-".join(filter(None, [arch, bits, features, "no_bounds_query", "no_runtime"]))
    with tempfile.TemporaryDirectory() as folder:
        objects: list[Path] = []
        early = (*sensor.KERNELS, *noise.KERNELS, *noise_patches.KERNELS, *resample.KERNELS)
        for make in (*early, *hsv.KERNELS, *prepare.KERNELS, *look.KERNELS):
            kernel = make()
            path = Path(folder) / f"{kernel.name}.o"
            target = fused if kernel.fused else f"{fused}-strict_float"
            _object(kernel.output, kernel.arguments, kernel.name, path, hl.Target(target))
            objects.append(path)
        runtime = Path(folder) / "runtime.o"
        _runtime(runtime, hl.Target("-".join(filter(None, [arch, bits, features]))))
        with _replacing(library) as part:
            _link([*objects, runtime], part)


def _object(output: Any, arguments: Any, name: str, path: Path, target: Any) -> None:
    import halide as hl  # noqa: PLC0415

    hl.Pipeline(output).compile_to(
        {hl.OutputFileType.object: str(path)}, [hl.Argument(a) for a in arguments], name, target
    )


def _runtime(path: Path, target: Any) -> None:
    """Halide's runtime: its thread pool, error and memory functions, once per library."""
    import halide as hl  # noqa: PLC0415

    x = hl.Var("x")
    nothing = hl.Func("nothing")
    nothing[x] = x
    nothing.parallel(x)
    nothing.compile_to_object(str(path), [], "stillbytes_nothing", target)


def _link(objects: list[Path], library: Path) -> None:
    names = [str(o) for o in objects]
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler and sys.platform != "win32":
        extra = [] if sys.platform == "darwin" else ["-lpthread", "-ldl", "-lm"]
        command = [compiler, "-shared", "-o", str(library), *names, *extra]
    else:
        command = [sys.executable, "-m", "ziglang", "cc", "-shared", "-o", str(library), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The kernels could not be linked: {done.stderr.strip()[-2000:]}")


@contextlib.contextmanager
def _replacing(path: Path) -> Any:
    part = path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2:] or None)
