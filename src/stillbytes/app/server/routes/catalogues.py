"""Catalogues of Lightroom's: what would be taken over, taking it over as a job, and the report of both."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from stillbytes.app.server.library.taking import Looked
from stillbytes.app.server.models import JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Telling
from stillbytes.app.server.workspace import Workspace

MOST_MOVED = 200
MOST_REMARKS = 200
PathText = Annotated[str, Field(min_length=1, max_length=4000)]


class MovedFolder(Strict):
    """before: as the catalogue knows it. now: a whole path on this machine."""

    before: PathText
    now: PathText


class CatalogueChoice(Strict):
    """path: of a file that ends in .lrcat. moved: folders that are elsewhere now."""

    path: PathText
    moved: list[MovedFolder] = Field(default_factory=list, max_length=MOST_MOVED)


class CatalogueLook(Shape):
    """id: of the catalogue, once the job has looked at it."""

    id: str
    job: JobModel


class CatalogueStates(Shape):
    """Photos and virtual copies: taken over, or would be; edited here already and left; not where the catalogue says;
    outside the folders of the library; failed."""

    taken: int = 0
    edited: int = 0
    missing: int = 0
    outside: int = 0
    failed: int = 0


class CatalogueRoot(Shape):
    """A folder that the catalogue knows. now: where it was said to be."""

    path: str
    now: str | None
    states: CatalogueStates


class CatalogueLoss(Shape):
    """What has no counterpart and stays in the sidecars, and in how many photos."""

    label: str
    photos: int


class CatalogueRemark(Shape):
    photo: str
    remark: str


class CatalogueCollection(Shape):
    """photos: those that are there. made: whether there is one of it now."""

    name: str
    photos: int
    made: bool


class CatalogueReport(Shape):
    """ended: false while it is looked at or taken over, and where that was stopped. written: of the import. remarks:
    the first of them; the table has all."""

    catalogue: str
    ended: bool
    written: bool
    states: CatalogueStates
    roots: list[CatalogueRoot]
    lost: list[CatalogueLoss]
    remarks: list[CatalogueRemark]
    more_remarks: int
    collections: list[CatalogueCollection]


class CatalogueImport(Strict):
    """replace: also where a photo was edited here, which becomes a step to undo."""

    replace: bool = False


def router(workspace: Workspace) -> APIRouter:
    routes = part("imports", "/api/imports/catalogues")
    catalogues = workspace.catalogues

    @routes.post("", status_code=202)
    def look_at_catalogue(choice: CatalogueChoice, telling: Telling) -> CatalogueLook:
        """See what of a Lightroom catalogue would be taken over. Nothing is written."""
        id, job = catalogues.look(choice.path, [(one.before, one.now) for one in choice.moved])
        return CatalogueLook(id=id, job=telling(job))

    @routes.get("/{id}")
    def get_catalogue(id: str) -> CatalogueReport:
        return _told(catalogues.of(id))

    @routes.get("/{id}/report.csv", response_class=Response)
    def get_catalogue_table(id: str) -> Response:
        """Every photo, and what became of it."""
        headers = {"content-disposition": 'attachment; filename="catalogue.csv"'}
        return Response(catalogues.report(id), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/{id}/import", status_code=202)
    def import_catalogue(id: str, wanted: CatalogueImport, telling: Telling) -> JobModel:
        """Take over edits, ratings, flags, labels, keywords, captions and collections, as a job. They go into the
        sidecars of photos in the library's folders and the opened one."""
        return telling(catalogues.start(id, wanted.replace))

    return routes


def _told(found: Looked) -> CatalogueReport:
    moved = dict(found.moved)
    remarks = found.remarks()
    return CatalogueReport(
        catalogue=readable(str(found.catalogue)),
        ended=found.ended,
        written=found.written,
        states=CatalogueStates(**found.states()),
        roots=[
            CatalogueRoot(path=readable(root), now=moved.get(root), states=CatalogueStates(**found.states(root)))
            for root in found.roots()
        ],
        lost=[CatalogueLoss(label=readable(label), photos=photos) for label, photos in found.lost()],
        remarks=[CatalogueRemark(photo=readable(name), remark=readable(note)) for name, note in remarks[:MOST_REMARKS]],
        more_remarks=max(0, len(remarks) - MOST_REMARKS),
        collections=[
            CatalogueCollection(name=readable(name), photos=photos, made=name in found.made)
            for name, photos in found.collections.items()
        ],
    )
