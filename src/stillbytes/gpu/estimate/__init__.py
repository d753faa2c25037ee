"""What models need and how fast they are, before they are loaded. Every figure says where it comes from.

>>> from stillbytes.gpu.cards import find
>>> answer = language(weights.by_name("Qwen3-8B Q4_K_M"), Settings(context=8192), find("RTX 3060"))
>>> 5000 < answer.total.mib < 6500, answer.generation.basis
(True, 'estimate')
"""

from stillbytes.gpu.estimate import picture, weights
from stillbytes.gpu.estimate.diffusion import ImageEstimate, ImageSettings, image
from stillbytes.gpu.estimate.figure import Figure, published
from stillbytes.gpu.estimate.host import Host
from stillbytes.gpu.estimate.llm import LanguageEstimate, Settings, language

__all__ = [
    "Figure",
    "Host",
    "ImageEstimate",
    "ImageSettings",
    "LanguageEstimate",
    "Settings",
    "image",
    "language",
    "picture",
    "published",
    "weights",
]
