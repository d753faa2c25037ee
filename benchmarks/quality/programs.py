"""The same RAW file through each program with nothing changed but how it is demosaiced and its noise reduced.

Every render is linear light of some colour space. `Program.fitted` finds the matrix from it to the truth's camera RGB
on a file with next to no noise, so that all programs are compared in the same space.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

Picture = NDArray[np.float32]
MATRIX_PIXELS = 0.8
"""Brightest light, saturation 1, of the pixels that a program's matrix is fitted to."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A RAW file, what its camera says of its noise (variance = slope * signal + offset) and of white."""

    path: Path
    iso: int
    noise: tuple[float, float]
    neutral: NDArray[np.float64]


Render = Callable[[Shot, Path], Picture]
"""(the shot, a folder to work in) -> (rows, columns, 3) linear light; a border may be missing."""


@dataclass(frozen=True, slots=True)
class Program:
    """demosaic: its methods, without noise reduction. denoise: with it, name -> strength -> render, the best of which
    counts."""

    name: str
    demosaic: Mapping[str, Render]
    denoise: Mapping[str, Mapping[float, Render]]

    def fitted(self, shot: Shot, truth: Picture, work: Path) -> NDArray[np.float64]:
        """(3, 3): a pixel of this program's light @ it -> white-balanced camera RGB. Of means of squares, which
        demosaicing hardly changes."""
        found, exact = aligned(next(iter(self.demosaic.values()))(shot, work), truth)
        used = _squares(exact.max(-1, keepdims=True), np.max)[:, 0] < MATRIX_PIXELS
        one, two = _squares(found, np.mean)[used], _squares(exact, np.mean)[used]
        # Relative errors count, so that the dark does too.
        weight = 1 / (two.mean(-1, keepdims=True) + 0.01)
        return np.asarray(np.linalg.lstsq(one * weight, two * weight)[0])


def _squares(picture: Picture, of: Callable[..., Any]) -> NDArray[np.float64]:
    """(n, channels): the maximum or mean of each square of 16 pixels."""
    rows, columns = picture.shape[0] // 16, picture.shape[1] // 16
    parts = picture[: rows * 16, : columns * 16].reshape(rows, 16, columns, 16, -1)
    return np.asarray(of(of(parts.astype(np.float64), axis=3), axis=1).reshape(rows * columns, -1))


def aligned(found: Picture, exact: Picture) -> tuple[Picture, Picture]:
    """Both without the border that a program has cut off."""
    y, x = (exact.shape[0] - found.shape[0]) // 2, (exact.shape[1] - found.shape[1]) // 2
    return found, exact[y : y + found.shape[0], x : x + found.shape[1]]


def run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stdout + done.stderr)[-2000:]}")


# Stillbytes


def ours(**settings: float) -> Render:
    """Planes of the sensor stage, with these settings of noise reduction."""

    def render(shot: Shot, work: Path) -> Picture:
        from stillbytes.core.geometry import Rect  # noqa: PLC0415
        from stillbytes.develop.pipeline import Pipeline  # noqa: PLC0415
        from stillbytes.develop.settings import Settings  # noqa: PLC0415
        from stillbytes.photo.decode import decode  # noqa: PLC0415

        pipeline = Pipeline(decode(shot.path))
        chosen = Settings({"noise_luminance": 0, "noise_colour": 0} | settings)
        # No public call ends before the look, so this is where the tests measure, too.
        uniforms = pipeline._noise_uniforms(chosen, pipeline.form(chosen), 1.0, 0)
        planes, _, _ = pipeline._sensor.read(0, Rect.of(pipeline.frame), uniforms)
        return np.moveaxis(planes, 0, -1)

    return render


STILLBYTES = Program(
    "Stillbytes",
    {"": ours()},
    {"": {luminance: ours(noise_luminance=luminance, noise_colour=25) for luminance in (15, 30, 50, 75, 100)}},
)


