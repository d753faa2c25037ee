"""The declarations add up, and a model is found by what a person types."""

from __future__ import annotations

import re
from itertools import groupby
from statistics import median

import pytest

from stillbytes.core.errors import ModelError
from stillbytes.gpu.models.model import HuggingFace, LanguageArchitecture, Model, Npm, PyPi
from stillbytes.gpu.models.quantised import BITS, QUANTISATIONS, weight_bytes
from stillbytes.gpu.models.registry import declared, find, get

MODELS = declared()
LANGUAGE = [m for m in MODELS if isinstance(m.architecture, LanguageArchitecture) and m.family != "smollm2-135m"]


def tied(model: Model) -> bool:
    """Whether the output matrix is the embeddings', as in the configurations of these families."""
    untied = {"qwen3-8b", "qwen3-14b", "qwen3-vl-8b", "qwen3.5-9b", "llama-3.1-8b", "phi-4"}
    return model.family not in untied and "mistral" not in model.family


def test_ids_are_unique_and_plain() -> None:
    ids = [m.id for m in MODELS]
    assert len(set(ids)) == len(ids) > 150
    assert all(re.fullmatch(r"[a-z0-9._-]+", id) for id in ids)


def test_what_is_needed_exists_and_nothing_needs_itself() -> None:
    for model in MODELS:
        for id in model.needs:
            assert model.id not in get(id).needs


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_a_declaration_is_whole(model) -> None:  # type: ignore[no-untyped-def]
    assert model.facts
    assert all(fact.endswith(".") for fact in model.facts)
    assert model.licence.url.startswith(("https://", "http://www.wtfpl.net"))
    assert 1 <= model.quality <= 5
    assert len({file.role for file in model.files}) == len(model.files) > 0
    for file in model.files:
        assert file.size > 0
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert not file.name.startswith("/")
        assert ".." not in file.name.split("/")
        if isinstance(file.source, HuggingFace):
            assert re.fullmatch(r"[\w.-]+/[\w.-]+", file.source.repository)
        if isinstance(file.source, Npm | PyPi):
            assert file.sha256, "a package's member is always checked"
    if not model.estimated:
        assert "estimated" not in " ".join(model.facts).lower().replace("an estimate", "")


def test_one_name_is_one_file() -> None:
    """Files that several models share are declared alike, so that one download serves all."""
    files = sorted({file for m in MODELS for file in m.files}, key=lambda file: file.name)
    for name, same in groupby(files, key=lambda file: file.name):
        assert len(list(same)) == 1, name


@pytest.mark.parametrize("model", LANGUAGE, ids=lambda m: m.id)
def test_a_language_models_numbers_fit_together(model) -> None:  # type: ignore[no-untyped-def]
    a = model.architecture
    assert a.full_layers + a.window_layers <= a.layers
    assert bool(a.window) == bool(a.window_layers)
    assert (a.active_parameters or a.parameters) <= a.parameters
    by_formula = weight_bytes(a, model.precision, tied=tied(model))
    assert model.files[0].size == pytest.approx(by_formula, rel=0.03)


def test_three_to_twelve_billion_come_in_six_quantisations() -> None:
    families = {m.family for m in LANGUAGE if m.id.endswith("-q6_k")}
    complete = {f for f in families if {m.precision for m in LANGUAGE if m.family == f} >= set(QUANTISATIONS)}
    assert len(complete) >= 15
    assert set(QUANTISATIONS) <= set(BITS)


def test_computed_sizes_are_near_published_ones() -> None:
    """What the mixtures' bits were not fitted to: eleven models' files as the hub lists them."""
    published = [m for m in LANGUAGE if not m.files[0].estimated and m.family != "llama-3.1-8b"]
    assert len(published) > 30
    off = [abs(weight_bytes(m.architecture, m.precision, tied=tied(m)) / m.files[0].size - 1) for m in published]
    assert median(off) < 0.003
    assert max(off) < 0.03


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("qwen3.5-9b-q4_k_m", "qwen3.5-9b-q4_k_m"),
        ("Llama-3.1-8B Q4_K_M", "llama-3.1-8b-q4_k_m"),
        ("LLAMA 3.1 8b", "llama-3.1-8b-q4_k_m"),
        ("qwen3:8b", "qwen3-8b-q4_k_m"),
        ("Qwen 3.5 9B Q6_K", "qwen3.5-9b-q6_k"),
        ("sdxl", "sdxl-base-fp16"),
        ("SDXL inpaint", "sdxl-inpaint-fp16"),
        ("flux fill", "flux.1-fill-fp8"),
        ("FLUX.1 Fill Q4_K_S", "flux.1-fill-q4_k_s"),
        ("z-image", "z-image-turbo-fp8"),
        ("smollm2", "smollm2-135m"),
        ("gemma 4 12b", "gemma-4-12b-q4_k_m"),
        ("Depth Anything", "depth-anything-v2-small"),
    ],
)
def test_a_model_is_found_by_what_a_person_types(typed: str, id: str) -> None:
    assert find(typed).id == id


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("qwen", "qwen3.5-9b"),
        ("isnet", "isnet-small"),
        ("lama 3.1 8b", "llama-3.1-8b"),
        ("qwen3.5-9b-q5_0", "qwen3.5-9b"),
        ("smolm2", "smollm2-135m"),
        ("zzzz", "stillbytes models list"),
        ("", "stillbytes models list"),
    ],
)
def test_near_misses_are_named(typed: str, says: str) -> None:
    with pytest.raises(ModelError) as caught:
        find(typed)
    assert says in caught.value.remedy


def test_an_id_that_is_not_one_is_refused() -> None:
    with pytest.raises(ModelError, match="no model 'sdxl'"):
        get("sdxl")
