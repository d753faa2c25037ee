"""One photo into one file, as an export asks for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import ExportError
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop.frame import Dtype, Output
from stillbytes.edit.exporting import sizes
from stillbytes.edit.exporting.spec import Spec
from stillbytes.edit.provenance import credited
from stillbytes.photo.metadata import Carried, carry
from stillbytes.photo.output.encode import FORMATS, encode
from stillbytes.photo.output.gain_map import GainMap, announced, joined
from stillbytes.photo.output.rows import Rows

if TYPE_CHECKING:
    from stillbytes.edit.photo import Edit
    from stillbytes.generate.larger import Larger
    from stillbytes.generate.painters.painter import Tell
    from stillbytes.gpu.access import Access


def write(
    edit: Edit,
    target: Path,
    spec: Spec,
    cancelled: Callable[[], bool] | None = None,
    through: Larger | None = None,
    access: Access | None = None,
    tell: Tell | None = None,
    name: str = "",
) -> Path:
    """Write the developed picture with its metadata and colour profile, whole or not at all. spec.format is one of
    `photo.output.encode.FORMATS`. name: what the file will be called, where that is not yet `target`'s. Raises as
    `Edit.export`."""
    chosen = FORMATS[spec.format]
    if target.resolve() == edit.photo.path.resolve():
        raise ExportError(
            said("{file} is the original.", file=target.name), "Choose another name; originals are never written."
        )
    if chosen.of_light:
        _write(target, _light(edit, spec, cancelled, through, access, tell))
        return target
    profile = _profile(spec)
    dtype: Dtype = chosen.dtype if spec.plain or chosen.bits == 32 else "uint16"
    space = "prophoto" if profile is not None else spec.space
    origin = edit.provenance
    recipe: dict[str, Any] = {}
    scale = sizes.scale(edit.size, spec.size, spec.resize, spec.enlarge)
    _denoised(edit, access, tell, cancelled)
    if through is None:
        shown = edit.found(cancelled)
        drawn = edit.photo.pipeline.strips(shown.settings, scale, Output(space, dtype), cancelled)
        extent = edit.size.scaled(scale)
        picture = Rows(extent.width, extent.height, drawn)
    else:
        from stillbytes.edit.created import drawn_larger  # noqa: PLC0415 - only where a network is wanted

        shown = edit.found(cancelled) if spec.hdr_headroom else edit
        large = Size(edit.size.width * through.factor, edit.size.height * through.factor)
        less = sizes.scale(large, spec.size, spec.resize, spec.enlarge)  # of what the network draws
        longest = None if less == 1 else round(less * large.long_edge)
        dtype = "uint16" if dtype == "float32" else dtype
        larger, recipe = drawn_larger(edit, through, longest, space, dtype, access, tell, cancelled)
        picture = Rows.of(larger)
        origin = origin.refined(str(recipe["model"])) if through.invents else origin.enhanced()
    with closing(picture):  # it keeps the pipeline busy, also where an encoder gives up half way through
        finished = picture if spec.plain else _finished(picture, spec, profile)
        carried = _carried(edit, spec, finished.width, finished.height, origin.source_type)
        if recipe:
            from stillbytes.edit.created import with_recipe  # noqa: PLC0415

            carried = with_recipe(carried, recipe)
        gains = _gains(shown, spec, finished.width, cancelled)
        if gains is not None:
            carried = announced(carried, gains)
        content = encode(
            finished, format=spec.format, space=spec.space, quality=spec.quality, carried=carried, profile=profile
        )
        called = name or target.name
        if gains is None:
            content = credited(content, origin, chosen.media_type, called)
        else:
            file = joined(content, gains)
            more = len(credited(file, origin, chosen.media_type, called)) - len(file)
            content = credited(joined(content, gains, more), origin, chosen.media_type, called) if more else file
    _write(target, content)
    return target


def _denoised(edit: Edit, access: Access | None, tell: Tell | None, cancelled: Callable[[], bool] | None) -> None:
    """What the edit shows of a network's work is made if it is not there."""
    if "ai_denoise" in edit.settings:
        from stillbytes.edit.denoising import completed  # noqa: PLC0415 - only for photos that are cleaned

        completed(edit.photo, edit.settings, access, tell, cancelled)


def _carried(edit: Edit, spec: Spec, width: int, height: int, source_type: str) -> Carried:
    """The metadata of a file of that size."""
    beside = edit.photo.sidecar
    return carry(
        edit.photo.path,
        gps=spec.gps,
        width=width,
        height=height,
        sidecar=beside if beside.exists() else None,
        source_type=source_type,
        keep=spec.metadata,
        people=spec.people,
        dpi=spec.dpi,
    )


def _gains(edit: Edit, spec: Spec, width: int, cancelled: Callable[[], bool] | None) -> GainMap | None:
    if not spec.hdr_headroom:
        return None
    from stillbytes.edit.exporting.brighter import brighter  # noqa: PLC0415 - seldom

    return brighter(edit, spec, width, cancelled)


def _light(
    edit: Edit,
    spec: Spec,
    cancelled: Callable[[], bool] | None,
    through: Larger | None,
    access: Access | None,
    tell: Tell | None,
) -> bytes:
    from stillbytes.edit.exporting import light  # noqa: PLC0415 - seldom

    if through is not None:
        raise ExportError("A network cannot draw into a DNG.", "Choose another format.")
    light.check(edit, spec)
    _denoised(edit, access, tell, cancelled)
    settings, frame = edit.found(cancelled).settings, edit.photo.pipeline.frame
    carried = _carried(edit, spec, frame.width, frame.height, edit.provenance.source_type)
    return light.dng(edit, settings, carried, spec, cancelled)


def _write(target: Path, content: bytes) -> None:
    try:
        write_atomically(target, content)
    except OSError as error:
        raise ExportError(
            said("{file} could not be written: {why}.", file=target, why=str(error.strerror or error)),
            "Check the folder and the free space.",
        ) from error


def _profile(spec: Spec) -> bytes | None:
    """The profile to convert to, checked before the work. Raises ExportError."""
    if not spec.icc:
        return None
    from stillbytes.photo.output.convert import profile_of  # noqa: PLC0415 - seldom

    return profile_of(spec.icc)


def _finished(picture: Rows, spec: Spec, profile: bytes | None) -> Rows:
    """With everything that is done to the picture at its final size."""
    whole = picture.whole()
    if profile is not None:
        from stillbytes.photo.output.convert import converted  # noqa: PLC0415 - seldom

        whole = converted(whole, profile, bits=16, intent=spec.intent, bpc=spec.black_point)
    if spec.sharpen_for != "none":
        from stillbytes.edit.exporting.sharpening import sharpened  # noqa: PLC0415 - loads OpenCV

        whole = sharpened(whole, spec.sharpen_for, spec.sharpen_for_strength)
    if spec.watermark:
        from stillbytes.edit.exporting.watermark import marked  # noqa: PLC0415 - seldom

        whole = whole if whole.flags.writeable else whole.copy()
        whole = marked(whole, spec.watermark, spec.watermark_place, spec.watermark_opacity, spec.watermark_size)
    return Rows.of(whole)