# LibRaw


def libraw(method: str, noise: str = "Off") -> Render:
    def render(shot: Shot, work: Path) -> Picture:
        import rawpy  # noqa: PLC0415

        gains = 1 / shot.neutral
        fbdd = getattr(rawpy.FBDDNoiseReductionMode, noise)
        with rawpy.imread(str(shot.path)) as raw:
            made = raw.postprocess(
                demosaic_algorithm=getattr(rawpy.DemosaicAlgorithm, method), output_color=rawpy.ColorSpace.raw,
                gamma=(1, 1), no_auto_bright=True, output_bps=16, user_wb=[*gains, gains[1]], adjust_maximum_thr=0,
                fbdd_noise_reduction=fbdd,
            )  # fmt: skip
        return made.astype(np.float32) / 65535

    return render


LIBRAW = Program(
    "LibRaw",
    {name: libraw(name) for name in ("AHD", "DCB", "DHT", "AAHD")},
    {"FBDD, DCB": {1: libraw("DCB", "Full")}},
)


# darktable

_DARKTABLE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" darktable:xmp_version="5"
 darktable:raw_params="0" darktable:auto_presets_applied="1" darktable:history_end="{end}"
 darktable:iop_order_version="2"><darktable:history><rdf:Seq>{steps}</rdf:Seq></darktable:history></rdf:Description>
</rdf:RDF></x:xmpmeta>"""
_STEP = (
    '<rdf:li darktable:num="{number}" darktable:operation="{name}" darktable:enabled="1" '
    'darktable:modversion="{version}" darktable:params="{params}" '
    'darktable:multi_name="" darktable:multi_priority="0"/>'
)
DUAL = 2048
DARKTABLE_METHODS = {"RCD": 5, "AMaZE": 1, "LMMSE": 6, "RCD + VNG4": DUAL | 5, "PPG": 0}


def history(steps: Sequence[tuple[str, int, bytes]]) -> str:
    """A sidecar of darktable: names of modules, versions of their parameters and these."""
    written = "".join(
        _STEP.format(number=i, name=name, version=version, params=params.hex())
        for i, (name, version, params) in enumerate(steps)
    )
    return _DARKTABLE.format(end=len(steps), steps=written)


def darktable(method: str, strength: float = 0.0, mode: int = 0) -> Render:
    """strength: of its profiled noise reduction, whose profile is the shot's own; mode: 0 non-local means, 1 wavelets
    with separate luminance and colour."""

    def render(shot: Shot, work: Path) -> Picture:
        steps = [("demosaic", 4, struct.pack("<ifiiif", 0, 0, 0, DARKTABLE_METHODS[method], 1, 0.2))]
        if strength:
            steps.append(("denoiseprofile", 11, _profiled(shot, strength, mode)))
        sidecar, out = work / "darktable.xmp", work / "darktable.tif"
        sidecar.write_text(history(steps))
        out.unlink(missing_ok=True)
        run(
            "darktable-cli", shot.path, sidecar, out, "--icc-type", "LIN_REC2020", "--core", "--disable-opencl",
            "--configdir", work / "config", "--cachedir", work / "cache", "--library", ":memory:",
            "--conf", "plugins/imageio/format/tiff/bpp=32", "--conf", "plugins/darkroom/workflow=none",
        )  # fmt: skip
        return np.asarray(tifffile.imread(out), np.float32)

    return render


def _profiled(shot: Shot, strength: float, mode: int) -> bytes:
    """Version 11 of the parameters of its profiled denoise: defaults but for strength, mode and the shot's noise."""
    a, b = shot.noise
    curves = [i / 6 for _ in range(6) for i in range(7)] + [0.5] * 42
    return struct.pack(
        "<14fi84f4i", 1.0, 7.0, strength, 1.0, 0.0, 0.0, 0.1, 1.0, a, a, a, b, b, b, mode, *curves, 1, 1, 1, 1
    )


