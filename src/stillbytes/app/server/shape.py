"""What the shapes of the REST interface have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """How to check it is worked out when it is first used, which for most is long after the first picture."""

    model_config = ConfigDict(defer_build=True)


class Strict(Shape):
    """Refuses fields it does not know and numbers that are none."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
