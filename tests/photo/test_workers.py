"""What a decoder does to its process stays there."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dng import make_photo, scene

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import Said
from stillbytes.photo import process
from stillbytes.photo.workers import Workers

MISCHIEF = (sys.executable, str(Path(__file__).with_name("mischief.py")))


@pytest.fixture
def pool() -> Iterator[Workers]:
    made = Workers(MISCHIEF)
    yield made
    made.close()


def photo(folder: Path, name: str = "good") -> Path:
    path = folder / f"{name}.dng"
    make_photo(path)
    return path


def decode(pool: Workers, path: Path, limit: float = 30.0) -> object:
    return pool.ask("decode", path, limit=limit, long=True)[0]["layout"]


def test_crash_costs_one_photo_and_the_next_gets_a_new_process(pool: Workers, tmp_path: Path) -> None:
    assert decode(pool, photo(tmp_path)) == "bayer"
    (before,) = pool.processes
    with pytest.raises(UnreadablePhoto, match=r"crashed while reading crash\.dng"):
        decode(pool, photo(tmp_path, "crash"))
    assert pool.processes == []
    assert decode(pool, photo(tmp_path)) == "bayer"
    assert pool.processes != [before]


def test_hang_is_ended_at_its_time_limit(pool: Workers, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match=r"hang\.dng was given up after 0\.5 seconds"):
        decode(pool, photo(tmp_path, "hang"), limit=0.5)
    assert decode(pool, photo(tmp_path)) == "bayer"


def test_lack_of_memory_is_an_error_of_that_photo(pool: Workers, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="needs more memory"):
        decode(pool, photo(tmp_path, "exhaust"))
    assert len(pool.processes) == 1


def test_what_a_worker_says_comes_with_its_form_unless_that_does_more_than_take_values(
    pool: Workers, tmp_path: Path
) -> None:
    with pytest.raises(UnreadablePhoto) as caught:
        decode(pool, photo(tmp_path, "exhaust"))
    assert isinstance(caught.value.message, Said) and caught.value.message.values == {"photo": "exhaust.dng"}
    with pytest.raises(UnreadablePhoto) as caught:
        decode(pool, photo(tmp_path, "huge"))
    assert not isinstance(caught.value.message, Said) and caught.value.message.endswith("huge is huge.")


def test_what_a_library_prints_does_not_disturb_the_replies(pool: Workers, tmp_path: Path) -> None:
    assert decode(pool, photo(tmp_path, "babble")) == "bayer"


def test_process_that_died_while_idle_is_replaced(pool: Workers, tmp_path: Path) -> None:
    decode(pool, photo(tmp_path))
    os.kill(pool.processes[0], signal.SIGTERM)
    assert decode(pool, photo(tmp_path)) == "bayer"


def test_preview_does_not_wait_for_long_decodes(pool: Workers, tmp_path: Path) -> None:
    stuck = photo(tmp_path, "hang")
    failures: list[UnreadablePhoto] = []

    def wait() -> None:
        try:
            decode(pool, stuck)
        except UnreadablePhoto as error:
            failures.append(error)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    result, _ = pool.ask("preview", photo(tmp_path), limit=30.0, long_edge=0)
    assert (result["width"], result["height"]) == (48, 32)
    assert all(thread.is_alive() for thread in threads)
    assert len(pool.processes) <= 3
    pool.close()
    for thread in threads:
        thread.join()
    assert len(failures) == 3


def test_several_threads_get_their_own_photos(pool: Workers, tmp_path: Path) -> None:
    paths = []
    for width in range(32, 64, 4):
        path = tmp_path / f"{width}.dng"
        make_photo(path, scene(width, 48))
        paths.append((width, path))
    found: dict[int, int] = {}

    def work(width: int, path: Path) -> None:
        _, parts = pool.ask("decode", path, limit=60.0, long=True)
        found[width] = parts[0].shape[1]

    threads = [threading.Thread(target=work, args=each) for each in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {width: width for width, _ in paths}
    assert len(pool.processes) <= 2


def test_process_that_was_started_ahead_answers_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_ahead", [])
    process.start_ahead()
    process.start_ahead()  # one waits already
    (ahead,) = process._ahead
    pool = Workers()
    assert decode(pool, photo(tmp_path)) == "bayer"
    assert pool.processes == [ahead.pid] and process._ahead == []
    pool.close()


def test_missing_file_is_said_to_be_missing(pool: Workers, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="no photo at"):
        decode(pool, tmp_path / "nothing.dng")
    assert pool.processes == []


def test_process_that_cannot_start_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    pool = Workers((str(tmp_path / "no-such-program"),))
    with pytest.raises(UnreadablePhoto, match="does not start") as caught:
        decode(pool, photo(tmp_path))
    assert "doctor" in caught.value.remedy


def test_current_folder_is_not_searched_for_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photo(tmp_path)
    (tmp_path / "rawpy.py").write_text("raise SystemExit('a photo folder was executed')")
    monkeypatch.chdir(tmp_path)
    pool = Workers()
    assert decode(pool, path) == "bayer"
    pool.close()


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import json, sys, threading, time; from pathlib import Path; from stillbytes.photo.workers import Workers\n"
        f"pool = Workers({MISCHIEF!r})\n"
        "def ask(path): pool.ask('decode', Path(path), limit=600, long=True)\n"
        f"ask({str(photo(tmp_path))!r})\n"
        f"threading.Thread(target=ask, args=({str(photo(tmp_path, 'hang'))!r},), daemon=True).start()\n"
        "time.sleep(0.3)\n"
        "print(json.dumps(pool.processes), flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    (child,) = json.loads(parent.stdout.readline())
    assert _alive(child)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 20
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return _answers(pid) if not Path("/proc").is_dir() else False
    return state != "Z"  # an orphan that nobody has reaped is dead


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
