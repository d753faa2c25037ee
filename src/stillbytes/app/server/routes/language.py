"""The language that the person has chosen."""

from __future__ import annotations

from fastapi import APIRouter

from stillbytes.app.languages import Language
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.core import preferences


class LanguageChoice(Strict):
    """language: of the page from its next start on, on this machine; the browser's with null."""

    language: Language | None


def router() -> APIRouter:
    routes = part("reference")

    @routes.put("/language")
    def choose_language(choice: LanguageChoice) -> LanguageChoice:
        preferences.change(language=choice.language)
        return choice

    return routes
