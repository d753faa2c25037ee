"""One picture to look at: each reference photo as Stillbytes, darktable and RawTherapee develop it, and its source.

RAW files are made of the photos; every program develops them with its defaults (RawTherapee: its neutral ones), or with
`--edit` with the same edit, by what each of them calls it. The rightmost column is the JPEG that the RAW was made of.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from common import PHOTOS, announce, need, parser, raw_file, save, timed, version_of
from PIL import Image, ImageDraw, ImageFont
from quality.programs import history

LIMIT = "by eye: no casts, no halos, no banding, no magenta highlights, a pleasing default"
TITLES = ("Stillbytes", "darktable", "RawTherapee", "source JPEG")
BAR = 26
EXPOSURE, CONTRAST, SATURATION = 0.7, 20, 20
"""The edit: stops, and parts of a hundred of each program's own."""
_THERAPEE = f"""[Version]
AppVersion=5.9
Version=349
[Exposure]
Auto=false
Compensation={EXPOSURE}
Contrast={CONTRAST}
Saturation={SATURATION}
"""


def developed(photo: Path, work: Path, edge: int, *, edited: bool) -> list[Image.Image]:
    """What the three programs make of the file."""
    out = work / "sheet"
    out.mkdir(exist_ok=True)
    ours, dark, therapee = (out / f"{photo.stem}-{name}.jpg" for name in ("ours", "darktable", "rawtherapee"))
    place = work / "darktable"
    own = ["--configdir", str(place / "config"), "--cachedir", str(place / "cache"), "--library", ":memory:"]
    sliders, sidecar, profile = [], [], []
    if edited:
        sliders = ["--exposure", str(EXPOSURE), "--contrast", str(CONTRAST), "--saturation", str(SATURATION)]
        sidecar, profile = [str(out / "edit.xmp")], ["-p", str(out / "edit.pp3")]
        (out / "edit.xmp").write_text(history([("basicadj", 2, _basic())]))
        (out / "edit.pp3").write_text(_THERAPEE)
    commands = {
        ours: [
            sys.executable,
            "-m",
            "stillbytes",
            "develop",
            str(photo),
            "-o",
            str(ours),
            "--ignore-sidecar",
            *sliders,
        ],
        dark: ["darktable-cli", str(photo), *sidecar, str(dark), "--core", "--disable-opencl", *own],
        therapee: ["rawtherapee-cli", "-Y", "-j92", "-o", str(therapee), *profile, "-c", str(photo)],
    }
    for target, command in commands.items():
        target.unlink(missing_ok=True)
        timed(command)
    return [fitted(path, edge) for path in commands]


def _basic() -> bytes:
    """Version 2 of the parameters of darktable's basic adjustments: defaults but for the edit."""
    black, compression, threshold, norm, grey, brightness, vibrance, clip = 0.0, 0.0, 0.0, 1, 18.42, 0.0, 0.0, 0.0
    before = black, EXPOSURE, compression, threshold, CONTRAST / 100
    return struct.pack("<5fi5f", *before, norm, grey, brightness, SATURATION / 100, vibrance, clip)


def fitted(path: Path, edge: int) -> Image.Image:
    with Image.open(path) as picture:
        shown = picture.convert("RGB")
    shown.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return shown


def cut(pictures: list[Image.Image], size: int) -> list[Image.Image]:
    """Squares from the middle, of full-size pictures."""
    found = []
    for picture in pictures:
        left, top = (picture.width - size) // 2, (picture.height - size) // 2
        found.append(picture.crop((left, top, left + size, top + size)))
    return found


def main() -> None:
    made = parser(__doc__)
    made.add_argument("output", type=Path, help="PNG to write, for example benchmarks/results/sheet.png")
    made.add_argument("--edge", type=int, default=480, help="long edge of each picture (default: %(default)s)")
    made.add_argument("--crop", type=int, help="show squares of so many pixels from the middle at full size instead")
    made.add_argument("--edit", action="store_true", help="with the same edit in each program")
    photos = sorted(p.stem for p in PHOTOS.glob("*.jpg"))
    made.add_argument("--photos", nargs="+", default=photos, help="names of reference photos, or JPEG files")
    chosen = made.parse_args()
    need("darktable-cli", "rawtherapee-cli")
    report = announce(
        LIMIT,
        darktable=version_of("darktable-cli", "--version"),
        rawtherapee=version_of("rawtherapee-cli", "-v"),
    )
    edge = 1 << 16 if chosen.crop else chosen.edge
    rows = []
    for name in chosen.photos:
        print(name, flush=True)
        source = Path(name) if name.endswith(".jpg") else PHOTOS / f"{name}.jpg"
        made_of_it = developed(raw_file(chosen.work, name), chosen.work, edge, edited=chosen.edit)
        pictures = [*made_of_it, fitted(source, edge)]
        rows.append(cut(pictures, chosen.crop) if chosen.crop else pictures)
    cell = chosen.crop or chosen.edge
    sheet = Image.new("RGB", (len(TITLES) * cell, BAR + sum(max(p.height for p in row) for row in rows)), (60, 60, 60))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for column, title in enumerate(TITLES):
        draw.text((column * cell + 6, 4), title, (230, 230, 230), font)
    y = BAR
    for row in rows:
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * cell, y))
        y += max(p.height for p in row)
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(chosen.output)
    print(f"{chosen.output} ({sheet.width} x {sheet.height})")
    save("sheet", report | {"photos": chosen.photos, "edited": chosen.edit})


if __name__ == "__main__":
    main()
