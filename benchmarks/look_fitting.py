"""Look fitting: edits of our own and other programs' looks as targets, and how near the fitted settings come.

Each target is a picture alone; the fit knows nothing of how it was made. The difference is CIEDE2000 of the target and
the photo rendered anew with the fitted settings, both at the target's size, averaged over blocks of 2 x 2 pixels as
light, which leaves out sharpening and noise.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import PEERS, PHOTOS, announce, parser, percentile, raw_file, save, table, timed
from PIL import Image

LIMIT = "20 random edits of ours: mean dE2000 under 1.0 within 5 s each on 2 cores; another program's look: under 4"
EDITS = 20
EDGE = 1024


def random_look(seed: int) -> dict[str, Any]:
    """An edit such as a person makes: some sliders of some sections, strongly."""
    chance = np.random.default_rng(seed)

    def amount(most: float) -> float:
        return float(np.rint(np.clip(chance.normal(0, most / 2), -most, most)))

    def some(names: list[str], share: float, most: float) -> dict[str, float]:
        return {name: amount(most) for name in names if chance.random() < share}

    bands = ("red", "orange", "yellow", "green", "aqua", "blue", "purple", "magenta")
    look: dict[str, Any] = {"exposure": round(float(np.clip(chance.normal(0, 0.6), -1.2, 1.2)), 2)}
    look |= some(["contrast", "highlights", "shadows", "whites", "blacks"], 0.7, 70)
    if chance.random() < 0.7:
        look |= {"temperature": float(chance.integers(90, 170) * 50), "tint": 10 + amount(40)}
    if chance.random() < 0.15:
        look |= {"black_and_white": True, **some([f"grey_{band}" for band in bands], 0.6, 60)}
    else:
        look |= some(["vibrance", "saturation"], 0.6, 50)
        look |= some([f"{kind}_{band}" for kind in ("hue", "saturation", "luminance") for band in bands], 0.3, 50)
    if chance.random() < 0.5:
        for region in ("shadows", "midtones", "highlights"):
            look[f"grade_{region}_hue"] = float(chance.integers(0, 360))
            look[f"grade_{region}_saturation"] = float(chance.integers(0, 30))
    if chance.random() < 0.4:
        rise = chance.normal(0, 14, 3)
        lift = float(np.clip(chance.normal(0, 14), 0, 40))
        look["curve"] = [(0, lift), (64, 64 + rise[0]), (128, 128 + rise[1]), (192, 192 + rise[2]), (255, 255)]
    return look


def small(path_or_pixels: Any, edge: int) -> np.ndarray:
    """(height, width, 3) float32 0..1 of a picture, its long edge `edge`."""
    if isinstance(path_or_pixels, Path):
        with Image.open(path_or_pixels) as picture:
            shown = picture.convert("RGB")
        shown.thumbnail((edge, edge), Image.Resampling.BOX)
        return np.asarray(shown, np.float32) / 255
    return np.asarray(path_or_pixels, np.float32)


def difference(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """CIEDE2000 of two sRGB pictures in blocks of 2 x 2 pixels."""
    from stillbytes.develop.difference import delta_e_2000, lab_of  # noqa: PLC0415
    from stillbytes.photo.spaces import SRGB_TRANSFER  # noqa: PLC0415

    height, width = (min(a, b) // 2 * 2 for a, b in zip(one.shape[:2], two.shape[:2], strict=True))
    found = []
    for picture in (one, two):
        light = SRGB_TRANSFER.to_linear(picture[:height, :width])
        blocks = light.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
        found.append(lab_of(SRGB_TRANSFER.to_encoded(blocks).astype(np.float32), "srgb"))
    return delta_e_2000(*found)


def measured(photo: Any, target: np.ndarray) -> dict[str, Any]:
    """One fit, timed from the decoded photo to the settings."""
    from stillbytes.develop.settings import Settings  # noqa: PLC0415
    from stillbytes.generate.look import fit  # noqa: PLC0415

    pipeline = photo.pipeline
    begin = time.perf_counter()
    fitted = fit(pipeline, Settings(), target)
    seconds = time.perf_counter() - begin
    rendered = photo.edit(fitted.settings).render(EDGE, dtype="float32")
    far = difference(np.asarray(rendered), target)
    plain = difference(np.asarray(photo.edit(Settings()).render(EDGE, dtype="float32")), target)
    return {
        "before": float(plain.mean()), "mean": float(far.mean()), "p95": float(np.percentile(far, 95)),
        "seconds": seconds, "settings": len(fitted.settings), "found": dict(fitted.settings),
    }  # fmt: skip


def row(name: str, found: dict[str, Any]) -> list[str]:
    figures = (found["before"], found["mean"], found["p95"], found["seconds"])
    return [name, *(f"{figure:.2f}" for figure in figures), str(found["settings"])]


STYLE = """[Exposure]
Compensation=0.35
Contrast=20
Saturation=-12
[Vibrance]
Enabled=true
Pastels=35
Saturated=10
[White Balance]
Enabled=true
Setting=Custom
Temperature=7200
Green=1.02
[RGB Curves]
Enabled=true
LumaMode=false
rCurve=1;0;0.06;0.5;0.53;1;0.97;
gCurve=0;
bCurve=1;0;0.1;0.5;0.5;1;0.9;
"""
"""A look in RawTherapee's terms: warm, faded, with blue shadows."""


