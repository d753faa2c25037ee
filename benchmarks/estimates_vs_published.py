"""The planner's estimates beside what others measured: docs/data/published.csv, row by row.

    .venv/bin/python benchmarks/estimates_vs_published.py [--metric generation] [--card 3060] [--rows] [--fit]

For every card the constants are fitted again without that card's rows (leave one card out), so each row is judged by
numbers that have not seen its card. --fit prints the constants of all rows that may be fitted on, for constants.py.
"""

from __future__ import annotations

import argparse
import csv
import functools
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu.cards import Card, find
from stillbytes.gpu.estimate import diffusion as images
from stillbytes.gpu.estimate import llm as languages
from stillbytes.gpu.estimate.constants import FITTED, Constants
from stillbytes.gpu.estimate.host import Host
from stillbytes.gpu.estimate.picture import Picture
from stillbytes.gpu.estimate.picture import by_name as picture_by_name
from stillbytes.gpu.estimate.weights import Weights
from stillbytes.gpu.estimate.weights import by_name as weights_by_name

PUBLISHED = Path(__file__).parents[1] / "docs" / "data" / "published.csv"
LIMITS = {"generation": 0.25, "memory": 0.10, "image memory": 0.10, "image": 0.35}
OURS = ("llama.cpp", "ollama", "comfyui")
"""Engines that the estimates are for. Others are shown, not judged."""
GROUPS = {"image_memory": "image memory", "step": "image"}
MIB = 2.0**20


@dataclass(frozen=True, slots=True)
class Row:
    """One line of published.csv."""

    metric: str
    card: str
    model: str
    precision: str
    engine: str
    settings: dict[str, str]
    value: float
    unit: str
    source: str
    split: str

    @property
    def group(self) -> str:
        return GROUPS.get(self.metric, self.metric)

    def number(self, key: str, default: float = 0.0) -> float:
        return float(self.settings.get(key, default))


