"""List, pull, verify, remove and where: with needs, with what is here already, and never touching others' files."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from gpu.models.files import language_model, safetensors
from gpu.models.serving import Served, Server

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.jobs import Job, Jobs
from stillbytes.core.preferences import Preferences
from stillbytes.gpu.models import actions, registry
from stillbytes.gpu.models.fetch import Silent
from stillbytes.gpu.models.licences import APACHE_2, CC_BY_NC_4
from stillbytes.gpu.models.model import File, HuggingFace, Kind, Model, NetworkArchitecture
from stillbytes.gpu.models.store import Store, open_store

VAE = safetensors({"w": ("F32", [50, 50], 10_000)})
IMAGE = safetensors({"w": ("F16", [100, 100], 20_000)})
LANGUAGE = language_model()


def model(id: str, kind: Kind, *files: File, needs: tuple[str, ...] = ()) -> Model:
    return Model(
        id=id,
        family=id,
        title=id.upper(),
        kind=kind,
        engine="comfyui",
        tasks=("create",) if kind == "diffusion" else (),
        precision="fp16",
        architecture=NetworkArchitecture(1.0, 0),
        files=files,
        licence=CC_BY_NC_4 if kind == "vae" else APACHE_2,
        quality=1,
        facts=("made for a test",),
        needs=needs,
    )


def file(name: str, content: bytes, role: str = "model", known: bool = True) -> File:
    sha256 = hashlib.sha256(content).hexdigest() if known else None
    return File(role, name, HuggingFace("owner/name", name), len(content), sha256)


MODELS = (
    model("vae", "vae", file("vae/tiny_vae.safetensors", VAE)),
    model("image", "diffusion", file("diffusion/image.safetensors", IMAGE, known=False), needs=("vae",)),
    model("words", "language", file("llm/words.gguf", LANGUAGE), file("llm/shared.gguf", b"GG", "projector")),
    model("more", "language", file("llm/more.gguf", LANGUAGE), file("llm/shared.gguf", b"GG", "projector")),
)
NAMED = {m.id: m for m in MODELS}


@pytest.fixture
def store(server: Server, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(registry, "all_models", lambda: MODELS)
    monkeypatch.setattr(actions, "all_models", lambda: MODELS)
    contents = {"vae/tiny_vae.safetensors": VAE, "diffusion/image.safetensors": IMAGE, "llm/shared.gguf": b"GG"}
    contents |= {"llm/words.gguf": LANGUAGE, "llm/more.gguf": LANGUAGE}
    for name, content in contents.items():
        server.files[f"/owner/name/resolve/main/{name}"] = Served(content)
    return open_store(Preferences())


def pull(store: Store, *ids: str) -> str:
    return actions.pull(store, actions.plan_pull(store, [NAMED[id] for id in ids]), Silent())


def installed(store: Store) -> list[str]:
    return [one.model.id for one in actions.list_models(store) if one.installed]


def test_pulling_brings_what_is_needed_after_telling_the_sum(store: Store) -> None:
    plan = actions.plan_pull(store, [NAMED["image"]])
    assert [m.id for m in plan.models] == ["vae", "image"]
    assert plan.size == len(VAE) + len(IMAGE)
    assert {licence.name for licence in plan.licences} == {"CC-BY-NC-4.0", "Apache-2.0"}
    told: list[tuple[int, int]] = []
    actions.pull(store, plan, Silent(lambda done, total, message: told.append((done, total))))
    assert told[-1] == (plan.size, plan.size)
    assert installed(store) == ["vae", "image"]
    assert (store.home / "vae" / "tiny_vae.safetensors").read_bytes() == VAE


def test_pulling_again_downloads_nothing(store: Store, server: Server) -> None:
    pull(store, "image")
    del server.asked[:]
    assert pull(store, "image", "vae") == "Everything is here already."
    assert server.asked == []


def test_a_failure_keeps_what_is_whole(store: Store, server: Server) -> None:
    server.files["/owner/name/resolve/main/diffusion/image.safetensors"].statuses = [404]
    with pytest.raises(ModelError, match=r"image\.safetensors"):
        pull(store, "image")
    assert installed(store) == ["vae"]
    pull(store, "image")
    assert installed(store) == ["vae", "image"]


def test_a_pull_is_a_job_of_the_server(store: Store) -> None:
    changes: list[Job] = []
    jobs = Jobs(changes.append)
    plan = actions.plan_pull(store, [NAMED["vae"]])
    jobs.start("Download", plan.size, lambda control: actions.pull(store, plan, control))
    jobs._threads.shutdown(wait=True)
    assert changes[-1].state == "done"
    assert changes[-1].message.startswith("Downloaded 10.")
    assert (changes[-1].done, changes[-1].total) == (plan.size, plan.size)


def test_a_renamed_copy_is_found_instead_of_downloaded(store: Store, server: Server, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "renamed.safetensors").write_bytes(VAE)
    searching = open_store(Preferences(models=(tmp_path / "mine",)))
    assert len(actions.plan_pull(searching, [NAMED["vae"]]).missing) == 1
    plan = actions.plan_pull(searching, [NAMED["vae"]], Silent())
    assert plan.missing == ()
    assert plan.found == (tmp_path / "mine" / "renamed.safetensors",)


def verdicts(store: Store, id: str) -> Sequence[str]:
    return [one.verdict for one in actions.verify(store, NAMED[id], Silent())]


def test_verifying_tells_sound_unchecked_missing_and_damaged_apart(store: Store, server: Server) -> None:
    assert verdicts(store, "vae") == ["missing"]
    pull(store, "image")
    assert verdicts(store, "vae") == ["ok"]
    assert verdicts(store, "image") == ["ok"]  # nobody published its hash, but it is what was downloaded
    (store.home / "downloaded.json").unlink()
    assert verdicts(store, "image") == ["unchecked"]
    path = store.home / "vae" / "tiny_vae.safetensors"
    path.write_bytes(VAE[:-1] + b"!")
    assert verdicts(store, "vae") == ["damaged"]
    path.write_bytes(VAE[:-1])
    assert verdicts(store, "vae") == ["damaged"]
    store.refresh()
    pull(store, "vae")
    assert verdicts(store, "vae") == ["ok"]


def test_verifying_reads_headers_too(store: Store) -> None:
    (store.home / "diffusion").mkdir(parents=True)
    (store.home / "diffusion" / "image.safetensors").write_bytes(b"<html>" + bytes(len(IMAGE) - 6))
    (result,) = actions.verify(store, NAMED["image"], Silent())
    assert result.verdict == "damaged"
    assert "not a safetensors file" in result.says


def test_verifying_can_be_cancelled(store: Store) -> None:
    pull(store, "vae")

    class Stopped(Silent):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        actions.verify(store, NAMED["vae"], Stopped())


def test_removing_frees_what_was_downloaded(store: Store) -> None:
    pull(store, "vae")
    done = actions.remove(store, NAMED["vae"])
    assert done.freed == len(VAE)
    assert installed(store) == []
    assert not (store.home / "vae").exists()
    assert store.downloaded() == {}


def test_removing_keeps_what_another_model_uses(store: Store) -> None:
    pull(store, "words", "more")
    done = actions.remove(store, NAMED["words"])
    assert [path.name for path in done.removed] == ["words.gguf"]
    assert done.kept == ((store.home / "llm" / "shared.gguf", "used by another model"),)
    assert installed(store) == ["more"]
    assert len(actions.remove(store, NAMED["more"]).removed) == 2


def test_removing_never_touches_what_others_brought(store: Store, tmp_path: Path) -> None:
    theirs = tmp_path / "mine" / "tiny_vae.safetensors"
    theirs.parent.mkdir()
    theirs.write_bytes(VAE)
    copied = store.home / "diffusion" / "image.safetensors"
    copied.parent.mkdir(parents=True)
    copied.write_bytes(IMAGE)
    searching = open_store(Preferences(models=(tmp_path / "mine",)))
    for id, path in (("vae", theirs), ("image", copied)):
        done = actions.remove(searching, NAMED[id])
        assert done.removed == ()
        assert done.kept == ((path, "not downloaded by Stillbytes"),)
        assert path.exists()


def test_where_names_the_files_or_says_how_to_get_them(store: Store) -> None:
    with pytest.raises(ModelError, match=r"WORDS is not on this computer") as caught:
        actions.where(store, NAMED["words"])
    assert "stillbytes models pull words" in caught.value.remedy
    pull(store, "words")
    found = actions.where(store, NAMED["words"])
    assert found == {"model": store.home / "llm" / "words.gguf", "projector": store.home / "llm" / "shared.gguf"}


def test_listing_can_be_narrowed(store: Store) -> None:
    assert [one.model.id for one in actions.list_models(store, kind="language")] == ["words", "more"]
    assert [one.model.id for one in actions.list_models(store, task="create")] == ["image"]
    pull(store, "words")
    shutil.copy(store.home / "llm" / "shared.gguf", store.home / "copy")
    (one,) = [one for one in actions.list_models(store) if one.model.id == "more"]
    assert (one.installed, one.places) == (False, ("stillbytes",))
