"""Versions (virtual copies) of a photo, and the snapshots of each. To all other routes a version is a photo."""

from __future__ import annotations

from fastapi import APIRouter

from stillbytes.app.server.models import (
    ChangedSnapshot,
    DeletedSnapshot,
    DeletedVersion,
    KeptSnapshot,
    NewSnapshot,
    NewVersion,
    PhotoEntry,
    PhotoModel,
    RestoredVersion,
    VersionList,
    VersionName,
    readable,
    settings_of,
)
from stillbytes.app.server.routes import part
from stillbytes.app.server.routes.photos import described, entry_of
from stillbytes.app.server.workspace import Workspace
from stillbytes.edit.photo import Photo
from stillbytes.edit.snapshots import Snapshot


def router(workspace: Workspace) -> APIRouter:
    routes = part("versions", "/api/photos")

    def told(photo: Photo) -> PhotoEntry:
        known = workspace.settings(photo.id)
        return entry_of(photo, bool(photo.settings if known is None else known))

    @routes.get("/{id}/versions")
    def list_versions(id: str) -> VersionList:
        """All of the photo's, its own first, and those that were deleted and can be brought back."""
        photo = workspace.photo(id)
        return VersionList(
            versions=[told(one) for one in workspace.versions(id)],
            deleted=[deleted_version(photo, one.number, one.name) for one in photo.deleted_versions()],
        )

    @routes.post("/{id}/versions", status_code=201)
    def create_version(id: str, new: NewVersion) -> PhotoEntry:
        """Begins as this version is now: settings, history, snapshots, rating, keywords."""
        return told(workspace.create_version(id, new.name))

    @routes.patch("/{id}/version")
    def rename_version(id: str, changed: VersionName) -> PhotoEntry:
        return told(workspace.rename_version(id, changed.name))

    @routes.delete("/{id}/version")
    def delete_version(id: str) -> DeletedVersion:
        """It can be brought back with what is answered."""
        photo, gone = workspace.delete_version(id)
        return deleted_version(photo, gone.number, gone.name)

    @routes.post("/{id}/versions/restore")
    def restore_version(id: str, which: RestoredVersion) -> PhotoEntry:
        """id: of any version of the photo."""
        return told(workspace.restore_version(id, which.number))

    @routes.post("/{id}/snapshots")
    def take_snapshot(id: str, new: NewSnapshot) -> PhotoModel:
        """Of the settings in effect."""
        document = workspace.document(id)
        document.take_snapshot(new.name)
        return described(workspace, document)

    @routes.patch("/{id}/snapshots/{snapshot}")
    def change_snapshot(id: str, snapshot: str, changed: ChangedSnapshot) -> PhotoModel:
        document = workspace.document(id)
        if changed.name is not None:
            document.rename_snapshot(snapshot, changed.name)
        if changed.update:
            document.update_snapshot(snapshot)
        return described(workspace, document)

    @routes.post("/{id}/snapshots/{snapshot}/apply")
    def apply_snapshot(id: str, snapshot: str) -> PhotoModel:
        """Its settings, as a step of the history."""
        document = workspace.document(id)
        workspace.bring(id, document.snapshots.find(snapshot).settings, strict=False)
        document.apply_snapshot(snapshot)
        return described(workspace, document)

    @routes.delete("/{id}/snapshots/{snapshot}")
    def delete_snapshot(id: str, snapshot: str) -> DeletedSnapshot:
        """It can be put back with what is answered."""
        document = workspace.document(id)
        gone = document.delete_snapshot(snapshot)
        kept = {"name": readable(gone.name), "at": gone.at, "settings": dict(gone.settings)}
        return DeletedSnapshot(id=gone.id, snapshot=kept, photo=described(workspace, document))

    @routes.put("/{id}/snapshots/{snapshot}")
    def put_snapshot(id: str, snapshot: str, kept: KeptSnapshot) -> PhotoModel:
        """Puts a deleted one back, as it was where that is known yet."""
        document = workspace.document(id)
        document.put_snapshot(Snapshot(snapshot, kept.name, kept.at, dict(settings_of(kept.settings))))
        return described(workspace, document)

    return routes


def deleted_version(photo: Photo, number: int, name: str) -> DeletedVersion:
    return DeletedVersion(of=photo.file_id, number=number, name=readable(name))
