"""What tells near from far."""

from stillbytes.gpu.models.licences import APACHE_2, UNKNOWN
from stillbytes.gpu.models.model import File, HuggingFace, Local, Model, NetworkArchitecture

MODELS: tuple[Model, ...] = (
    Model(
        id="depth-anything-v2-small",
        family="depth-anything-v2-small",
        title="Depth Anything V2 small",
        kind="depth",
        engine="onnx",
        tasks=("depth",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=24.8e6, side=518),
        files=(
            File(
                "model",
                "depth/depth-anything-v2-small.onnx",
                HuggingFace("onnx-community/depth-anything-v2-small", "onnx/model.onnx"),
                99_060_839,
                "afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=("Size: two public manifests that agree; sha256: one of them. Only the small size is free for any use.",),
    ),
    Model(
        id="tcmonodepth-small",
        family="tcmonodepth-small",
        title="TCMonoDepth small",
        kind="depth",
        engine="onnx",
        tasks=("depth",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=0.2e6, side=320),
        files=(
            File(
                "model",
                "depth/tcmonodepth_tcsmallnet_192x320.onnx",
                Local("tcmonodepth_tcsmallnet_192x320.onnx"),
                790_459,
                "902b886beaebd3f68deb40bab2fd636a0c112c1ef1cbdd15fa26e5c55b389b4d",
            ),
        ),
        licence=UNKNOWN,
        quality=1,
        facts=(
            "Only used where somebody has put it into a models folder: the file is shipped with obs-backgroundremoval,"
            " and its licence was not found beside it. Tried here on the CPU.",
        ),
    ),
)
