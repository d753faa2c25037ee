"""What can be set and exported: the declarations, as the page needs them."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from stillbytes.app.languages import told
from stillbytes.app.server.models import FormatModel, Formats, GroupModel, Groups, ParameterModel, SpaceModel
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Spoken
from stillbytes.develop import groups, local_parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.edit.automatic import FINDERS
from stillbytes.edit.targeting import targeted
from stillbytes.photo.output.encode import FORMATS
from stillbytes.photo.spaces import SPACES


def router() -> APIRouter:
    routes = part("reference")

    @routes.get("/parameters")
    def list_parameters(spoken: Spoken) -> Groups:
        """Labels and meanings come in the language that Accept-Language asks for."""
        listed = Groups(
            groups=[
                GroupModel(
                    name=g.name,
                    label=g.name,
                    parameters=[_shown(p, automatic=p.name in FINDERS, targeted=targeted(p)) for p in g.parameters],
                )
                for g in groups()
            ],
            local=[_shown(p) for p in local_parameters().values()],
        )
        return told(listed, spoken)

    @routes.get("/formats")
    def list_formats(spoken: Spoken) -> Formats:
        formats = []
        for f in FORMATS.values():
            low, high = f.quality or (0, 0)
            formats.append(
                FormatModel(
                    name=f.name,
                    label=f.label,
                    extension=f.extension.lstrip("."),
                    bits=f.bits,
                    lossy=f.lossy,
                    gain_map=f.gain_map,
                    minimum=low,
                    maximum=high,
                )
            )
        spaces = [SpaceModel(name=s.name, label=s.label) for s in SPACES.values()]
        return told(Formats(formats=formats, spaces=spaces), spoken)

    return routes


def _shown(parameter: Parameter, *, automatic: bool = False, targeted: bool = False) -> ParameterModel:
    return ParameterModel.model_validate({**asdict(parameter), "automatic": automatic, "targeted": targeted})
