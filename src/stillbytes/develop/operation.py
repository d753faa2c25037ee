"""One step of the develop pipeline: its parameters, its numbers and its Halide code in one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.glow import Shining
from stillbytes.develop.hsv_tables import Profiled
from stillbytes.develop.parameter import Parameter, named
from stillbytes.develop.settings import Settings
from stillbytes.develop.textures import Affine, Texture
from stillbytes.photo.lut import Lut

Stage = Literal["sensor", "noise", "geometry", "detail", "scene", "view", "display"]
STAGES: tuple[Stage, ...] = ("sensor", "noise", "geometry", "detail", "scene", "view", "display")
BASELINE_EV = 0.5
"""Between the sensor's saturation-based scale and middle grey at 0.18: exposure meters place grey at 12.7 % of
saturation (ISO 12232:2019, saturation-based speed)."""
Uniforms = Mapping[str, float | NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What an operation may know about the photo when it turns settings into uniforms.

    camera_matrix: (3, 3), camera RGB balanced for the as-shot white -> linear Rec.2020 under the chosen white.
    baseline: EV that brings the sensor's samples to their intended brightness.
    gains: white balance gain of each channel, the smallest 1.
    noise: (variance per unit of signal, variance at black) of the samples before these gains, signal 1 at saturation.
    scale: output pixels per full-resolution pixel.
    level: how often the sensor image was halved before this stage.
    developed: size of the developed picture at full scale.
    raw: whether the photo is scene-referred; a rendered file (JPEG, TIFF...) is not.
    table: the colour look-up table that the settings name, if it is there. profiled: their camera profile, likewise.
    frame: size of the uncropped photo at full scale; None where no picture is made. affine: (x, y) of the picture's
    grid -> pixels of the frame, row by row, before lens corrections. shining: the light of the photo, where it is.
    """

    camera_matrix: NDArray[np.float64]
    baseline: float
    gains: tuple[float, float, float]
    noise: tuple[float, float]
    scale: float
    level: int
    developed: Size
    raw: bool = True
    table: Lut | None = None
    profiled: Profiled | None = None
    frame: Size | None = None
    affine: Affine | None = None
    shining: Shining | None = None

    @property
    def dark(self) -> float:
        """Light, signal 1 at saturation, below which there is nothing but noise."""
        return max(4 * float(np.sqrt(self.noise[1])), 1e-4)

    @classmethod
    def neutral(cls) -> Scene:
        """A photo that asks for nothing; what kernels are built against."""
        return cls(np.eye(3), 0.0, (1.0, 1.0, 1.0), (1e-4, 1e-7), 1.0, 0, Size(6000, 4000))


