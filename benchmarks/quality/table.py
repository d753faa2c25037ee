"""Demosaicing and noise reduction beside LibRaw, darktable and RawTherapee: PSNR, SSIM and zipper against the truth.

Twelve photos become RAW files at several ISO settings. Every program renders them with nothing but its demosaicing, or
with its noise reduction as well, and is brought to linear sRGB by a matrix of its own, fitted at ISO 100. Where noise
reduction has a strength, the best of a few counts, for each program.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import PHOTOS, SHARED, announce, need, parser, save, table, version_of
from fidelity import BRIGHTEST, SRGB_TO_XYZ, Score, score
from programs import PROGRAMS, STILLBYTES, Program, Render, Shot, aligned

LIMIT = "first or within 0.3 dB of the first on every photo, and first on average"
SMALL = SHARED / "reference/sky"
MOST = (576, 448)
"""Pixels of the middle of a photo that are used: whole programs render each some sixty times."""
XYZ_TO_CAMERA = np.array([[0.9020, -0.2890, -0.0715], [-0.4535, 1.2436, 0.2348], [-0.0934, 0.1919, 0.7086]])
"""The camera of `make_dng.py`."""
CLEANED = 800
"""ISO from which noise reduction is compared, too."""
BARE = 6400
"""ISO up to which pictures without noise reduction are compared."""
NEAR = 0.3
"""dB."""
WHITE = 0.45
"""Where it places diffuse white, signal 1 at saturation."""

Scores = dict[tuple[int, str], Score]
"""(ISO, method) -> how near it comes."""


def shots(work: Path, photo: Path, isos: list[int]) -> dict[int, tuple[Shot, Path]]:
    """ISO -> the RAW file of the middle of a photo, and where its truth is."""
    picture = work / f"{photo.stem}.png"
    if not picture.exists():
        with Image.open(photo) as full:
            width, height = (min(a, b) for a, b in zip(full.size, MOST, strict=True))
            x, y = (full.width - width) // 4 * 2, (full.height - height) // 4 * 2
            full.convert("RGB").crop((x, y, x + width, y + height)).save(picture)
    neutral = (XYZ_TO_CAMERA @ SRGB_TO_XYZ).sum(axis=1)
    found = {}
    for iso in isos:
        path = work / f"{photo.stem}-{iso}.dng"
        truth = path.with_suffix(".npy")
        if not truth.exists():
            tool = [sys.executable, SHARED / "tools/make_dng.py", picture, path, "--iso", iso, "--truth", truth]
            subprocess.run([str(part) for part in tool], check=True)
        electrons = 60000 * 100 / iso
        noise = 1 / electrons, ((3 + 0.004 * iso) / electrons) ** 2
        found[iso] = Shot(path, iso, noise, neutral / neutral.max()), truth
    return found


def judged(program: Program, photo: Path, work: Path, isos: list[int], *, clean: bool) -> Scores:
    """clean: with noise reduction."""
    made = shots(work, photo, sorted({100, *isos}))
    shot, truth = made[100]
    to_camera = program.fitted(shot, np.load(truth), work)
    camera = XYZ_TO_CAMERA @ SRGB_TO_XYZ
    to_srgb = (np.linalg.inv(camera / camera.sum(axis=1, keepdims=True)).T / WHITE).astype(np.float32)

    def one(render: Render, shot: Shot, truth: Path) -> Score:
        found, exact = aligned(render(shot, work), np.load(truth))
        clipped = (exact * shot.neutral).max(-1) > BRIGHTEST
        return score((found @ to_camera).astype(np.float32) @ to_srgb, exact @ to_srgb, clipped)

    return {
        (iso, name): max((one(render, *made[iso]) for render in renders.values()), key=lambda found: found.psnr)
        for iso in isos
        for name, renders in _methods(program, clean=clean).items()
    }


def _methods(program: Program, *, clean: bool) -> Mapping[str, Mapping[float, Render]]:
    return program.denoise if clean else {name: {0: render} for name, render in program.demosaic.items()}


class Known:
    """What other programs reached, kept from run to run: theirs changes only with their versions."""

    def __init__(self, place: Path, versions: Mapping[str, str]) -> None:
        self._place, self._versions = place, versions
        self._scores = json.loads(place.read_text()) if place.exists() else {}

    def judged(self, program: Program, photo: Path, work: Path, isos: list[int], *, clean: bool) -> Scores:
        """As `judged`."""
        if program is STILLBYTES:
            return judged(program, photo, work, isos, clean=clean)
        strengths = sorted({strength for each in program.denoise.values() for strength in each}) if clean else "bare"
        key = f"{program.name} {self._versions[program.name]}, {photo.stem}, {isos}, {strengths}"
        if key not in self._scores:
            found = judged(program, photo, work, isos, clean=clean)
            self._scores[key] = [[iso, name, *astuple(one)] for (iso, name), one in found.items()]
            self._place.write_text(json.dumps(self._scores))
        return {(iso, name): Score(*numbers) for iso, name, *numbers in self._scores[key]}


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--isos", type=int, nargs="+", default=[100, 1600, 6400, 25600])
    made.add_argument("--photos", type=Path, nargs="+", help="any photos (default: twelve of the reference)")
    made.add_argument(
        "--programs",
        nargs="+",
        default=[program.name for program in PROGRAMS],
        help="any of these (default: %(default)s)",
    )
    made.add_argument("--what", nargs="+", choices=("demosaic", "denoise"), default=["demosaic", "denoise"])
    chosen = made.parse_args()
    programs = [program for program in PROGRAMS if program.name in chosen.programs]
    if all(program in programs for program in PROGRAMS):
        need("darktable-cli", "rawtherapee-cli")
    photos = chosen.photos or [*sorted(PHOTOS.glob("*.jpg")), *sorted(SMALL.glob("*.jpg"))[:40:8]]
    versions = {
        "LibRaw": f"rawpy {importlib.metadata.version('rawpy')}",
        "darktable": version_of("darktable-cli", "--version"),
        "RawTherapee": version_of("rawtherapee-cli", "-v"),
    }
    report = announce(LIMIT, **versions) | {"demosaic": {}, "denoise": {}}
    work = chosen.work / f"quality-{MOST[0]}"
    work.mkdir(parents=True, exist_ok=True)
    known = Known(work / "others.json", versions)
    for what, isos in (
        ("demosaic", [iso for iso in chosen.isos if iso <= BARE]),
        ("denoise", [iso for iso in chosen.isos if iso >= CLEANED]),
    ):
        if what not in chosen.what or not isos:
            continue
        found: dict[int, dict[str, dict[str, Score]]] = defaultdict(lambda: defaultdict(dict))
        for photo in photos:
            for program in programs:
                for (iso, method), one in known.judged(program, photo, work, isos, clean=what == "denoise").items():
                    found[iso][f"{program.name} {method}".strip()][photo.stem] = one
            told = " ".join(
                f"{iso}: " + ", ".join(f"{name} {each[photo.stem].psnr:.2f}" for name, each in methods.items())
                for iso, methods in found.items()
            )
            print(f"{what} of {photo.stem}, {told}", file=sys.stderr, flush=True)
        for iso, methods in found.items():
            print(
                f"{what}, ISO {iso} (dB of the encoded picture; means of all)\n{shown(methods, photos)}\n"
                f"{behind(methods)}\n",
                flush=True,
            )
            report[what][iso] = {
                method: {name: [one.psnr, one.ssim, one.zipper, one.linear] for name, one in each.items()}
                for method, each in methods.items()
            }
    save("quality", report)


def shown(methods: Mapping[str, Mapping[str, Score]], photos: list[Path]) -> str:
    """Rows of methods, the best of which on a photo has a star."""
    names = [photo.stem for photo in photos]
    best = {name: max(each[name].psnr for each in methods.values()) for name in names}
    rows = []
    for method, each in methods.items():
        scores = [each[name] for name in names]
        mean = np.mean([[one.psnr, one.ssim, one.zipper, one.linear] for one in scores], axis=0)
        rows.append([
            method, *(f"{each[name].psnr:.2f}{'*' if each[name].psnr == best[name] else ' '}" for name in names),
            f"{mean[0]:.2f}", f"{mean[1]:.4f}", f"{100 * mean[2]:.1f} %", f"{mean[3]:.2f}",
        ])  # fmt: skip
    return table(["", *(name[:12] for name in names), "mean", "SSIM", "zipper", "linear"], rows)


def behind(methods: Mapping[str, Mapping[str, Score]]) -> str:
    """Where ours is not near the first, in words; by how much it is first, or not, on average."""
    others = {name: each for name, each in methods.items() if not name.startswith(STILLBYTES.name)}
    ours = next((each for name, each in methods.items() if name.startswith(STILLBYTES.name)), None)
    if ours is None or not others:
        return ""
    far = []
    for photo, mine in ours.items():
        first = max(others, key=lambda name: others[name][photo].psnr)
        lacking = others[first][photo].psnr - mine.psnr
        if lacking > NEAR:
            far.append(f"{photo} {lacking:.2f} dB ({first})")
    means = {name: np.mean([one.psnr for one in each.values()]) for name, each in others.items()}
    next_one = max(means, key=lambda name: means[name])
    ahead = np.mean([one.psnr for one in ours.values()]) - means[next_one]
    return f"on average {ahead:+.2f} dB to {next_one}; further than {NEAR} dB behind: {', '.join(far) or 'nowhere'}"


if __name__ == "__main__":
    main()
