"""Gemma 3 and Gemma 4: see pictures; five layers in six attend to a window only."""

from stillbytes.gpu.models.licences import APACHE_2, GEMMA
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Projector, Published, quantised

_GEMMA_3_FACTS = (
    "Layers, widths, heads, window and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the"
    " config.json.",
    "Parameters: computed from those numbers. sha256 of the projectors: mudler/LocalAI gallery/index.yaml (82c191a).",
    "Vision tower: SigLIP So400m, 0.42 billion parameters, from which the projector's size is computed.",
)

MODELS: tuple[Model, ...] = (
    *quantised(
        "gemma-3-4b",
        "Gemma 3 4B",
        LanguageArchitecture(
            parameters=3.88e9,
            layers=34,
            hidden=2560,
            vocabulary=262144,
            kv_heads=4,
            key_length=256,
            value_length=256,
            full_layers=5,
            window_layers=29,
            window=1024,
            context=131072,
        ),
        repository="bartowski/google_gemma-3-4b-it-GGUF",
        file="google_gemma-3-4b-it-{}.gguf",
        licence=GEMMA,
        quality=2,
        tied=True,
        projector=Projector(
            "mmproj-google_gemma-3-4b-it-f16.gguf",
            0.42e9,
            Published(sha256="8c0fb064b019a6972856aaae2c7e4792858af3ca4561be2dbf649123ba6c40cb"),
        ),
        facts=_GEMMA_3_FACTS,
    ),
    *quantised(
        "gemma-3-12b",
        "Gemma 3 12B",
        LanguageArchitecture(
            parameters=11.766e9,
            layers=48,
            hidden=3840,
            vocabulary=262144,
            kv_heads=8,
            key_length=256,
            value_length=256,
            full_layers=8,
            window_layers=40,
            window=1024,
            context=131072,
        ),
        repository="bartowski/google_gemma-3-12b-it-GGUF",
        file="google_gemma-3-12b-it-{}.gguf",
        licence=GEMMA,
        quality=4,
        tied=True,
        projector=Projector(
            "mmproj-google_gemma-3-12b-it-f16.gguf",
            0.42e9,
            Published(sha256="30c02d056410848227001830866e0a269fcc28aaf8ca971bded494003de9f5a5"),
        ),
        facts=_GEMMA_3_FACTS,
    ),
    *quantised(
        "gemma-4-e4b",
        "Gemma 4 E4B",
        LanguageArchitecture(
            parameters=7.5e9,
            layers=42,
            hidden=2560,
            vocabulary=262144,
            kv_heads=2,
            key_length=512,
            value_length=512,
            full_layers=4,
            window_layers=20,
            window=512,
            window_kv_heads=1,
            active_parameters=4.0e9,
            context=131072,
        ),
        repository="unsloth/gemma-4-E4B-it-GGUF",
        file="gemma-4-E4B-it-{}.gguf",
        licence=APACHE_2,
        quality=3,
        tied=True,
        projector=Projector("mmproj-F16.gguf", 0.45e9),
        facts=(
            "Layers 42, width 2560, context 131072, size label 7.5B: the file's metadata printed in"
            " canonical/inference-snaps issue 275; 2 KV heads of 256 (512 in full layers) and a window of 512: a public"
            " test of the official sizes; the last 18 layers share keys and values of earlier ones, which leaves 4 full"
            " and 20 window layers.",
            "2.8 billion parameters are per-layer embeddings, looked up rather than multiplied; active: estimated.",
            "The projector also hears; its size is estimated.",
        ),
    ),
    *quantised(
        "gemma-4-12b",
        "Gemma 4 12B",
        LanguageArchitecture(
            parameters=11.9e9,
            layers=48,
            hidden=3840,
            vocabulary=262144,
            kv_heads=1,
            key_length=512,
            value_length=512,
            full_layers=8,
            window_layers=40,
            window=1024,
            window_kv_heads=4,
            context=262144,
        ),
        repository="unsloth/gemma-4-12b-it-GGUF",
        file="gemma-4-12b-it-{}.gguf",
        licence=APACHE_2,
        quality=5,
        tied=True,
        projector=Projector("mmproj-F16.gguf", 0.1e9),
        facts=(
            "48 layers, 5 of 6 with 8 KV heads of 256, the sixth with 1 of 512: llama.cpp's print_info in"
            " mozilla-ai/llamafile issue 1001. Parameters: computed from those numbers.",
            "Licence Apache-2.0: general.license in canonical/inference-snaps issue 275.",
            "The projector's size is estimated: this model projects patches without a tower of its own.",
        ),
    ),
)
