"""Llama 3.1 8B and Llama 3.2 3B."""

from stillbytes.gpu.models.licences import LLAMA_31, LLAMA_32
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Published, quantised

_FACTS = (
    "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the config.json.",
    "Parameters: computed from those numbers. Sizes and sha256 that are not estimates: public catalogues made from the"
    " hub's own file list.",
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
        published={
            "Q4_K_M": Published(4_920_739_232, "7b064f5842bf9532c91456deda288a1b672397a54fa729aa665952863033557c"),
        },
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
        published={
            "Q8_0": Published(3_421_899_296, "b5607b5090a8280063fff2d706bb3408ca6542341b06aab39c3eca0a28575921"),
            "Q6_K": Published(2_643_853_856, "1771887c15fc3d327cfee6fd593553b2126e88834bf48eae50e709d3f70dd998"),
            "Q5_K_M": Published(2_322_154_016, "0b94ccd04d908304cec5246a3d942b64417a423bc5c6d47c73bc557e590b5194"),
            "Q4_K_M": Published(2_019_377_696, "6c1a2b41161032677be168d354123594c0e6e67d2b9227c84f296ad037c728ff"),
        },
        facts=_FACTS,
    ),
)
