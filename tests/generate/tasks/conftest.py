"""The command line on a machine with the tiny models, whose ComfyUI is a recorded session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from app.cli.conftest import Ran
from generate.tasks.replay import Replay
from generate.tasks.sessions import Session, beside, settled, stubs

from stillbytes.app.cli import main
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.llama import find as llama_find
from stillbytes.gpu.access import release


@dataclass
class Machine:
    """folder: of the photo."""

    folder: Path
    run: Callable[[Session, Replay], Ran]

    def files(self) -> dict[str, bytes]:
        """Everything in the photo's folder."""
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Machine]:
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415

    library()  # those of the machine: compiling them takes long
    folder = tmp_path / "photos"
    folder.mkdir()
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(llama_find, "PACKAGE", "no_such_package")
    monkeypatch.setattr(comfyui_find.find, "__defaults__", ((), (), 1.0))
    models = stubs(tmp_path / "models")
    with ExitStack() as serving:

        def run(session: Session, server: Replay) -> Ran:
            serving.enter_context(beside(server.serving))
            settled(tmp_path / "home", server.url, models)
            arguments = session.arguments(folder)
            before = (folder / "photo.dng").read_bytes()
            capsys.readouterr()
            status = main(arguments)
            captured = capsys.readouterr()
            assert (folder / "photo.dng").read_bytes() == before  # whatever happens
            return Ran(status, captured.out, captured.err)

        yield Machine(folder, run)
        release()