class Operation:
    """Base of all operations. A subclass is one file in `develop/operations`.

    Class keywords: `stage` and `order` say when it runs, `group` under which heading its parameters stand,
    `version` counts changes of what its numbers mean. `seldom` marks a display operation that most pictures do without:
    a kernel without all of those serves them faster. `gridded`: it has a look-up table of colours, see `grid`.
    `drawing`: it has a small picture, see `drawn`. `local`: only adjustments have its parameters.
    """

    stage: ClassVar[Stage]
    order: ClassVar[int]
    version: ClassVar[int]
    local: ClassVar[bool]
    seldom: ClassVar[bool]
    gridded: ClassVar[bool]
    drawing: ClassVar[bool]
    group: ClassVar[str]
    name: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init_subclass__(
        cls,
        *,
        stage: Stage,
        order: int,
        version: int,
        group: str,
        seldom: bool = False,
        gridded: bool = False,
        drawing: bool = False,
    ) -> None:
        cls.stage, cls.order, cls.version, cls.group = stage, order, version, group
        cls.seldom, cls.gridded, cls.drawing = seldom, gridded, drawing
        cls.name = cls.__module__.rsplit(".", 1)[-1]
        held = [(key, value) for key, value in vars(cls).items() if isinstance(value, Parameter)]
        cls.parameters = tuple(named(value, key, group, cls.name) for key, value in held)
        for parameter in cls.parameters:
            setattr(cls, parameter.name, parameter)
        cls.local = bool(cls.parameters) and all(p.scope == "local" for p in cls.parameters)

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        """The numbers that the kernel reads: name -> scalar or (n,) float32, of the same shapes for any settings."""
        del scene
        return {
            p.name: float(settings.number(p.name)) for p in self.parameters if p.kind == "number" and p.scope != "local"
        }

    def local_uniforms(self, delta: Mapping[str, Any]) -> Uniforms:
        """What an adjustment adds to the uniforms where its mask is 1, of the same shapes for any delta. Their effect
        is that of the sum over all adjustments, a parameter's own kept within its range.

        delta: parameter -> value; only those that the adjustment changes.
        """
        return {
            p.name: float(delta.get(p.name, 0.0)) for p in self.parameters if p.kind == "number" and p.scope != "global"
        }

    def lists(self, settings: Settings) -> Mapping[str, NDArray[np.float32]]:
        """What these settings have any number of: name -> (things, numbers of each) float32, as many numbers for any
        settings. `build` finds a `stillbytes.develop.kernels.listed.Listed` under that name."""
        del settings
        return {}

    def local_lists(self, delta: Mapping[str, Any]) -> Mapping[str, NDArray[np.float32]]:
        """The same of an adjustment, where its mask is. Under the name of a table among the uniforms it is what is
        added to that one, see `develop.tables.difference`: one thing or none."""
        del delta
        return {}

    def switches(self, settings: Settings) -> Sequence[bool]:
        """Which of its parts are at work, as many for any settings: `build` finds each under its number in
        `u.switches`, 1 or 0, for `ctx.one_of` and `ctx.replaced_if`."""
        del settings
        return ()

    def grid(self, settings: Settings, scene: Scene) -> tuple[NDArray[np.uint64], tuple[int, int, int]] | None:
        """The look-up table of an operation that is `gridded`: its nodes and how many there are along each axis, see
        `stillbytes.develop.kernels.grid`, which `build` finds as `u.grid`. None when there is nothing to look up."""
        del settings, scene
        return None

    def drawn(self, settings: Settings, scene: Scene) -> Texture | None:
        """The small picture of an operation with a `drawing`, see `stillbytes.develop.kernels.texture`, which `build`
        finds as `u.drawing`. None when there is nothing to read."""
        del settings, scene
        return None

    def prepare_uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        """The numbers that `prepare` reads, as `uniforms`. While they stay the same, what it worked out is kept."""
        del settings, scene
        return {}

    def prepare(self, u: Any, ctx: Any) -> Any:
        """For stage "detail": one expression per pixel of the picture before the look, which may read neighbours.

        ctx: `stillbytes.develop.kernels.prepare.Picture`. `build` finds it as `ctx.prepared`, 0 where the operation
        changes nothing.
        """
        raise NotImplementedError

    def local_light(self, delta: Mapping[str, Any]) -> NDArray[np.float32]:
        """(4,): EV that an adjustment adds to the light of red, green and blue where its mask is 1, as far as it is a
        gain of light alone, and saturation, 1 for twice as much: what each side of an edge has of its own light. Part
        of `local_uniforms`."""
        del delta
        return np.zeros(4, np.float32)

    def active(self, settings: Settings) -> bool:
        """Whether the operation changes anything under these settings."""
        return any(p.name in settings for p in self.parameters)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        """The operation as Halide expressions.

        value: `stillbytes.develop.kernels.colour.Colour`; for stage "detail" white-balanced camera RGB, then linear
            Rec.2020, unbounded before the view and 0..1 after it. Returns the same.
        u: the uniforms by name, scalars as expressions, arrays as functions of an index expression.
        ctx: `stillbytes.develop.kernels.context.Context`.
        """
        del u, ctx
        return value
