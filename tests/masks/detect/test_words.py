"""Words: vocabularies, the loaders against files with the published signatures, and what is told without any."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masks.detect.export import FLOAT, INT64, by_colour
from masks.detect.stub import BLUE, RED, Asked, Here, inside, painted
from PIL import Image

from stillbytes import masks
from stillbytes.core.errors import ModelError, NotFound
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.networks import Box
from stillbytes.masks.detect.object import FindObject
from stillbytes.masks.detect.words import networks as words
from stillbytes.masks.detect.words.spoken import chosen, meant, only
from stillbytes.masks.detect.words.tokens import LONGEST, BytePairs, WordPieces, byte_pairs, word_pieces

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", ",", "the", "red", "car", "wind", "##mill", "##s", "cafe")


def vocabulary(folder: Path) -> Path:
    """A vocab.txt as BERT's, with one line of a separator that is no end of a line."""
    path = folder / "vocab.txt"
    path.write_text("\n".join((*PIECES, "\u2028", "last")) + "\n", encoding="utf8")
    return path


def tokenizer(folder: Path) -> Path:
    """A tokenizer.json as CLIP's, with few pairs; letters, then letters at the end of words."""
    letters = [chr(c) for c in range(33, 127)]
    merges = ["r e", "re d</w>", "c a", "ca r</w>", "t h", "th e</w>"]
    known = [*letters, *(f"{c}</w>" for c in letters), *(pair.replace(" ", "") for pair in merges)]
    numbers = {piece: i for i, piece in enumerate((*known, "<|startoftext|>", "<|endoftext|>"))}
    path = folder / "tokenizer.json"
    path.write_text(json.dumps({"model": {"vocab": numbers, "merges": merges}}))
    return path


def test_words_become_the_longest_pieces_that_are_known(tmp_path: Path) -> None:
    found = word_pieces(vocabulary(tmp_path))
    numbers, pieces = found.of("The RED windmills, café.")
    assert pieces == ["[CLS]", "the", "red", "wind", "##mill", "##s", ",", "cafe", ".", "[SEP]"]
    assert numbers == [PIECES.index(piece) for piece in pieces]
    assert found.of("zeppelin")[1] == ["[CLS]", "[UNK]", "[SEP]"]
    assert found.numbers["last"] == len(PIECES) + 1


def test_pairs_are_joined_the_first_of_the_list_first(tmp_path: Path) -> None:
    found = byte_pairs(tokenizer(tmp_path))
    begin, end = found.numbers["<|startoftext|>"], found.numbers["<|endoftext|>"]
    assert found.of("The red  car") == [begin, *(found.numbers[p] for p in ("the</w>", "red</w>", "car</w>")), end]
    assert found.of("reddy")[1:-1] == [found.numbers[p] for p in ("re", "d", "d", "y</w>")]
    assert found.of("") == [begin, end]


