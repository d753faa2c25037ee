"""Captions and keywords that a model suggests for photos of the library. To accept them is to describe the photos."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from stillbytes.app.server.library.models import Numbers, Wanted, Words
from stillbytes.app.server.models import JobModel
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace


class CaptionOffer(Shape):
    """What is suggested for a photo and it does not have. caption: empty for none. keywords: paths, levels apart by
    "|", those that the library has in its own form. problem: why there is nothing."""

    number: int
    caption: str
    keywords: list[str]
    model: str
    language: str
    problem: str


class CaptionOffers(Shape):
    """Of photos that a model was asked about."""

    offers: list[CaptionOffer]


class CaptionsRequest(Strict):
    photos: Annotated[Numbers, Field(min_length=1)]
    again: bool = Field(default=False, description="Also about those that it was asked about already.")


class CaptionsDismissal(Strict):
    """Neither caption nor keywords: everything that is offered."""

    photos: Numbers
    caption: bool = False
    keywords: Words | None = None


class CaptionsChoice(Strict):
    """itself: whether captions are suggested by themselves while nothing else is done."""

    itself: bool


def router(workspace: Workspace) -> APIRouter:
    routes = part("library", "/api/library/captions")

    @routes.post("")
    def list_caption_offers(wanted: Wanted) -> CaptionOffers:
        found = workspace.shelf.catalogue.captions.of(wanted.photos)
        return CaptionOffers(offers=[CaptionOffer(**asdict(offer)) for offer in found.values()])

    @routes.post("/suggest", status_code=202)
    def suggest_captions(asking: CaptionsRequest, language: Spoken, telling: Telling) -> JobModel:
        """Ask about the pictures of these photos, in the background, in the language of the page."""
        return telling(workspace.captioning.start(asking.photos, language, again=asking.again))

    @routes.post("/dismiss", status_code=204, response_class=Response)
    def dismiss_captions(dismissing: CaptionsDismissal) -> Response:
        """Do not offer this again, unless it is asked for again."""
        captions = workspace.shelf.catalogue.captions
        captions.dismiss(dismissing.photos, caption=dismissing.caption, keywords=dismissing.keywords)
        workspace.shelf.told(dismissing.photos)
        return Response(status_code=204)

    @routes.put("")
    def choose_captions(choice: CaptionsChoice) -> CaptionsChoice:
        workspace.captioning.choose(choice.itself)
        return choice

    return routes
