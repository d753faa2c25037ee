"""`stillbytes develop`: from photos to pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from PIL import Image

import stillbytes as sb
from stillbytes.app.cli.commands import develop
from stillbytes.develop import parameters, point_colour
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar


def mean(path: Path) -> float:
    with Image.open(path) as picture:
        return float(np.asarray(picture).mean())


def given(*options: str) -> dict[str, Any]:
    """What the command would receive for these options of develop parameters."""
    context = develop.command().make_context("develop", ["a.dng", "-o", "b.jpg", *options])
    return {n: v for n, v in context.params.items() if n in parameters() and v is not None}


def test_every_parameter_is_an_option_named_after_it() -> None:
    options = {option for p in develop.command().params if isinstance(p, click.Option) for option in p.opts}
    assert {f"--{name.replace('_', '-')}" for name, p in parameters().items() if not p.listed} <= options


def test_every_parameter_takes_a_value_of_its_kind() -> None:
    for name, parameter in parameters().items():
        if parameter.listed:
            continue  # `--mask`, `stillbytes remove`
        option = f"--{name.replace('_', '-')}"
        text, value = {
            "number": (f"{parameter.maximum:+g}", parameter.maximum),
            "choice": ((parameter.choices or ("",))[-1], (parameter.choices or ("",))[-1]),
            "toggle": ("", True),
            "text": ("some words", "some words"),
            "lut": ("Film.cube:80", "Film.cube:80"),
            "dcp": ("Camera Vivid", "Camera Vivid"),
            "curve": ("0,0 128,140 255,255", ((0, 0), (128, 140), (255, 255))),
            "colours": ("#c86432 hue:10", point_colour.canonical([{"colour": "#c86432", "hue": 10}])),
        }[parameter.kind]
        assert given(option, *([text] if text else [])) == {name: value}


def test_toggles_can_be_switched_off() -> None:
    assert given("--no-black-and-white") == {"black_and_white": False}


def test_negative_numbers_are_values() -> None:
    assert given("--exposure", "-0.7", "--shadows=-12") == {"exposure": -0.7, "shadows": -12}


def test_help_shows_the_groups_and_meanings(run: Any) -> None:
    said = run("develop", "--help")
    assert said.status == 0
    assert "Colour mixer:" in said.out
    assert "--exposure -5..+5" in said.out


def test_a_photo_becomes_a_picture_brighter_with_more_exposure(run: Any, photo: Path, tmp_path: Path) -> None:
    plain = run("develop", photo, "-o", tmp_path / "plain.jpg")
    bright = run("develop", photo, "-o", tmp_path / "bright.jpg", "--exposure", "+1")
    assert (plain.status, plain.out.strip(), plain.err) == (0, str(tmp_path / "plain.jpg"), "")
    assert bright.status == 0
    assert mean(tmp_path / "bright.jpg") > mean(tmp_path / "plain.jpg") + 20


def test_the_extension_decides_the_format_unless_one_is_given(run: Any, photo: Path, tmp_path: Path) -> None:
    run("develop", photo, "-o", tmp_path / "a.png")
    run("develop", photo, "-o", tmp_path / "a.jpg", "--format", "webp")
    run("develop", photo, "-o", tmp_path / "folder.2024")
    assert Image.open(tmp_path / "a.png").format == "PNG"
    assert Image.open(tmp_path / "a.jpg").format == "WEBP"
    assert Image.open(tmp_path / "folder.2024" / "photo.jpg").format == "JPEG"


def test_size_is_the_long_edge(run: Any, photo: Path, tmp_path: Path) -> None:
    run("develop", photo, "-o", tmp_path / "a.jpg", "--size", "48", "--rotate", "90")
    assert Image.open(tmp_path / "a.jpg").size == (32, 48)


def test_the_place_stays_secret_on_request(run: Any, tmp_path: Path) -> None:
    photo = tmp_path / "placed.jpg"
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 5.0, 0.0), 3: "E", 4: (14.0, 25.0, 0.0)})
    Image.new("RGB", (64, 48), (90, 120, 60)).save(photo, exif=exif)
    run("develop", photo, "-o", tmp_path / "told.jpg")
    run("develop", photo, "-o", tmp_path / "secret.jpg", "--no-gps")
    assert Image.open(tmp_path / "told.jpg").getexif().get_ifd(0x8825)
    assert not Image.open(tmp_path / "secret.jpg").getexif().get_ifd(0x8825)


def test_the_sidecar_counts_unless_it_is_ignored(run: Any, photo: Path, tmp_path: Path) -> None:
    sidecar.write(photo, Settings(exposure=2.0))
    run("develop", photo, "-o", tmp_path / "edited.jpg")
    run("develop", photo, "-o", tmp_path / "plain.jpg", "--ignore-sidecar")
    run("develop", photo, "-o", tmp_path / "reset.jpg", "--exposure", "0")
    assert mean(tmp_path / "edited.jpg") > mean(tmp_path / "plain.jpg") + 40
    assert mean(tmp_path / "reset.jpg") == mean(tmp_path / "plain.jpg")


def test_settings_of_another_photo_replace_the_sidecar(run: Any, photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.dng"
    sidecar.write(photo, Settings(exposure=2.0))
    sidecar.write(other, Settings(black_and_white=True, crop_left=0.25))
    ran = run("develop", photo, "-o", tmp_path / "a.png", "--settings", tmp_path / "other.xmp")
    assert ran.status == 0
    expected = sb.open(photo).edit(Settings(black_and_white=True, crop_left=0.25)).render(dtype="uint16")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (72, 64) == (expected.shape[1], expected.shape[0])
        pixels = np.asarray(picture).astype(int)
    assert np.ptp(pixels, axis=2).max() <= 1


def test_a_damaged_sidecar_is_told_and_left_alone(run: Any, photo: Path, tmp_path: Path) -> None:
    photo.with_suffix(".xmp").write_text("<x:xmpmeta broken")
    ran = run("develop", photo, "-o", tmp_path / "a.jpg")
    assert ran.status == 0
    assert "photo.xmp" in ran.err
    assert photo.with_suffix(".xmp").read_text() == "<x:xmpmeta broken"
    told = run("develop", photo, "-o", tmp_path / "b.jpg", "--json").json
    assert "photo.xmp" in told[0]["note"]


def test_an_unreadable_settings_file_ends_the_command(run: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.xmp").write_text("no XML")
    for name in ("bad.xmp", "missing.xmp"):
        ran = run("develop", photo, "-o", tmp_path / "a.jpg", "--settings", tmp_path / name)
        assert ran.status == 1
        assert name in ran.err
    assert not (tmp_path / "a.jpg").exists()


def test_several_photos_go_into_a_folder_and_a_broken_one_stops_none(
    run: Any, photo: Path, broken: Path, tmp_path: Path
) -> None:
    last = Path(shutil.copyfile(photo, tmp_path / "z.dng"))
    ran = run("develop", photo, broken, last, tmp_path / "missing.dng", "-o", tmp_path / "out")
    assert ran.status == 1
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["photo.jpg", "z.jpg"]
    assert "2 of 4 photos failed" in ran.err
    assert "broken.dng" in ran.err and "missing.dng" in ran.err
    assert "Traceback" not in ran.err + ran.out


def test_json_lists_what_became_of_each_photo(run: Any, photo: Path, broken: Path, tmp_path: Path) -> None:
    ran = run("develop", photo, broken, "-o", tmp_path / "out", "--json", "--format", "webp")
    good, bad = ran.json
    assert ran.status == 1
    assert good == {
        "photo": str(photo),
        "version": "",
        "target": str(tmp_path / "out" / "photo.webp"),
        "note": "",
        "error": None,
    }
    assert (bad["photo"], bad["target"]) == (str(broken), None)
    assert bad["error"]["message"] and "remedy" in bad["error"]


def test_a_crop_beyond_the_frame_is_made_and_its_empty_canvas_told(run: Any, photo: Path, tmp_path: Path) -> None:
    ran = run("develop", photo, "-o", tmp_path / "a.png", "--crop-left", "-0.25", "--crop-bottom", "1.5")
    assert ran.status == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (120, 96)
        assert picture.getpixel((0, 0)) == picture.getpixel((119, 95)) != picture.getpixel((60, 30))
    assert "46.7% of the picture is empty canvas" in ran.err
    told = run("develop", photo, "-o", tmp_path / "b.png", "--crop-left", "-0.25", "--json").json
    assert "20.0% of the picture is empty canvas" in told[0]["note"]
    assert not run("develop", photo, "-o", tmp_path / "c.png", "--crop-left", "0.25").err


def test_a_folder_stands_for_its_photos_and_nothing_is_overwritten(run: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    shutil.copyfile(photo, tmp_path / "second.dng")
    for _ in range(2):
        assert run("develop", tmp_path, "-o", tmp_path / "out").status == 0
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["photo-2.jpg", "photo.jpg", "second-2.jpg", "second.jpg"]


def test_settings_are_found_by_looking(run: Any, photo: Path, tmp_path: Path) -> None:
    """An option beats what is found; a photo that does not tell is exported as it is, and that is said."""
    plain, auto, fixed, level = (tmp_path / f"{name}.png" for name in ("plain", "auto", "fixed", "level"))
    assert run("develop", photo, "-o", plain).status == 0
    assert run("develop", photo, "-o", auto, "--auto", "tone", "--auto", "white-balance").status == 0
    assert auto.read_bytes() != plain.read_bytes()
    assert run("develop", photo, "-o", fixed, "--auto", "exposure", "--exposure", "0").status == 0
    assert fixed.read_bytes() == plain.read_bytes()
    flat = tmp_path / "flat.png"
    Image.new("RGB", (96, 64), "#654").save(flat)
    ran = run("develop", flat, "-o", level, "--auto", "level")
    assert ran.status == 0 and "no lines" in ran.err


def test_wrong_usage_is_told_before_the_work(run: Any, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.jpg"
    wrong = (
        ("develop", photo),
        ("develop", "-o", out),
        ("develop", photo, "-o", out, "--exposur", "1"),
        ("develop", photo, "-o", out, "--exposure", "9"),
        ("develop", photo, "-o", out, "--exposure", "nan"),
        ("develop", photo, "-o", out, "--exposure", "much"),
        ("develop", photo, "-o", out, "--curve", "0,0 255"),
        ("develop", photo, "-o", out, "--curve", "0,0 200,1 100,9"),
        ("develop", photo, "-o", out, "--white-balance", "moon"),
        ("develop", photo, "-o", out, "--auto", "moon"),
        ("develop", photo, "-o", out, "--preset", "Muted:lots"),
        ("develop", photo, "-o", out, "--preset", "Muted:201"),
        ("develop", photo, "-o", out, "--format", "gif"),
        ("develop", photo, "-o", tmp_path / "a.gif"),
        ("develop", photo, tmp_path / "b.dng", "-o", out),
    )
    for arguments in wrong:
        ran = run(*arguments)
        assert (ran.status, ran.out) == (2, ""), arguments
        assert ran.err and "Traceback" not in ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["photo.dng"]


def test_wrong_usage_in_json(run: Any, photo: Path, tmp_path: Path) -> None:
    ran = run("develop", photo, "-o", tmp_path / "a.jpg", "--exposure", "9", "--json")
    assert ran.status == 2
    assert "Exposure cannot be 9" in ran.json["error"]["message"]
    assert ran.json["error"]["remedy"]


def test_the_original_is_never_written(run: Any, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (64, 48), (90, 120, 60)).save(photo)
    before = photo.read_bytes()
    assert run("develop", photo, "-o", photo, "--exposure", "1").status == 1
    assert photo.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(run: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run("develop", photo, "-o", tmp_path / "file" / "out")
    assert ran.status == 1
    assert "cannot be made" in ran.err


def test_only_what_is_needed_is_loaded(photo: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from stillbytes.app.cli import main\n"
        f"status = main(['develop', {str(photo)!r}, '-o', {str(tmp_path / 'a.jpg')!r}])\n"
        "heavy = {'fastapi', 'uvicorn', 'pydantic', 'rich', 'rawpy', 'PIL', 'exiv2', 'imagecodecs'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.jpg").exists()


@pytest.mark.parametrize("watched", [False, True])
def test_progress_is_shown_to_who_watches(
    run: Any, photo: Path, tmp_path: Path, watched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Path(shutil.copyfile(photo, tmp_path / "second.dng"))
    monkeypatch.setattr("sys.stderr.isatty", lambda: watched)
    ran = run("develop", photo, second, "-o", tmp_path / "out")
    assert ran.status == 0
    assert ("2/2" in ran.err) is watched
    assert ran.out.splitlines() == [str(tmp_path / "out" / f"{name}.jpg") for name in ("photo", "second")]


def test_masks_are_found_and_a_guess_is_told(run: Any, tmp_path: Path) -> None:
    y, x = np.mgrid[0:120, 0:180] / 180
    ground = np.stack([0.03 + 0.02 * (x * 90 % 1), 0.05 + 0 * x, 0.02 + 0 * x], -1)
    light = np.where((y < 0.33)[..., None], (0.3, 0.4, 0.8), ground)
    Image.fromarray((255 * light.clip(0, 1) ** (1 / 2.2)).astype(np.uint8)).save(tmp_path / "a.png")
    plain = run("develop", str(tmp_path / "a.png"), "-o", str(tmp_path / "plain.png"))
    dark = "sky:curve=0,0 255,200,exposure=-1"
    masked = run("develop", str(tmp_path / "a.png"), "-o", str(tmp_path / "dark.png"), "--mask", dark)
    assert plain.status == masked.status == 0, masked.err
    pictures = (Image.open(tmp_path / name).convert("RGB") for name in ("plain.png", "dark.png"))
    before, after = (np.asarray(picture).astype(float) for picture in pictures)
    assert after[:40].mean() < 0.75 * before[:40].mean() and abs(after[80:].mean() - before[80:].mean()) < 2
    asked = ("--kind", "object", "--box", "0,0,1,0.5", "-o", str(tmp_path / "m.png"), "--json")
    box = run("mask", str(tmp_path / "a.png"), *asked)
    assert box.status == 0 and box.json["used"] and Image.open(tmp_path / "m.png").size == (180, 120)
    for wrong in (
        "cloud:exposure=1",
        "sky:",
        "sky:exposure=much",
        "sky:exposure=99",
        "sky:curve=0 255",
        "sky:temperature",
    ):
        refused = run("develop", str(tmp_path / "a.png"), "-o", str(tmp_path / "no.png"), "--mask", wrong)
        assert refused.status == 1 and refused.err and not (tmp_path / "no.png").exists()


FACE = Path(__file__).parents[2] / "masks/detect/face.jpg"


def test_parts_of_people_are_named_on_the_command_line(run: Any, tmp_path: Path) -> None:
    eyes, both = (tmp_path / f"{name}.png" for name in ("eyes", "both"))
    found = run("mask", str(FACE), "--kind", "person", "--set", "parts=eyes", "-o", str(eyes), "--json")
    assert found.status == 0 and "face-mesh" in found.json["used"]
    assert run("mask", str(FACE), "--kind", "person", "--set", "parts=eyes+lips", "-o", str(both)).status == 0
    shares = [np.asarray(Image.open(path)).mean() for path in (eyes, both)]
    assert 0 < shares[0] < shares[1]
    brighter = run("develop", str(FACE), "-o", str(tmp_path / "b.png"), "--mask", "person:parts=eyes+teeth,exposure=1")
    assert brighter.status == 0, brighter.err
    wrong = run("mask", str(FACE), "--kind", "person", "--set", "parts=knees", "-o", str(tmp_path / "no.png"))
    assert wrong.status == 1 and "face skin" in wrong.err


@pytest.mark.parametrize(
    ("kind", "wanted"), [("brush", "strokes"), ("lasso", "points"), ("colour", "colours"), ("picture", "file")]
)
def test_a_mask_with_nothing_in_it_is_not_written(run: Any, tmp_path: Path, kind: str, wanted: str) -> None:
    refused = run("mask", str(FACE), "--kind", kind, "-o", str(tmp_path / "no.png"))
    assert refused.status == 1 and wanted in refused.err and not (tmp_path / "no.png").exists()


def test_an_export_is_kept_under_a_name_and_used_again(
    run: Any, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    out = tmp_path / "out"
    ran = run("develop", photo, "-o", out, "--format", "png16", "--resize", "percent:50", "--keep-export", "Half")
    assert ran.status == 0
    again = run("develop", photo, "-o", out, "--export-preset", "half", "--name", "{name}-{sequence:02}", "--json")
    assert [Path(one["target"]).name for one in again.json] == ["photo-01.png"]
    assert (out / "photo-01.png").stat().st_size == (out / "photo.png").stat().st_size
    both = run("develop", photo, "-o", out, "--export-preset", "Half", "--export-preset", "For the web", "--json")
    assert [Path(one["target"]).relative_to(out).as_posix() for one in both.json] == [
        "Half/photo.png",
        "For the web/photo.jpg",
    ]


@pytest.mark.parametrize(
    "options",
    [["--resize", "wide"], ["--name", "{x}"], ["--icc", "none.icc"], ["--export-preset", "none"], ["--space", "x"]],
)
def test_exports_that_cannot_be_are_refused(run: Any, photo: Path, tmp_path: Path, options: list[str]) -> None:
    ran = run("develop", photo, "-o", tmp_path / "out", *options)
    assert ran.status in (1, 2) and ran.err and "Traceback" not in ran.err and not list((tmp_path / "out").glob("*"))


def test_no_option_of_an_export_is_one_of_a_setting() -> None:
    from stillbytes.develop import parameters  # noqa: PLC0415
    from stillbytes.edit.exporting.spec import options  # noqa: PLC0415

    assert not {option.name for option in options()} & {*parameters()}
