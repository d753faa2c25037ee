"""The whole interface: every part of it, in the order of its document."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from stillbytes.app.server import page
from stillbytes.app.server.assistant.chats import Chats
from stillbytes.app.server.interface import DOCUMENT, interface
from stillbytes.app.server.routes import (
    appearance,
    asks,
    batches,
    camera_profiles,
    captions,
    catalogues,
    chat,
    collections,
    denoise,
    device,
    engines,
    events,
    exports,
    gpu,
    imports,
    language,
    lenses,
    library,
    live,
    luts,
    mask_files,
    masks,
    models,
    patches,
    photos,
    places,
    pointing,
    presets,
    reference,
    shortcuts,
    versions,
    window,
)
from stillbytes.app.server.workspace import Workspace


def create_app(workspace: Workspace, closing: asyncio.Event) -> FastAPI:
    """The application without its guard. closing: set when open streams must end."""
    chats = Chats(workspace)
    return interface(
        reference.router(),
        language.router(),
        appearance.router(),
        device.router(workspace),
        photos.router(workspace),
        versions.router(workspace),
        library.router(workspace),
        places.router(workspace),
        captions.router(workspace),
        imports.router(workspace),
        catalogues.router(workspace),
        collections.router(workspace),
        presets.router(workspace),
        lenses.router(workspace),
        luts.router(),
        camera_profiles.router(workspace),
        exports.router(workspace),
        batches.router(workspace),
        masks.router(workspace),
        mask_files.router(workspace),
        pointing.router(workspace),
        patches.router(workspace),
        denoise.router(workspace),
        asks.router(workspace, chats),
        chat.router(workspace, chats),
        models.router(workspace),
        engines.router(workspace),
        gpu.router(workspace),
        shortcuts.router(workspace),
        window.router(workspace),
        events.router(workspace, closing),
        live.router(workspace),
        page.router(),
        document=DOCUMENT,
    )
