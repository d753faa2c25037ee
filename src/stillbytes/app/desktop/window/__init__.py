"""The window around the page: the system's web view, a browser without its bars, or a tab of the usual browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["webview", "browser", "tab"]
WINDOW_CLASS = "Stillbytes"
"""How X11's windows are known as ours, for the desktop to show them under our icon."""


class Window(Protocol):
    """One window. `run` is called in the main thread; the others from any.

    own: it can show the desktop's dialogs, and fills the screen by itself.
    """

    @property
    def own(self) -> bool: ...

    def run(self, launch: str) -> None:
        """Show the page and return when the window was closed. Raises NoWindow when it cannot be shown."""

    def close(self) -> None:
        """Have `run` return soon."""

    def come_forward(self) -> None:
        """To the front, as far as the desktop lets it."""

    def choose_folder(self, start: str) -> Path | None:
        """In the desktop's dialog; None when it was left. Only where the window is our own."""

    def toggle_full_screen(self) -> None:
        """Only where the window is our own."""
