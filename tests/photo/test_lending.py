"""Large arrays are read out of a decoding process; through the pipe where that is not allowed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dng import make_photo, scene
from numpy.typing import NDArray

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo import lending, wire
from stillbytes.photo.workers import Workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program read its children")
MISCHIEF = (sys.executable, str(Path(__file__).with_name("mischief.py")))


@pytest.fixture(autouse=True)
def allowed() -> Iterator[None]:
    lending._refused.clear()
    yield
    lending._refused.clear()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lending") / "large.dng"
    make_photo(path, scene(1601, 1403))
    return path


def decoded(path: Path) -> list[NDArray[Any]]:
    pool = Workers(MISCHIEF)
    try:
        return pool.ask("decode", path, limit=30, long=True)[1]
    finally:
        pool.close()


def test_what_is_lent_is_what_the_pipe_carries(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lent = decoded(large)
    monkeypatch.setattr(lending, "possible", lambda: False)
    sent = decoded(large)
    assert [(part.dtype, part.shape) for part in lent] == [(part.dtype, part.shape) for part in sent]
    assert lent[0].nbytes > lending.LEAST and all(map(np.array_equal, lent, sent))


def test_process_whose_memory_cannot_be_read_sends_and_the_next_is_not_tried(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(lending, "_read", refuse)
    sent = decoded(large)
    assert not lending.possible()
    monkeypatch.undo()
    lending._refused.clear()
    assert np.array_equal(sent[0], decoded(large)[0])


HOLDER = """
from pathlib import Path
import numpy as np
from stillbytes.photo.worker.serving import main

def resident(request):
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) >> 10, []

main({"decode": lambda request: (None, [np.ones(64 << 20, np.uint8)]), "resident": resident})
"""


def test_what_was_lent_is_let_go(tmp_path: Path) -> None:
    (script := tmp_path / "holder.py").write_text(HOLDER)
    pool = Workers((sys.executable, str(script)))
    before = pool.consult("resident", limit=30)
    (lent,) = pool.ask("decode", script, limit=30, long=True)[1]
    after = pool.consult("resident", limit=30)
    pool.close()
    assert lent.nbytes == 64 << 20 and lent.all()
    assert after - before < 32


def test_process_that_lends_what_it_has_not_costs_that_photo_only(large: Path, tmp_path: Path) -> None:
    liar = tmp_path / "liar.dng"
    liar.write_bytes(large.read_bytes())
    pool = Workers(MISCHIEF)
    with pytest.raises(UnreadablePhoto, match=r"crashed while reading liar\.dng"):
        pool.ask("decode", liar, limit=30, long=True)
    assert pool.ask("decode", large, limit=30, long=True)[0]["layout"] == "bayer"
    pool.close()


@pytest.mark.parametrize("nonsense", [{}, {"dtype": "object", "shape": [1], "at": 0, "step": 8}, {"dtype": "uint8"}])
def test_nonsense_is_an_error_of_the_wire(nonsense: dict[str, object]) -> None:
    with pytest.raises(wire.WireError):
        lending.taken(1, [nonsense])


@pytest.mark.parametrize("step", [48, 40, 64])
def test_rows_lie_apart(step: int) -> None:
    rows = 3000
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, numpy as np; a = (np.arange(3000 * 64) % 251).astype(np.uint8)\n"
            "print(a.ctypes.data, flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        at = int(child.stdout.readline())
        (found,) = lending.taken(child.pid, [{"dtype": "uint8", "shape": [rows, 40], "at": at, "step": step}]) or []
        child.kill()
    whole = (np.arange(rows * 64) % 251).astype(np.uint8)
    assert np.array_equal(found, np.lib.stride_tricks.as_strided(whole, (rows, 40), (step, 1)))


def test_small_and_turned_arrays_are_not_lent() -> None:
    large = np.zeros((2048, 4096), np.uint8)
    assert (
        lending.listed([large])[0]["step"]
        == lending.listed([np.zeros((2200, 4096), np.uint8)[:, 9:]])[0]["step"]
        == 4096
    )
    assert lending.listed([large[::-1]]) == [] and lending.listed([large.T]) == [] and lending.listed([large[:8]]) == []
