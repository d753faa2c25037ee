"""Collections of the library: made by hand, and smart ones."""

from __future__ import annotations

from fastapi import APIRouter, Response

from stillbytes.app.server.library.models import ChangedCollection, CollectionModel, NewCollection
from stillbytes.app.server.routes import part
from stillbytes.app.server.workspace import Workspace


def router(workspace: Workspace) -> APIRouter:
    routes = part("library", "/api/library/collections")
    shelf = workspace.shelf

    @routes.post("", status_code=201)
    def create_collection(new: NewCollection) -> CollectionModel:
        collections = shelf.catalogue.collections
        if new.query is None:
            made = collections.create(new.name, new.photos)
        else:
            made = collections.create_smart(new.name, new.query)
        shelf.told([])
        return CollectionModel(id=made.id, name=made.name, query=made.query, photos=made.photos)

    @routes.patch("/{id}", status_code=204, response_class=Response)
    def change_collection(id: str, changed: ChangedCollection) -> Response:
        collections = shelf.catalogue.collections
        if changed.name is not None:
            collections.rename(id, changed.name)
        if changed.query is not None:
            collections.set_query(id, changed.query)
        if changed.add:
            collections.add(id, changed.add)
        if changed.remove:
            collections.remove(id, changed.remove)
        shelf.told([])
        return Response(status_code=204)

    @routes.delete("/{id}", status_code=204, response_class=Response)
    def delete_collection(id: str) -> Response:
        """The collection; its photos stay."""
        shelf.catalogue.collections.delete(id)
        shelf.told([])
        return Response(status_code=204)

    return routes
