"""An image model by its parts: denoiser, text encoders, VAE; from the registry or from a table by name.

diffusion.csv: step_tflop is one pass at 1024 x 1024 and quadratic the share of it that grows with the square of the
pixels (attention). For transformers both are computed from the depths and widths in the note: 24 x width^2 operations
per block and token (12 width^2 weights, used once), and 4 x width x tokens^2 per block for attention; SDXL's 5.98 is
the 2.99 TMAC of its authors' successors' papers. activation: ComfyUI's memory_usage_factor (comfy/supported_models.py,
January 2026). encoders.csv: parameters of the text encoders. Both are checked by published memory peaks, which are
sums of exactly these parts.
"""

from __future__ import annotations

import csv
import difflib
import functools
import importlib.resources
import re
from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.estimate import quantisation
from stillbytes.gpu.models.model import DiffusionArchitecture, Model

VAE_PARAMETERS = 84e6
"""Of AutoencoderKL, decoder and encoder."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes of each part. quadratic: share of step_tflop that grows with pixels squared. slower: time factor of the
    precision on a card without and with matrix units for it."""

    name: str
    precision: str
    denoiser: float
    encoders: float
    vae: float
    activation: float
    step_tflop: float
    quadratic: float
    pixels: int
    guided: bool
    steps: int
    origin: str
    note: str = ""

    @property
    def weights(self) -> float:
        return self.denoiser + self.encoders + self.vae

    def tflop(self, pixels: int) -> float:
        """One pass over one picture of so many pixels."""
        ratio = pixels / self.pixels
        return self.step_tflop * ratio * (1 - self.quadratic + self.quadratic * ratio)


def _read(name: str) -> list[dict[str, str]]:
    text = importlib.resources.files("stillbytes.gpu.estimate").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def _table() -> dict[str, dict[str, str]]:
    return {_plain(n): row for row in _read("diffusion.csv") for n in (row["name"], *row["aliases"].split("|")) if n}


@functools.cache
def _encoders() -> dict[str, float]:
    return {row["name"]: float(row["parameters"]) * 1e9 for row in _read("encoders.csv")}


def _plain(name: str) -> str:
    """Lower case, anything but letters and digits a dash."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def names() -> list[str]:
    """Of all image models that the table has."""
    return [row["name"] for row in _read("diffusion.csv")]


def by_name(name: str, precision: str | None = None, encoders: str = "fp16") -> Picture:
    """By what people call it; the precision too, unless given. Raises ModelError, naming near misses.

    >>> round(by_name("SDXL").denoiser / 2**20), by_name("flux dev fp8").precision
    (4896, 'fp8')
    """
    rows = _table()
    key = _plain(name)
    longest_first = sorted(rows, key=len, reverse=True)
    row = next((rows[k] for k in longest_first if re.search(rf"(?<![a-z0-9]){k}(?![a-z0-9])", key)), None)
    row = row or next((rows[k] for k in longest_first if k.replace("-", "") == key.replace("-", "")), None)
    precision = precision or _precision(name)
    if row is None:
        near = difflib.get_close_matches(key, rows, n=3, cutoff=0.4)
        hint = " or ".join(dict.fromkeys(rows[k]["name"] for k in near)) or ", ".join(names())
        raise ModelError(
            said("No image model called “{name}” is known.", name=name), said("Did you mean {hint}?", hint=hint)
        )
    texts = sum(_encoders()[encoder] for encoder in row["encoders"].split("+"))
    return Picture(
        name=row["name"],
        precision=precision,
        denoiser=float(row["parameters"]) * 1e9 * quantisation.bytes_per_weight(precision),
        encoders=texts * quantisation.bytes_per_weight(encoders),
        vae=VAE_PARAMETERS * 2,
        activation=float(row["activation"]),
        step_tflop=float(row["step_tflop"]),
        quadratic=float(row["quadratic"]),
        pixels=1024 * 1024,
        guided=row["guided"] == "1",
        steps=int(row["steps"]),
        origin="known architecture",
        note=row["note"],
    )


def _precision(name: str) -> str:
    formats = (form for form in quantisation.FORMATS if re.search(rf"(?<![a-z0-9]){form}(?![a-z0-9])", name.lower()))
    return next(formats, None) or quantisation.in_name(name) or "fp16"


def of(model: Model, lookup: Callable[[str], Model]) -> Picture:
    """Of a declared image model with what it needs, found by `lookup`. Raises ModelError for another kind of model."""
    a = model.architecture
    if not isinstance(a, DiffusionArchitecture):
        raise ModelError(said("{model} is not an image model.", model=model.title))
    needed = [lookup(id) for id in model.needs]
    encoders = float(sum(m.size for m in needed if m.kind in ("text-encoder", "language", "vision-language")))
    denoiser = float(sum(f.size for f in model.files))
    if any(f.role == "checkpoint" for f in model.files):  # text encoders and VAE are in the same file
        counted = a.parameters * quantisation.bytes_per_weight(model.precision)
        encoders, denoiser = max(denoiser - counted - VAE_PARAMETERS * 2, 0.0), counted
    known = _table().get(_plain(model.family))
    return Picture(
        name=model.title,
        precision=model.precision,
        denoiser=denoiser,
        encoders=encoders,
        vae=VAE_PARAMETERS * 2,  # computed at 16 bits, whatever its file holds
        activation=a.activation,
        step_tflop=a.step_tflop,
        quadratic=float(known["quadratic"]) if known else 0.2,
        pixels=a.pixels,
        guided=a.guided,
        steps=a.steps,
        origin="the model registry",
        note=model.title,
    )
