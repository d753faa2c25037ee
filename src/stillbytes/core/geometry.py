"""Sizes and rectangles on a pixel grid: x to the right, y down, origin at the top left corner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def long_edge(self) -> int:
        return max(self.width, self.height)

    @property
    def pair(self) -> tuple[int, int]:
        """(width, height), as libraries for pictures want it."""
        return self.width, self.height

    def scaled(self, scale: float) -> Size:
        """The size of the same picture at `scale` output pixels per pixel; never smaller than 1x1."""
        return Size(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle: x <= column < x + width, y <= row < y + height."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, size: Size) -> Rect:
        """The whole picture of that size."""
        return cls(0, 0, size.width, size.height)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def grown(self, margin: int) -> Rect:
        """The rectangle with `margin` more pixels on every side."""
        return Rect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def moved(self, x: int, y: int) -> Rect:
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def within(self, other: Rect) -> Rect:
        """The part that lies inside `other`; may be empty."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, max(0, min(self.right, other.right) - x), max(0, min(self.bottom, other.bottom) - y))

    def nearest(self, other: Rect) -> Rect:
        """The part that lies inside `other`, on each axis at least the line of `other` that is nearest."""
        x, right = (min(max(v, other.x), other.right) for v in (self.x, self.right))
        y, bottom = (min(max(v, other.y), other.bottom) for v in (self.y, self.bottom))
        x, y = min(x, other.right - 1), min(y, other.bottom - 1)
        return Rect(x, y, max(right - x, 1), max(bottom - y, 1))

    def around(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)
