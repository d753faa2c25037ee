"""What models need: formulas that published prints confirm, and what must hold for any model."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace
from pathlib import Path

import pytest
from gpu.models.files import gguf
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import ModelError
from stillbytes.gpu.cards import find
from stillbytes.gpu.estimate import Figure, ImageSettings, Settings, image, language, picture, weights
from stillbytes.gpu.estimate.described import describe
from stillbytes.gpu.estimate.figure import total
from stillbytes.gpu.estimate.host import Host
from stillbytes.gpu.estimate.llm import MIB, cache_bytes, compute_bytes, fitted_in
from stillbytes.gpu.estimate.picture import by_name as picture_by_name
from stillbytes.gpu.estimate.transfer import load
from stillbytes.gpu.estimate.weights import by_name
from stillbytes.gpu.models import registry

CARD = find("RTX 3060")


def test_the_cache_has_the_sizes_that_llama_cpp_prints() -> None:
    llama = by_name("Llama-3.1-8B Q4_K_M")
    assert cache_bytes(llama, 8192, "f16") == 1024 * MIB
    assert cache_bytes(llama, 8192, "q8_0") == 544 * MIB
    qwen = by_name("qwen3:8b")
    assert (cache_bytes(qwen, 33 * 1024, "f16") - cache_bytes(qwen, 32 * 1024, "f16")) / 1e6 == pytest.approx(
        147, rel=0.03
    )


def test_a_window_keeps_the_cache_from_growing() -> None:
    gemma, plain = by_name("gemma3:12b"), by_name("Qwen3-14B")
    grown = cache_bytes(gemma, 32768) / cache_bytes(gemma, 8192)
    assert grown < 3 < cache_bytes(plain, 32768) / cache_bytes(plain, 8192)


def test_compute_buffers_are_what_llama_cpp_prints() -> None:
    assert compute_bytes(by_name("Llama-3-8B"), Settings(context=8192)) / MIB == pytest.approx(258.5, rel=0.15)
    assert compute_bytes(by_name("Qwen3-8B"), Settings(context=8192)) / MIB == pytest.approx(304.8, rel=0.15)


@pytest.mark.parametrize(
    ("name", "gigabytes"),
    [
        ("Llama-3.1-8B Q4_K_M", 4.92),
        ("qwen3:8b", 5.03),
        ("Qwen2.5-14B Q4_K_M", 8.99),
        ("Mistral-7B Q4_K_M", 4.37),
        ("gpt-oss-20b", 12.1),
    ],
)
def test_files_have_their_published_sizes(name: str, gigabytes: float) -> None:
    assert by_name(name).file / 1e9 == pytest.approx(gigabytes, rel=0.02)


def test_a_model_that_nobody_knows_is_estimated_from_its_size_and_says_so() -> None:
    known, guessed = by_name("Llama-3.1-8B Q4_K_M"), by_name("Somebodys-8B Q4_K_M")
    assert known.origin == "known architecture"
    assert guessed.origin == "inferred from the parameter count"
    assert guessed.spread > known.spread
    assert guessed.file == pytest.approx(known.file, rel=0.1)


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Qwen3-14B Q4_K_M", "qwen3-14b"),
        ("gemma3:12b", "gemma-3-12b"),
        ("llama 13b Q5_K_M", "llama-2-13b"),
        ("R1-Distill-14B", "qwen2.5-14b"),
        ("DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf", "llama-3.1-8b"),
        ("Qwen/Qwen3.6-35B-A3B", "qwen3.6-35b-a3b"),
        ("qwen2.5-coder-7b-instruct-q4_k_m.gguf", "qwen2.5-7b"),
    ],
)
def test_names_lead_to_the_architecture(name: str, like: str) -> None:
    assert describe(name).note.endswith(like)


def test_a_name_without_a_size_is_refused_with_an_example() -> None:
    with pytest.raises(ModelError, match="how large") as error:
        by_name("Something")
    assert "Qwen3-14B" in error.value.remedy


def test_the_tensor_table_decides_when_the_file_is_here(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(
        gguf(
            {"general.architecture": "llama", "llama.block_count": 1},
            {
                "token_embd.weight": ((256, 1024), 12),
                "blk.0.ffn_up.weight": ((256, 4096), 12),
                "output.weight": ((256, 1024), 14),
            },
        )
    )
    exact = weights.exact(by_name("Llama-3.2-1B"), file)
    assert (exact.layers, exact.embedding, exact.output) == (4096 * 144, 1024 * 144, 1024 * 210)
    assert exact.origin == "the file's tensor table"


def test_what_is_declared_is_estimated_with_its_files_size() -> None:
    for model in registry.all_models():
        if model.kind in ("language", "vision-language"):
            sized = weights.of(model)
            assert sized.file == pytest.approx(model.size, rel=0.001), model.id
            assert language(sized, Settings(), CARD).total.mib > 0


@given(
    st.sampled_from(["Qwen3-8B Q4_K_M", "gemma3:12b", "gpt-oss-20b", "Nobodys-7B Q6_K"]),
    st.integers(512, 65536),
    st.sampled_from(["f16", "q8_0", "q4_0"]),
)
def test_more_context_never_needs_less_and_never_speaks_faster(name: str, context: int, cache: str) -> None:
    model = by_name(name)
    less = language(model, Settings(context=context, cache_keys=cache, cache_values=cache, depth=context), CARD)
    more = language(model, Settings(context=context * 2, cache_keys=cache, cache_values=cache, depth=context * 2), CARD)
    assert more.total.value >= less.total.value
    assert less.generation is not None and more.generation is not None
    assert more.generation.value <= less.generation.value


@given(st.integers(0, 47))
def test_every_layer_on_the_card_helps(layers: int) -> None:
    model = by_name("Qwen2.5-14B Q4_K_M")
    fewer = language(model, Settings(layers=layers), CARD)
    more = language(model, Settings(layers=layers + 1), CARD)
    assert fewer.generation is not None and more.generation is not None
    assert more.generation.value > fewer.generation.value
    assert more.host.value <= fewer.host.value
    assert more.weights.value >= fewer.weights.value


def test_a_tenth_of_the_weights_in_host_memory_about_halves_the_speed() -> None:
    model = by_name("Llama-3.1-8B Q4_K_M")
    whole = language(model, Settings(), CARD, Host()).generation
    part = language(replace(model), Settings(layers=29), CARD, Host()).generation
    assert whole is not None and part is not None
    assert 0.3 < part.value / whole.value < 0.65


def test_layers_are_left_out_until_the_rest_fits() -> None:
    model = by_name("Qwen2.5-32B Q4_K_M")
    placed = fitted_in(model, Settings(), CARD, 11000)
    assert placed.layers is not None and 0 < placed.layers < model.architecture.layers
    assert language(model, placed, CARD).total.value <= 11000
    assert language(model, replace(placed, layers=placed.layers + 1), CARD).total.value > 11000


def test_sdxl_has_two_shapes_of_which_lean_is_the_denoiser_alone() -> None:
    made = image(picture_by_name("sdxl"), ImageSettings(guided=False), find("RTX 4070 Ti Super"))
    process = made.engine.value
    assert made.warm.value - process == pytest.approx(8913, rel=0.02)  # VixFlowsDocs, 10 June 2025
    assert made.lean.value - process == pytest.approx(5156, rel=0.02)


def test_tiles_bound_what_the_vae_takes() -> None:
    large = ImageSettings(width=4096, height=4096)
    whole, tiled = (image(picture_by_name("sdxl"), s).decoding.value for s in (large, replace(large, tile=512)))
    assert whole > 30000
    assert tiled < 1300


def test_what_does_not_fit_crosses_the_bus_and_costs_time() -> None:
    small, large = (image(picture_by_name("flux", "fp8"), ImageSettings(), find(c)) for c in ("RTX 4070", "RTX 4090"))
    assert small.streamed > 0 == large.streamed
    assert small.step is not None and large.step is not None
    assert small.step.value > large.step.value * 1.5


def test_weights_come_faster_from_memory_than_from_the_disk() -> None:
    cached, cold = (load(5e9, CARD, Host(disk_gbs=0.5), cached=c) for c in (True, False))
    assert cached.value < 2
    assert cold.value > 9


def test_figures_add_up_and_say_the_weaker_basis() -> None:
    both = total((Figure(100, "MiB", "measured here", 0.0), Figure(50, "MiB", spread=0.2)))
    assert (both.value, both.basis, both.spread) == (150, "estimate", pytest.approx(10 / 150))
    assert both.most == 160


def test_an_unknown_image_model_brings_near_misses() -> None:
    with pytest.raises(ModelError) as error:
        picture_by_name("fluxx2-kleim")
    assert "flux.2-klein-4b" in error.value.remedy


@pytest.mark.parametrize("name", ["figure", "quantisation", "described", "picture"])
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"stillbytes.gpu.estimate.{name}")).failed == 0


def test_the_package_example_is_true() -> None:
    assert doctest.testmod(importlib.import_module("stillbytes.gpu.estimate")).failed == 0
    assert picture is not None
