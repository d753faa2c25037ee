"""The icon as pixels, in the same shapes as web/public/icon.svg."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

DARK, LIGHT = "#1c1c1c", "#e6e6e6"
UNITS = 32
"""The drawing's own width."""
FINE = 8
"""Drawn so many times larger, for smooth edges."""


def icon(size: int) -> Image.Image:
    drawn = Image.new("RGBA", (size * FINE, size * FINE))
    unit = size * FINE / UNITS
    draw = ImageDraw.Draw(drawn)
    draw.rounded_rectangle((0, 0, UNITS * unit - 1, UNITS * unit - 1), 7 * unit, DARK)
    ring = [(16 - 10.25) * unit, (16 - 10.25) * unit, (16 + 10.25) * unit, (16 + 10.25) * unit]
    draw.ellipse(ring, outline=LIGHT, width=round(2.5 * unit))
    half = [7 * unit, 7 * unit, 25 * unit, 25 * unit]
    draw.pieslice(half, -90, 90, LIGHT)
    return drawn.resize((size, size), Image.Resampling.LANCZOS)


def write(folder: Path) -> None:
    """stillbytes.png, .ico and .icns."""
    folder.mkdir(parents=True, exist_ok=True)
    icon(256).save(folder / "stillbytes.png")
    icon(256).save(folder / "stillbytes.ico", sizes=[(size, size) for size in (16, 32, 48, 64, 128, 256)])
    icon(1024).save(folder / "stillbytes.icns")
