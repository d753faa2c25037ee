"""`stillbytes remove`: what a mask covers gives way to what is around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core.errors import InvalidSetting, SidecarError


@click.command("remove")
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--mask", type=click.Path(path_type=Path), required=True, help="A grey PNG or TIFF, white where it goes.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also export the picture to this file.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "classical"]),
    default="auto",
    show_default=True,
    help="What fills the place: classical takes the photo's own pixels and needs no model.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be done; nothing is written.")
@json_option()
def remove_covered(photo: Path, mask: Path, output: Path | None, engine: str, dry_run: bool, as_json: bool) -> int:
    """Remove from PHOTO what a mask covers.

    The mask has the proportions of the whole, uncropped photo, as `stillbytes mask` writes it. The result is a patch in
    the photo's sidecar, one step of its history; exposure, white balance and everything else change it like the rest.
    """
    import stillbytes  # noqa: PLC0415 - after the arguments were found right
    from stillbytes.edit.document import Document  # noqa: PLC0415
    from stillbytes.edit.patching import remove  # noqa: PLC0415
    from stillbytes.edit.photo import Edit, format_of  # noqa: PLC0415
    from stillbytes.generate.remove import Removal  # noqa: PLC0415
    from stillbytes.masks.kinds.picture import MOST_BYTES, imported  # noqa: PLC0415
    from stillbytes.masks.mask import Mask  # noqa: PLC0415

    from functools import partial  # noqa: PLC0415 # isort: skip

    if output is not None:
        format_of(output)  # before the work
    opened = stillbytes.open(photo.expanduser())
    try:
        with mask.expanduser().open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidSetting(f"{mask} cannot be read: {error.strerror or error}.", "Check the path.") from error
    pipeline = opened.pipeline
    tree = Mask.of(imported(content, pipeline.frame, opened.rasters, keep=not dry_run))
    document = Document(opened)
    removal = Removal.of(
        partial(tree.coverage, rasters=opened.rasters), pipeline.frame, pipeline.light(document.settings)
    )
    rect = removal.hole.rect
    told: dict[str, Any] = {
        "photo": str(photo), "engine": "classical", "pixels": int(removal.hole.covered.sum()),
        "rect": [rect.x, rect.y, rect.width, rect.height],
        "note": document.problem, "sidecar": None, "target": None,
    }  # fmt: skip
    if not dry_run:
        settings = remove(opened, document.settings, tree, keep=True)
        document.commit(settings, "Remove")
        document.flush()
        if document.unsaved:
            raise SidecarError(document.problem)
        told["sidecar"] = str(document.path)
        if output is not None:
            told["target"] = str(Edit(opened, settings).export(output.expanduser()))
    if as_json:
        print_json(told)
    else:
        size = f"{told['pixels'] / 1e6:.2f} megapixels"
        print(f"{'Would remove' if dry_run else 'Removed'} {size} with the photo's own pixels, without a model.")
        for made in ("sidecar", "target"):
            if told[made]:
                print(told[made])
        if told["note"]:
            print(f"stillbytes: {photo.name}: {told['note']}", file=sys.stderr)
    return 0


def command() -> click.Command:
    return remove_covered
