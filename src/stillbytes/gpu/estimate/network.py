"""What the small networks need that see: masks, depth, removal. Sessions hold weights and the arena of their runs."""

from __future__ import annotations

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.estimate.figure import Figure
from stillbytes.gpu.models.model import Model, NetworkArchitecture

BYTES_PER_PIXEL = 2000.0
"""Of the arena after two runs, where no activations are declared: measured in ONNX Runtime 1.30 on a processor, ISNet
small at 1024 x 1024 2.0 kB, a small U2-Net at 384 x 384 4.1 kB, YOLOX nano at 416 x 416 0.1 kB."""
SESSION_MIB = 25.0
"""What the library takes with the first session, measured as above."""
MIB = 1024.0 * 1024.0


def network(model: Model) -> Figure:
    """Memory of a declared network that has worked. Raises ModelError for another kind of model."""
    if not isinstance(model.architecture, NetworkArchitecture):
        raise ModelError(said("{model} is a model with a plan of its own.", model=model.title))
    arena = model.architecture.activation_bytes or BYTES_PER_PIXEL * model.architecture.side**2
    return Figure((model.size + arena) / MIB + SESSION_MIB, "MiB", spread=0.5)
