"""Presets: what there is, what one makes of a photo, and the user's own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import Field

from stillbytes.app.languages import ENGLISH, Language, texts
from stillbytes.app.server.models import SettingsModel, readable, settings_of
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.app.server.spoken import Spoken
from stillbytes.app.server.workspace import Workspace
from stillbytes.edit.presets import Preset, Presets, of_settings
from stillbytes.edit.presets.preset import MOST

Name = Annotated[str, Field(min_length=1, max_length=200)]


class PresetModel(Strict):
    """own: whether it can be removed. notes: what of its file could not be taken over."""

    id: str
    name: str
    group: str
    own: bool
    notes: list[str]


class PresetList(Strict):
    presets: list[PresetModel]


class PresetUse(Strict):
    """settings: what it is added to, the photo's when left out. amount: how much of it, 1 for all."""

    settings: SettingsModel | None = None  # type: ignore[valid-type]
    preset: Name
    amount: Annotated[float, Field(ge=0, le=MOST)] = 1.0


class PresetMade(Strict):
    """groups: of settings to keep; all but crop and patches when left out."""

    name: Name
    photo: Name
    groups: list[Name] | None = None


class Applied(Strict):
    """Of the photo with the preset; nothing is stored."""

    settings: dict[str, Any]


def router(workspace: Workspace) -> APIRouter:
    routes = part("presets")

    @routes.get("/presets")
    def list_presets(spoken: Spoken) -> PresetList:
        return PresetList(presets=[_shown(preset, spoken) for preset in Presets().all()])

    @routes.post("/photos/{id}/preset")
    def apply_preset(id: str, use: PresetUse) -> Applied:
        before = workspace.document(id).settings if use.settings is None else settings_of(use.settings)
        return Applied(settings=dict(Presets().find(use.preset).applied(before, use.amount)))

    @routes.post("/presets", status_code=201)
    def save_preset(made: PresetMade) -> PresetModel:
        """Of the settings of a photo; one of the same name is replaced."""
        return _shown(Presets().keep(of_settings(made.name, workspace.document(made.photo).settings, made.groups)))

    @routes.post("/presets/file", status_code=201)
    def import_preset(
        name: Annotated[str, Query(max_length=255)],
        content: Annotated[bytes, Body(media_type="application/octet-stream")],
    ) -> PresetModel:
        """A preset of Adobe's programs, .xmp or .lrtemplate. name: of the file."""
        return _shown(Presets().take(content, name.replace("\\", "/").rpartition("/")[2]))

    @routes.delete("/presets")
    def remove_preset(preset: Annotated[str, Query(max_length=200)]) -> PresetModel:
        return _shown(Presets().remove(preset))

    return routes


def _shown(preset: Preset, spoken: Language = ENGLISH) -> PresetModel:
    """A person's own keep the names that they were given."""
    known = {} if preset.own else texts(spoken)
    return PresetModel(
        id=preset.id,
        name=known.get(preset.name, readable(preset.name)),
        group=known.get(preset.group, readable(preset.group)),
        own=preset.own,
        notes=[readable(note) for note in preset.notes],
    )
