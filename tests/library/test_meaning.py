"""Searching by meaning: the loaders against files with the published signatures and random weights, and the search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from library.catalogue.photos import make
from masks.detect.export import FLOAT, INT64, export
from masks.detect.stub import Asked
from numpy.typing import NDArray

from stillbytes.core.errors import ModelError, NotFound
from stillbytes.gpu.models import registry
from stillbytes.library.catalogue import Catalogue, InvalidQuery
from stillbytes.library.catalogue.looks import Look
from stillbytes.library.catalogue.meaning import split
from stillbytes.library.meaning.encoders import FAMILIES, Encoder, encoder_of, encoders, installed, of_picture, of_text
from stillbytes.library.meaning.pieces import pieces
from stillbytes.library.meaning.vectors import BOUND, cosines, packed

CLIP, SIGLIP = encoder_of("clip-vit-b32-int8"), encoder_of("siglip2-base-224-int8")


def clip_words(folder: Path) -> Path:
    numbers = {"<|startoftext|>": 0, "<|endoftext|>": 1, "r": 2, "ed</w>": 3, "red</w>": 4, "e": 5, "d</w>": 6}
    path = folder / "clip.json"
    path.write_text(json.dumps({"model": {"vocab": numbers, "merges": ["e d</w>", "r ed</w>"]}}))
    return path


def siglip_words(folder: Path) -> Path:
    """As in Gemma: pairs are lists, spaces letters, and bytes stand for letters that are not there."""
    letters = ["<pad>", "<eos>", "<bos>", "<unk>", "r", "e", "d", "▁", "c", "a", "re", "red", "ca", "car", "▁car"]
    numbers = {piece: number for number, piece in enumerate(letters)}
    numbers |= {f"<0x{byte:02X}>": 100 + byte for byte in range(256)}
    merges = [["r", "e"], ["re", "d"], ["c", "a"], ["ca", "r"], ["▁", "car"]]
    path = folder / "siglip.json"
    path.write_text(json.dumps({"model": {"vocab": numbers, "merges": merges}}))
    return path


def networks(folder: Path, encoder: Encoder) -> Mapping[str, Asked]:
    """Both networks of an encoder, as the export has them: names, kinds and shapes of what goes in and out."""
    picture = {"pixel_values": (FLOAT, ["n", 3, 224, 224])}
    text = {"input_ids": (INT64, ["n", 64 if encoder.form.words else "words"])}
    vector, hidden = [1, encoder.form.length], {"last_hidden_state": [1, 50, 16]}
    return {
        "image": Asked(export(folder / "image.onnx", picture, {**hidden, encoder.form.picture_output: vector}, seed=1)),
        "text": Asked(export(folder / "text.onnx", text, {encoder.form.text_output: vector}, seed=2)),
    }


@pytest.mark.parametrize("encoder", [CLIP, SIGLIP], ids=["clip", "siglip"])
def test_pictures_and_sentences_become_vectors(tmp_path: Path, encoder: Encoder) -> None:
    files = networks(tmp_path, encoder)

    def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model") -> dict[str, NDArray[Any]]:
        assert model == encoder.model
        return files[role](model, inputs)

    words = clip_words(tmp_path) if encoder is CLIP else siglip_words(tmp_path)
    pixels = np.random.default_rng(3).integers(0, 255, (300, 450, 3)).astype(np.uint8)
    for vector in (of_picture(pixels, encoder, ask), of_text("red", encoder, words, ask)):
        assert vector.shape == (encoder.form.length,) and vector.dtype == np.float16
        assert np.linalg.norm(vector.astype(np.float32)) == pytest.approx(1, abs=1e-3)
    wrong = {"image": Asked(export(tmp_path / "w.onnx", {"pixel_values": (FLOAT, ["n", 3, 224, 224])}, {"other": [1]}))}
    with pytest.raises(ModelError, match="does not answer"):
        of_picture(pixels, encoder, lambda model, inputs, role="model": wrong[role](model, inputs))


def test_what_the_networks_are_shown(tmp_path: Path) -> None:
    shown: dict[str, NDArray[Any]] = {}

    def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model") -> dict[str, NDArray[Any]]:
        shown.update(inputs)
        form = encoder_of(model).form
        return {form.picture_output if role == "image" else form.text_output: np.ones((1, form.length))}

    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 255  # its middle square
    of_picture(wide, CLIP, ask)
    assert shown["pixel_values"].shape == (1, 3, 224, 224) and shown["pixel_values"].min() > 1.9
    of_picture(wide, SIGLIP, ask)
    assert shown["pixel_values"].min() == -1 and shown["pixel_values"].max() == 1
    of_text("Red", SIGLIP, siglip_words(tmp_path), ask)
    assert shown["input_ids"].shape == (1, 64) and shown["input_ids"].dtype == np.int64
    of_text("Red " * 300, SIGLIP, siglip_words(tmp_path), ask)
    assert shown["input_ids"].shape == (1, 64) and shown["input_ids"][0, -1] == 1


def test_sentences_become_the_pieces_of_siglip(tmp_path: Path) -> None:
    found = pieces(siglip_words(tmp_path))
    assert found.of("Red car") == [11, 14, 1]
    assert found.of("ré") == [4, 100 + 0xC3, 100 + 0xA9, 1]
    assert found.of("") == [1]
    (tmp_path / "siglip.json").write_text("{}")
    with pytest.raises(ModelError, match="vocabulary"):
        pieces(tmp_path / "siglip.json")


def test_every_encoder_is_declared_with_its_files() -> None:
    assert {registry.get(one.model).family for one in encoders()} == set(FAMILIES)
    for one in encoders():
        model = registry.get(one.model)
        assert {file.role for file in model.files} == {"image", "text", "vocabulary"}
        assert all(file.sha256 and not file.estimated for file in model.files) and model.tasks == ("meaning",)
    assert installed(lambda id: False) is None
    with pytest.raises(ModelError, match="does not find photos"):
        encoder_of("smollm2-135m")
    assert installed(lambda id: id.startswith("clip")) == encoder_of("clip-vit-b32-fp32")
    assert encoders()[0].model == "siglip2-base-224-fp16"


@given(
    arrays(np.float16, st.tuples(st.integers(0, 300), st.integers(1, 40)), elements=st.floats(-1, 1, width=16)),
    st.integers(0, 2**32 - 1),
)
def test_held_vectors_are_compared_as_exactly_as_is_said(matrix: NDArray[np.float16], seed: int) -> None:
    one = np.random.default_rng(seed).normal(size=matrix.shape[1]).astype(np.float16)
    off = np.abs(cosines(packed(matrix), one) - matrix.astype(np.float64) @ one.astype(np.float64))
    most = np.abs(matrix.astype(np.float64)) @ np.abs(one.astype(np.float64))
    assert (off <= BOUND * most + 1e-6).all()


def test_cosines_of_many_are_off_by_less_than_a_thousandth() -> None:
    dice = np.random.default_rng(4)
    for length in (512, 768):
        matrix = dice.normal(size=(5000, length)).astype(np.float32)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        found = cosines(packed(matrix.astype(np.float16)), matrix[7].astype(np.float16))
        assert np.abs(found - matrix @ matrix[7]).max() < 1e-3 and int(found.argmax()) == 7


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Catalogue, Mapping[int, NDArray[np.float16]]]]:
    """A library of 1,500 photos whose vectors lie in one direction, as those of real pictures do; these by number."""
    folder, dice = tmp_path_factory.mktemp("photos"), np.random.default_rng(5)
    for number in range(1500):
        make(folder / f"{number}.jpg", rating=5 if number % 50 == 0 else 0)
    vectors = dice.normal(size=(1500, CLIP.form.length)) + 3 * dice.normal(size=CLIP.form.length)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    with Catalogue(tmp_path_factory.mktemp("library")) as library:
        library.add(folder)
        photos = {photo.number: bytes.fromhex(photo.content) for photo in library.search(limit=1500).photos}
        looks = [Look(one, {}, vector=vectors[i].tobytes()) for i, one in enumerate(photos.values())]
        library.looks.put(looks, CLIP.model)
        yield library, dict(zip(photos, vectors, strict=True))


@pytest.mark.parametrize("query", ["", "rating:5", "name:1*", "12"])
@pytest.mark.parametrize("most", [1, 20, 300])
def test_the_nearest_are_those_that_comparing_all_of_them_exactly_finds(many: Any, query: str, most: int) -> None:
    library, vectors = many
    dice = np.random.default_rng(most)
    one = dice.normal(size=CLIP.form.length) + 9 * vectors[min(vectors)].astype(np.float64)
    one = (one / np.linalg.norm(one)).astype(np.float16)
    allowed = library.numbers(query)
    assert allowed
    exactly = {n: float(vectors[n].astype(np.float64) @ one.astype(np.float64)) for n in allowed}
    found = library.meaning.nearest(one, CLIP, query, most)
    assert [n for n, _ in found] == sorted(exactly, key=lambda n: -exactly[n])[:most]
    assert [cosine for _, cosine in found] == pytest.approx([exactly[n] for n, _ in found], abs=1e-5)


def test_free_words_are_the_meaning_and_fields_stay() -> None:
    words, rest = split('red car rating:>=3 -label:red "at night"')
    assert words == "red car at night"
    assert "rating" in repr(rest) and "label" in repr(rest) and "car" not in repr(rest)


def test_the_nearest_photos_that_the_fields_allow(catalogue: Catalogue, folder: Path) -> None:
    for name, rating in (("a", 5), ("b", 1), ("c", 5), ("d", 0)):
        make(folder / f"{name}.jpg", rating=rating)
    catalogue.add(folder)
    photos = {photo.name[0]: photo for photo in catalogue.search().photos}
    axes = np.eye(CLIP.form.length, dtype=np.float32)
    for name, (x, y) in {"a": (0.6, 0.8), "b": (1.0, 0.0), "c": (0.8, 0.6)}.items():
        vector = (x * axes[0] + y * axes[1]).astype(np.float16).tobytes()
        catalogue.looks.put([Look(bytes.fromhex(photos[name].content), {}, vector=vector)], CLIP.model)
    assert catalogue.meaning.ready(lambda id: id == CLIP.model) == (CLIP.model, 3)
    near = catalogue.meaning.nearest(axes[0].astype(np.float16), CLIP)
    assert [number for number, _ in near] == [photos[name].number for name in "bca"]
    assert near[1][1] == pytest.approx(0.8, abs=1e-3)
    best = catalogue.meaning.nearest(axes[0].astype(np.float16), CLIP, "rating:5", most=1)
    assert [number for number, _ in best] == [photos["c"].number]
    (folder / "b.jpg").unlink()
    catalogue.rebuild()  # forgets what was seen
    assert catalogue.meaning.nearest(axes[0].astype(np.float16), CLIP) == []


def test_without_a_network_it_is_said_which_would_do(catalogue: Catalogue) -> None:
    class Nothing:
        def here(self, model: str) -> bool:
            return False

    with pytest.raises(NotFound, match="installed") as told:
        catalogue.meaning.search("red car", Nothing())  # type: ignore[arg-type]
    assert "siglip2" in told.value.remedy
    with pytest.raises(InvalidQuery, match="no words"):
        catalogue.meaning.search("rating:5", Nothing())  # type: ignore[arg-type]
