"""Qwen3 and Qwen3-VL: dense, every layer attends to the whole context."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Projector, Published, quantised

_FACTS = (
    "Layers, widths, heads and context: Lightning-AI/litgpt litgpt/config.py (2685705), which cites the config.json.",
    "Parameters: computed from those numbers. Sizes and sha256 that are not estimates: public catalogues made from the"
    " hub's own file list, which agree with mudler/LocalAI gallery/index.yaml (82c191a) on Q4_K_M.",
)
_VISION = ("Parameters of the vision tower: half of the projector's bytes.",)
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
            "Q4_K_M": Published(2_497_281_312, "f6f851777709861056efcdad3af01da38b31223a3ba26e61a4f8bf3a2195813a"),
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
            "Q8_0": Published(8_709_519_168, "0cfbf745760f07a76ddeb358dd025a27f2e11d1ca9c9a4169a373d52990fe86e"),
            "Q6_K": Published(6_725_900_096, "0eaec718fdeab0f429dfa0ec481c090388811f5e63785ddb582292f4ef3c3827"),
            "Q5_K_M": Published(5_851_113_280, "159c694b93271e4edc1dc2a305b10cf981032c8f3035a7da00973312f0331504"),
            "Q4_K_M": Published(5_027_784_512, "120307ba529eb2439d6c430d94104dabd578497bc7bfe7e322b5d9933b449bd4"),
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
        published={
            "Q4_K_M": Published(9_001_753_984, "5eaa0870bd81ed3b58a630a271234cfa604e43ffb3a19cd68e54a80dd9d52a66"),
        },
        facts=_FACTS,
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
            "Q8_0": Published(4_280_406_816, "e30b41d2f2cc48149dfbba1b3fb2c023c7e6bf2def75833d4d43820df75efeb3"),
            "Q6_K": Published(3_306_262_816, "43d166b36806df8fd788e53d8d63e0f7d383688ba683a5ea31b5bf2df37314cb"),
            "Q5_K_M": Published(2_889_515_296, "29b491c682da5db4268e30662337ccac18846c8e491ea4ffe466b18f46b8c162"),
            "Q4_K_M": Published(2_497_282_336, "d4dcd426bfba75752a312b266b80fec8136fbaca13c62d93b7ac41fa67f0492b"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.418e9,
            Published(836_180_640, "1b9f4e92f0fbda14d7d7b58baed86039b8a980fe503d9d6a9393f25c0028f1fc"),
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
            "Q8_0": Published(8_709_520_224, "cb8616bf6ed228982d9e47d7b72b42195342efa26044b0ee1873e61d9e78d3d7"),
            "Q6_K": Published(6_725_901_152, "2f963d09b4c7485df9bfd4ac4d7ce192cc9cc004a45555b605eeb0a7a83f0057"),
            "Q5_K_M": Published(5_851_114_336, "bb6d45711239c508c18b6a67f00dd094a41add64e8639f8554738bfeccf5a3bc"),
            "Q4_K_M": Published(5_027_785_568, "108e7ff92b78eefd3db4741885104acba514255c11b617d3c7b197a5f46efe89"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.579e9,
            Published(1_159_030_336, "d406d03ebabefdef86a2c86bf0c1b65f9e046f7a81c218f25de4931b46a07fc4"),
        ),
        facts=("The language part is Qwen3 8B.", *_FACTS, *_VISION),
    ),
)
