"""Node packs: who gives the nodes that ComfyUI itself does not have.

The nodes were read from each pack's own list at the commit that `sources` pins. `install` brings those that it pins.
"""

from __future__ import annotations

from dataclasses import dataclass

from stillbytes.core.saying import said


@dataclass(frozen=True, slots=True)
class Pack:
    """folder: its name under custom_nodes. nodes: its classes, as far as we might meet them. says: what it does.

    by_hand: where a person gets one that `install` does not bring; "" for the others.
    """

    folder: str
    nodes: frozenset[str]
    says: str
    by_hand: str = ""

    @property
    def remedy(self) -> str:
        """How to have it."""
        how: str = "`stillbytes engines install comfyui`"
        if self.by_hand:
            how = said("put {pack} into ComfyUI's custom_nodes, with its requirements", pack=self.by_hand)
        return said(
            "It comes with the node pack {pack}, which {what}: {how}.", pack=self.folder, what=self.says, how=how
        )


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
        said("loads quantised models from GGUF files"),
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
        said("uses a picture as a prompt"),
    ),
    Pack(
        "ComfyUI-nunchaku",
        frozenset({"NunchakuFluxDiTLoader", "NunchakuFluxLoraLoader"}),
        said("draws with 4-bit models of SVDQuant on NVIDIA cards"),
        "https://github.com/nunchaku-tech/ComfyUI-nunchaku",
    ),
    Pack(
        "ComfyUI-SAM2",
        frozenset(
            {
                "SAM2ModelLoader (segment anything2)",
                "GroundingDinoModelLoader (segment anything2)",
                "GroundingDinoSAM2Segment (segment anything2)",
            }
        ),
        said("finds what is named by Grounding DINO and SAM 2"),
        "https://github.com/neverbiasu/ComfyUI-SAM2",
    ),
)


def giving(class_type: str) -> Pack | None:
    """The pack that has this node, if we know of one."""
    return next((pack for pack in PACKS if class_type in pack.nodes), None)