@given(st.text(max_size=400))
def test_any_text_becomes_numbers_that_networks_take(text: str) -> None:
    pairs = BytePairs({"<|startoftext|>": 0, "<|endoftext|>": 1, "a": 2, "a</w>": 3}, {("a", "a</w>"): 0})
    numbers = pairs.of(text)
    assert 2 <= len(numbers) <= LONGEST and numbers[0] == 0 and numbers[-1] == 1
    pieces = WordPieces({"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, ".": 3, "a": 4, "##a": 5})
    numbers, named = pieces.of(text)
    assert len(numbers) == len(named) and set(numbers) <= set(range(6))


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"model": 3}', b"\xff\xfe", b"[CLS]\n[SEP]"])
def test_a_damaged_vocabulary_is_told_of(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes(damage)
    for read in (byte_pairs, word_pieces):
        with pytest.raises(ModelError, match="vocabulary"):
            read(path)
    with pytest.raises(ModelError, match="vocabulary"):
        byte_pairs(tmp_path / "gone")


def dino(folder: Path, sure: dict[int, float]) -> Path:
    """As onnx-community/grounding-dino-tiny-ONNX asks and answers: 900 boxes, each with a number for each piece.

    sure: of the first box, for pieces by their place in the text.
    """
    logits = np.full((1, 900, 256), -8.0)
    for place, value in sure.items():
        logits[0, 3, place] = value
    logits[0, 5, 0] = logits[0, 5, 4] = 9  # only of [CLS] and the full stop
    boxes = np.full((1, 900, 4), 0.01)
    boxes[0, 3] = 180 / 600, 130 / 400, 80 / 600, 80 / 400  # around the red square
    inputs = {
        "pixel_values": (FLOAT, ["b", 3, 800, 800]), "pixel_mask": (INT64, ["b", 800, 800]),
        "input_ids": (INT64, ["b", "n"]), "token_type_ids": (INT64, ["b", "n"]), "attention_mask": (INT64, ["b", "n"]),
    }  # fmt: skip
    told, bias = np.zeros((1, 3)), np.zeros(1)
    return by_colour(
        folder / "dino.onnx", inputs, "pixel_values", "spare", told, bias, shrink=100,
        constants={"logits": logits, "pred_boxes": boxes},
    )  # fmt: skip


def test_a_box_is_where_it_is_named_and_its_shape_is_found(tmp_path: Path) -> None:
    here = Here(
        {words.DINO[1]: Asked(dino(tmp_path, {2: 2.0, 3: 3.0}))}, vocabularies={words.DINO[1]: vocabulary(tmp_path)}
    )
    (box,) = words.boxed(Picture(painted()), "the red car", here, words.DINO[1])
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((140, 90, 220, 170), abs=0.1)
    assert box.sure == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-4)
    found = FindObject().find(Picture(painted()), masks.Object(words="the red car"), here, words.DINO[1])
    import cv2  # noqa: PLC0415

    mask = cv2.resize(found.coarse, (600, 400)) > 0.5
    assert found.used == (words.DINO[1], "classical")
    assert (mask & inside(RED)).sum() > 0.9 * (mask | inside(RED)).sum()


def test_what_is_not_sure_is_not_found(tmp_path: Path) -> None:
    here = Here({words.DINO[0]: Asked(dino(tmp_path, {2: -2.0}))}, vocabularies={words.DINO[0]: vocabulary(tmp_path)})
    with pytest.raises(NotFound, match="the red car"):
        FindObject().find(Picture(painted()), masks.Object(words="the red car"), here, words.DINO[0])


def clipseg(folder: Path, bias: float) -> Path:
    """As Xenova/clipseg-rd64-refined asks and answers: for each sentence 352 x 352 numbers."""
    inputs = {
        "pixel_values": (FLOAT, ["b", 3, 352, 352]), "input_ids": (INT64, ["b", "n"]),
        "attention_mask": (INT64, ["b", "n"]),
    }  # fmt: skip
    told = np.array([BLUE]) * 4
    return by_colour(folder / "clipseg.onnx", inputs, "pixel_values", "logits", told, np.array([bias]), squeezed=True)


def test_what_is_named_is_painted_at_once(tmp_path: Path) -> None:
    import cv2  # noqa: PLC0415

    here = Here({words.CLIPSEG: Asked(clipseg(tmp_path, -10))}, vocabularies={words.CLIPSEG: tokenizer(tmp_path)})
    found = FindObject().find(Picture(painted()), masks.Object(words="the blue water"), here, words.CLIPSEG)
    mask = cv2.resize(found.coarse, (600, 400)) > 0.5
    assert found.used == (words.CLIPSEG,) and here.asked == [words.CLIPSEG]
    assert (mask & inside(BLUE)).sum() > 0.93 * (mask | inside(BLUE)).sum()


def test_what_is_named_and_not_there_is_not_painted(tmp_path: Path) -> None:
    here = Here({words.CLIPSEG: Asked(clipseg(tmp_path, -60))}, vocabularies={words.CLIPSEG: tokenizer(tmp_path)})
    with pytest.raises(NotFound, match="the moon"):
        FindObject().find(Picture(painted()), masks.Object(words="the moon"), here, words.CLIPSEG)


def test_names_are_known_in_singular_and_plural_and_with_more_words() -> None:
    assert meant("the red cars") == ["car"] and meant("two Traffic Lights.") == ["traffic light".replace(" ", "_")]
    assert meant("carpet") == [] and meant("") == []
    assert only("the dog") and only("wine glasses") and not only("the red car") and not only("the moon")


def test_a_colour_a_place_or_a_size_tells_which_one_is_meant() -> None:
    picture = Picture(painted())
    red, green, blue = (
        Box(145, 95, 215, 165, "car", 0.5),
        Box(295, 95, 365, 165, "car", 0.9),
        Box(190, 210, 310, 290, "car", 0.6),
    )
    cars = [green, blue, red]
    assert chosen(cars, "the red car", picture) is red and chosen(cars, "blue car", picture) is blue
    assert chosen(cars, "the left car", picture) is red and chosen(cars, "the car at the bottom", picture) is blue
    assert chosen(cars, "the largest car", picture) is blue
    assert chosen(cars, "the smallest car on the right", picture) is green


def test_of_things_under_a_scribble_the_one_that_holds_all_of_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the blue square, which one box holds in part and another whole."""
    part, whole = Box(195, 215, 250, 285, "bag", 0.9), Box(195, 215, 305, 285, "car", 0.5)
    monkeypatch.setattr("stillbytes.masks.detect.object.boxes", lambda picture, ask: [part, whole])
    scribble = tuple((x / 600, 250 / 600) for x in (215, 240, 265, 290))
    found = FindObject().find(Picture(painted()), masks.Object(points=scribble), Here({}), None).coarse
    there = np.asarray(Image.fromarray(found > 0.5).resize((600, 400)))
    assert (there & inside(BLUE)).sum() > 0.9 * inside(BLUE).sum()
