"""The header readers: right about sound files, clear about damaged ones, and never anything but that."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from gpu.models.files import gguf as make_gguf
from gpu.models.files import language_model
from gpu.models.files import safetensors as make_safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import ModelError
from stillbytes.gpu.models import gguf, gguf_language, safetensors
from stillbytes.gpu.models.model import LanguageArchitecture

SOUND = language_model()
TENSORS = make_safetensors({"a": ("F16", [2, 3], 12), "b": ("F8_E4M3", [4], 4)}, format="pt")


def test_a_gguf_header_gives_the_tensors_and_their_exact_bytes(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(SOUND)
    header = gguf.read(tmp_path / "model.gguf")
    assert header.size == len(SOUND)
    assert header.metadata["llama.block_count"] == 2
    by_name = {t.name: t for t in header.tensors}
    assert by_name["token_embd.weight"].size == 256 * 512 // 32 * 34
    assert by_name["output.weight"].size == 256 * 512 // 256 * 210
    assert by_name["blk.1.attn_q.weight"].type == "Q4_K"
    parts = gguf_language.weights(header)
    assert parts.layers == (256 * 256 // 256 * 144,) * 2
    assert parts.total == sum(t.size for t in header.tensors)


@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_are_read(version: int) -> None:
    data = make_gguf({"general.architecture": "x"}, {"t": ((32,), 8)}, version)
    assert gguf.parse_beginning(data, len(data)).version == version


def test_a_header_is_read_from_the_beginning_of_a_file() -> None:
    header = gguf.parse_beginning(SOUND, len(SOUND))
    beginning = SOUND[: header.data_offset]
    assert gguf.parse_beginning(beginning, len(SOUND)).tensors == header.tensors
    with pytest.raises(gguf.Incomplete):
        gguf.parse_beginning(SOUND[:100])
    head = 8 + int.from_bytes(TENSORS[:8], "little")
    assert safetensors.parse_beginning(TENSORS[:head]) == safetensors.parse_beginning(TENSORS, len(TENSORS))
    with pytest.raises(gguf.Incomplete):
        safetensors.parse_beginning(TENSORS[: head - 1])


def test_a_plain_architecture() -> None:
    found = gguf_language.architecture(gguf.parse_beginning(SOUND))
    assert found == LanguageArchitecture(
        parameters=2 * 256 * 512 + 2 * 256 * 256,
        layers=2,
        hidden=256,
        vocabulary=512,
        kv_heads=2,
        key_length=64,
        value_length=64,
        full_layers=2,
        context=4096,
    )


def test_window_layers_by_the_pattern_of_the_family() -> None:
    facts = {"block_count": 12, "attention.sliding_window": 1024, "attention.key_length": 32}
    found = gguf_language.architecture(gguf.parse_beginning(language_model("gemma3", **facts)))
    assert (found.full_layers, found.window_layers, found.window) == (2, 10, 1024)
    assert found.window_kv_heads == 2


def test_window_layers_told_one_by_one_with_other_head_sizes_and_shared_caches() -> None:
    facts = {
        "block_count": 12,
        "attention.sliding_window": 512,
        "attention.sliding_window_pattern": [True, True, True, True, True, False] * 2,
        "attention.head_count_kv": [8, 8, 8, 8, 8, 1] * 2,
        "attention.key_length": 512,
        "attention.value_length": 512,
        "attention.key_length_swa": 256,
        "attention.shared_kv_layers": 6,
    }
    found = gguf_language.architecture(gguf.parse_beginning(language_model("gemma4", **facts)))
    assert (found.full_layers, found.window_layers) == (1, 5)
    assert (found.kv_heads, found.key_length, found.window_kv_heads) == (1, 512, 4)


def test_recurrent_layers_hold_a_state() -> None:
    facts = {
        "block_count": 8,
        "full_attention_interval": 4,
        "ssm.state_size": 128,
        "ssm.inner_size": 4096,
        "ssm.group_count": 16,
        "ssm.conv_kernel": 4,
    }
    found = gguf_language.architecture(gguf.parse_beginning(language_model("qwen35", **facts)))
    assert found.full_layers == 2
    assert found.state_bytes == 6 * 2_195_456  # of Qwen3.5, as its declaration computes it
    convolutions = {"block_count": 3, "attention.head_count_kv": [0, 0, 8], "shortconv.l_cache": 3}
    found = gguf_language.architecture(gguf.parse_beginning(language_model("lfm2", **convolutions)))
    assert (found.full_layers, found.state_bytes) == (1, 2 * 2 * 256 * 4)


def test_experts_that_rest_are_not_active() -> None:
    data = make_gguf(
        {
            "general.architecture": "moe",
            "moe.block_count": 1,
            "moe.embedding_length": 64,
            "moe.context_length": 4096,
            "moe.attention.head_count": 1,
            "moe.expert_count": 8,
            "moe.expert_used_count": 2,
        },
        {"blk.0.ffn_up_exps.weight": ((64, 64, 8), 8), "blk.0.attn_q.weight": ((64, 64), 8)},
    )
    found = gguf_language.architecture(gguf.parse_beginning(data))
    assert found.parameters == 9 * 64 * 64
    assert found.active_parameters == 3 * 64 * 64


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<!DOCTYPE html><html>" + bytes(500), "does not begin with GGUF"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "too many tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 62), "too many bytes for a text"),
        (SOUND[:-4000], "after the file's"),
        (SOUND.replace(b"blk.1.attn_q", b"blk.0.attn_q"), "two tensors have one name"),
        (SOUND.replace(b"llama.block_count\x04", b"llama.block_count\x63"), "unknown kind"),
    ],
    ids=["page", "version", "tensors", "text", "cut", "twice", "kind"],
)
def test_a_damaged_gguf_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "broken.gguf").write_bytes(data)
    with pytest.raises(ModelError, match=says) as caught:
        gguf.read(tmp_path / "broken.gguf")
    assert "broken.gguf" in caught.value.message
    assert caught.value.remedy


def test_a_gguf_that_is_no_language_model_is_refused_with_words() -> None:
    data = make_gguf({"general.architecture": "flux"}, {"img_in.weight": ((64, 64), 1)})
    with pytest.raises(ModelError, match=r"flux\.block_count"):
        gguf_language.architecture(gguf.parse_beginning(data))


def test_a_safetensors_header(tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(TENSORS)
    header = safetensors.read(tmp_path / "m.safetensors")
    assert [(t.name, t.type, t.shape, t.size) for t in header.tensors] == [
        ("a", "F16", (2, 3), 12),
        ("b", "F8_E4M3", (4,), 4),
    ]
    assert header.metadata == {"format": "pt"}
    assert (header.parameters, header.size) == (10, len(TENSORS))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<!DOCTYPE html>" + bytes(100), "not a safetensors file"),
        (struct.pack("<Q", 1 << 40) + bytes(100), "not a safetensors file"),
        (struct.pack("<Q", 20) + b"[[[[[[[[[[[[[[[[[[[[", "not a sound"),
        (make_safetensors({"a": ("F16", [2, 3], 10)}), "10 bytes"),
        (make_safetensors({"a": ("Q7", [2], 2)}), "unknown type"),
        (make_safetensors({"a": ("F16", [-1], 2)}), "no sound shape"),
        (TENSORS.replace(b"[12, 16]", b"[11, 15]"), "does not follow"),
        (TENSORS[:-1], "the file at"),
    ],
    ids=["page", "length", "json", "bytes", "type", "shape", "overlap", "cut"],
)
def test_a_damaged_safetensors_is_named_with_what_is_wrong(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "broken.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=says) as caught:
        safetensors.read(tmp_path / "broken.safetensors")
    assert "broken.safetensors" in caught.value.message


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    data = bytearray(sound[: draw(st.integers(0, len(sound)))])
    for _ in range(draw(st.integers(0, 6))):
        if data:
            at = draw(st.integers(0, min(len(data), 2000) - 1))
            data[at : at + draw(st.integers(0, 9))] = draw(st.binary(max_size=9))
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(damaged(language_model("gemma4", block_count=1)))
def test_whatever_a_gguf_holds_it_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ModelError):
        header = gguf.parse_beginning(data)
        gguf_language.weights(header)
        gguf_language.architecture(header)


@settings(max_examples=400, deadline=None)
@given(damaged(TENSORS))
def test_whatever_a_safetensors_holds_it_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ModelError):
        safetensors.parse_beginning(data, len(data))
