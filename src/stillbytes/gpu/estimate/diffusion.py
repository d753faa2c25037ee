"""What an image model needs in ComfyUI, in two shapes, and how long a picture takes.

warm: text encoders, denoiser and VAE stay on the card; lean: each leaves when its stage is done, so that the peak is
the largest stage. Seconds: passes of the denoiser over its arithmetic rate, plus decoding and a fixed part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stillbytes.gpu.cards import Card
from stillbytes.gpu.estimate import constants as fitted
from stillbytes.gpu.estimate.constants import FITTED, Constants
from stillbytes.gpu.estimate.figure import Figure, published, total
from stillbytes.gpu.estimate.llm import MIB
from stillbytes.gpu.estimate.picture import Picture

Shape = Literal["warm", "lean"]
CONTEXT_MIB = 450.0
"""CUDA context of a PyTorch process with cuBLAS and cuDNN: 215 MB for an idle one (comfy-env pool.py), more at work."""
DECODE_BYTES, ENCODE_BYTES = 1150.0, 900.0
"""Bytes of a KL autoencoder's activations per pixel and byte of precision, as PyTorch allocates them: 1024 x 1024 at 16
bits adds 2296 MiB, 832 x 1216 2219 MiB to the resident weights (VixFlowsDocs, June 2025)."""
DECODE_RESERVED = 2200.0
"""The same with what convolutions reserve besides (InvokeAI vae_working_memory.py; ComfyUI says 2178)."""
_KEPT = 0.88
"""Share of a card that ComfyUI fills with models before it lets some go, seen in the same results."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """width, height: of what is computed, pixels. tile: side for the VAE, 0 for the whole picture at once.

    steps, guided: None for the model's usual. encodes: whether a picture goes in (fill, edit). control, adapter,
    loras: MiB of ControlNet, IP-Adapter (with its image encoder) and LoRA weights.
    """

    width: int = 1024
    height: int = 1024
    batch: int = 1
    steps: int | None = None
    guided: bool | None = None
    tile: int = 0
    encodes: bool = False
    control: float = 0.0
    adapter: float = 0.0
    loras: float = 0.0
    bytes_per_value: float = 2.0


@dataclass(frozen=True, slots=True)
class ImageEstimate:
    """Device memory in MiB: the resident weights, the largest activations, the process; and both shapes' peaks.

    step, seconds: of one step and of a whole warm picture; reload: what a lean one pays on top. streamed: MiB of the
    denoiser that do not fit and cross the bus in every pass. resident: whether the card holds all parts at once; where
    not, a warm picture pays the reload too. host: MiB of host memory to keep all weights at hand.
    """

    weights: Figure
    denoising: Figure
    decoding: Figure
    engine: Figure
    warm: Figure
    lean: Figure
    host: Figure
    step: Figure | None
    seconds: Figure | None
    reload: Figure | None
    streamed: float
    resident: bool
    origin: str
    note: str

    def peak(self, shape: Shape) -> Figure:
        return self.warm if shape == "warm" else self.lean


def image(
    picture: Picture, settings: ImageSettings, card: Card | None = None, constants: Constants = FITTED
) -> ImageEstimate:
    """Memory and speed of one image model with these settings."""
    extra = settings.control + settings.adapter + settings.loras
    denoising = activation_mib(picture, settings)
    if settings.control:
        denoising *= 1.1
    decoding = vae_mib(settings, decode=True)
    encoding = vae_mib(settings, decode=False) if settings.encodes else 0.0
    engine = Figure(CONTEXT_MIB, "MiB", published("comfy-env"), 0.4)
    vae = picture.vae / MIB
    resident = picture.weights / MIB + extra
    stages = (
        (picture.encoders / MIB * 1.02, 0.1),
        (picture.denoiser / MIB + extra + denoising, 0.08),
        (vae + max(decoding, encoding), DECODE_RESERVED / DECODE_BYTES - 1),
    )
    largest, spread = max(stages)
    warm = total(
        (_mib(resident, 0.02), _mib(max(denoising, decoding, encoding), DECODE_RESERVED / DECODE_BYTES - 1), engine)
    )
    lean = total((_mib(largest, spread), engine))
    streamed, resident_here = 0.0, True
    if card is not None:
        room = card.vram_mib * 0.96 - CONTEXT_MIB
        streamed = max(0.0, picture.denoiser / MIB + extra + denoising - room)
        if streamed:
            lean = _mib(min(lean.value, room + CONTEXT_MIB), 0.05)
        resident_here = warm.value - CONTEXT_MIB <= card.vram_mib * _KEPT
        if not resident_here:
            warm = _mib(max(min(lean.value, warm.value), card.vram_mib * _KEPT + CONTEXT_MIB), 0.08)
    step, seconds, reload = _speed(picture, settings, card, streamed, constants)
    return ImageEstimate(
        weights=_mib(resident, 0.02),
        denoising=_mib(denoising, 0.3),
        decoding=_mib(decoding, DECODE_RESERVED / DECODE_BYTES - 1),
        engine=engine,
        warm=warm,
        lean=lean,
        host=_mib(resident + 1500, 0.2),
        step=step,
        seconds=seconds,
        reload=reload,
        streamed=streamed,
        resident=resident_here,
        origin=picture.origin,
        note=picture.note,
    )


def _mib(value: float, spread: float) -> Figure:
    return Figure(value, "MiB", spread=spread)


def activation_mib(picture: Picture, settings: ImageSettings) -> float:
    """Of a denoising pass with fused attention: latent area x batch x bytes x 0.01 x factor (ComfyUI model_base)."""
    area = (settings.width / 8) * (settings.height / 8)
    return area * settings.batch * _passes(picture, settings) * settings.bytes_per_value * 0.01 * picture.activation


def vae_mib(settings: ImageSettings, decode: bool) -> float:
    """Of the VAE over the whole picture or a tile. Tiles are summed into float32 copies of the result (comfy/utils.py).

    A tile of 512 takes a quarter of 1024 x 1024 plus these copies.
    """
    pixels = settings.width * settings.height
    per_pixel = (DECODE_BYTES if decode else ENCODE_BYTES) * settings.bytes_per_value
    tile = settings.tile * settings.tile
    if tile and tile < pixels:
        return (per_pixel * tile + 3 * 3 * 4.0 * pixels) / MIB
    return per_pixel * pixels * settings.batch / MIB


def _passes(picture: Picture, settings: ImageSettings) -> int:
    guided = picture.guided if settings.guided is None else settings.guided
    return 2 if guided else 1


def format_factor(precision: str, card: Card) -> float:
    """Time of a pass compared to 16 bits.

    fp8 and GGUF are unpacked first where the card has no units for them; SVDQuant's 4 bits are computed as such
    (nunchaku README: 3 times as fast as unpacked 4 bits; FLUX Kontext 30 s to 12 s on a 4070, issue 501).
    """
    name = precision.lower()
    if name == "int4":
        return 0.45
    if name == "nvfp4":
        return 0.7 if card.fp4 else 1.3
    if name in ("fp8", "int8"):
        return 1.0 if card.fp8 else 1.08
    if name == "fp32":
        return 2.5
    return 1.0 if name in ("fp16", "bf16") else 1.15


def work(picture: Picture, settings: ImageSettings, card: Card) -> tuple[float, float, float]:
    """Of one step: seconds at the card's full arithmetic rate, and seconds to move 1 GB per TFLOP; of the decoder:
    seconds at full rate of 1 TFLOP per megapixel."""
    pixels = settings.width * settings.height
    tflop = picture.tflop(pixels) * _passes(picture, settings) * settings.batch
    return (
        tflop * format_factor(picture.precision, card) / card.tflops,
        tflop / card.bandwidth_gbs,
        pixels / 1e6 * settings.batch / card.tflops,
    )


def _speed(
    picture: Picture, settings: ImageSettings, card: Card | None, streamed: float, c: Constants
) -> tuple[Figure | None, Figure | None, Figure | None]:
    if card is None or card.tflops <= 0:
        return None, None, None
    computing, moving, decoding = work(picture, settings, card)
    slower = 1.0 if card.maker == "nvidia" else 1 / c.amd_step
    bus = min(card.pcie_gbs * 0.8, c.transfer_gbs) * 1e9
    step = (computing / c.step + moving * c.moved) * slower + streamed * MIB / bus
    steps = settings.steps or picture.steps
    seconds = steps * step + decoding * c.decode_tflop * slower + c.image_s
    reload = c.reload_s + (picture.weights - min(picture.weights, streamed * MIB)) / bus
    wide = fitted.SPREAD_IMAGE * (1.6 if streamed or slower != 1.0 else 1.0)
    return (
        Figure(step, "s", spread=wide),
        Figure(seconds, "s", spread=wide),
        Figure(reload, "s", spread=fitted.SPREAD_TRANSFER),
    )
