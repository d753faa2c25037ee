"""Node packs: who gives the nodes that ComfyUI itself does not have.

The nodes of each were read from the pack's own list at the commit that `sources` pins, or on the day given there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pack:
    """folder: its name under custom_nodes. needed: whether our workflows use it, so that `install` brings it.

    nodes: its node classes, as far as we might meet them.
    """

    folder: str
    licence: str
    needed: bool
    nodes: frozenset[str]
    says: str


PACKS = (
    Pack(
        "ComfyUI-GGUF",
        "Apache-2.0",
        True,
        frozenset(
            {
                "UnetLoaderGGUF",
                "UnetLoaderGGUFAdvanced",
                "CLIPLoaderGGUF",
                "DualCLIPLoaderGGUF",
                "TripleCLIPLoaderGGUF",
                "QuadrupleCLIPLoaderGGUF",
            }
        ),
        "loads quantised models from GGUF files",
    ),
    Pack(
        "ComfyUI_IPAdapter_plus",
        "GPL-3.0",
        True,
        frozenset(
            {
                "IPAdapter",
                "IPAdapterAdvanced",
                "IPAdapterBatch",
                "IPAdapterCombineEmbeds",
                "IPAdapterEmbeds",
                "IPAdapterEncoder",
                "IPAdapterFaceID",
                "IPAdapterInsightFaceLoader",
                "IPAdapterModelLoader",
                "IPAdapterStyleComposition",
                "IPAdapterTiled",
                "IPAdapterUnifiedLoader",
                "IPAdapterUnifiedLoaderFaceID",
                "IPAdapterWeights",
                "PrepImageForClipVision",
            }
        ),
        "uses a picture as a prompt",
    ),
    Pack("websocket_image_save.py", "GPL-3.0", False, frozenset({"SaveImageWebsocket"}), "comes with ComfyUI"),
)


def giving(class_type: str) -> Pack | None:
    """The pack that has this node, if we know of one."""
    return next((pack for pack in PACKS if class_type in pack.nodes), None)
