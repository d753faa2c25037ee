"""`stillbytes gpu plan`: what runs on this or another machine, with which options, how fast, and why."""

from __future__ import annotations

import click

from stillbytes.app.cli.output import json_option, print_json, print_table
from stillbytes.core import preferences
from stillbytes.gpu.estimate.host import Disk
from stillbytes.gpu.plan import Asked, Combination, Plan, asked, programs, varied
from stillbytes.gpu.plan.commands import as_line
from stillbytes.gpu.plan.fields import as_fields
from stillbytes.gpu.plan.words import figure, gigabytes

_SHOWN, _OF_ONE = 8, 2
"""Combinations in the table, and with one language model among them; --json has them all."""


@click.command("plan")
@click.option("--card", metavar="NAME", help="Plan for this card instead of the one here, such as “RTX 3060”.")
@click.option("--vram", metavar="SIZE", help="Its memory, such as 12GB; 0 for a machine without a card.")
@click.option("--ram", metavar="SIZE", help="Host memory, such as 32GB.")
@click.option("--disk", type=click.Choice(["nvme", "ssd", "hdd"]), help="What models are read from.")
@click.option("--llm", metavar="NAME", help="The language model, such as “qwen3:8b”; none for no language model.")
@click.option("--image", metavar="NAME", help="The image model, such as “sdxl”; none for no image model.")
@click.option("--context", type=click.IntRange(512, 1 << 20), default=8192, show_default=True, help="Tokens.")
@click.option("--megapixels", type=click.FloatRange(0.25, 4.0), default=1.0, show_default=True, help="Of one fill.")
@json_option()
def show_plan(
    card: str | None,
    vram: str | None,
    ram: str | None,
    disk: Disk | None,
    llm: str | None,
    image: str | None,
    context: int,
    megapixels: float,
    as_json: bool,
) -> int:
    """Show which models fit together, with which options, and how fast they are."""
    choices = preferences.load()
    wanted = Asked(card, vram, ram, disk, llm, image, context, megapixels)
    made = asked(wanted, choices, programs.found(choices))
    if as_json:
        print_json(as_fields(made))
    else:
        _show(made)
    return 0


def _show(made: Plan) -> None:
    shown = varied(made.combinations, _SHOWN, _OF_ONE)
    print_table(
        ("", "Language model", "Image model", "How", "Memory", "Tokens/s", "Fill", "Change"),
        [*(_row(c, first=c is made.chosen) for c in shown), _masks_row(made)],
        title="What fits",
    )
    print()
    for reason in made.reasons:
        print(reason)
    chosen = made.chosen
    if chosen.language:
        print(f"Answers: {figure(chosen.language.generation)}; prompts: {figure(chosen.language.prompt)}.")
    if chosen.image:
        print(
            f"A fill of {chosen.image.settings.width} x {chosen.image.settings.height}: {figure(chosen.image.seconds)}."
        )
    for title, line in (("llama.cpp", made.llama), ("ComfyUI", made.comfyui)):
        if line:
            print(f"\n{title}:\n  {as_line(line)}")
    if made.workflow:
        w = made.workflow
        tile = f"VAE tiles of {w.tile} with {w.overlap} overlap" if w.tile else "VAE undivided"
        print(f"  {w.precision}, {w.steps} steps, {tile}, at most {w.max_megapixels:g} megapixels at once")
    print("\nIf memory runs short, in this order:")
    for rung in made.ladder:
        saves = f" (saves {gigabytes(rung.saves)})" if rung.saves else ""
        print(f"  {rung.step}{saves}: {rung.costs}")
    print()
    for note in made.notes:
        print(note)


def _row(c: Combination, *, first: bool) -> tuple[str, ...]:
    speed = c.language.generation if c.language else None
    seconds = c.image.seconds if c.image else None
    shape = f" ({c.image.shape})" if c.image else ""
    return (
        ">" if first else "",
        c.language.name if c.language else "-",
        f"{c.image.name}{shape}" if c.image else "-",
        c.arrangement,
        gigabytes(c.memory.value),
        f"{speed.value:.0f}" if speed else "-",
        f"{seconds.value:.0f} s" if seconds else "-",
        f"{c.to_image.value:.1f} s" if c.to_image else "-",
    )


def _masks_row(made: Plan) -> tuple[str, ...]:
    """What masks need beside every combination; counted in its memory where they share that."""
    where = "beside" if made.masks.on_card or made.machine.card is None else "on the processor"
    return ("", "masks", "", where, gigabytes(made.masks.memory.value), "", "", "")


def command() -> click.Command:
    return show_plan
