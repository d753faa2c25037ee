"""The routes of the REST interface and the live socket, a file for each topic."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from stillbytes.app.server.models import Problem

_REFERENCE = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem},
    **dict.fromkeys((401, 403, 404, 413, 415, 421, 422), _REFERENCE),
}
"""How any route may answer. All but one refer to the model, for which each would get a validator of its own."""


def part(about: str, prefix: str = "/api") -> APIRouter:
    """An empty part of the interface. In its document operations are called like their functions."""
    return APIRouter(
        prefix=prefix, tags=[about], responses=PROBLEMS, generate_unique_id_function=lambda route: route.name
    )
