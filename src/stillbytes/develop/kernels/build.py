"""Compiles the kernels into shared libraries, one per CPU level; the system's C compiler or Zig's links them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.develop.kernels.lanes import built_for
from stillbytes.develop.kernels.sources import digest

if TYPE_CHECKING:
    from stillbytes.develop.kernels.kernel import Kernel

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


def build(output: Path, chosen: list[str] | None = None) -> None:
    """Write one library per CPU level into `output`, with `digest.txt` beside them.

    chosen: names of levels; all of this architecture by default. Raises RuntimeError when nothing can link.
    """
    output.mkdir(parents=True, exist_ok=True)
    wanted = {name: features for name, features in levels().items() if chosen is None or name in chosen}
    # Compiling holds the interpreter's lock, so it has processes, and fresh ones: Halide has threads.
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(os.cpu_count() or 1, mp_context=spawn) as pool:
        objects: dict[str, list[Future[Path]]] = {}
        for name, features in wanted.items():
            place = Path(folder) / name
            place.mkdir()
            numbers = range(-1, len(_kernels()))
            objects[name] = [pool.submit(_compiled, place, features, number) for number in numbers]
        for name, found in objects.items():
            with _replacing(output / f"kernels-{name}{SUFFIX}") as part:
                _link([one.result() for one in found], part)
    (output / "digest.txt").write_text(digest())


def build_one(output: Path, name: str, level: str, device: str = "") -> None:
    """Write the kernel of that name alone into `output`, as NAME-LEVEL. Raises RuntimeError when nothing can link.

    device: "opencl" for one that runs on such a device, as NAME-LEVEL-DEVICE.
    """
    output.mkdir(parents=True, exist_ok=True)
    number = next(i for i, make in enumerate(_kernels(device)) if make().name == name)
    parts = "-".join(filter(None, (name, level, device)))
    features = "-".join(filter(None, (levels()[level], device)))
    with tempfile.TemporaryDirectory() as folder, _replacing(output / f"{parts}{SUFFIX}") as part:
        _link([_compiled(Path(folder), features, one, device) for one in (-1, number)], part)


def _kernels(device: str = "") -> list[Callable[[], Kernel]]:
    """Those that take longest to compile first."""
    if device:
        from stillbytes.develop.kernels import device_look  # noqa: PLC0415

        return list(device_look.KERNELS)
    from stillbytes.develop.kernels import (  # noqa: PLC0415
        declip,
        hsv,
        lmmse,
        look,
        noise,
        noise_patches,
        prepare,
        resample,
        sensor,
        survey,
    )

    modules = (look, noise_patches, noise, lmmse, sensor, survey, resample, prepare, hsv, declip)
    return [make for module in modules for make in reversed(module.KERNELS)]


def _compiled(folder: Path, features: str, number: int, device: str = "") -> Path:
    """The object of one of the kernels; of Halide's runtime if it is -1."""
    import halide as hl  # noqa: PLC0415

    # Python numbers become float32, as meant.
    warnings.filterwarnings("ignore", message="The floating-point value", category=RuntimeWarning)
    bits = {"darwin": "osx", "win32": "windows"}.get(sys.platform, "linux")
    arch = "x86-64" if platform.machine().lower() in ("x86_64", "amd64") else "arm-64"
    plain = "-".join(filter(None, [arch, bits, features]))
    if number < 0:
        _runtime(folder / "runtime.o", hl.Target(plain))
        return folder / "runtime.o"
    with built_for(features):
        kernel = _kernels(device)[number]()
    path = folder / f"{kernel.name}.o"
    target = f"{plain}-no_bounds_query-no_runtime" + ("" if kernel.fused else "-strict_float")
    _object(kernel.output, kernel.arguments, kernel.name, path, hl.Target(target))
    return path


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
    if sys.argv[1] == "--one":
        build_one(Path(sys.argv[2]), *sys.argv[3:])
    else:
        build(Path(sys.argv[1]), sys.argv[2:] or None)
