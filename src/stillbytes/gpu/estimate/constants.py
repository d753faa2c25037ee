"""The numbers that were fitted to published measurements, and those that were read in other programs' sources.

benchmarks/estimates_vs_published.py --fit gives read, read_experts, layer_s, layer_experts_s, prompt, step, moved,
image_s and decode_tflop from the rows of docs/data/published.csv that say split=fit, and judges them with every card
left out in turn. Set by hand and so not proved on other data: host_read (the RTX 5060 Ti offload sweep of
inventivehq.com), older (GTX 1050 Ti), amd_step (RX 7900 XTX), prompt_experts, transfer_gbs and reload_s (differences
between runs with and without unloading in VixFlowsDocs).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constants:
    """What the formulas leave open.

    read, read_experts: shares of a card's bandwidth at which weights are read. layer_s, layer_experts_s: seconds per
    layer and token besides reading (kernel starts, attention). host_read: share of host bandwidth for layers in host
    memory. older: factor on `read` of cards before compute capability 7. prompt, prompt_experts: shares of the matrix
    units' rate that prompts reach. step: the same of diffusion steps; moved: gigabytes that a step moves per TFLOP.
    image_s, decode_tflop: seconds, and TFLOP per megapixel, of an image besides steps. amd_step: factor on an image's
    rate of cards without NVIDIA's kernels. transfer_gbs: GB/s of weights from ordinary host memory to the card, where
    the bus is not slower; reload_s: seconds per reload besides.
    """

    read: float = 0.856
    read_experts: float = 0.616
    layer_s: float = 5.85e-5
    layer_experts_s: float = 5.85e-5
    host_read: float = 0.65
    older: float = 0.45
    prompt: float = 0.65
    prompt_experts: float = 0.3
    step: float = 1.0
    moved: float = 3.75
    image_s: float = 0.3
    decode_tflop: float = 48.6
    amd_step: float = 0.65
    transfer_gbs: float = 5.0
    reload_s: float = 0.2


FITTED = Constants()

SPREAD_GENERATION = 0.25
SPREAD_PROMPT = 0.5
SPREAD_IMAGE = 0.35
SPREAD_TRANSFER = 0.5
