"""A photo and its edits, as the Python API shows them."""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stillbytes.core.errors import ExportError, SidecarError, UnreadablePhoto
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.verbs import verb
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Dtype, Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.picture import Picture
from stillbytes.photo.metadata import Metadata

if TYPE_CHECKING:
    from stillbytes.develop.patched import Insert
    from stillbytes.edit.provenance import Provenance
    from stillbytes.generate.spot import Spot, Task
    from stillbytes.generate.store import Store
    from stillbytes.masks.kind import Kind
    from stillbytes.masks.mask import Mask
    from stillbytes.masks.rasters import Rasters


def photo_id(path: Path) -> str:
    """Sixteen hexadecimal digits that stay the same for the same path."""
    return hashlib.blake2b(os.fsencode(path.resolve()), digest_size=8).hexdigest()


class Photo:
    """One original file. Nothing here ever writes to it; decoding happens on first need, in a worker process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = photo_id(path)
        self._decoding = threading.Lock()
        self._pipeline: Pipeline | None = None

    def __repr__(self) -> str:
        return f"Photo({str(self.path)!r})"

    def already(self, pipeline: Pipeline) -> Photo:
        """The same photo, decoded before: for who keeps decoded photos, so that this one keeps none."""
        same = Photo(self.path)
        same._pipeline = pipeline
        return same

    @cached_property
    def metadata(self) -> Metadata:
        """Raises UnreadablePhoto."""
        from stillbytes.photo.metadata import read_metadata  # noqa: PLC0415 - Exiv2 loads only when asked

        return read_metadata(self.path)

    @property
    def pipeline(self) -> Pipeline:
        """The decoded photo, decoded once whichever threads ask. Raises UnreadablePhoto."""
        from stillbytes.photo.decode import decode  # noqa: PLC0415

        with self._decoding:
            if self._pipeline is None:
                self._pipeline = Pipeline(decode(self.path), self._local, self.rasters, self._inserts)
            return self._pipeline

    @cached_property
    def rasters(self) -> Rasters:
        """What was found in the photo for its masks."""
        from stillbytes.edit import sidecar  # noqa: PLC0415
        from stillbytes.masks.rasters import Rasters  # noqa: PLC0415

        return Rasters(sidecar.path_for(self.path).with_suffix(".stillbytes"))

    @cached_property
    def patches(self) -> Store:
        """The pixels of the photo's patches."""
        from stillbytes.edit import sidecar  # noqa: PLC0415
        from stillbytes.generate.store import Store  # noqa: PLC0415

        return Store(sidecar.path_for(self.path).with_suffix(".stillbytes"))

    def _local(self, settings: Settings) -> Sequence[Local]:
        if "adjustments" not in settings:
            return ()
        from stillbytes.masks.local import locals_of  # noqa: PLC0415 - only for photos with masks

        return locals_of(settings, self.rasters)

    def _inserts(self, settings: Settings) -> Sequence[Insert]:
        from stillbytes.edit.patching import inserts_of  # noqa: PLC0415 - only for photos with patches

        return inserts_of(settings, self.patches, self.rasters, self.pipeline.frame)

    @property
    def content(self) -> str:
        """Changes when the file does: for what is remembered about a photo."""
        try:
            status = self.path.stat()
        except OSError:
            return ""
        return f"{self.id}-{status.st_mtime_ns}-{status.st_size}"

    @property
    def upright(self) -> tuple[int, Size]:
        """EXIF orientation of the file and size of the upright picture, which the crop in a sidecar refers to."""
        try:
            facts = self.metadata
        except UnreadablePhoto:
            return 1, Size(3, 2)
        return facts.orientation, Size(facts.width or 3, facts.height or 2)

    @cached_property
    def _saved(self) -> tuple[Settings, str]:
        from stillbytes.edit import sidecar  # noqa: PLC0415

        if not sidecar.path_for(self.path).exists():
            return Settings(), ""
        try:
            found = sidecar.read(self.path, *self.upright)
        except SidecarError as error:
            return Settings(), str(error)
        return (found.settings, " ".join(found.notes)) if found else (Settings(), "")

    @property
    def settings(self) -> Settings:
        """Those of the sidecar; none if there is no sidecar or it cannot be read (see `sidecar_note`)."""
        return self._saved[0]

    @property
    def sidecar_note(self) -> str:
        """What was wrong with the sidecar; empty when nothing."""
        return self._saved[1]

    def edit(self, settings: Mapping[str, Any] | None = None, /, **changes: Any) -> Edit:
        """An edit of the photo: its sidecar's settings, or those given, with the changes applied.

        Raises InvalidSetting.
        """
        start = self.settings if settings is None else Settings(settings)
        return Edit(self, start.changed(**changes))


