"""Parses the command line, runs the command and turns whatever goes wrong into a message and an exit status."""

from __future__ import annotations

import gc
import importlib
import io
import keyword
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from stillbytes.app.cli import COMMANDS, own_names, task_names
from stillbytes.app.cli.output import print_error
from stillbytes.core import paths
from stillbytes.core.errors import Cancelled, StillbytesError

DONE, FAILED, WRONG_USAGE = 0, 1, 2


class Commands(click.Group):
    """The commands of this package, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *own_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS and cmd_name not in own_names():
            return None
        if cmd_name in task_names() or cmd_name not in COMMANDS:
            from stillbytes.app.cli.tasks import command_of  # noqa: PLC0415 - all of them are declared at once

            found = command_of(cmd_name)
        else:
            module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
            found = importlib.import_module(f"stillbytes.app.cli.commands.{module}").command()
        if not gc.isenabled():  # see `console`
            gc.freeze()
            gc.enable()
        return found


def run(arguments: Sequence[str]) -> int:
    """Returns the exit status; never lets a traceback through."""
    as_json = "--json" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may hold what the terminal cannot show
    threading.excepthook = _log_of_thread
    try:
        status = application().main(_expanded(arguments), prog_name="stillbytes", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else DONE
    except click.ClickException as error:
        _print_usage(error, as_json)
        return WRONG_USAGE
    except (Cancelled, KeyboardInterrupt, click.Abort):
        print_error("Stopped.", "", as_json)
    except StillbytesError as error:
        print_error(error.message, error.remedy, as_json)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # the last line of defence: a person gets words, the log gets the details
        place = _log(" ".join(arguments), error)
        where = f"The details are in {place}." if place else "There is no place to write the details to."
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print_error(f"Something unexpected went wrong ({what}).", where, as_json)
    return FAILED


def application() -> click.Group:
    """The whole command line."""
    options: list[click.Parameter] = [
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version."
        )
    ]
    return Commands(
        "stillbytes",
        params=options,
        help="Stillbytes, the RAW photo editor. `stillbytes PHOTO` or `stillbytes FOLDER` opens the editor.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )


def _version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from stillbytes import __version__  # noqa: PLC0415

        click.echo(f"stillbytes {__version__}")
        context.exit()


def _expanded(arguments: Sequence[str]) -> list[str]:
    """With `*` and `?` replaced by the files they match, which the shells of Windows leave to the program."""
    if sys.platform != "win32":
        return list(arguments)
    import glob  # noqa: PLC0415 - not on every platform

    return [found for given in arguments for found in (sorted(glob.glob(given)) or [given])]  # noqa: PTH207


def _print_usage(error: click.ClickException, as_json: bool) -> None:
    context = getattr(error, "ctx", None)
    called = context.command_path if context else "stillbytes"
    print_error(error.format_message(), f"`{called} --help` shows what is possible.", as_json)


def _log_of_thread(failed: threading.ExceptHookArgs) -> None:
    """What went wrong in the background reaches a person through whoever waits for it, and otherwise the log."""
    if failed.exc_value is not None and not isinstance(failed.exc_value, StillbytesError):
        _log(failed.thread.name if failed.thread else "thread", failed.exc_value)


def _log(doing: str, error: BaseException) -> Path | None:
    """Append an exception to the log; None when that fails too."""
    try:
        place = paths.home() / "logs" / "errors.log"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8", errors="backslashreplace") as log:
            said = "".join(traceback.format_exception(error))
            log.write(f"{datetime.now().astimezone().isoformat()} {doing}\n{said}\n")
    except OSError:
        return None
    return place