DARKTABLE = Program(
    "darktable",
    {name: darktable(name) for name in ("RCD", "AMaZE", "LMMSE")},
    {"NLM, LMMSE": {strength: darktable("LMMSE", strength) for strength in (0.7, 1.2, 1.8, 2.5, 3.5)}},
)


# RawTherapee

_THERAPEE = """[Version]
AppVersion=5.9
Version=349
[Exposure]
Auto=false
HistogramMatching=false
[HLRecovery]
Enabled=false
[Sharpening]
Enabled=false
[White Balance]
Enabled=true
Setting=Camera
[Color Management]
InputProfile=(camera)
ToneCurve=false
ApplyLookTable=false
ApplyBaselineExposureOffset=false
ApplyHueSatMap=false
WorkingProfile=Rec2020
OutputProfile=RTv2_Rec2020
OutputBPC=false
[RAW]
CA=false
HotPixelFilter=false
DeadPixelFilter=false
[RAW Bayer]
Method={method}
CcSteps=0
DualDemosaicAutoContrast=true
[PostDemosaicSharpening]
Enabled=false
[Directional Pyramid Denoising]
Enabled={denoise}
Enhance=false
Median=false
Luma={luma}
Ldetail={detail}
Method=Lab
LMethod=SLI
CMethod=AUT
C2Method=AUTO
SMethod=shal
Gamma=1.7
"""
THERAPEE_METHODS = ("amaze", "lmmse", "igv")


def rawtherapee(method: str, luma: float = 0.0, detail: float = 50.0) -> Render:
    def render(shot: Shot, work: Path) -> Picture:
        profile, out = work / "rawtherapee.pp3", work / "rawtherapee.tif"
        denoise = "true" if luma else "false"
        profile.write_text(_THERAPEE.format(method=method, denoise=denoise, luma=luma, detail=detail))
        run("rawtherapee-cli", "-Y", "-t", "-b32", "-o", out, "-p", profile, "-c", shot.path)
        with tifffile.TiffFile(out) as file:
            page: Any = file.pages[0]
            return _decoded(page.asarray(), page.tags["InterColorProfile"].value)

    return render


def _decoded(codes: Picture, profile: bytes) -> Picture:
    """Linear light of what is encoded by the profile's first tone curve (ICC.1:2010, 10.5 and 10.15)."""
    count = int.from_bytes(profile[128:132], "big")
    entries = [profile[132 + 12 * i : 144 + 12 * i] for i in range(count)]
    start = next(int.from_bytes(e[4:8], "big") for e in entries if e[:4] == b"rTRC")
    curve = profile[start:]
    if curve[:4] == b"para":
        kind = int.from_bytes(curve[8:10], "big")
        numbers = [int.from_bytes(curve[i : i + 4], "big", signed=True) / 65536 for i in range(12, 12 + 4 * 5, 4)]
        g, a, b, c, d = numbers if kind == 3 else (numbers[0], 1.0, 0.0, 0.0, -1.0)
        return np.where(codes < d, c * codes, np.maximum(a * codes + b, 0) ** g).astype(np.float32)
    points = int.from_bytes(curve[8:12], "big")
    table = np.frombuffer(curve[12 : 12 + 2 * points], ">u2")
    if points == 0:
        return codes
    if points == 1:
        return np.asarray(np.maximum(codes, 0) ** (float(table[0]) / 256), np.float32)
    return np.interp(codes, np.linspace(0, 1, points), table / 65535).astype(np.float32)


RAWTHERAPEE = Program(
    "RawTherapee",
    {name: rawtherapee(name) for name in THERAPEE_METHODS},
    {"amaze": {luma: rawtherapee("amaze", luma) for luma in (35, 65, 95, 100)}},
)

PROGRAMS = (STILLBYTES, LIBRAW, DARKTABLE, RAWTHERAPEE)
