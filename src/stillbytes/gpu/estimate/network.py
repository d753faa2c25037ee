"""What the small networks need that see: masks, depth, removal. Sessions hold weights and the arena of their runs."""

from __future__ import annotations

from stillbytes.core.errors import ModelError
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.models.model import Model, NetworkArchitecture

OVERHEAD = 1.5
"""Where no activations are declared, the arena is taken for half of the weights again."""
MIB = 1024.0 * 1024.0


def network(model: Model) -> Figure:
    """Memory of a declared network with its first run done. Raises ModelError for another kind of model."""
    if not isinstance(model.architecture, NetworkArchitecture):
        raise ModelError(f"{model.title} is a model with a plan of its own.")
    arena = model.architecture.activation_bytes
    return Figure((model.size + arena if arena else model.size * OVERHEAD) / MIB, "MiB", spread=0.5)
