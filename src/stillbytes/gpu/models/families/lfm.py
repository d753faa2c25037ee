"""LFM2.5 8B-A1B: 32 experts, four of them at work; 18 of 24 layers are short convolutions."""

from stillbytes.gpu.models.licences import LFM_1
from stillbytes.gpu.models.model import LanguageArchitecture, Model
from stillbytes.gpu.models.quantised import Published, quantised

MODELS: tuple[Model, ...] = quantised(
    "lfm2.5-8b-a1b",
    "LFM2.5 8B-A1B",
    LanguageArchitecture(
        parameters=8.3e9,
        layers=24,
        hidden=2048,
        vocabulary=131072,
        kv_heads=8,
        key_length=64,
        value_length=64,
        full_layers=6,
        state_bytes=18 * 2 * 2048 * 4,
        active_parameters=1.5e9,
        context=131072,
    ),
    repository="LiquidAI/LFM2.5-8B-A1B-GGUF",
    file="LFM2.5-8B-A1B-{}.gguf",
    licence=LFM_1,
    quality=3,
    tied=True,
    published={
        "Q8_0": Published(sha256="33ab3b8ce6a964fb8ebac89360c9b3cf72c4fa418d5e4c0a94d46883124d5c02"),
    },
    quantisations=("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M"),
    facts=(
        "24 layers (6 attention, 18 convolution), 32 experts of which 4 work: huggingface/candle pull request 3910;"
        " 8.3 billion parameters, 1.5 active, 128k context: a public harness that serves it.",
        "Width 2048 and 8 KV heads of 64: those of LFM2-8B-A1B. Vocabulary 128k: the launch notes; size estimated.",
        "sha256 of Q8_0: mudler/LocalAI gallery/index.yaml (82c191a).",
    ),
)
