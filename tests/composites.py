"""Made-up photographs of things with fine edges before real ones, with their exact alpha.

Everything is drawn several times too large and averaged, so a hair half a pixel wide covers half of its pixels. Colours
come from other photographs; light is mixed as a lens mixes it, before the sRGB curve. The same name gives the same
picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

FINER = 4
"""How many times too large shapes are drawn."""
BITS = 4
"""Of positions behind the point, as OpenCV draws."""
Floats = NDArray[np.float32]
Random = np.random.Generator


@dataclass(frozen=True)
class Composite:
    """pixels: (height, width, 3) uint8 sRGB. alpha: (height, width) float32, 0..1. fore, back: linear light, 0..1."""

    name: str
    pixels: NDArray[np.uint8]
    alpha: Floats
    fore: Floats
    back: Floats


class Sheet:
    """A transparent sheet in units of its height: x to the right of the middle, y down from it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._alpha = np.zeros((height, width), np.float32)
        self.tone = np.ones((height, width), np.float32)
        """Brightness of what is drawn, times that of the texture."""

    def alpha(self) -> Floats:
        return np.clip(self._alpha, 0, 1)

    def _at(self, points: NDArray[np.floating], size: int) -> NDArray[np.int32]:
        middle = np.array([self.width, self.height]) * size / 2
        return np.rint((np.asarray(points) * self.height * size + middle) * (1 << BITS)).astype(np.int32)

    def lines(
        self, lines: list[NDArray[np.floating]], wide: float, opaque: float = 1.0, tones: Floats | None = None
    ) -> None:
        """wide: pixels of the finished picture."""
        fine = np.zeros((self.height * FINER, self.width * FINER), np.uint8)
        for line in lines:
            cv2.polylines(fine, [self._at(line, FINER)], False, 255, max(1, round(wide * FINER)), cv2.LINE_AA, BITS)
        self._add(fine, opaque)
        for line, tone in zip(lines, tones if tones is not None else (), strict=False):
            cv2.polylines(self.tone, [self._at(line, 1)], False, float(tone), max(2, round(wide) + 1), cv2.LINE_8, BITS)

    def filled(self, outline: NDArray[np.floating], opaque: float = 1.0, hole: bool = False) -> None:
        fine = np.zeros((self.height * FINER, self.width * FINER), np.uint8)
        cv2.fillPoly(fine, [self._at(outline, FINER)], 255, cv2.LINE_AA, BITS)
        if hole:
            self._alpha *= 1 - cv2.resize(fine, (self.width, self.height), interpolation=cv2.INTER_AREA) / np.float32(
                255
            )
        else:
            self._add(fine, opaque)

    def _add(self, fine: NDArray[np.uint8], opaque: float) -> None:
        covered = cv2.resize(fine, (self.width, self.height), interpolation=cv2.INTER_AREA) / np.float32(255) * opaque
        self._alpha = self._alpha + covered * (1 - self._alpha)


def _ellipse(x: float, y: float, a: float, b: float, turn: float = 0.0) -> NDArray[np.floating]:
    t = np.linspace(0, 2 * np.pi, 200)
    points = np.stack([a * np.cos(t), b * np.sin(t)], 1)
    c, s = np.cos(turn), np.sin(turn)
    return points @ np.array([[c, s], [-s, c]]) + (x, y)


def _strand(
    begin: NDArray[np.floating], direction: float, length: float, bend: float, steps: int = 14
) -> NDArray[np.floating]:
    angles = direction + bend * np.linspace(0, 1, steps) ** 1.5
    moves = np.stack([np.cos(angles), np.sin(angles)], 1) * length / steps
    return np.vstack([begin[None], begin + np.cumsum(moves, 0)])


def hair(sheet: Sheet, random: Random, wild: float) -> None:
    """Head and shoulders with strands that stand off."""
    sheet.filled(_ellipse(0, 0.62, 0.5, 0.32))
    sheet.filled(_ellipse(0, 0.25, 0.11, 0.2))
    sheet.filled(_ellipse(0, -0.05, 0.2, 0.26))
    sheet.filled(_ellipse(0, -0.1, 0.24, 0.26))
    for wide in (0.6, 1.0, 1.6):
        count = 170
        turns = random.uniform(-np.pi * 1.1, 0.1 * np.pi, count)
        begins = np.stack([0.22 * np.cos(turns), -0.1 + 0.24 * np.sin(turns)], 1)
        lengths = random.gamma(2.0, 0.06 * wild, count)
        fall = random.normal(0.8, 0.7, count) * np.sign(np.cos(turns))
        lines = [_strand(b, t, n, f) for b, t, n, f in zip(begins, turns, lengths, fall, strict=True)]
        sheet.lines(lines, wide, tones=random.uniform(0.6, 1.3, count).astype(np.float32))


