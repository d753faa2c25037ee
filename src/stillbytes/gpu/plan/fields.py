"""A plan in JSON's types: for --json, the REST routes and the page."""

from __future__ import annotations

import dataclasses
from typing import Any

from stillbytes.gpu.estimate import Figure
from stillbytes.gpu.plan.combine import Combination
from stillbytes.gpu.plan.plan import Plan


def as_fields(made: Plan) -> dict[str, Any]:
    """Everything that a plan says."""
    card = made.machine.card
    return {
        "machine": {
            "card": card.name if card else None,
            "vram_mib": card.vram_mib if card else 0,
            "reserved_mib": made.machine.reserved_mib,
            "room_mib": made.machine.room_mib,
            "ram_mib": made.machine.host.ram_mib,
            "note": made.machine.note,
        },
        "chosen": combination(made.chosen),
        "combinations": [combination(one) for one in made.combinations],
        "masks": {
            "models": list(made.masks.models),
            "memory": made.masks.memory.as_json(),
            "missing": list(made.masks.missing),
            "on_card": made.masks.on_card,
        },
        "reasons": list(made.reasons),
        "llama": list(made.llama),
        "comfyui": list(made.comfyui),
        "workflow": dataclasses.asdict(made.workflow) if made.workflow else None,
        "ladder": [dataclasses.asdict(rung) for rung in made.ladder],
        "notes": list(made.notes),
    }


def combination(c: Combination) -> dict[str, Any]:
    """One of its combinations."""

    def of(value: Figure | None) -> dict[str, Any] | None:
        return value.as_json() if value else None

    language, image = c.language, c.image
    return {
        "arrangement": c.arrangement,
        "memory": c.memory.as_json(),
        "to_image": of(c.to_image),
        "to_language": of(c.to_language),
        "kept_in_host_memory": c.kept,
        "language": language
        and {
            "name": language.name,
            "id": language.model.id if language.model else None,
            "origin": language.weights.origin,
            "precision": language.weights.precision,
            "context": language.settings.context,
            "cache": language.settings.cache_keys,
            "given_up": list(language.steps),
            "memory": language.peak.as_json(),
            "weights": language.estimate.weights.as_json(),
            "keys_and_values": language.estimate.cache.as_json(),
            "compute": language.estimate.compute.as_json(),
            "generation": of(language.generation),
            "prompt": of(language.prompt),
        },
        "image": image
        and {
            "name": image.name,
            "id": image.model.id if image.model else None,
            "precision": image.picture.precision,
            "shape": image.shape,
            "tile": image.settings.tile,
            "given_up": list(image.steps),
            "memory": image.peak.as_json(),
            "step": of(image.step),
            "seconds": of(image.seconds),
        },
    }
