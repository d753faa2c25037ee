"""Masks: the kinds there are, and finding what they ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter
from pydantic import Field

from stillbytes.app.languages import told
from stillbytes.app.server.models import Id, JobModel, Place, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks.kind import Found, Kind, kind_of
from stillbytes.masks.kinds import kinds


class MaskField(Shape):
    """One field of a kind. default: as JSON. choice_labels: what people read for each of `choices`; none where these do
    themselves."""

    name: str
    form: Literal["number", "choice", "toggle", "line", "text", "point", "points", "box", "strokes", "colours", "parts"]
    label: str
    says: str
    default: Any
    minimum: float
    maximum: float
    step: float
    unit: str
    choices: list[str]
    choice_labels: list[str] = Field(default_factory=list)


class OfferModel(Shape):
    """A model that would find it better. size: bytes. lost: it was downloaded here, and is damaged or gone."""

    model: str
    title: str
    size: int
    licence: str
    lost: bool


class FinderModel(Shape):
    """uses: what finds it here, the id of a model, "classical", or "" for nothing. without: what the classical way
    does. further: what would do better where a field of the kind is given, by that. least_sure: below this, `sure` of a
    mask's recipe is a doubt."""

    uses: str
    without: str
    better: list[OfferModel]
    further: dict[str, list[OfferModel]]
    least_sure: float


class MaskKind(Shape):
    """finder: only of kinds that are found."""

    name: str
    group: Literal["drawn", "range", "found"]
    label: str
    says: str
    fields: list[MaskField]
    finder: FinderModel | None


class MaskKinds(Shape):
    """models: what those that may have found one are called, by their id."""

    kinds: list[MaskKind]
    models: dict[str, str]


class FindRequest(Strict):
    """kind: a kind of the group "found" with its fields, as in a mask."""

    kind: Annotated[dict[str, Any], Field(max_length=20)]


class PhotosRequest(Strict):
    photos: Annotated[list[Id], Field(min_length=1, max_length=100000)]


class WaitingPhoto(Shape):
    """masks: the names of those that were not found yet."""

    id: str
    name: str
    masks: list[str]


class WaitingMasks(Shape):
    photos: list[WaitingPhoto]


class SampleRequest(Place):
    """raster: of a depth that was found, for its distance at the place."""

    raster: Annotated[str, Field(max_length=64)] = ""


class MaskSample(Shape):
    """What ranges are told by, of the photo's own light at a place. colour: Oklab. lightness: 0..100. distance: 0..100,
    from near to far, where a depth was given."""

    colour: tuple[float, float, float]
    lightness: float
    distance: float | None


