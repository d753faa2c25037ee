"""The pages of the site that are made from declarations: parameters, commands, Python and HTTP. A hook of MkDocs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import stillbytes
from stillbytes.app.cli.commands import params
from stillbytes.app.cli.run import application
from stillbytes.app.server import openapi

METHODS = ("get", "post", "put", "patch", "delete")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Decisions stand in the navigation by their number, without being listed by hand."""
    pages = sorted(path.name for path in (_docs(config) / "decisions").glob("*.md"))
    nav: list[dict[str, Any]] = config.nav  # type: ignore[assignment]
    for section in nav:
        for title, held in section.items() if isinstance(section, dict) else ():
            if "decisions/*" in held:
                section[title] = [*(page for page in held if page != "decisions/*"), {"Decisions": [
                    f"decisions/{page}" for page in pages
                ]}]  # fmt: skip
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    made = {"parameters": params.markdown(), "commands": commands(), "python": python(), "http": http()}
    for name, text in made.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def commands() -> str:
    """Every command with its options."""
    return "\n".join(["# Commands", "", *_command(application(), [], click.Context(application()))])


def _command(command: click.Command, above: list[str], context: click.Context) -> Iterator[str]:
    path = [*above, command.name or ""]
    yield from (
        f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}" if above else "",
        "",
        inspect.cleandoc(command.help or ""),
        "",
    )
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if not isinstance(command, click.Group):
        yield from ("```text", " ".join([*path, *command.collect_usage_pieces(context)]), "```", "")
    if options and above:
        yield from ("| option | meaning |", "| --- | --- |", *(_option(option, context) for option in options), "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (held := command.get_command(context, name)) is not None:
                yield from _command(held, path, click.Context(held, info_name=name, parent=context))


def _option(option: click.Option, context: click.Context) -> str:
    names, says = (" ".join(text.split()).replace("|", "\\|") for text in option.get_help_record(context) or ("", ""))
    return f"| `{names}` | {says} |"


def python() -> str:
    """The public names, from their docstrings."""
    homes = stillbytes._HOMES
    names = [f"::: {homes.get(name, 'stillbytes')}.{name}" for name in stillbytes.__all__]
    return "\n\n".join(["# Python", "What `import stillbytes` offers.", *names])


def _docs(config: MkDocsConfig) -> Path:
    return Path(config.docs_dir)


def http() -> str:
    """Every route of the server."""
    described = openapi.document()
    lines = ["# HTTP", "", "The editor's server listens on this machine only and asks for the token of its start, see "
             "[Security](../security.md). Its OpenAPI document is `/openapi.json`.", ""]  # fmt: skip
    tags: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                says = told.get("summary", "")
                tags.setdefault((told.get("tags") or ["other"])[0], []).append(
                    f"| `{method.upper()}` | `{path}` | {says} |"
                )
    for tag, rows in sorted(tags.items()):
        lines += [f"## {tag.capitalize()}", "", "| method | path | what |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines)
