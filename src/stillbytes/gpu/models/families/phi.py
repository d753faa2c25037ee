"""Phi-4 (14B) and Phi-4-mini (3.8B)."""

from stillbytes.gpu.models.licences import MIT
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import quantised

_FACTS = (
    "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the config.json.",
    "Parameters: computed from those numbers.",
)

MODELS: tuple[Model, ...] = (
    *quantised(
        "phi-4-mini",
        "Phi-4 mini instruct",
        LanguageArchitecture(
            parameters=3.836e9,
            layers=32,
            hidden=3072,
            vocabulary=200064,
            kv_heads=8,
            key_length=128,
            value_length=128,
            full_layers=32,
            context=131072,
        ),
        repository="unsloth/Phi-4-mini-instruct-GGUF",
        file="Phi-4-mini-instruct-{}.gguf",
        licence=MIT,
        quality=2,
        tied=True,
        quantisations=("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M"),
        facts=_FACTS,
    ),
    *quantised(
        "phi-4",
        "Phi-4 14B",
        LanguageArchitecture(
            parameters=14.66e9,
            layers=40,
            hidden=5120,
            vocabulary=100352,
            kv_heads=10,
            key_length=128,
            value_length=128,
            full_layers=40,
            context=16384,
        ),
        repository="bartowski/phi-4-GGUF",
        file="phi-4-{}.gguf",
        licence=MIT,
        quality=4,
        quantisations=("Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M"),
        facts=_FACTS,
    ),
)
