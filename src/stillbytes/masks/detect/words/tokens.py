"""Words as the numbers of CLIP and of BERT: byte pairs and word pieces, from the vocabularies beside their networks.

R. Sennrich et al., "Neural machine translation of rare words with subword units", ACL 2016, as CLIP uses it (A. Radford
et al. 2021: lower case, "</w>" ends a word); Y. Wu et al., arXiv 1609.08144, 2016, as BERT uses it (pieces that go on
begin with "##").
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said

LONGEST = 77
"""Numbers that CLIP takes at most, begin and end included."""
_CLIP_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
_BERT_WORDS = re.compile(r"[^\W_]+|_|[^\w\s]")
MOST_BYTES = 32 << 20
MOST_LETTERS = 100
"""A longer word is none."""
MOST_TEXT = 2000


@dataclass(frozen=True)
class BytePairs:
    """CLIP's. numbers: of each piece. ranks: which pairs are joined, the first before the others."""

    numbers: dict[str, int]
    ranks: dict[tuple[str, str], int]
    _known: dict[str, list[int]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, text: str) -> list[int]:
        """Begin, the words' numbers, end."""
        middle = [
            n for word in _CLIP_WORDS.findall(" ".join(text.lower()[:MOST_TEXT].split())) for n in self._word(word)
        ]
        begin, end = self.numbers["<|startoftext|>"], self.numbers["<|endoftext|>"]
        return [begin, *middle[: LONGEST - 2], end]

    def _word(self, word: str) -> list[int]:
        if word not in self._known:
            pieces = [_LETTERS[byte] for byte in word.encode()]
            pieces[-1] += "</w>"
            while len(pieces) > 1:
                ranked = [(self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(pairwise(pieces))]
                rank, _ = min(ranked)
                if rank == len(self.ranks):
                    break
                joined, i = [], 0
                while i < len(pieces):
                    if i + 1 < len(pieces) and self.ranks.get((pieces[i], pieces[i + 1])) == rank:
                        joined.append(pieces[i] + pieces[i + 1])
                        i += 2
                    else:
                        joined.append(pieces[i])
                        i += 1
                pieces = joined
            self._known[word] = [self.numbers[piece] for piece in pieces if piece in self.numbers]
        return self._known[word]


@dataclass(frozen=True)
class WordPieces:
    """BERT's, in lower case."""

    numbers: dict[str, int]

    def of(self, text: str) -> tuple[list[int], list[str]]:
        """[CLS], the words' numbers, [SEP]; and the pieces themselves."""
        plain = "".join(
            c for c in unicodedata.normalize("NFD", text.lower()[:MOST_TEXT]) if unicodedata.category(c) != "Mn"
        )
        pieces = ["[CLS]"]
        for word in _BERT_WORDS.findall(plain):
            pieces += self._word(word)
        pieces.append("[SEP]")
        return [self.numbers[piece] for piece in pieces], pieces

    def _word(self, word: str) -> list[str]:
        if len(word) > MOST_LETTERS:
            return ["[UNK]"]
        found, begin = [], 0
        while begin < len(word):
            for end in range(len(word), begin, -1):
                piece = word[begin:end] if begin == 0 else f"##{word[begin:end]}"
                if piece in self.numbers:
                    found.append(piece)
                    begin = end
                    break
            else:
                return ["[UNK]"]
        return found


def byte_pairs(path: Path) -> BytePairs:
    """From a tokenizer.json. Raises ModelError when it is damaged."""
    try:
        told: Any = json.loads(_read(path))["model"]
        numbers = {str(piece): int(number) for piece, number in told["vocab"].items()}
        pairs = [tuple(one.split(" ") if isinstance(one, str) else one) for one in told["merges"]]
        ranks = {(str(first), str(second)): rank for rank, (first, second) in enumerate(pairs)}
        numbers["<|startoftext|>"], numbers["<|endoftext|>"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    return BytePairs(numbers, ranks)


def word_pieces(path: Path) -> WordPieces:
    """From a vocab.txt. Raises ModelError when it is damaged."""
    try:
        numbers = {piece.rstrip("\r"): number for number, piece in enumerate(_read(path).decode().split("\n"))}
        numbers["[CLS]"], numbers["[SEP]"], numbers["[UNK]"], numbers["."]
    except (ValueError, KeyError) as error:
        raise _damaged(path) from error
    return WordPieces(numbers)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ModelError:
    return ModelError(
        said("{file} is not a vocabulary that can be read.", file=path.name),
        "`stillbytes models pull` downloads it again.",
    )


def _letters() -> dict[int, str]:
    """A printable letter for each byte, as GPT-2 chose them: most Latin-1 letters stay, the rest follow from 256 on."""
    stay = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = (byte for byte in range(256) if byte not in stay)
    return {byte: chr(byte) for byte in stay} | {byte: chr(256 + i) for i, byte in enumerate(others)}


_LETTERS = _letters()