def rows(path: Path = PUBLISHED) -> list[Row]:
    """All rows that can be predicted; those of kind "reference" are for reading."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(fields) for fields in csv.DictReader(file) if fields["split"] != "reference"]


def _row(fields: dict[str, str]) -> Row:
    settings = dict(pair.split("=", 1) for pair in fields["settings"].split(";") if pair)
    keys = ("metric", "card", "model", "precision", "engine")
    return Row(
        *(fields[key] for key in keys),
        settings=settings,
        value=float(fields["value"]),
        unit=fields["unit"],
        source=fields["source"],
        split=fields["split"],
    )


@functools.cache
def _weights(model: str, precision: str) -> Weights:
    return weights_by_name(model, precision or None)


@functools.cache
def _picture(model: str, precision: str, encoders: str) -> Picture:
    return picture_by_name(model, precision, encoders)


@functools.cache
def _card(name: str) -> Card:
    return find(name)


def _language_settings(row: Row) -> languages.Settings:
    cache = row.settings.get("cache", "f16")
    return languages.Settings(
        context=int(row.number("context", 4096)),
        cache_keys=cache,
        cache_values=cache,
        ubatch=int(row.number("ubatch", 512)),
        depth=int(row.number("depth")),
        layers=int(row.number("layers")) if "layers" in row.settings else None,
    )


def _host(row: Row) -> Host:
    return Host(bandwidth_gbs=row.number("host_gbs", 40.0))


def _language(row: Row, constants: Constants) -> languages.LanguageEstimate:
    weights, settings, card = _weights(row.model, row.precision), _language_settings(row), _card(row.card)
    if settings.layers is None:
        settings = languages.fitted_in(weights, settings, card, card.vram_mib * 0.97)
    return languages.language(weights, settings, card, _host(row), constants)


def _image(row: Row, constants: Constants) -> images.ImageEstimate:
    guided = row.settings.get("guided")
    settings = images.ImageSettings(
        width=int(row.number("width", 1024)),
        height=int(row.number("height", 1024)),
        batch=int(row.number("batch", 1)),
        steps=int(row.number("steps", 1)),
        guided=None if guided is None else guided == "1",
    )
    return images.image(
        _picture(row.model, row.precision, row.settings.get("encoders", "fp16")), settings, _card(row.card), constants
    )


def predict(row: Row, constants: Constants = FITTED) -> float | None:
    """Our figure for what the row says, None where we have no way to say."""
    if row.metric in ("generation", "prompt"):
        estimate = _language(row, constants)
        figure = estimate.generation if row.metric == "generation" else estimate.prompt
        return figure.value if figure else None
    if row.metric == "memory":
        return _language(row, constants).total.value + row.number("other")
    if row.metric == "answer":
        tokens = row.number("tokens")
        estimate = _language(replace(row, settings={**row.settings, "depth": str(int(tokens // 2))}), constants)
        assert estimate.generation is not None
        reload = (
            _weights(row.model, row.precision).file / (constants.transfer_gbs * 1e9) if "reload" in row.settings else 0
        )
        return tokens / estimate.generation.value + reload
    estimate_of_image = _image(row, constants)
    if row.metric == "image_memory":  # what PyTorch allocated, without its process
        return (
            estimate_of_image.peak("lean" if row.settings.get("shape") == "lean" else "warm").value - images.CONTEXT_MIB
        )
    if row.metric == "step" and estimate_of_image.step:
        return estimate_of_image.step.value
    if row.metric == "image" and estimate_of_image.seconds and estimate_of_image.reload:
        reloads = row.settings.get("shape") == "lean" or not estimate_of_image.resident
        return estimate_of_image.seconds.value + (estimate_of_image.reload.value if reloads else 0.0)
    return None


# ------------------------------------------------------------------------------------------------ fitting


def fit(given: Sequence[Row]) -> Constants:
    """The constants that fit these rows best, by least absolute relative error."""
    constants = FITTED
    made = _fit_generation([r for r in given if r.metric == "generation" and _resident(r)])
    if made:
        constants = replace(constants, **made)
    prompts: dict[bool, list[float]] = {False: [], True: []}
    for row in given:
        if row.metric == "prompt" and _resident(row):
            predicted = predict(row, replace(constants, prompt=1.0, prompt_experts=1.0))
            if predicted:
                prompts[_weights(row.model, row.precision).mixture].append(row.value / predicted)
    for mixture, key in ((False, "prompt"), (True, "prompt_experts")):
        if len(prompts[mixture]) >= 3:
            constants = replace(constants, **{key: statistics.median(prompts[mixture])})
    drawn = _fit_images([r for r in given if r.group == "image" and r.engine == "comfyui"])
    return replace(constants, **drawn) if drawn else constants


def _resident(row: Row) -> bool:
    if row.engine not in OURS or "old" in row.settings:
        return False
    weights, settings, card = _weights(row.model, row.precision), _language_settings(row), _card(row.card)
    placed = (
        settings if settings.layers is not None else languages.fitted_in(weights, settings, card, card.vram_mib * 0.97)
    )
    return placed.layers is None or placed.layers > weights.architecture.layers


def _fit_generation(given: Sequence[Row]) -> dict[str, float]:
    made: dict[str, float] = {}
    for mixture, rate, each in ((False, "read", "layer_s"), (True, "read_experts", "layer_experts_s")):
        features, wanted, cards = [], [], []
        for row in given:
            weights, settings, card = _weights(row.model, row.precision), _language_settings(row), _card(row.card)
            if weights.mixture is not mixture or (card.capability or 9) < 7:
                continue
            read = sum(languages.read_per_token(weights, settings.depth, settings.cache_keys, settings.cache_values))
            features.append((read / card.bandwidth_gbs / 1e9, float(weights.architecture.layers)))
            wanted.append(1 / row.value)
            cards.append(row.card)
        if len(features) >= 6:
            least = made.get("layer_s", 0.0)  # a layer of experts starts no fewer kernels than a dense one
            reading, layer = _least_absolute(features, wanted, cards, floor=(1.0, least))
            made |= {rate: 1 / reading, each: layer}
    return made


def _fit_images(given: Sequence[Row]) -> dict[str, float]:
    features, wanted, cards = [], [], []
    for row in given:
        estimate = _image(row, FITTED)
        lean = row.settings.get("shape") == "lean" or not estimate.resident
        if estimate.streamed or lean or _card(row.card).maker != "nvidia":
            continue
        guided = row.settings.get("guided")
        settings = images.ImageSettings(
            int(row.number("width")),
            int(row.number("height")),
            int(row.number("batch", 1)),
            guided=None if guided is None else guided == "1",
        )
        picture = _picture(row.model, row.precision, row.settings.get("encoders", "fp16"))
        step, move, decode = images.work(picture, settings, _card(row.card))
        whole, steps = row.metric == "image", row.number("steps", 1)
        features.append((step * steps, move * steps, decode if whole else 0.0, 1.0 if whole else 0.0))
        wanted.append(row.value)
        cards.append(row.card)
    if len(features) < 8:
        return {}
    # no picture without encoding a prompt and a PNG: 0.3 s
    step, move, decode, fixed = _least_absolute(features, wanted, cards, floor=(1.0, 0.0, 5.0, 0.3))
    return {"step": 1 / step, "moved": move, "decode_tflop": decode, "image_s": fixed}


def _least_absolute(
    features: Sequence[Sequence[float]], wanted: Sequence[float], cards: Sequence[str], floor: Sequence[float]
) -> list[float]:
    """Coefficients of the least sum of absolute relative errors, by iteratively reweighted least squares.

    Every card counts alike, however many rows it has. None falls below its `floor`: nothing is faster than hardware.
    """
    x, y = np.array(features), np.array(wanted)
    share = np.array([1 / cards.count(card) for card in cards])
    x, target = x / y[:, None], np.ones(len(y))
    low = np.array(floor)
    keep = x.any(axis=0)
    found = low.copy()
    active = keep.copy()
    for _ in range(len(low) + 1):
        weight = share
        rest = target - x[:, ~active] @ found[~active]
        for _ in range(60):
            root = np.sqrt(weight)
            found[active] = np.linalg.lstsq(x[:, active] * root[:, None], rest * root, rcond=None)[0]
            weight = share / np.maximum(np.abs(x @ found - target), 1e-3)
        under = active & (found < low)
        if not under.any():
            break
        found[under] = low[under]
        active &= ~under
    return [float(value) for value in found]


# ------------------------------------------------------------------------------------------------ judging


@dataclass(frozen=True, slots=True)
class Judged:
    row: Row
    predicted: float

    @property
    def error(self) -> float:
        return abs(self.predicted / self.row.value - 1)


def judge(given: Iterable[Row], constants_for: Callable[[str], Constants]) -> list[Judged]:
    """Every row with its prediction; those that cannot be predicted are left out."""
    judged = []
    for row in given:
        try:
            predicted = predict(row, constants_for(row.card))
        except StillbytesError:
            continue
        if predicted is not None:
            judged.append(Judged(row, predicted))
    return judged


def leave_one_out(given: Sequence[Row]) -> Callable[[str], Constants]:
    """For a card, the constants fitted on the rows marked fit of all other cards."""
    known = usable(given)

    @functools.cache
    def constants(card: str) -> Constants:
        return fit([row for row in known if row.card != card])

    return constants


def usable(given: Sequence[Row]) -> list[Row]:
    """The rows that may be fitted on and that say enough to be predicted."""
    return [row for row in given if row.split == "fit" and _predictable(row)]


def _predictable(row: Row) -> bool:
    try:
        return predict(row) is not None
    except StillbytesError:
        return False


def median_error(judged: Iterable[Judged]) -> float:
    return statistics.median(entry.error for entry in judged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metric", help="only this one: generation, prompt, memory, image, image memory, answer")
    parser.add_argument("--card", default="", help="only cards whose name has this")
    parser.add_argument("--rows", action="store_true", help="every row, not only the medians")
    parser.add_argument("--fit", action="store_true", help="print the constants of all rows that may be fitted on")
    options = parser.parse_args()
    everything = rows()
    if options.fit:
        print(fit(usable(everything)))
        return
    constants = leave_one_out(everything)
    sound = [row for row in everything if row.split != "suspect" and options.card.lower() in row.card.lower()]
    judged = judge(sound, constants)
    for group in sorted({entry.row.group for entry in judged}):
        if options.metric and group != options.metric:
            continue
        mine = [e for e in judged if e.row.group == group]
        ours = [e for e in mine if e.row.engine in OURS and "old" not in e.row.settings]
        if options.rows:
            for e in sorted(mine, key=lambda e: (e.row.card, e.row.model)):
                said = ",".join(f"{k}={v}" for k, v in e.row.settings.items())
                print(
                    f"{e.row.card[:24]:24} {e.row.model[-34:]:34} {e.row.precision:8} {e.row.engine:9} {e.row.split:5} "
                    f"{said[:48]:48} {e.row.value:9.5g} {e.predicted:9.5g} {e.predicted / e.row.value - 1:+.0%}"
                )
        limit = f" (limit {LIMITS[group]:.0%})" if group in LIMITS else ""
        print(f"\n{group}: median error {median_error(ours):.1%}{limit} over {len(ours)} rows", end="")
        for split in ("fit", "check"):
            part = [e for e in ours if e.row.split == split]
            if part:
                print(f"; {split} {median_error(part):.1%} of {len(part)}", end="")
        print()
        for card in sorted({e.row.card for e in ours}):
            part = [e for e in ours if e.row.card == card]
            bias = statistics.median(e.predicted / e.row.value - 1 for e in part)
            print(f"   {card:28} {len(part):4} rows  {median_error(part):6.1%}  bias {bias:+.0%}")
        others = [e for e in mine if e not in ours]
        if others:
            print(f"   other engines and old builds {len(others):4} rows  {median_error(others):6.1%} (not judged)")


if __name__ == "__main__":
    main()
