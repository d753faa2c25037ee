"""Downloads: resumed, checked, and nothing half-installed whatever the server or the disk does."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
import threading
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from gpu.models.serving import Served, Server, serving

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.gpu.models.fetch import Silent, download, fetch
from stillbytes.gpu.models.model import File, GitHub, HuggingFace

CONTENT = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = "/owner/name/resolve/main/folder/model.bin"
FILE = File("model", "kind/model.bin", HuggingFace("owner/name", "folder/model.bin"), len(CONTENT), SHA256)


class Places:
    """Where a download goes."""

    def __init__(self, folder: Path) -> None:
        self.to, self.parts = folder / "models" / "kind" / "model.bin", folder / "models" / ".partial"

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.parts.glob("*") if path.suffix != ".lock")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def get(places: Places, file: File = FILE, control: Silent | None = None) -> bytes:
    """Fetch and return what is at the place then."""
    fetch(file, places.to, places.parts, control or Silent())
    assert places.leftovers() == []
    return places.to.read_bytes()


def fails(places: Places, says: str, file: File = FILE, kept: bool = False) -> ModelError:
    """The error of a fetch, after which nothing is installed."""
    with pytest.raises(ModelError, match=says) as caught:
        fetch(file, places.to, places.parts, Silent())
    assert not places.to.exists()
    assert bool(places.leftovers()) == kept
    assert caught.value.remedy
    return caught.value


def test_a_file_of_the_hub_arrives_with_progress(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT)
    told: list[tuple[int, int]] = []
    control = Silent(lambda done, total, message: told.append((done, total)))
    assert get(places, control=control) == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_file_of_a_release_arrives(server: Server, places: Places) -> None:
    server.files["/owner/name/releases/download/v1/model.bin"] = Served(CONTENT)
    assert get(places, replace(FILE, source=GitHub("owner/name", "v1", "model.bin"))) == CONTENT


def test_a_cut_connection_goes_on_where_it_stopped(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, cuts=[100_000, 100_000])
    assert get(places) == CONTENT
    assert server.ranges() == ["", "bytes=100000-", "bytes=200000-"]


def test_a_connection_that_never_works_is_given_up_and_resumed_later(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, cuts=[100_000] + [0] * 5)
    error = fails(places, r"stopped at 100 kB of 300 kB", kept=True)
    assert "goes on where it stopped" in error.remedy
    del server.asked[:]
    assert get(places) == CONTENT
    assert server.ranges() == ["bytes=100000-"]


def test_a_file_that_changed_meanwhile_is_begun_anew(server: Server, places: Places) -> None:
    server.files[PATH] = Served(b"old" * 100_000, cuts=[100_000] + [0] * 5)
    unknown = replace(FILE, sha256=None)
    fails(places, "stopped", unknown, kept=True)
    server.files[PATH] = Served(CONTENT, etag='"two"')
    assert get(places, unknown) == CONTENT


def test_without_an_etag_or_a_hash_nothing_is_resumed(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, etag="", cuts=[100_000])
    assert get(places, replace(FILE, sha256=None)) == CONTENT
    assert server.ranges() == ["", ""]


@pytest.mark.parametrize("fault", [{"ranges": False}, {"lies_about_range": True}], ids=["ignored", "wrong"])
def test_a_server_without_sound_ranges_sends_it_all_again(
    server: Server, places: Places, fault: dict[str, bool]
) -> None:
    server.files[PATH] = Served(CONTENT, cuts=[100_000], **fault)  # type: ignore[arg-type]
    assert get(places) == CONTENT


def test_what_arrived_whole_before_a_crash_is_only_checked(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, cuts=[100_000] + [0] * 5)
    fails(places, "stopped", kept=True)
    part = next(places.parts.glob("*.part"))
    part.write_bytes(CONTENT)
    del server.asked[:]
    assert get(places) == CONTENT
    assert server.asked == []


def test_a_server_in_trouble_is_asked_again(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, statuses=[503, 429])
    assert get(places) == CONTENT


def test_a_server_that_stays_in_trouble_is_named(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT, statuses=[500] * 9)
    fails(places, "status 500")


@pytest.mark.parametrize(("status", "says"), [(404, "no model.bin any more"), (403, "does not give out")])
def test_a_refusal_is_final_and_says_what_to_do(server: Server, places: Places, status: int, says: str) -> None:
    server.files[PATH] = Served(CONTENT, statuses=[status])
    fails(places, says)
    assert len(server.asked) == 1


def test_nobody_there_is_said(places: Places, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HUB", "http://127.0.0.1:9")
    fails(places, "cannot be downloaded from 127.0.0.1: ConnectError")


def test_another_content_is_not_installed(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT[:-1] + b"!")
    error = fails(places, "not installed")
    assert SHA256[:12] in error.message


def test_another_length_is_refused_before_it_is_loaded(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT + b"!")
    fails(places, "300,001 bytes, not the 300,000")


def test_an_estimated_size_may_be_off_but_not_wildly(server: Server, places: Places) -> None:
    about = replace(FILE, size=280_000, sha256=None, estimated=True)
    server.files[PATH] = Served(CONTENT)
    assert get(places, about) == CONTENT
    places.to.unlink()
    server.files[PATH] = Served(b"<html>gone</html>")
    fails(places, "17 bytes", about)


def test_the_hubs_own_hash_is_checked_where_none_is_declared(server: Server, places: Places) -> None:
    headers = {"X-Linked-ETag": f'"{"0" * 64}"'}
    server.files[PATH] = Served(redirect=f"{server.url}/data", headers=headers)
    server.files["/data"] = Served(CONTENT)
    fails(places, "another content", replace(FILE, sha256=None))
    headers["X-Linked-ETag"] = f'"{SHA256}"'
    assert get(places, replace(FILE, sha256=None)) == CONTENT


def test_the_token_goes_to_the_hub_and_not_along_with_a_redirect(
    server: Server, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    with serving() as elsewhere:
        server.files[PATH] = Served(redirect=f"{elsewhere.url}/data")
        elsewhere.files["/data"] = Served(CONTENT)
        assert get(places) == CONTENT
        assert server.asked[0].headers["authorization"] == "Bearer secret"
        assert "authorization" not in elsewhere.asked[0].headers


def test_an_address_in_circles_is_said(server: Server, places: Places) -> None:
    server.files[PATH] = Served(redirect=server.url + PATH)
    fails(places, "leads in circles")


def test_a_mirror_helps_out(server: Server, places: Places) -> None:
    server.files["/other/name/resolve/main/model.bin"] = Served(CONTENT)
    assert get(places, replace(FILE, mirrors=(HuggingFace("other/name", "model.bin"),))) == CONTENT


def test_too_little_room_is_said_before_anything_is_loaded(
    server: Server, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 200_000)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: usage)
    server.files[PATH] = Served(CONTENT)
    error = fails(places, "needs 300 kB on the disk .* where 200 kB are free")
    assert "STILLBYTES_HOME" in error.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_disk_that_fills_up_keeps_the_part(server: Server, places: Places) -> None:
    import resource  # noqa: PLC0415

    server.files[PATH] = Served(CONTENT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        fails(places, "disk .* became full", kept=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 0 < next(places.parts.glob("*.part")).stat().st_size <= 150_000
    del server.asked[:]
    assert get(places) == CONTENT
    assert server.ranges()[0].startswith("bytes=")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT)
    places.to.parent.mkdir(parents=True)
    places.to.parent.chmod(0o500)
    with pytest.raises(ModelError, match="cannot be written"):
        fetch(FILE, places.to, places.parts, Silent())


def test_cancelling_keeps_the_part_and_the_next_call_goes_on(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT)

    class Impatient:
        """Cancels after the first piece."""

        asked = 0

        def progress(self, done: int, total: int, message: str) -> None:
            pass

        def cancelled(self) -> bool:
            self.asked += 1
            return self.asked > 1

    with pytest.raises(Cancelled, match="goes on where it stopped"):
        fetch(FILE, places.to, places.parts, Impatient())
    assert not places.to.exists()
    del server.asked[:]
    assert get(places) == CONTENT
    assert server.ranges()[0].startswith("bytes=")


def test_one_file_is_not_fetched_twice_at_once(server: Server, places: Places) -> None:
    hold = threading.Event()
    server.files[PATH] = Served(CONTENT, hold=hold)
    first = threading.Thread(target=fetch, args=(FILE, places.to, places.parts, Silent()))
    first.start()
    try:
        assert server.wait_until_asked()
        with pytest.raises(ModelError, match="being downloaded already"):
            fetch(FILE, places.to, places.parts, Silent())
    finally:
        hold.set()
        first.join(10)
    assert places.to.read_bytes() == CONTENT


def test_a_wrong_address_in_a_variable_is_said(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HUB", "example")
    fails(places, "STILLBYTES_HUB is 'example'")


def test_parts_survive_in_their_own_folder_only(server: Server, places: Places) -> None:
    server.files[PATH] = Served(CONTENT)
    get(places)
    shutil.rmtree(places.parts)
    assert [path.name for path in places.to.parent.iterdir()] == ["model.bin"]
