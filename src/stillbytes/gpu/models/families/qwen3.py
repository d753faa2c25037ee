"""Qwen3 and Qwen3-VL: dense, every layer attends to the whole context."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Projector, Published, quantised

_FACTS = (
    "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the config.json.",
    "Parameters: computed from those numbers. sha256 of Q4_K_M: mudler/LocalAI gallery/index.yaml (82c191a).",
)
_VISION = (
    "Vision tower: 27 blocks of width 1152 (4B: 24 of 1024) and a merger; size of the projector computed from them.",
)
_4B = LanguageArchitecture(
    parameters=4.0225e9,
    layers=36,
    hidden=2560,
    vocabulary=151936,
    kv_heads=8,
    key_length=128,
    value_length=128,
    full_layers=36,
    context=40960,
)
_8B = LanguageArchitecture(
    parameters=8.1907e9,
    layers=36,
    hidden=4096,
    vocabulary=151936,
    kv_heads=8,
    key_length=128,
    value_length=128,
    full_layers=36,
    context=40960,
)
_14B = LanguageArchitecture(
    parameters=14.768e9,
    layers=40,
    hidden=5120,
    vocabulary=151936,
    kv_heads=8,
    key_length=128,
    value_length=128,
    full_layers=40,
    context=40960,
)

MODELS: tuple[Model, ...] = (
    *quantised(
        "qwen3-4b",
        "Qwen3 4B",
        _4B,
        repository="unsloth/Qwen3-4B-GGUF",
        file="Qwen3-4B-{}.gguf",
        licence=APACHE_2,
        quality=3,
        tied=True,
        published={
            "Q4_K_M": Published(sha256="f6f851777709861056efcdad3af01da38b31223a3ba26e61a4f8bf3a2195813a"),
        },
        facts=_FACTS,
    ),
    *quantised(
        "qwen3-8b",
        "Qwen3 8B",
        _8B,
        repository="unsloth/Qwen3-8B-GGUF",
        file="Qwen3-8B-{}.gguf",
        licence=APACHE_2,
        quality=4,
        published={
            "Q4_K_M": Published(sha256="120307ba529eb2439d6c430d94104dabd578497bc7bfe7e322b5d9933b449bd4"),
        },
        facts=_FACTS,
    ),
    *quantised(
        "qwen3-14b",
        "Qwen3 14B",
        _14B,
        repository="unsloth/Qwen3-14B-GGUF",
        file="Qwen3-14B-{}.gguf",
        licence=APACHE_2,
        quality=4,
        quantisations=("Q4_K_M", "IQ4_XS", "Q3_K_M"),
        facts=(*_FACTS[:1], "Parameters: computed from those numbers."),
    ),
    *quantised(
        "qwen3-vl-4b",
        "Qwen3-VL 4B",
        _4B,
        repository="unsloth/Qwen3-VL-4B-Instruct-GGUF",
        file="Qwen3-VL-4B-Instruct-{}.gguf",
        licence=APACHE_2,
        quality=3,
        tied=True,
        published={
            "Q4_K_M": Published(sha256="d4dcd426bfba75752a312b266b80fec8136fbaca13c62d93b7ac41fa67f0492b"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.41e9,
            Published(sha256="1b9f4e92f0fbda14d7d7b58baed86039b8a980fe503d9d6a9393f25c0028f1fc"),
        ),
        facts=("The language part is Qwen3 4B.", *_FACTS, *_VISION),
    ),
    *quantised(
        "qwen3-vl-8b",
        "Qwen3-VL 8B",
        _8B,
        repository="unsloth/Qwen3-VL-8B-Instruct-GGUF",
        file="Qwen3-VL-8B-Instruct-{}.gguf",
        licence=APACHE_2,
        quality=4,
        published={
            "Q4_K_M": Published(sha256="108e7ff92b78eefd3db4741885104acba514255c11b617d3c7b197a5f46efe89"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.58e9,
            Published(sha256="d406d03ebabefdef86a2c86bf0c1b65f9e046f7a81c218f25de4931b46a07fc4"),
        ),
        facts=("The language part is Qwen3 8B.", *_FACTS, *_VISION),
    ),
)
