"""The keys that the person has chosen for the page's commands."""

from __future__ import annotations

import threading

from fastapi import APIRouter
from pydantic import Field

from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.app.server.workspace import Workspace
from stillbytes.core import preferences


class ChosenShortcuts(Strict):
    keyboard: preferences.Keyboard | None = Field(
        default=None, description="Whose usual shortcuts there are; null for the one that the browser tells."
    )
    changed: preferences.Shortcuts = Field(
        default_factory=dict, description="By command its keys, the first one shown, in place of the usual ones."
    )


def router(workspace: Workspace) -> APIRouter:
    routes = part("window")
    one_by_one = threading.Lock()  # else windows could hear of changes in another order than they were kept

    @routes.get("/shortcuts")
    def get_shortcuts() -> ChosenShortcuts:
        """What differs from the usual keys. Which commands there are, and where they work, the page knows."""
        kept = preferences.load()
        return ChosenShortcuts(keyboard=kept.keyboard, changed=kept.shortcuts)

    @routes.put("/shortcuts")
    def keep_shortcuts(chosen: ChosenShortcuts) -> ChosenShortcuts:
        """In place of all that were kept; every window hears of it."""
        with one_by_one:
            preferences.change(keyboard=chosen.keyboard, shortcuts=chosen.changed)
            workspace.events.emit("shortcuts-changed", chosen.model_dump(mode="json"))
        return chosen

    return routes