def router(workspace: Workspace) -> APIRouter:
    routes = part("masks")

    @routes.get("/masks/kinds")
    def list_mask_kinds(spoken: Spoken) -> MaskKinds:
        from stillbytes.gpu.models import registry  # noqa: PLC0415 - when the panel is opened

        card = workspace.broker is not None and workspace.broker.memory.kind == "card"
        described = [_described(kind, card) for kind in kinds().values()]
        models = {model.id: model.title for model in registry.all_models() if model.kind in ("segmenter", "depth")}
        return told(MaskKinds(kinds=described, models=models), spoken)

    @routes.post("/masks/waiting")
    def list_waiting_masks(request: PhotosRequest) -> WaitingMasks:
        found = workspace.waiting(request.photos).items()
        named = {id: readable(workspace.photo(id).path.name) for id, _ in found}
        return WaitingMasks(photos=[WaitingPhoto(id=id, name=named[id], masks=masks) for id, masks in found])

    @routes.post("/masks/find-waiting", status_code=202)
    def find_waiting_masks(request: PhotosRequest, telling: Telling) -> JobModel | None:
        job = workspace.look_for_masks([workspace.document(id) for id in workspace.waiting(request.photos)])
        return telling(job) if job else None

    @routes.post("/photos/{id}/masks/find", status_code=202)
    def find_mask(id: str, request: FindRequest, telling: Telling) -> JobModel:
        kind = kind_of(request.kind, kinds())
        if not isinstance(kind, Found):
            raise InvalidSetting(
                said("“{kind}” is not looked for.", kind=said(kind.label)), "Draw it, or set its range."
            )
        document = workspace.document(id)
        photo = document.photo

        def work(control: Control) -> str:
            from stillbytes.edit.finding import filled, look_for  # noqa: PLC0415 - loads OpenCV

            found, result = look_for(
                photo,
                kind,
                workspace.networks(),
                keep=True,
                progress=lambda step: control.progress(0, 0, step),
                cancelled=control.cancelled,
            )
            # Whoever asked may look at another photo by now.
            document.amend(lambda now: filled(now, kind, found, photo), f"{kind.label} found")
            workspace.events.emit(
                "mask-found",
                {
                    "photo": id,
                    "asked": request.kind,
                    "kind": found.to_json(),
                    "used": list(result.used),
                    "better": [asdict(offer) for offer in result.better],
                },
            )
            alone = result.used == ("classical",)
            return said("Found by colours and edges, without a model") if alone else said("Found")

        return telling(
            workspace.finds.start(said("{what} in {photo}", what=said(kind.label), photo=photo.path.name), 0, work)
        )

    @routes.post("/photos/{id}/masks/sample")
    def sample_for_mask(id: str, request: SampleRequest) -> MaskSample:
        from stillbytes.masks.kinds.colour import oklab  # noqa: PLC0415 - with the page's first pick
        from stillbytes.masks.kinds.luminance import lightness_of  # noqa: PLC0415

        pipeline, document = workspace.pipeline(id), workspace.document(id)
        place = pipeline.form(document.settings).place(request.x, request.y)
        x, y = (v / pipeline.frame.long_edge for v in place)
        light = pipeline.light(document.settings).at(np.array([[x, y]])).T.astype(np.float32)
        lightness, green_red, blue_yellow = (round(float(v), 4) for v in oklab(light)[:, 0])
        distance = None
        if request.raster:
            long_edge = pipeline.frame.long_edge
            pixel = Rect(int(x * long_edge), int(y * long_edge), 1, 1)
            grid = FrameGrid(pipeline.frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), pixel)
            distance = round(100 * float(grid.sampled(document.photo.rasters[request.raster])[0, 0]), 1)
        return MaskSample(
            colour=(lightness, green_red, blue_yellow),
            lightness=round(100 * float(lightness_of(light)[0]), 1),
            distance=distance,
        )

    return routes


def _described(kind: type[Kind], card: bool) -> MaskKind:
    from stillbytes.masks.fields import fields_of, to_json  # noqa: PLC0415

    plain = kind()
    fields = [
        MaskField(
            name=name,
            form=field.form,
            label=field.label or name.replace("_", " ").capitalize(),
            says=field.says,
            default=to_json(getattr(plain, name)),
            minimum=field.minimum,
            maximum=field.maximum,
            step=field.step,
            unit=field.unit,
            choices=list(field.choices),
        )
        for name, field in fields_of(kind).items()
        if field.form != "hidden"
    ]
    finder = _finder(kind, card) if issubclass(kind, Found) else None
    return MaskKind(name=kind.name, group=kind.group, label=kind.label, says=kind.says, fields=fields, finder=finder)


def _finder(kind: type[Kind], card: bool) -> FinderModel:
    from stillbytes.core import preferences  # noqa: PLC0415 - when the panel is opened
    from stillbytes.gpu.models import registry  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415
    from stillbytes.masks.detect.detector import LEAST_SURE  # noqa: PLC0415
    from stillbytes.masks.detect.find import detectors, offers  # noqa: PLC0415

    detector, store = detectors()[kind.name], open_store(preferences.load())  # also while no broker is ready

    def installed(id: str) -> bool:
        return store.installed(registry.get(id))

    def lost(id: str) -> bool:
        return store.lost(registry.get(id))

    best = next((id for id in detector.models if installed(id)), "classical" if detector.without else "")

    def better(choices: tuple[str, ...]) -> list[OfferModel]:
        return [OfferModel(**asdict(o)) for o in offers(choices, (best,), installed, large=card, lost=lost)]

    further = {field: better(models) for field, models in detector.further.items()}
    return FinderModel(
        uses=best,
        without=detector.without,
        better=better(detector.models),
        further=further,
        least_sure=LEAST_SURE,
    )
