"""What a photo might want follows from its numbers, and does what it says; questions are answered from them too."""

from __future__ import annotations

import numpy as np
import pytest
from dng import make_photo
from PIL import Image

import stillbytes as sb
from stillbytes.assistant import asking, explaining
from stillbytes.assistant.light import light, measured
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.suggestions import suggestions
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings

Y, X = np.mgrid[0:240, 0:360] / 360


def scene(tmp_path, light_, **more):
    make_photo(tmp_path / "a.dng", np.stack([np.asarray(c, np.float32) * np.ones(X.shape) for c in light_], -1), **more)
    return sb.open(tmp_path / "a.dng")


def shaded(tmp_path, colour):
    """A JPEG of greys from black to white, all with that colour in them."""
    values = np.clip((0.1 + 0.8 * X)[..., None] * np.asarray(colour), 0, 0.98)
    Image.fromarray(np.uint8(values * 255)).save(tmp_path / "a.jpg", quality=95)
    return sb.open(tmp_path / "a.jpg")


def about(photo, settings=Settings()):  # noqa: B008 - it never changes
    return {one.about: one for one in suggestions(light(photo, settings), settings, photo.metadata.iso)}


def after(photo, suggestion):
    situation = Situation(frame=lambda: Size(360, 240), white=photo.pipeline.white_balance)
    proposal = understand(suggestion.request, situation)
    assert proposal.understood, (suggestion.request, proposal.message)
    return proposal.applied()


@pytest.mark.parametrize(
    ("name", "made", "number"),
    [
        ("dark", [0.004 + 0.02 * X] * 3, lambda seen: seen.at[0.5]),
        ("bright", [0.75 + 0.2 * X] * 3, lambda seen: -seen.at[0.5]),
        ("flat", [0.08 + 0.1 * X, 0.08 + 0.1 * X, 0.08 + 0.1 * Y], lambda seen: seen.reach),
        ("clipped", [0.9 * X + 1.4 * (X > 0.9)] * 3, lambda seen: -seen.clipped),
        ("warm", (1.08, 1.0, 0.9), lambda seen: -abs(seen.warmth)),
        ("cold", (0.9, 1.0, 1.08), lambda seen: -abs(seen.warmth)),
        ("green", (0.95, 1.05, 0.95), lambda seen: -abs(seen.green)),
        ("magenta", (1.05, 0.95, 1.05), lambda seen: -abs(seen.green)),
    ],
)
def test_a_suggestion_says_why_and_betters_what_it_is_about(tmp_path, name, made, number):
    photo = scene(tmp_path, made) if isinstance(made, list) else shaded(tmp_path, made)
    found = about(photo)
    assert name in found
    assert "%" in found[name].reason
    assert number(light(photo, after(photo, found[name]))) > number(light(photo, Settings()))


def test_a_tilt_is_found_and_straightened(tmp_path):
    lines = 0.15 + 0.4 * ((Y + X * np.tan(np.radians(2.5))) % 0.12 > 0.06)
    photo = scene(tmp_path, [lines] * 3)
    found = about(photo)["tilted"]
    assert light(photo, Settings()).tilt == pytest.approx(-2.5, abs=0.3)
    assert abs(light(photo, after(photo, found)).tilt or 0) < 0.5
    mirrored = Settings(flip_horizontal=True)
    angle = after(photo, about(photo, mirrored)["tilted"]).number("crop_angle")
    found_there = asking.looked(photo.pipeline, mirrored, ["level"])
    assert angle == pytest.approx(found_there["crop_angle"], abs=0.3)
    assert abs(light(photo, mirrored.changed(**found_there)).tilt or 0) < 0.5


def test_noise_is_asked_of_the_camera(tmp_path):
    assert "ISO 12800" in about(scene(tmp_path, [0.1 + X] * 3, iso=12800))["noisy"].reason
    assert "noisy" not in about(scene(tmp_path, [0.1 + X] * 3, iso=100))


def test_an_ordinary_picture_is_left_alone():
    rng = np.random.default_rng(1)
    values = np.clip(rng.normal(0.45, 0.24, (200, 300, 1)) + rng.normal(0, 0.09, (200, 300, 3)), 0.02, 0.98)
    assert suggestions(measured(np.uint8(values * 255)), Settings(), 200) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (1, 400)])
@pytest.mark.parametrize("value", [0, 119, 255])
def test_pictures_without_anything_in_them_break_nothing(shape, value):
    found = suggestions(measured(np.full((*shape, 3), value, np.uint8)), Settings())
    assert len(found) <= 4


QUESTIONS = [
    ("what does dehaze do?", parameters()["dehaze"].says),
    ("What is the shadows slider for", parameters()["shadows"].says),
    ("explain vibrance", parameters()["vibrance"].says),
    ("was macht Klarheit?", parameters()["clarity"].says),
    ("¿qué hace contraste?", parameters()["contrast"].says),
    ("what is sky?", "Sky: "),
]


@pytest.mark.parametrize(("question", "answer"), QUESTIONS)
def test_what_something_does_is_said_in_its_own_words(question, answer):
    found = explaining.explained(question, Settings(), None)
    assert found is not None and found.understood and not found.changes
    assert answer in found.message


def test_what_does_not_exist_is_not_explained():
    found = explaining.explained("what does frobnicate do?", Settings(), None)
    assert found is not None and not found.understood and "frobnicate" in found.message


def test_a_slider_is_told_with_where_it_is():
    found = explaining.explained("what does dehaze do?", Settings(dehaze=25), None)
    assert found is not None and found.message.endswith("It is at 25 now.")


@pytest.mark.parametrize(
    "question", ["why is this photo flat?", "Why does it look so flat", "warum ist das Foto so flau?"]
)
def test_why_is_answered_with_numbers_and_causes(tmp_path, question):
    photo = scene(tmp_path, [0.08 + 0.1 * X] * 3)
    settings = Settings(contrast=-40)
    answer = asking.propose(question, asking.situation(photo, _history(settings)), "auto", photo)
    assert answer.understood and answer.engine == "vocabulary" and answer.applied() == settings
    assert "Nine tenths of the picture lie between" in answer.message
    assert "Contrast is at -40, which adds to it." in answer.message


def test_what_is_not_so_is_said_to_be_not_so(tmp_path):
    photo = scene(tmp_path, [0.001 + 0.95 * X**2] * 3)
    answer = asking.propose("why is it green?", asking.situation(photo, _history(Settings())), "vocabulary", photo)
    assert answer.understood and "it is not" in answer.message and "% green" in answer.message


def test_what_would_you_change_gives_the_suggestions(tmp_path):
    photo = scene(tmp_path, [0.004 + 0.02 * X] * 3)
    answer = asking.propose(
        "what is wrong with this photo?", asking.situation(photo, _history(Settings())), "auto", photo
    )
    assert f"“{about(photo)['dark'].request}” would change that." in answer.message


@pytest.mark.parametrize("request_", ["warmer", "is it a bit dark, then brighter", "why not brighter", "x" * 3000, "?"])
def test_what_is_no_such_question_is_left_to_others(request_):
    assert explaining.explained(request_, Settings(), None) is None


def _history(settings):
    from stillbytes.edit.history import History  # noqa: PLC0415

    return History().committed(settings, "Start") if settings else History()
