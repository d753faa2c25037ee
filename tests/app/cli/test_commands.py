"""The other commands, and what all have in common."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import click
import pytest

import stillbytes as sb
from stillbytes.app.cli import COMMANDS, with_command
from stillbytes.app.cli.run import Commands
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.photo.output.encode import RENDERED


def test_a_path_or_nothing_opens_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holiday").mkdir()
    assert with_command([]) == ["open"]
    assert with_command(["holiday"]) == ["open", "holiday"]
    assert with_command(["a.dng", "--no-browser"]) == ["open", "a.dng", "--no-browser"]
    assert with_command(["--no-browser"]) == ["open", "--no-browser"]
    assert with_command(["--help"]) == ["--help"]
    assert with_command(["develp"]) == ["develp"]


def test_the_editor_opens_where_it_is_told(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    monkeypatch.setattr("stillbytes.app.server.serve", lambda path, **how: called.append((path, how)) or 0)
    assert run(tmp_path, "--no-browser").status == 0
    assert run("serve", tmp_path, "--port", "8123", "--json", "--no-browser", "--exit-with-parent").status == 0
    assert called == [
        (tmp_path, {"port": 0, "json": False, "browser": False, "exit_with_parent": False}),
        (tmp_path, {"port": 8123, "json": True, "browser": False, "exit_with_parent": True}),
    ]


def test_a_server_told_by_one_line_of_json(photo: Path) -> None:
    command = [sys.executable, "-m", "stillbytes.app.cli", "serve", str(photo), "--json", "--no-browser"]
    with subprocess.Popen(
        [*command, "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        told = json.loads(server.stdout.readline())
        with urllib.request.urlopen(told["launch"]) as answer:
            assert answer.status == 200
        server.stdin.close()
        assert server.wait(30) == 0


def test_serving_what_is_not_there_fails_with_a_message(run: Any, tmp_path: Path) -> None:
    ran = run("serve", tmp_path / "missing", "--json", "--no-browser")
    assert ran.status == 1
    assert "missing" in ran.json["error"]["message"]


@pytest.mark.parametrize("name", ["info", "remove"])
def test_a_command_collects_its_garbage(name: str) -> None:
    """The program begins without, see `console`."""
    gc.disable()
    try:
        assert Commands("stillbytes").get_command(click.Context(Commands("stillbytes")), name) is not None
        assert gc.isenabled()
    finally:
        gc.enable()


def test_help_names_every_command(run: Any) -> None:
    ran = run("--help")
    assert ran.status == 0
    assert all(f"  {name} " in ran.out for name in COMMANDS)


def test_version(run: Any) -> None:
    assert run("--version").out == f"stillbytes {sb.__version__}\n"


def test_a_mistyped_command_is_wrong_usage(run: Any) -> None:
    ran = run("develp", "a.dng")
    assert (ran.status, ran.out) == (2, "")
    assert "develp" in ran.err
    assert run("develp", "--json").json["error"]["message"]


def test_info_tells_about_photos(run: Any, photo: Path) -> None:
    sidecar.write(photo, Settings(exposure=0.7))
    ran = run("info", photo)
    assert ran.status == 0
    assert "96 x 64" in ran.out and "Exposure" in ran.out and "0.7" in ran.out


def test_info_in_json(run: Any, photo: Path, broken: Path, tmp_path: Path) -> None:
    sidecar.write(photo, Settings(exposure=0.7))
    ran = run("info", photo, broken, tmp_path / "missing.dng", "--json")
    good, bad, missing = ran.json
    assert ran.status == 1
    assert good["frame"] == {"width": 96, "height": 64}
    assert good["kind"] == "dng" and good["settings"] == {"exposure": 0.7} and good["sidecar"]["exists"]
    assert bad["error"]["message"] and missing["error"]["message"]


def test_info_goes_on_after_a_broken_photo(run: Any, photo: Path, broken: Path) -> None:
    ran = run("info", broken, photo)
    assert ran.status == 1
    assert "96 x 64" in ran.out and "broken.dng" in ran.err and "Traceback" not in ran.err


def test_params_lists_every_parameter(run: Any) -> None:
    table, markdown, listed = run("params"), run("params", "--format", "markdown"), run("params", "--json")
    assert [p["name"] for group in listed.json["groups"] for p in group["parameters"]] == list(parameters())
    for name, parameter in parameters().items():
        option = f"--{name.replace('_', '-')}"
        assert f"{option} " in table.out
        assert f"| `{option}` |" in markdown.out and parameter.says in markdown.out


def test_doctor_tests_every_export_format(run: Any) -> None:
    findings = {f["subject"]: f for f in run("doctor", "--json").json["findings"]}
    assert [findings[format.label]["state"] for format in RENDERED.values()] == ["ok"] * len(RENDERED)
    assert findings["Processor"]["state"] == findings["Home"]["state"] == "ok"
    assert all(f["remedy"] for f in findings.values() if f["state"] != "ok")


@pytest.mark.parametrize(("built", "state"), [(True, "ok"), (False, "broken")])
def test_doctor_looks_for_the_page_where_the_server_has_it(
    built: bool, state: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillbytes.app.server.page.PAGE", tmp_path)
    if built:
        (tmp_path / "index.html").write_text("<html>")
    findings = {f["subject"]: f for f in run("doctor", "--json").json["findings"]}
    assert findings["Page"]["state"] == state


def test_doctor_reports_a_home_that_cannot_be_written(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "file" / "home"))
    ran = run("doctor")
    assert ran.status == 1
    assert "BROKEN" in ran.out and "STILLBYTES_HOME" in ran.out


def test_doctor_reports_what_breaks(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise ImportError("libjpeg is gone")

    monkeypatch.setattr("stillbytes.photo.output.encode.encode", fail)
    ran = run("doctor", "--json")
    states = {f["subject"]: f["state"] for f in ran.json["findings"]}
    assert ran.status == 1
    assert states["JPEG"] == "broken" and states["Processor"] == "ok"


def test_the_unexpected_goes_to_a_log_and_not_to_the_terminal(
    run: Any, home: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("stillbytes.open", fail)
    ran = run("info", photo)
    assert ran.status == 1
    assert str(home / "logs") in ran.err and "Traceback" not in ran.err
    assert "ZeroDivisionError: of all things" in (home / "logs" / "errors.log").read_text()
    assert "ZeroDivisionError" in run("info", photo, "--json").json["error"]["message"]


def test_a_failing_thread_goes_to_the_log_too(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(path: Path, **_: object) -> int:
        def fail() -> None:
            raise ZeroDivisionError("in the background")

        thread = threading.Thread(target=fail, name="kernels")
        thread.start()
        thread.join()
        return 0

    monkeypatch.setattr("stillbytes.app.server.serve", serve)
    ran = run("open", "--no-browser")
    assert (ran.status, ran.err) == (0, "")
    assert "ZeroDivisionError: in the background" in (home / "logs" / "errors.log").read_text()


@pytest.mark.parametrize("where", ["stillbytes.photo.decode.warm_up", "stillbytes.app.cli.run.application"])
def test_stopping_is_told_at_any_moment(
    run: Any, home: Path, photo: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, stop)
    ran = run("info", photo)
    assert (ran.status, ran.err) == (1, "stillbytes: Stopped.\n")
    assert not (home / "logs").exists()


def test_a_reader_that_has_seen_enough_ends_the_output(photo: Path) -> None:
    program = "import sys; from stillbytes.app.cli import main; sys.exit(main(['params', '--json']))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
