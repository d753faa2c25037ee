"""Gemma 3 and Gemma 4: see pictures; five layers in six attend to a window only."""

from stillbytes.gpu.models.licences import APACHE_2, GEMMA
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Projector, Published, quantised

_GEMMA_3_FACTS = (
    "Layers, widths, heads, window and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the"
    " config.json.",
    "Parameters: computed from those numbers. Sizes and sha256 that are not estimates: a public catalogue made from the"
    " hub's own file list.",
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
        repository="unsloth/gemma-3-4b-it-GGUF",
        file="gemma-3-4b-it-{}.gguf",
        licence=GEMMA,
        quality=2,
        tied=True,
        published={
            "Q8_0": Published(4_130_402_176, "81bf0583ab5bad155a5a3b15d155a880a1a1e4f7de2de5c06f10f64ac49f8336"),
            "Q6_K": Published(3_190_740_096, "df3fb9a1449296d26258c0771d5280ceb71559ad98e2db658799a05218ed9fa1"),
            "Q5_K_M": Published(2_829_698_176, "974e5c2f13c321fc3258b6fbf2ce326a09d8ace511aa6846df1db62baf7df7d4"),
            "Q4_K_M": Published(2_489_894_016, "04a43a22e8d2003deda5acc262f68ec1005fa76c735a9962a8c77042a74a7d19"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.42e9,
            Published(851_251_328, "731199e016ec5f227b8293fef839899472e0ee4c51adf5f9e5cb66f6558fa142"),
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
        repository="unsloth/gemma-3-12b-it-GGUF",
        file="gemma-3-12b-it-{}.gguf",
        licence=GEMMA,
        quality=4,
        tied=True,
        published={
            "Q8_0": Published(12_510_212_576, "a774cd9c6f289a6159f4a3f92a7ebca887e15073f92016d53c3593cb440a5982"),
            "Q6_K": Published(9_660_811_616, "5a99903816f50b6b7d63fe96e1ed51d6e03c795051e99146719f3e066a863069"),
            "Q5_K_M": Published(8_445_036_896, "ea6d227c4983534b4661a0ada08328c21afa07c1e3c316fb55c172776cc808b3"),
            "Q4_K_M": Published(7_300_778_336, "15b8fd9d8672cd4240c178c217ca781409291f34e353d2e913b29c7602ceb3ff"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.42e9,
            Published(854_200_448, "5de4ccfc379faa4cbf608dd365c028aa41f9774cdb1191d148d88910d1014f71"),
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
