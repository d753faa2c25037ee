"""Every task by command, with what a real ComfyUI told and sent: what is asked of it, and what becomes of the photo."""

from __future__ import annotations

import io

import numpy as np
import pytest
from engines.comfyui.recorded import RECORDINGS, jobs
from generate.tasks.conftest import Machine
from generate.tasks.replay import plain, replayed
from generate.tasks.sessions import SESSIONS, Session
from PIL import Image

import stillbytes as sb
from stillbytes.core.geometry import Rect
from stillbytes.develop.settings import Settings
from stillbytes.generate.tasks import tasks

named = {one.name: one for one in SESSIONS}
PATCHES = [one for one in SESSIONS if one.name not in ("restyle", "create", "upscale", "enhance", "refine")]


def by_name(session: Session) -> str:
    return session.name


def test_every_task_was_recorded() -> None:
    assert {one.told[0] for one in SESSIONS} == set(tasks())


@pytest.mark.parametrize("session", PATCHES, ids=by_name)
def test_it_becomes_a_patch_and_nothing_else(session: Session, machine: Machine) -> None:
    server = replayed(session)
    ran = machine.run(session, server)
    assert ran.status == 0, ran.err
    assert [plain(one["prompt"]) for one in server.prompts] == [plain(one.prompt) for one in jobs(session.recording)]
    photo = sb.open(machine.folder / "photo.dng")
    (patch,) = photo.settings.patches
    assert patch.task == session.told[0] and patch.generated and patch.recipe["engine"] == "comfyui"
    assert patch.recipe["seeds"] == list(session.seeds) and len(set(patch.variants)) == len(session.seeds)
    assert {address.name for address in (machine.folder / "photo.stillbytes").glob("patch-*")} == {
        f"patch-{address}.exr" for address in patch.variants
    }

    frame = Rect.of(photo.pipeline.frame)
    rect, alpha = patch.rect, np.zeros((frame.height, frame.width), np.float32)
    inside = rect.within(frame)
    alpha[inside.y : inside.bottom, inside.x : inside.right] = photo.patches[patch.address][
        inside.y - rect.y : inside.bottom - rect.y, inside.x - rect.x : inside.right - rect.x, 3
    ]
    plainly = photo.pipeline.scene(Settings(), frame)
    painted = photo.pipeline.scene(photo.settings, frame)
    changed = (plainly != painted).any(axis=2)
    assert not changed[alpha == 0].any()  # to the last bit
    assert changed[alpha == 1].mean() > 0.9 if (alpha == 1).any() else patch.task == "expand"
    assert photo.pipeline.empty(photo.settings) < 0.001

    again = photo.edit(photo.settings).export(machine.folder / "again.png")  # from what is beside the photo
    shown, repeated = (np.asarray(Image.open(path)) for path in (machine.folder / "out.png", again))
    assert np.array_equal(shown, repeated)
    if session.name == "expand-in-tiles":
        assert shown.shape == (880, 1440, 3)  # as large as the crop that it fills
        assert len(jobs(session.recording)) > 2  # the whole at first, and then at full size in parts


def test_a_restyle_becomes_settings(machine: Machine) -> None:
    session = named["restyle"]
    server = replayed(session)
    assert machine.run(session, server).status == 0
    assert [plain(one["prompt"]) for one in server.prompts] == [plain(one.prompt) for one in jobs(session.recording)]
    settings = sb.open(machine.folder / "photo.dng").settings
    assert dict(settings) and not settings.patches and not list(machine.folder.rglob("*.exr"))


def test_pictures_are_created_under_their_seeds(machine: Machine) -> None:
    session = named["create"]
    ran = machine.run(session, replayed(session))
    assert ran.status == 0, ran.err
    sent = [next(iter(one.sent.values()))[0] for one in jobs(session.recording)]
    for number, content in enumerate(sent, start=1):
        path = machine.folder / f"out-{number}.png"
        drawn, expected = (np.asarray(Image.open(one).convert("RGB")) for one in (path, io.BytesIO(content)))
        assert np.array_equal(drawn, expected)
        assert f'"seed": {session.seeds[number - 1]}'.encode() in path.read_bytes().replace(b"&quot;", b'"')


@pytest.mark.parametrize(("name", "size"), [("upscale", (240, 160)), ("enhance", (120, 80)), ("refine", (120, 80))])
def test_a_photo_that_is_drawn_anew_is_a_new_file(name: str, size: tuple[int, int], machine: Machine) -> None:
    assert machine.run(named[name], replayed(named[name])).status == 0
    assert Image.open(machine.folder / "out.png").size == size
    assert not (machine.folder / "photo.xmp").exists()


def test_recordings_are_small() -> None:
    assert sum(path.stat().st_size for path in RECORDINGS.glob("task-*")) < 1_000_000