def fur(sheet: Sheet, random: Random, long: float) -> None:
    """An animal's head: two ears, and short hair all around."""
    parts = [(0.0, 0.1, 0.3, 0.27), (-0.2, -0.2, 0.09, 0.14), (0.2, -0.2, 0.09, 0.14), (0.0, 0.5, 0.34, 0.3)]
    for x, y, a, b in parts:
        sheet.filled(_ellipse(x, y, a, b))
    for wide in (0.7, 1.3, 2.2):
        lines, tones = [], []
        for x, y, a, b in parts:
            count = int(900 * (a + b))
            turns = random.uniform(0, 2 * np.pi, count)
            inward = random.uniform(0.86, 1.0, count)
            begins = np.stack([x + a * np.cos(turns) * inward, y + b * np.sin(turns) * inward], 1)
            out = turns + random.normal(0.35, 0.3, count)
            lengths = random.gamma(4.0, long / 4, count)
            lines += [
                _strand(p, t, n, f, 6)
                for p, t, n, f in zip(begins, out, lengths, random.normal(0, 0.5, count), strict=True)
            ]
            tones += list(random.uniform(0.6, 1.35, count))
        sheet.lines(lines, wide, tones=np.array(tones, np.float32))


def feather(sheet: Sheet, random: Random, open_: float) -> None:
    """A shaft with barbs, some of which have parted."""
    shaft = _strand(np.array([-0.42, 0.4]), -0.75, 1.15, -0.25, 60)
    sheet.lines([shaft], 5)
    gaps = random.random(90) < open_
    lines = []
    for i, j in enumerate(np.linspace(8, 58, 700)):
        at = shaft[int(j)] + (shaft[min(60, int(j) + 1)] - shaft[int(j)]) * (j % 1)
        along = np.arctan2(*(shaft[min(60, int(j) + 1)] - shaft[int(j)])[::-1])
        size = 0.17 * np.sin(np.pi * np.clip((j - 6) / 56, 0, 1)) ** 0.6
        for side in (-1, 1):
            if gaps[(i // 8 + 45 * (side > 0)) % 90] and random.random() < 0.8:
                continue
            lines.append(
                _strand(
                    at, along + side * random.normal(0.75, 0.05), size * random.uniform(0.85, 1.1), -side * 0.35, 10
                )
            )
    sheet.lines(lines, 1.1, tones=random.uniform(0.75, 1.25, len(lines)).astype(np.float32))
    sheet.lines(lines[::3], 1.8)


def twigs(sheet: Sheet, random: Random, depth: int) -> None:
    """A tree without leaves."""
    levels: dict[int, list[NDArray[np.floating]]] = {}

    def grow(begin: NDArray[np.floating], direction: float, length: float, level: int) -> None:
        line = _strand(begin, direction, length, random.normal(0, 0.25), 8)
        levels.setdefault(level, []).append(line)
        if level < depth:
            for _ in range(random.integers(2, 4)):
                at = line[random.integers(4, 9)]
                grow(at, direction + random.normal(0, 0.55), length * random.uniform(0.55, 0.82), level + 1)

    for x in (-0.12, 0.12):
        grow(np.array([x, 0.52]), -np.pi / 2 + random.normal(0, 0.15), 0.36, 0)
    for level, lines in levels.items():
        sheet.lines(lines, 16 * 0.58**level + 0.5, tones=random.uniform(0.7, 1.3, len(lines)).astype(np.float32))


def glass(sheet: Sheet, random: Random, body: float) -> None:
    """A bottle through which one sees: rims and lights are opaque, the rest is not."""
    y = np.linspace(-0.42, 0.42, 100)
    half = np.interp(y, [-0.42, -0.2, -0.08, 0.4, 0.42], [0.055, 0.055, 0.17, 0.17, 0.15])
    outline = np.vstack([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])
    sheet.filled(outline, body)
    sheet.lines([np.vstack([outline, outline[:1]])], 9, 0.75)
    sheet.lines([np.vstack([outline, outline[:1]])], 3, 0.9)
    sheet.filled(_ellipse(-0.09, 0.12, 0.015, 0.2), 0.9)
    sheet.filled(_ellipse(0.1, 0.05, 0.008, 0.12), 0.7)
    sheet.filled(_ellipse(0, -0.4, 0.055, 0.02), 0.6)
    sheet.filled(_ellipse(0, 0.24, 0.13, 0.09), 0.95)  # a label


def plain(sheet: Sheet, random: Random, form: str) -> None:
    """Things with hard edges."""
    t = np.linspace(0, 2 * np.pi, 400)
    if form == "mug":
        sheet.filled(_ellipse(0.26, 0.02, 0.15, 0.17))
        sheet.filled(_ellipse(0.26, 0.02, 0.1, 0.12), hole=True)
        sheet.filled(np.array([[-0.24, -0.26], [0.24, -0.26], [0.22, 0.3], [-0.22, 0.3]]))
        sheet.filled(_ellipse(0, -0.26, 0.24, 0.06))
        sheet.filled(_ellipse(0, 0.3, 0.22, 0.06))
    elif form == "gear":
        r = 0.3 + 0.05 * np.tanh(6 * np.sin(14 * t))
        sheet.filled(np.stack([r * np.cos(t), r * np.sin(t)], 1))
        for k in range(5):
            sheet.filled(_ellipse(0.17 * np.cos(k * 1.257), 0.17 * np.sin(k * 1.257), 0.06, 0.06), hole=True)
    elif form == "leaf":
        r = 0.33 * (1 + 0.25 * np.sin(5 * t)) * (1 + 0.05 * np.sin(41 * t))
        sheet.filled(np.stack([r * np.cos(t), r * np.sin(t)], 1))
        sheet.lines([_strand(np.array([0.0, 0.2]), 1.5, 0.4, 0.4)], 7)
    else:
        sheet.filled(_ellipse(0, 0.05, 0.32, 0.32))


def wheel(sheet: Sheet, random: Random, spokes: int) -> None:
    """Two rims with thin spokes."""
    for x in (-0.34, 0.34):
        ring = _ellipse(x, 0.15, 0.27, 0.27)
        sheet.lines([ring], 11)
        sheet.filled(_ellipse(x, 0.15, 0.025, 0.025))
        ends = np.linspace(0, 2 * np.pi, spokes, endpoint=False)
        hub = [(x + 0.02 * np.cos(e + 1.2), 0.15 + 0.02 * np.sin(e + 1.2)) for e in ends]
        sheet.lines(
            [np.array([h, (x + 0.27 * np.cos(e), 0.15 + 0.27 * np.sin(e))]) for h, e in zip(hub, ends, strict=True)],
            1.3,
        )
    frame = [(-0.34, 0.15), (-0.12, -0.22), (0.2, -0.24), (0.0, 0.17), (-0.34, 0.15), (0.0, 0.17), (-0.16, -0.3)]
    sheet.lines([np.array(frame), np.array([(0.34, 0.15), (0.18, -0.34), (0.28, -0.36)])], 13)


def clock(sheet: Sheet, random: Random, many: int) -> None:
    """A dandelion's head of seeds."""
    sheet.lines([_strand(np.array([0.05, 0.55]), -1.65, 0.6, 0.1)], 9)
    middle = np.array([0.02, -0.05])
    sheet.filled(_ellipse(middle[0], middle[1], 0.05, 0.05))
    stems, tufts = [], []
    for turn in random.uniform(0, 2 * np.pi, many):
        far = 0.3 * np.sqrt(random.uniform(0.25, 1))
        end = middle + far * np.array([np.cos(turn), np.sin(turn)])
        stems.append(np.array([middle, end]))
        tufts += [_strand(end, turn + a, random.uniform(0.04, 0.09), 0.2, 4) for a in random.normal(0, 0.6, 14)]
    sheet.lines(stems, 1.0)
    sheet.lines(tufts, 0.6)


SCENES: dict[str, tuple[Callable[[Sheet, Random], None], str, str, tuple[float, float, float], float]] = {
    # what, background, texture, its colour, background's blur in pixels at 1600
    "hair-dark": (partial(hair, wild=1.0), "forest-path", "marigold", (0.10, 0.07, 0.05), 9),
    "hair-blond": (partial(hair, wild=1.2), "kite", "dune-grass", (0.65, 0.45, 0.22), 6),
    "hair-wild": (partial(hair, wild=2.0), "boats-at-dusk", "ladybird", (0.30, 0.14, 0.07), 4),
    "fur-brown": (partial(fur, long=0.06), "dune-grass", "forest-path", (0.25, 0.15, 0.08), 7),
    "fur-white": (partial(fur, long=0.04), "marigold", "boats-at-dusk", (0.75, 0.72, 0.68), 4),
    "fur-grey": (partial(fur, long=0.09), "kite", "dandelion", (0.22, 0.22, 0.24), 3),
    "fur-black": (partial(fur, long=0.05), "ladybird", "dune-grass", (0.04, 0.04, 0.05), 5),
    "feather-white": (partial(feather, open_=0.2), "forest-path", "kite", (0.8, 0.8, 0.78), 10),
    "feather-dark": (partial(feather, open_=0.4), "boats-at-dusk", "dune-grass", (0.05, 0.05, 0.07), 8),
    "feather-red": (partial(feather, open_=0.1), "dune-grass", "marigold", (0.55, 0.08, 0.05), 8),
    "twigs-sky": (partial(twigs, depth=6), "kite", "forest-path", (0.08, 0.06, 0.04), 25),
    "twigs-dusk": (partial(twigs, depth=5), "boats-at-dusk", "forest-path", (0.03, 0.03, 0.03), 25),
    "twigs-light": (partial(twigs, depth=5), "ladybird", "dune-grass", (0.6, 0.5, 0.35), 12),
    "glass-thin": (partial(glass, body=0.15), "dune-grass", "kite", (0.8, 0.9, 0.9), 5),
    "glass-green": (partial(glass, body=0.4), "boats-at-dusk", "ladybird", (0.15, 0.45, 0.2), 5),
    "glass-brown": (partial(glass, body=0.6), "kite", "marigold", (0.25, 0.1, 0.03), 5),
    "mug": (partial(plain, form="mug"), "forest-path", "kite", (0.7, 0.25, 0.15), 6),
    "gear": (partial(plain, form="gear"), "dune-grass", "boats-at-dusk", (0.35, 0.37, 0.4), 8),
    "leaf": (partial(plain, form="leaf"), "dandelion", "forest-path", (0.25, 0.5, 0.1), 0),
    "ball": (partial(plain, form="ball"), "marigold", "dune-grass", (0.8, 0.8, 0.75), 3),
    "bicycle": (partial(wheel, spokes=24), "kite", "ladybird", (0.06, 0.06, 0.07), 10),
    "bicycle-white": (partial(wheel, spokes=16), "forest-path", "boats-at-dusk", (0.8, 0.8, 0.8), 10),
    "seeds": (partial(clock, many=120), "dandelion", "kite", (0.85, 0.85, 0.85), 14),
    "seeds-dense": (partial(clock, many=300), "ladybird", "kite", (0.8, 0.78, 0.7), 8),
}


def composites(photos: Path, width: int = 1600, height: int = 1066, names: tuple[str, ...] = ()) -> Iterator[Composite]:
    """photos: a folder with the photographs. names: those of SCENES; all without."""
    for name in names or SCENES:
        yield composite(name, photos, width, height)


def composite(name: str, photos: Path, width: int = 1600, height: int = 1066) -> Composite:
    what, behind, texture, colour, blur = SCENES[name]
    random = np.random.default_rng(zlib.crc32(name.encode()))
    sheet = Sheet(width, height)
    what(sheet, random)
    alpha = cv2.GaussianBlur(sheet.alpha(), (0, 0), 0.5)  # as sharp as a good lens
    back = _linear(_photo(photos / f"{behind}.jpg", width, height, random))
    if blur:
        back = cv2.GaussianBlur(back, (0, 0), blur * width / 1600)
    patch = _linear(_photo(photos / f"{texture}.jpg", width, height, random)).mean(-1)
    local = patch / (cv2.GaussianBlur(patch, (0, 0), 20) + 0.02)  # its structure, not its light
    shade = np.linspace(1.2, 0.7, height, dtype=np.float32)[:, None]
    fore = np.clip(np.clip(local, 0.7, 1.35) * shade * sheet.tone, 0, 2)[..., None] * np.array(colour, np.float32)
    fore = cv2.GaussianBlur(np.clip(fore, 0, 1), (0, 0), 0.7)
    light = back + (fore - back) * alpha[..., None]
    light = light + random.normal(0, 1, light.shape).astype(np.float32) * np.sqrt(light * 6e-5 + 2e-7)
    return Composite(name, _encoded(light), alpha, fore, back)


def _photo(path: Path, width: int, height: int, random: Random) -> NDArray[np.uint8]:
    picture = Image.open(path).convert("RGB")
    scale = max(width / picture.width, height / picture.height)
    picture = picture.resize((max(width, round(picture.width * scale)), max(height, round(picture.height * scale))))
    left, top = (int(random.integers(0, most + 1)) for most in (picture.width - width, picture.height - height))
    return np.asarray(picture)[top : top + height, left : left + width]


def _linear(srgb: NDArray[np.uint8]) -> Floats:
    v = srgb.astype(np.float32) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _encoded(light: Floats) -> NDArray[np.uint8]:
    v = np.clip(light, 0, 1)
    return np.rint(255 * np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)).astype(np.uint8)
