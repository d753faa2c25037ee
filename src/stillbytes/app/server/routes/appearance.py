"""How the page looks."""

from __future__ import annotations

from fastapi import APIRouter

from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.core import preferences


class AppearanceChoice(Strict):
    """appearance: of the page's greys, on this machine."""

    appearance: preferences.Appearance


def router() -> APIRouter:
    routes = part("reference")

    @routes.put("/appearance")
    def choose_appearance(choice: AppearanceChoice) -> AppearanceChoice:
        preferences.change(appearance=choice.appearance)
        return choice

    return routes
