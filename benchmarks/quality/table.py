"""Demosaicing and noise reduction beside LibRaw, darktable and RawTherapee: PSNR, SSIM and zipper against the truth.

Twelve photos become RAW files at several ISO settings. Every program renders them with nothing but its demosaicing, or
with its noise reduction as well, and is brought to linear sRGB by a matrix of its own, fitted at ISO 100. Where noise
reduction has a strength, the best of a few counts, for each program.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import PHOTOS, SHARED, announce, need, parser, save, table, version_of
from fidelity import BRIGHTEST, SRGB_TO_XYZ, Score, score
from programs import PROGRAMS, Program, Render, Shot, aligned

LIMIT = "first or within 0.3 dB of the first on every photo, and first on average"
SMALL = SHARED / "reference/sky"
MOST = (1152, 896)
"""Pixels of the middle of a photo that are used."""
XYZ_TO_CAMERA = np.array([[0.9020, -0.2890, -0.0715], [-0.4535, 1.2436, 0.2348], [-0.0934, 0.1919, 0.7086]])
"""The camera of `make_dng.py`."""
HIGH = 800
"""ISO from which noise reduction is compared; demosaicing without it is compared up to the first of these."""
WHITE = 0.45
"""Where it places diffuse white, signal 1 at saturation."""


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


def judged(program: Program, photo: Path, work: Path, isos: list[int], *, clean: bool) -> dict[tuple[int, str], Score]:
    """(ISO, method) -> how near it comes. clean: with noise reduction."""
    made = shots(work, photo, sorted({100, *isos}))
    shot, truth = made[100]
    to_camera = program.fitted(shot, np.load(truth), work)
    camera = XYZ_TO_CAMERA @ SRGB_TO_XYZ
    to_srgb = (np.linalg.inv(camera / camera.sum(axis=1, keepdims=True)).T / WHITE).astype(np.float32)

    def one(render: Render, shot: Shot, truth: Path) -> Score:
        found, exact = aligned(render(shot, work), np.load(truth))
        clipped = (exact * shot.neutral).max(-1) > BRIGHTEST
        return score((found @ to_camera).astype(np.float32) @ to_srgb, exact @ to_srgb, clipped)

    methods: Mapping[str, tuple[Render, ...]] = (
        program.denoise if clean else {name: (render,) for name, render in program.demosaic.items()}
    )
    return {
        (iso, name): max((one(render, *made[iso]) for render in renders), key=lambda found: found.psnr)
        for iso in isos
        for name, renders in methods.items()
    }


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--isos", type=int, nargs="+", default=[100, 1600, 6400, 25600])
    made.add_argument("--photos", type=Path, nargs="+", help="any photos (default: twelve of the reference)")
    made.add_argument("--programs", nargs="+", default=[program.name for program in PROGRAMS])
    chosen = made.parse_args()
    programs = [program for program in PROGRAMS if program.name in chosen.programs]
    if len(programs) == len(PROGRAMS):
        need("darktable-cli", "rawtherapee-cli")
    photos = chosen.photos or [*sorted(PHOTOS.glob("*.jpg")), *sorted(SMALL.glob("*.jpg"))[:40:8]]
    report = announce(LIMIT, darktable=version_of("darktable-cli", "--version")) | {"demosaic": {}, "denoise": {}}
    work = chosen.work / "quality"
    work.mkdir(parents=True, exist_ok=True)
    low, high = [iso for iso in chosen.isos if iso < HIGH], [iso for iso in chosen.isos if iso >= HIGH]
    for what, clean, isos in (("demosaic", False, [*low, *high[:1]]), ("denoise", True, high)):
        found: dict[int, dict[str, dict[str, Score]]] = defaultdict(lambda: defaultdict(dict))
        for photo in photos:
            for program in programs:
                for (iso, method), one in judged(program, photo, work, isos, clean=clean).items():
                    found[iso][f"{program.name} {method}".strip()][photo.stem] = one
        for iso, methods in found.items():
            print(
                f"{what}, ISO {iso} (dB of the encoded picture; means of all)\n{shown(methods, photos)}\n", flush=True
            )
            report[what][iso] = {
                method: {name: [one.psnr, one.ssim, one.zipper, one.linear] for name, one in each.items()}
                for method, each in methods.items()
            }
    save("quality", report)


def shown(methods: Mapping[str, Mapping[str, Score]], photos: list[Path]) -> str:
    """Rows of methods, the best of which on a photo has a star; behind: ours behind the best of the others."""
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


if __name__ == "__main__":
    main()
