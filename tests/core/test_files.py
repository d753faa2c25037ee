"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from stillbytes.core.files import write_atomically


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not flushed there")
@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_a_network_disk_may_be_unable_to_flush_folders(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(error, os.strerror(error))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    if error == errno.EIO:
        with pytest.raises(OSError, match=os.strerror(error)):
            write_atomically(tmp_path / "a", b"whole")
    else:
        write_atomically(tmp_path / "a", b"whole")
        assert (tmp_path / "a").read_bytes() == b"whole"
