"""Camera profiles: those that fit a photo, and the user's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from stillbytes.app.server.models import readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.app.server.workspace import Workspace
from stillbytes.edit.camera_profiles import CameraProfiles, Kept


class CameraProfileModel(Strict):
    """value: what the parameter `camera_profile` is set to. camera: the model that it is for. place: "photo", "folder",
    "yours", "Adobe" or "system"."""

    name: str
    value: str
    camera: str
    place: str


class CameraProfileList(Strict):
    """chosen: the value of the one that the photo's settings are carried out with; empty for none, also where the one
    that they name is not there. camera: of the photo."""

    profiles: list[CameraProfileModel]
    chosen: str
    camera: str


def router(workspace: Workspace) -> APIRouter:
    routes = part("camera profiles")

    @routes.get("/photos/{id}/camera-profiles")
    def list_camera_profiles(id: str) -> CameraProfileList:
        """Those that fit the photo's camera, the ones inside the file first."""
        document = workspace.document(id)
        photo = document.photo
        every = photo.profiles.all() if workspace.pipeline(id).raw else []
        used = photo.profiles.chosen(str(document.settings.value("camera_profile")))
        return CameraProfileList(
            profiles=[_shown(one) for one in every],
            chosen=readable(used.value) if used else "",
            camera=readable(photo.profiles.camera),
        )

    @routes.post("/camera-profiles/file", status_code=201)
    def import_camera_profile(
        name: Annotated[str, Query(max_length=255)],
        content: Annotated[bytes, Body(media_type="application/octet-stream")],
    ) -> CameraProfileModel:
        """A .dcp file. name: of the file."""
        return _shown(CameraProfiles().add(content, name.replace("\\", "/").rpartition("/")[2]))

    @routes.delete("/camera-profiles")
    def remove_camera_profile(profile: Annotated[str, Query(max_length=255)]) -> CameraProfileModel:
        return _shown(CameraProfiles().remove(profile))

    return routes


def _shown(one: Kept) -> CameraProfileModel:
    return CameraProfileModel(
        name=readable(one.name), value=readable(one.value), camera=readable(one.camera), place=one.place
    )
