"""Samplers, and what a custom one is put together from: noise, guider, sampler, sigmas."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Literal, NamedTuple

from stillbytes.engines.comfyui.declare import Choice, node
from stillbytes.engines.comfyui.edge import Conditioning, Guider, Latent, Model, Noise, Sampler, Sigmas


class Sampled(NamedTuple):
    output: Latent
    denoised_output: Latent


class Split(NamedTuple):
    high_sigmas: Sigmas
    low_sigmas: Sigmas


@node("KSampler")
def ksampler(
    model: Model,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: Choice,
    scheduler: Choice,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: float = 1.0,
) -> Latent: ...


@node("KSamplerAdvanced")
def ksampler_advanced(
    model: Model,
    add_noise: Literal["enable", "disable"],
    noise_seed: int,
    steps: int,
    cfg: float,
    sampler_name: Choice,
    scheduler: Choice,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: int = 0,
    end_at_step: int = 10000,
    return_with_leftover_noise: Literal["disable", "enable"] = "disable",
) -> Latent: ...


@node("SamplerCustomAdvanced")
def sample_custom(noise: Noise, guider: Guider, sampler: Sampler, sigmas: Sigmas, latent_image: Latent) -> Sampled: ...


@node("RandomNoise")
def random_noise(noise_seed: int) -> Noise: ...


@node("DisableNoise")
def no_noise() -> Noise: ...


@node("KSamplerSelect")
def select_sampler(sampler_name: Choice) -> Sampler: ...


@node("BasicGuider")
def basic_guider(model: Model, conditioning: Conditioning) -> Guider: ...


@node("CFGGuider")
def cfg_guider(model: Model, positive: Conditioning, negative: Conditioning, cfg: float) -> Guider: ...


@node("DualCFGGuider")
def dual_cfg_guider(
    model: Model,
    cond1: Conditioning,
    cond2: Conditioning,
    negative: Conditioning,
    cfg_conds: float,
    cfg_cond2_negative: float,
    style: Literal["regular", "nested"] = "regular",
) -> Guider: ...


@node("BasicScheduler")
def basic_scheduler(model: Model, scheduler: Choice, steps: int, denoise: float = 1.0) -> Sigmas: ...


@node("SDTurboScheduler")
def turbo_scheduler(model: Model, steps: int = 1, denoise: float = 1.0) -> Sigmas: ...


@node("AlignYourStepsScheduler")
def align_your_steps_scheduler(
    model_type: Literal["SD1", "SDXL", "SVD"], steps: int = 10, denoise: float = 1.0
) -> Sigmas: ...


@node("BetaSamplingScheduler")
def beta_scheduler(model: Model, steps: int = 20, alpha: float = 0.6, beta: float = 0.6) -> Sigmas: ...


@node("Flux2Scheduler", since="0.3.72")
def flux2_scheduler(steps: int, width: int, height: int) -> Sigmas: ...


@node("SplitSigmas")
def split_sigmas(sigmas: Sigmas, step: int = 0) -> Split: ...


@node("SplitSigmasDenoise")
def split_sigmas_by_denoise(sigmas: Sigmas, denoise: float = 1.0) -> Split: ...


@node("FlipSigmas")
def flip_sigmas(sigmas: Sigmas) -> Sigmas: ...


@node("DifferentialDiffusion")
def differential_diffusion(model: Model, strength: float = 1.0) -> Model:
    """A soft mask becomes soft in what is kept: each pixel joins the sampling when its mask value says so."""


@node("ModelSamplingDiscrete")
def model_sampling_discrete(
    model: Model, sampling: Literal["eps", "v_prediction", "lcm", "x0", "img_to_img"], zsnr: bool = False
) -> Model: ...


@node("ModelSamplingSD3")
def model_sampling_sd3(model: Model, shift: float = 3.0) -> Model: ...


@node("ModelSamplingAuraFlow")
def model_sampling_aura_flow(model: Model, shift: float = 1.73) -> Model: ...


@node("ModelSamplingFlux")
def model_sampling_flux(model: Model, max_shift: float, base_shift: float, width: int, height: int) -> Model: ...


@node("RescaleCFG")
def rescale_cfg(model: Model, multiplier: float = 0.7) -> Model: ...


@node("CFGNorm")
def cfg_norm(model: Model, strength: float = 1.0) -> Model: ...
