"""Halos: what an adjustment leaves around edges that were not cut out exactly, with and without edge-aware application.

Of a composite whose layers are known, the right answer to "adjust what is masked" is the composite of the adjusted
layer and the other. The figure is the mean CIEDE2000 between that and what the product makes of the composite, in a
band of two pixels around everything that is mixed. `floor` is the same without any adjustment: noise and rounding.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import PHOTOS, ROOT, announce, parser, save, stop, table
from numpy.typing import NDArray
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import NotFound
from stillbytes.develop.difference import delta_e_2000, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.gpu.access import own_access
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import find
from stillbytes.masks.local import locals_of
from stillbytes.masks.rasters import Rasters

sys.path.insert(0, str(ROOT / "tests"))
from composites import SCENES, Composite, composite

LIMIT = "less than without it on average, for each kind of mask that it is used for"
FLOAT = Output(dtype="float32")
DELTAS: Mapping[str, Mapping[str, float]] = {
    "exposure -1": {"exposure": -1.0},
    "exposure +1": {"exposure": 1.0},
    "exposure -2": {"exposure": -2.0},
    "temperature +40": {"local_temperature": 40.0},
    "exposure -0.7, dehaze 20": {"exposure": -0.7, "dehaze": 20.0},
    "exposure -0.5, saturation 30": {"exposure": -0.5, "saturation": 30.0},
    "saturation -60": {"saturation": -60.0},
}
Floats = NDArray[np.float32]


def light(v: NDArray[np.floating]) -> Floats:
    """Linear light of encoded sRGB, 0..1 both."""
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encoded(v: NDArray[np.floating]) -> Floats:
    v = np.clip(v, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055).astype(np.float32)


def eight(v: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.rint(np.clip(v, 0, 1) * 255).astype(np.uint8)


def everywhere(delta: Mapping[str, float]) -> list[Local]:
    return [Local("all", delta, lambda grid: np.ones((grid.height, grid.width), np.float32))]


class Scene:
    """A composite in files, as photos that are opened."""

    def __init__(self, name: str, kind: str, folder: Path, width: int, height: int) -> None:
        """kind: "subject" for what is before, "sky" or "background" for what is behind."""
        self.made: Composite = composite(name, PHOTOS, width, height)
        behind = kind != "subject"
        self.part: Floats = 1 - self.made.alpha if behind else self.made.alpha
        sides = (self.made.back, self.made.fore) if behind else (self.made.fore, self.made.back)
        self.whole = self._opened(folder / f"{name}.png", self.made.pixels)
        self.masked = self._opened(folder / f"{name}-masked.png", eight(encoded(sides[0])))
        self.rest = self._opened(folder / f"{name}-rest.png", eight(encoded(sides[1])))
        mixed = (self.part > 0.02) & (self.part < 0.98)
        near = np.asarray(Image.fromarray(mixed).convert("L"))
        rows, columns = np.nonzero(near)
        self.band = np.zeros_like(mixed)
        for down in range(-2, 3):
            for across in range(-2, 3):
                at = np.clip(rows + down, 0, height - 1), np.clip(columns + across, 0, width - 1)
                self.band[at] = True

    @staticmethod
    def _opened(path: Path, pixels: NDArray[np.uint8]) -> Pipeline:
        Image.fromarray(pixels).save(path)
        return sb.open(path).pipeline

    def ideal(self, delta: Mapping[str, float]) -> Floats:
        masked = light(self.masked.render(Settings(), 1.0, output=FLOAT, local=everywhere(delta)).pixels)
        rest = light(self.rest.render(Settings(), 1.0, output=FLOAT, local=()).pixels)
        share = self.part[..., None]
        return encoded(masked * share + rest * (1 - share))

    def shown(self, local: list[Local], scale: float = 1.0) -> Floats:
        return np.asarray(self.whole.render(Settings(), scale, output=FLOAT, local=local).pixels, np.float32)

    def off(self, one: Floats, other: Floats) -> float:
        step = self.band.shape[0] // one.shape[0]
        band = self.band[::step, ::step]
        return float(delta_e_2000(lab_of(one[band], "srgb"), lab_of(other[band], "srgb")).mean())


def halved(encoded_pixels: Floats) -> Floats:
    height, width = (side // 2 for side in encoded_pixels.shape[:2])
    blocks = light(encoded_pixels)[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
    return encoded(blocks.mean((1, 3)))


def measured(scene: Scene, kind: str, raster: NDArray[np.uint8], folder: Path, looked: Path | None) -> dict[str, Any]:
    """Figures by adjustment: (without, with), at full and at half size."""
    rasters = Rasters(folder / "none")
    found: Any = {"subject": sb.masks.Subject, "sky": sb.masks.Sky, "background": sb.masks.Background}[kind]
    mask = sb.masks.Mask.of(found(raster=rasters.hold(raster)))
    figures: dict[str, Any] = {"floor": scene.off(scene.ideal({}), scene.shown([]))}
    for words, delta in DELTAS.items():
        settings = Settings(adjustments=[{"id": "one", "mask": mask.to_json(), "delta": dict(delta)}])
        (aware,) = locals_of(settings, rasters)
        plain = replace(aware, mixture=None)
        ideal = scene.ideal(delta)
        pictures = [scene.shown([way]) for way in (plain, aware)]
        half = [scene.shown([way], 0.5) for way in (plain, aware)]
        figures[words] = [scene.off(ideal, one) for one in pictures]
        figures[f"{words}, half size"] = [scene.off(halved(ideal), one) for one in half]
        if looked is not None and words == "exposure -1":
            strip = np.hstack([*pictures, ideal])
            Image.fromarray(eight(strip)).save(looked)
    return figures


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--names", nargs="*", default=[], help="composites (default: all)")
    made.add_argument("--width", type=int, default=1200)
    made.add_argument("--found", action="store_true", help="also with masks that the product finds itself")
    made.add_argument("--pictures", type=Path, help="folder for without, with and right side by side, exposure -1")
    chosen = made.parse_args()
    if not PHOTOS.is_dir():
        stop(f"{PHOTOS} is needed; set STILLBYTES_SHARED.")
    report = announce(LIMIT) | {"scenes": {}}
    if chosen.pictures:
        chosen.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, own_access() as networks:
        for name in chosen.names or SCENES:
            for kind in ("sky",) if name.startswith("twigs") else ("subject", "background"):
                scene = Scene(name, kind, Path(work), chosen.width, round(chosen.width * 2 / 3))
                rasters = {"exact": eight(scene.part)}
                if chosen.found:
                    asked: Any = sb.masks.Sky() if kind == "sky" else sb.masks.Subject()
                    try:
                        pixels = find(asked, Picture(scene.made.pixels), networks).pixels
                        rasters["found"] = 255 - pixels if kind == "background" else pixels
                    except NotFound as told:
                        print(f"{name}: {told}", flush=True)
                for how, raster in rasters.items():
                    looked = chosen.pictures / f"{name}-{kind}-{how}.png" if chosen.pictures else None
                    figures = measured(scene, kind, raster, Path(work), looked)
                    report["scenes"][f"{name}, {kind}, {how}"] = figures
                    few = "  ".join(f"{w} {v[0]:.2f} > {v[1]:.2f}" for w, v in figures.items() if w in list(DELTAS)[:3])
                    print(f"{name}, {kind}, {how}: floor {figures['floor']:.2f}  {few}", flush=True)
    print()
    for how in ("exact", "found"):
        for kind in ("sky", "subject", "background"):
            of = [f for n, f in report["scenes"].items() if n.endswith(f"{kind}, {how}")]
            if not of:
                continue
            rows = []
            for words in DELTAS:
                cells = []
                for key in (words, f"{words}, half size"):
                    before, after = (float(np.mean([f[key][i] for f in of])) for i in (0, 1))
                    worse = sum(f[key][1] > f[key][0] + 0.02 for f in of)
                    cells += [f"{before:.2f}", f"{after:.2f}", str(worse)]
                rows.append([words, *cells])
            floor = np.mean([f["floor"] for f in of])
            print(table([f"{kind}, {how} mask ({len(of)}), floor {floor:.2f}", "without", "with", "worse in",
                         "half size", "with", "worse in"], rows), "\n")  # fmt: skip
    save("halos", report)


if __name__ == "__main__":
    main()
