"""Mistral 7B and Mistral Nemo 12B."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Published, quantised

MODELS: tuple[Model, ...] = (
    *quantised(
        "mistral-7b-v0.3",
        "Mistral 7B Instruct v0.3",
        LanguageArchitecture(
            parameters=7.248e9,
            layers=32,
            hidden=4096,
            vocabulary=32768,
            kv_heads=8,
            key_length=128,
            value_length=128,
            full_layers=32,
            context=32768,
        ),
        repository="bartowski/Mistral-7B-Instruct-v0.3-GGUF",
        file="Mistral-7B-Instruct-v0.3-{}.gguf",
        licence=APACHE_2,
        quality=2,
        facts=(
            "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the"
            " config.json. Parameters: computed from those numbers.",
        ),
    ),
    *quantised(
        "mistral-nemo-12b",
        "Mistral Nemo 12B Instruct 2407",
        LanguageArchitecture(
            parameters=12.2477824e9,
            layers=40,
            hidden=5120,
            vocabulary=131072,
            kv_heads=8,
            key_length=128,
            value_length=128,
            full_layers=40,
            context=131072,
        ),
        repository="bartowski/Mistral-Nemo-Instruct-2407-GGUF",
        file="Mistral-Nemo-Instruct-2407-{}.gguf",
        licence=APACHE_2,
        quality=3,
        published={
            "Q4_K_M": Published(7_477_208_192, "7c1a10d202d8788dbe5628dc962254d10654c853cae6aaeca0618f05490d4a46"),
        },
        facts=(
            "Parameters, layers, widths and heads: the file's own metadata, printed in ollama/ollama issue 8277.",
            "Context: 128k as announced; the metadata's 1,024,000 is a known mistake (same issue).",
            "Size and sha256 of Q4_K_M: several public manifests that agree, also with mudler/LocalAI"
            " gallery/index.yaml (82c191a).",
        ),
    ),
)