@dataclass(frozen=True)
class Edit:
    """A photo with settings. Immutable: `edit` gives another one."""

    photo: Photo
    settings: Settings
    before: Settings | None = field(default=None, compare=False, repr=False)
    """The settings that it was made from, if it was made from another edit."""

    def edit(self, **changes: Any) -> Edit:
        """With these parameters changed; None puts one back to its default. Raises InvalidSetting."""
        return Edit(self.photo, self.settings.changed(**changes), self.settings)

    def ask(self, request: str, engine: str = "auto") -> Any:
        """What a request in words would change, and the edit with it.

        >>> photo.edit().ask("a bit warmer, and darken the sky").edit.export("a.jpg")   # doctest: +SKIP

        Returns `stillbytes.assistant.asking.Answer`. Follow-ups such as "less" are about the last change of this edit.
        Raises UnreadablePhoto, InvalidSetting.
        """
        return verb("ask")(self, request, engine)

    def mask(self, mask: Mask | Kind, *, name: str = "", amount: float = 1.0, **delta: Any) -> Edit:
        """With an adjustment more: what is added to these settings where the mask is.

        >>> photo.edit().mask(sb.masks.Sky(), exposure=-0.7)   # doctest: +SKIP

        delta: of `stillbytes.develop.local_parameters()`. What a mask asks for (a sky, a subject) is looked for when
        the picture is rendered. Raises InvalidSetting.
        """
        from stillbytes.masks.mask import Mask  # noqa: PLC0415 - only for photos with masks

        tree = mask if isinstance(mask, Mask) else Mask.of(mask)
        given = [adjustment.to_json() for adjustment in self.settings.adjustments]
        label = name or (tree.components[0].kind.label if tree.components else "Mask")
        one = {"id": uuid.uuid4().hex[:12], "name": label, "mask": tree.to_json(), "delta": delta, "amount": amount}
        return self.edit(adjustments=[*given, one])

    def remove(self, mask: Mask | Kind, *, cancelled: Callable[[], bool] = lambda: False) -> Edit:
        """Without what the mask covers: a patch made of what is around it takes its place.

        >>> photo.edit().remove(sb.masks.Brush(strokes=...)).export("a.jpg")   # doctest: +SKIP

        Raises UnusablePicture when the mask covers nothing or everything, NotFound for what is not in the photo,
        Cancelled, and what engines raise.
        """
        from stillbytes.edit.finding import complete_mask  # noqa: PLC0415 - only when something is removed
        from stillbytes.edit.patching import remove  # noqa: PLC0415
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415
        from stillbytes.masks.mask import Mask  # noqa: PLC0415

        tree = mask if isinstance(mask, Mask) else Mask.of(mask)
        tree = complete_mask(self.photo, tree, shared_access, keep=False, cancelled=cancelled)
        return Edit(self.photo, remove(self.photo, self.settings, tree, keep=False, cancelled=cancelled))

    def heal(self, spot: Spot) -> Edit:
        """With a round spot healed: the texture of a place nearby, in the light that is around the spot.

        >>> photo.edit().heal(sb.Spot((0.42, 0.3), 0.01)).export("a.jpg")   # doctest: +SKIP

        Without a source the best one nearby is found. Raises UnusablePicture when the spot is outside of the photo.
        """
        return self._spotted("heal", spot)

    def clone(self, spot: Spot) -> Edit:
        """With a round spot that shows another place of the photo as it is. As `heal`."""
        return self._spotted("clone", spot)

    def _spotted(self, task: Task, spot: Spot) -> Edit:
        from stillbytes.edit.patching import spotted  # noqa: PLC0415 - only when something is healed

        return Edit(self.photo, spotted(self.photo, self.settings, task, spot))

    def found(self, cancelled: Callable[[], bool] | None = None) -> Edit:
        """With everything found that its masks ask for. Raises NotFound for what is not in the photo, Cancelled, and
        what engines raise."""
        if "adjustments" not in self.settings:
            return self
        from stillbytes.edit.finding import complete  # noqa: PLC0415
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415

        settings, _ = complete(self.photo, self.settings, shared_access, keep=False, cancelled=cancelled)
        return self if settings == self.settings else Edit(self.photo, settings)

    @property
    def size(self) -> Size:
        """Of the developed picture at full scale."""
        return self.photo.pipeline.developed_size(self.settings)

    @property
    def empty(self) -> float:
        """The part of the picture, 0..1, that neither the photo nor a patch covers: a crop beyond the frame."""
        return self.photo.pipeline.empty(self.settings)

    @property
    def white_balance(self) -> WhitePoint:
        return self.photo.pipeline.white_balance(self.settings)

    def scale_for(self, size: int | None) -> float:
        """Output pixels per pixel so that the long edge becomes `size`; never more than 1."""
        return 1.0 if size is None else min(1.0, size / self.size.long_edge)

    def render(
        self,
        size: int | None = None,
        region: Rect | None = None,
        space: str = "srgb",
        dtype: Dtype = "uint8",
        cancelled: Callable[[], bool] | None = None,
    ) -> Picture:
        """The developed picture, its long edge `size` pixels (full resolution when None, never enlarged).

        region: only that part of the picture at this size. space: name in `photo.spaces.SPACES`.
        Returns (height, width, 3) encoded in `space`, which the array names. Raises UnreadablePhoto, Cancelled.
        """
        output = Output(space, dtype)
        settings = self.found(cancelled).settings
        frame = self.photo.pipeline.render(settings, self.scale_for(size), region, output, cancelled)
        return Picture.of(frame)

    @property
    def provenance(self) -> Provenance:
        """Where the pixels of the picture are from, as exports say it."""
        from stillbytes.edit import provenance  # noqa: PLC0415

        if "patches" not in self.settings:
            return provenance.Provenance()
        from stillbytes.edit.patching import seen  # noqa: PLC0415 - only for photos with patches

        photo = self.photo
        shown = seen(self.settings, photo.patches, photo.rasters, photo.pipeline.frame)
        return provenance.of([patch for patch, _ in shown])

    def export(
        self,
        path: str | Path,
        format: str | None = None,
        size: int | None = None,
        quality: int = 92,
        space: str = "srgb",
        gps: bool = True,
        cancelled: Callable[[], bool] | None = None,
    ) -> Path:
        """Write the developed picture with its metadata and colour profile, whole or not at all. Where patches are in
        it, the metadata says so, and whether a model made them (see `edit.provenance`).

        format: name in `photo.encode.FORMATS`; by the extension of `path` when None. Raises ExportError,
        UnreadablePhoto, Cancelled.
        """
        from stillbytes.edit import sidecar  # noqa: PLC0415
        from stillbytes.edit.provenance import credited  # noqa: PLC0415
        from stillbytes.photo.encode import FORMATS, encode  # noqa: PLC0415
        from stillbytes.photo.metadata import carry  # noqa: PLC0415

        target = Path(path)
        chosen = format_of(target, format)
        if target.resolve() == self.photo.path.resolve():
            raise ExportError(f"{target.name} is the original.", "Choose another name; originals are never written.")
        picture = self.render(size, None, space, "uint16" if FORMATS[chosen].bits > 8 else "uint8", cancelled)
        height, width = picture.shape[:2]
        beside = sidecar.path_for(self.photo.path)
        origin = self.provenance
        carried = carry(
            self.photo.path,
            gps=gps,
            width=width,
            height=height,
            sidecar=beside if beside.exists() else None,
            source_type=origin.source_type,
        )
        content = encode(np.asarray(picture), format=chosen, space=space, quality=quality, carried=carried)
        content = credited(content, origin, FORMATS[chosen].media_type, target.name)
        try:
            write_atomically(target, content)
        except OSError as error:
            raise ExportError(
                f"{target} could not be written: {error.strerror or error}.", "Check the folder and the free space."
            ) from error
        return target


def format_of(path: Path, chosen: str | None = None) -> str:
    """The export format by name, or by the extension of `path`. Raises ExportError."""
    from stillbytes.photo.encode import FORMATS  # noqa: PLC0415

    names = ", ".join(FORMATS)
    if chosen is not None:
        if chosen not in FORMATS:
            raise ExportError(f"There is no export format {chosen!r}.", f"Use one of {names}.")
        return chosen
    extension = path.suffix.lower().lstrip(".")
    wanted = {"jpeg": "jpg", "tiff": "tif"}.get(extension, extension)
    for name, format in FORMATS.items():
        if format.extension.lstrip(".") == wanted:
            return name
    raise ExportError(f"The extension of {path.name} names no export format.", f"Use --format with one of {names}.")
