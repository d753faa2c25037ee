"""Node packs: who gives the nodes that ComfyUI itself does not have.

The nodes were read from each pack's own list at the commit that `sources` pins; `install` brings them all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pack:
    """folder: its name under custom_nodes. nodes: its classes, as far as we might meet them. says: what it does."""

    folder: str
    nodes: frozenset[str]
    says: str


PACKS = (
    Pack(
        "ComfyUI-GGUF",
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
)


def giving(class_type: str) -> Pack | None:
    """The pack that has this node, if we know of one."""
    return next((pack for pack in PACKS if class_type in pack.nodes), None)
