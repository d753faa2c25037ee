"""Qwen3.5: sees pictures; one layer in four attends, the others hold a fixed state, so that context costs little."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Projector, Published, quantised

_STATE = 24 * 4 * (32 * 128 * 128 + 3 * (4096 + 2 * 16 * 128))
"""24 layers of float32: 32 heads of 128 x 128, and a convolution's 3 past inputs of the inner size and two groups."""
_FACTS = (
    "Layers, widths and heads: radixark/miles scripts/models/qwen3.5-4B.sh and -9B.sh (51b148c).",
    "State: ssm.state_size 128, group_count 16, time_step_rank 32, inner_size 4096, conv_kernel 4 and"
    " full_attention_interval 4 as llama.cpp printed them (ggml-org/llama.cpp pull request 22546, and"
    " huggingface/candle pull request 3821 for the 4B's tensors).",
    "Parameters: computed from those numbers, without the vision tower (half of the projector's bytes).",
)
_4B = LanguageArchitecture(
    parameters=4.205e9,
    layers=32,
    hidden=2560,
    vocabulary=248320,
    kv_heads=4,
    key_length=256,
    value_length=256,
    full_layers=8,
    state_bytes=_STATE,
    context=262144,
)
_9B = LanguageArchitecture(
    parameters=8.953e9,
    layers=32,
    hidden=4096,
    vocabulary=248320,
    kv_heads=4,
    key_length=256,
    value_length=256,
    full_layers=8,
    state_bytes=_STATE,
    context=262144,
)

MODELS: tuple[Model, ...] = (
    *quantised(
        "qwen3.5-4b",
        "Qwen3.5 4B",
        _4B,
        repository="unsloth/Qwen3.5-4B-GGUF",
        file="Qwen3.5-4B-{}.gguf",
        licence=APACHE_2,
        quality=4,
        tied=True,
        published={
            "Q4_K_M": Published(2_740_937_888, "00fe7986ff5f6b463e62455821146049db6f9313603938a70800d1fb69ef11a4"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.336e9,
            Published(672_423_616, "cd88edcf8d031894960bb0c9c5b9b7e1fea6ebee02b9f7ce925a00d12891f864"),
        ),
        facts=(
            *_FACTS,
            "Size and sha256 of Q4_K_M and the projector: several public manifests that agree, for Q4_K_M also with"
            " mudler/LocalAI gallery/index.yaml (82c191a).",
        ),
    ),
    *quantised(
        "qwen3.5-9b",
        "Qwen3.5 9B",
        _9B,
        repository="unsloth/Qwen3.5-9B-GGUF",
        file="Qwen3.5-9B-{}.gguf",
        licence=APACHE_2,
        quality=5,
        published={
            "Q6_K": Published(7_458_301_152, "91898433cf5ce0a8f45516a4cc3e9343b6e01d052d01f684309098c66a326c59"),
            "Q4_K_M": Published(5_680_522_464, "03b74727a860a56338e042c4420bb3f04b2fec5734175f4cb9fa853daf52b7e8"),
            "Q3_K_M": Published(4_673_643_744, "8fed90306e4f019e2bf35f3766470b7bc59ea1a9dae00f5ceb20b43cb5514393"),
        },
        projector=Projector(
            "mmproj-F16.gguf",
            0.459e9,
            Published(918_166_080, "f70dc3509053962b0d0d3ee8a7eacebf5d60aa560cad78254ae8698516ae029f"),
        ),
        facts=(
            *_FACTS,
            "Sizes and sha256 that are not estimates: public manifests that pin revision 3885219b and agree, for Q4_K_M"
            " also with mudler/LocalAI gallery/index.yaml (82c191a).",
        ),
    ),
)
