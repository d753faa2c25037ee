"""Command R7B: three layers in four attend to a window."""

from stillbytes.gpu.models.licences import CC_BY_NC_4
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import quantised

MODELS: tuple[Model, ...] = quantised(
    "command-r7b",
    "Command R7B 12-2024",
    LanguageArchitecture(
        parameters=8.028e9,
        layers=32,
        hidden=4096,
        vocabulary=256000,
        kv_heads=8,
        key_length=128,
        value_length=128,
        full_layers=8,
        window_layers=24,
        window=4096,
        context=131072,
    ),
    repository="bartowski/c4ai-command-r7b-12-2024-GGUF",
    file="c4ai-command-r7b-12-2024-{}.gguf",
    licence=CC_BY_NC_4,
    quality=3,
    tied=True,
    facts=(
        "Layers, widths, heads, window and 8.03 B parameters: llama.cpp's print_meta in ggml-org/llama.cpp pull request"
        " 10900 and issue 10816. Every fourth layer attends to the whole context (llama.cpp's cohere2 graph).",
        "Context: 128k as announced; the first conversions say 8192.",
    ),
)
