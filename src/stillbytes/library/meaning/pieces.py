"""Sentences as the numbers of SigLIP 2: byte pairs over whole sentences, with bytes for letters that it does not know.

R. Sennrich et al., ACL 2016, as SentencePiece does it for Gemma (T. Kudo, J. Richardson, EMNLP 2018): lower case, since
it was trained so; spaces are letters of their own; "<eos>" ends a sentence.
"""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said

SPACE = "\u2581"
MOST_BYTES = 64 << 20
MOST_TEXT = 1000


@dataclass(frozen=True)
class Pieces:
    """numbers: of each piece. ranks: which pairs are joined, the first before the others."""

    numbers: dict[str, int]
    ranks: dict[tuple[str, str], int]

    def of(self, text: str) -> list[int]:
        """The sentence's numbers, and its end."""
        found = []
        for piece in self._joined(text.lower()[:MOST_TEXT].replace(" ", SPACE)):
            number = self.numbers.get(piece)
            found += [number] if number is not None else [self._byte(byte) for byte in piece.encode()]
        return [*found, self.numbers["<eos>"]]

    def _byte(self, byte: int) -> int:
        return self.numbers.get(f"<0x{byte:02X}>", self.numbers["<unk>"])

    def _joined(self, text: str) -> list[str]:
        """Pairs by rank, of equal ones the first; each is looked at again only where its neighbours changed."""
        pieces: list[str] = list(text)
        after, before = [*range(1, len(pieces)), -1], [-1, *range(len(pieces) - 1)]
        waiting: list[tuple[int, int, str, str]] = []

        def offer(i: int) -> None:
            if i >= 0 and (j := after[i]) >= 0 and (rank := self.ranks.get((pieces[i], pieces[j]))) is not None:
                heapq.heappush(waiting, (rank, i, pieces[i], pieces[j]))

        for i in range(len(pieces)):
            offer(i)
        while waiting:
            _, i, first, second = heapq.heappop(waiting)
            j = after[i]
            if pieces[i] != first or j < 0 or pieces[j] != second:  # one of them was joined meanwhile
                continue
            pieces[i], pieces[j] = first + second, ""
            after[i] = after[j]
            if after[j] >= 0:
                before[after[j]] = i
            after[j] = -1
            offer(before[i])
            offer(i)
        return [piece for piece in pieces if piece]


def pieces(path: Path) -> Pieces:
    """From a tokenizer.json. Raises ModelError when it is damaged."""
    try:
        with path.open("rb") as file:
            told: Any = json.loads(file.read(MOST_BYTES))["model"]
        numbers = {str(piece): int(number) for piece, number in told["vocab"].items()}
        pairs = (one.split(" ") if isinstance(one, str) else one for one in told["merges"])
        ranks = {(str(first), str(second)): rank for rank, (first, second) in enumerate(pairs)}
        numbers["<eos>"], numbers["<unk>"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            said("{file} is not a vocabulary that can be read.", file=path.name),
            "`stillbytes models pull` downloads it again.",
        ) from error
    return Pieces(numbers, ranks)