def peers(work: Path) -> dict[str, list[str]]:
    """Look -> command that develops PHOTO to OUT with it; of programs that are not installed none."""
    import shutil  # noqa: PLC0415

    work.mkdir(parents=True, exist_ok=True)
    style = work / "style.pp3"
    style.write_text(STYLE)
    therapee = ["rawtherapee-cli", "-Y", "-d"]
    own = ["--configdir", str(work / "darktable/config"), "--cachedir", str(work / "darktable/cache")]
    commands = {
        "RawTherapee": [*therapee, "-j95", "-o", "OUT", "-c", "PHOTO"],
        "RawTherapee, faded": [*therapee, "-p", str(style), "-j95", "-o", "OUT", "-c", "PHOTO"],
        "darktable": ["darktable-cli", "PHOTO", "OUT", "--core", "--disable-opencl", *own, "--library", ":memory:"],
    }
    for program in ("rawtherapee-cli", "darktable-cli"):
        if not shutil.which(program):
            print(f"{program} is not installed, so its looks are not fitted. On Debian or Ubuntu: {PEERS}")
    return {name: command for name, command in commands.items() if shutil.which(command[0])}


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--edits", type=int, default=EDITS, help="random edits of ours (default: %(default)s)")
    made.add_argument("--first-seed", type=int, default=0)
    made.add_argument("--photos", nargs="+", default=sorted(p.stem for p in PHOTOS.glob("*.jpg")))
    made.add_argument("--no-peers", action="store_true", help="edits of ours only")
    chosen = made.parse_args()
    import stillbytes as sb  # noqa: PLC0415
    from stillbytes.develop.settings import Settings  # noqa: PLC0415

    report = announce(LIMIT) | {"edits": {}, "peers": {}}
    rows = []
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.edits):
        name = chosen.photos[seed % len(chosen.photos)]
        photo = sb.open(PHOTOS / f"{name}.jpg")
        look = Settings(random_look(seed))
        found = measured(photo, np.asarray(photo.edit(look).render(EDGE), np.float32) / 255)
        report["edits"][f"{seed} {name}"] = found | {"look": dict(look)}
        rows.append([*row(f"{seed} {name}", found), str(len(look))])
        print(".", end="", flush=True)
    print()
    if rows:
        print(table(["edit of ours", "dE before", "mean", "p95", "seconds", "settings", "of the edit"], rows))
        edits = list(report["edits"].values())
        far, slow = [e["mean"] for e in edits], [e["seconds"] for e in edits]
        print(f"worst mean dE {max(far):.2f}, median {percentile(far, 0.5):.2f}; slowest {max(slow):.2f} s\n")
    if not chosen.no_peers:
        report["peers"] = _peers(chosen.work, chosen.photos)
    save("look_fitting", report)


def _peers(work: Path, names: list[str]) -> dict[str, Any]:
    import stillbytes as sb  # noqa: PLC0415

    found: dict[str, Any] = {}
    programs = peers(work)
    rows = []
    for name in names if programs else []:
        raw = raw_file(work, name)
        for program, command in programs.items():
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "look.jpg"
                timed([str({"PHOTO": raw, "OUT": out}.get(part, part)) for part in command])
                one = measured(sb.open(raw), small(out, EDGE))
            found[f"{program} {name}"] = one
            rows.append(row(f"{program} {name}", one))
    if rows:
        print(table(["look of", "dE before", "mean", "p95", "seconds", "settings"], rows))
        print(f"worst mean dE {max(one['mean'] for one in found.values()):.2f}")
    return found


if __name__ == "__main__":
    main()
