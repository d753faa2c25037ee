"""Llama 3.1 8B and Llama 3.2 3B."""

from stillbytes.gpu.models.licences import LLAMA_31, LLAMA_32
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import quantised

_FACTS = (
    "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the config.json.",
    "Parameters: computed from those numbers.",
)

MODELS: tuple[Model, ...] = (
    *quantised(
        "llama-3.1-8b",
        "Llama 3.1 8B Instruct",
        LanguageArchitecture(
            parameters=8.03026e9,
            layers=32,
            hidden=4096,
            vocabulary=128256,
            kv_heads=8,
            key_length=128,
            value_length=128,
            full_layers=32,
            context=131072,
        ),
        repository="bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        file="Meta-Llama-3.1-8B-Instruct-{}.gguf",
        licence=LLAMA_31,
        quality=3,
        facts=_FACTS,
    ),
    *quantised(
        "llama-3.2-3b",
        "Llama 3.2 3B Instruct",
        LanguageArchitecture(
            parameters=3.21275e9,
            layers=28,
            hidden=3072,
            vocabulary=128256,
            kv_heads=8,
            key_length=128,
            value_length=128,
            full_layers=28,
            context=131072,
        ),
        repository="bartowski/Llama-3.2-3B-Instruct-GGUF",
        file="Llama-3.2-3B-Instruct-{}.gguf",
        licence=LLAMA_32,
        quality=2,
        tied=True,
        facts=_FACTS,
    ),
)
