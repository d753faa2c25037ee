"""A photo and its edits, as the Python API shows them."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import SidecarError, StillbytesError, UnreadablePhoto
from stillbytes.core.geometry import Rect, Size
from stillbytes.core.verbs import verb
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.frame import Dtype, Output
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.picture import Picture
from stillbytes.edit.version_names import MAIN
from stillbytes.photo.lut import Lut
from stillbytes.photo.metadata import Metadata

if TYPE_CHECKING:
    from stillbytes.develop.clean import Clean
    from stillbytes.develop.patched import Insert
    from stillbytes.edit.camera_profiles import OfPhoto
    from stillbytes.edit.provenance import Provenance
    from stillbytes.edit.snapshots import Snapshot, Snapshots
    from stillbytes.edit.versions import Version
    from stillbytes.generate.denoise.store import Denoised
    from stillbytes.generate.larger import Larger
    from stillbytes.generate.painters.painter import Tell
    from stillbytes.generate.spot import Spot, Task
    from stillbytes.generate.store import Store
    from stillbytes.gpu.access import Access
    from stillbytes.masks.kind import Kind
    from stillbytes.masks.mask import Mask
    from stillbytes.masks.rasters import Rasters
    from stillbytes.photo.lens import Profile
    from stillbytes.photo.optics import Optics

log = logging.getLogger(__name__)


def photo_id(path: Path, number: int = MAIN) -> str:
    """Sixteen hexadecimal digits that stay the same for the same path and version."""
    return id_of(path.resolve(), number)


def id_of(real: Path, number: int = MAIN) -> str:
    """The same, for a path that is known to have no links in it: finding out takes longer than all the rest."""
    which = b"" if number == MAIN else f"\0{number}".encode()
    return hashlib.blake2b(os.fsencode(real) + which, digest_size=8).hexdigest()


class Photo:
    """One original file in one of its versions. Nothing here ever writes to it; decoding happens on first need, in a
    worker process."""

    def __init__(self, path: Path, number: int = MAIN) -> None:
        """number: of the version, see `stillbytes.edit.versions`."""
        self.path = path
        self.number = number
        self.id = photo_id(path, number)
        self._decoding = threading.Lock()
        self._pipeline: Pipeline | None = None
        self._lent = False

    def __repr__(self) -> str:
        return f"Photo({str(self.path)!r})" if self.number == MAIN else f"Photo({str(self.path)!r}, {self.number})"

    def already(self, pipeline: Pipeline) -> Photo:
        """The same photo, decoded before: for who keeps decoded photos, so that this one keeps none."""
        same = Photo(self.path, self.number)
        same._pipeline, same._lent = pipeline, True
        return same

    def let_go(self) -> None:
        """Forget the decoded samples now, for who works on many photos; those of `already` stay with their owner. The
        photo and its pipeline know each other, so that else only the garbage collector would, which counts objects and
        not their bytes."""
        with self._decoding:
            if self._lent:
                return
            pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.clear()

    @property
    def version_name(self) -> str:
        """Empty for the photo's own version."""
        from stillbytes.edit import sidecar, versions  # noqa: PLC0415

        if self.number == MAIN:
            return ""
        path = sidecar.existing(self.path, self.number) or sidecar.path_for(self.path, version=self.number)
        return versions.name_in(path, self.number)

    def versions(self) -> list[Photo]:
        """The photo in each of its versions, its own first.

        >>> [version.version_name for version in photo.versions()]                       # doctest: +SKIP
        ['', 'Black and white']
        """
        from stillbytes.edit import versions  # noqa: PLC0415

        return [Photo(self.path, one.number) for one in versions.listed(self.path)]

    def version(self, which: str | int) -> Photo:
        """The photo in another version, by its name or number. Raises NotFound."""
        from stillbytes.edit import versions  # noqa: PLC0415

        return Photo(self.path, versions.find(self.path, which).number)

    def create_version(self, name: str = "") -> Photo:
        """The photo in a new version (a virtual copy), which begins as this one is.

        >>> photo.create_version("Black and white").edit(profile="monochrome").save()      # doctest: +SKIP

        Raises InvalidSetting for a name that is taken, SidecarError.
        """
        from stillbytes.edit import versions  # noqa: PLC0415

        return Photo(self.path, versions.create(self.path, name, self.number).number)

    @cached_property
    def file_id(self) -> str:
        """The id of the photo's own version, whichever this is."""
        return self.id if self.number == MAIN else photo_id(self.path)

    def deleted_versions(self) -> list[Version]:
        """Those that `stillbytes.edit.versions.restore` brings back."""
        from stillbytes.edit import versions  # noqa: PLC0415

        return versions.deleted(self.path)

    @property
    def sidecar(self) -> Path:
        """Where this version's edit is, or would be."""
        from stillbytes.edit import sidecar  # noqa: PLC0415

        return sidecar.path_for(self.path, version=self.number)

    @cached_property
    def metadata(self) -> Metadata:
        """Raises UnreadablePhoto."""
        from stillbytes.photo.metadata import read_metadata  # noqa: PLC0415 - Exiv2 loads only when asked

        return read_metadata(self.path)

    @property
    def pipeline(self) -> Pipeline:
        """The decoded photo, decoded once whichever threads ask. Raises UnreadablePhoto."""
        from stillbytes.gpu.drawing import draws  # noqa: PLC0415 - only where something is drawn
        from stillbytes.photo.decode import decode  # noqa: PLC0415

        with self._decoding:
            if self._pipeline is None:
                self._pipeline = Pipeline(
                    decode(self.path),
                    self._local,
                    self.rasters,
                    self._inserts,
                    self._optics,
                    self.table,
                    self.profiles.profile,
                    self._clean,
                    draws,
                )
            return self._pipeline

    @property
    def _beside(self) -> Path:
        from stillbytes.edit import sidecar  # noqa: PLC0415

        return sidecar.pixels_for(self.path)

    @cached_property
    def rasters(self) -> Rasters:
        """What was found in the photo for its masks."""
        from stillbytes.masks.rasters import Rasters  # noqa: PLC0415

        return Rasters(self._beside)

    @cached_property
    def patches(self) -> Store:
        """The pixels of the photo's patches."""
        from stillbytes.generate.store import Store  # noqa: PLC0415

        return Store(self._beside)

    @cached_property
    def denoised(self) -> Denoised:
        """What networks made of the photo's light."""
        from stillbytes.generate.denoise.store import Denoised  # noqa: PLC0415

        return Denoised(self._beside)

    def _clean(self, settings: Settings) -> Clean | None:
        from stillbytes.edit.denoising import clean_of  # noqa: PLC0415 - only for photos that were cleaned

        return clean_of(self, settings)

    def _local(self, settings: Settings) -> Sequence[Local]:
        if "adjustments" not in settings:
            return ()
        from stillbytes.masks.local import locals_of  # noqa: PLC0415 - only for photos with masks

        return locals_of(settings, self.rasters)

    def _inserts(self, settings: Settings) -> Sequence[Insert]:
        from stillbytes.edit.patching import inserts_of  # noqa: PLC0415 - only for photos with patches

        return inserts_of(settings, self.patches, self.rasters, self.pipeline.frame)

    def lens(self, settings: Settings) -> Profile | None:
        """The lens that these settings correct, as the file names it or they do; None where it is not known.

        Raises StillbytesError when the database of lenses cannot be asked.
        """
        from stillbytes.photo.lens import profile  # noqa: PLC0415 - only for photos that ask for it

        try:
            facts = self.metadata
        except UnreadablePhoto:
            return None
        return profile(facts, self.upright[1], str(settings.value("lens")))

    def optical_notes(self, settings: Settings) -> list[str]:
        """What these settings ask of the lens's corrections that cannot be done, and what in the file was not
        followed."""
        notes = list(self.pipeline.remarks)
        if settings.value("lens_profile"):
            try:
                if self.lens(settings) is None:
                    named = str(settings.value("lens")) or self.metadata.lens or "that it was taken with"
                    notes.append(f"The lens {named} is not in the database; name another with `lens`.")
            except StillbytesError as error:
                notes.append(str(error))
        return notes

    def _optics(self, settings: Settings) -> Optics:
        from stillbytes.photo.lens import focal_length  # noqa: PLC0415 - only for photos that ask for it
        from stillbytes.photo.optics import Optics  # noqa: PLC0415

        try:
            focal = focal_length(self.metadata, self.upright[1])
        except UnreadablePhoto:
            focal = None
        profile = None
        if settings.value("lens_profile"):
            try:
                profile = self.lens(settings)
            except StillbytesError as error:
                log.warning("no lens profile: %s", error)
        return Optics(focal, profile.bend if profile else None)

    def table(self, named: str) -> Lut | None:
        """The colour look-up table that a setting names; None when it is neither beside the photo nor among the
        user's."""
        from stillbytes.edit.luts import table_of  # noqa: PLC0415 - only for photos with a look-up table

        return table_of(named, self.path.parent)

    @cached_property
    def profiles(self) -> OfPhoto:
        """The camera profiles that it may be developed with."""
        from stillbytes.edit.camera_profiles import OfPhoto  # noqa: PLC0415 - only for photos with a profile

        try:
            return OfPhoto(self.path, self.metadata)
        except UnreadablePhoto:
            return OfPhoto(self.path, None)

    def profile_notes(self, settings: Settings) -> list[str]:
        """What these settings ask of a camera profile that cannot be done."""
        named = str(settings.value("camera_profile"))
        if not named or self.pipeline.camera_profile(settings) is not None:
            return []
        from stillbytes.edit.camera_profiles import divided  # noqa: PLC0415

        name = divided(named)[1]
        if not self.pipeline.raw:
            return [f"The camera profile {name} was left out: the photo is no RAW file."]
        camera = self.profiles.camera or "this camera"
        return [f"There is no camera profile {name} for {camera}; `stillbytes profiles import FILE` takes one over."]

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
    def _saved(self) -> tuple[Settings, str, Snapshots]:
        from stillbytes.edit import sidecar  # noqa: PLC0415
        from stillbytes.edit.snapshots import Snapshots  # noqa: PLC0415

        if sidecar.existing(self.path, self.number) is None:
            return Settings(), "", Snapshots()
        try:
            found = sidecar.read(self.path, *self.upright, self.number)
        except SidecarError as error:
            return Settings(), str(error), Snapshots()
        return (found.settings, " ".join(found.notes), found.snapshots) if found else (Settings(), "", Snapshots())

    def reread(self) -> None:
        """Look into the sidecar again when next asked: it was read or written by other means."""
        self.__dict__.pop("_saved", None)

    @property
    def settings(self) -> Settings:
        """Those of the sidecar; none if there is no sidecar or it cannot be read (see `sidecar_note`)."""
        return self._saved[0]

    @property
    def sidecar_note(self) -> str:
        """What was wrong with the sidecar; empty when nothing."""
        return self._saved[1]

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The named states of this version as its sidecar has them, oldest first."""
        return self._saved[2].all

    def snapshot(self, name: str) -> Edit:
        """An edit with the settings of a snapshot. Raises NotFound.

        >>> photo.snapshot("Before the crop").export("a.jpg")                            # doctest: +SKIP
        """
        return Edit(self, self._saved[2].find(name).settings, self.settings)

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

    def save(self, label: str = "Edit") -> Path:
        """Keep these settings in the version's sidecar, as a step of its history; returns the sidecar.

        >>> sb.open("a.nef").edit(exposure=0.7).save("Brighter")                         # doctest: +SKIP

        Raises SidecarError.
        """
        from stillbytes.edit.document import Document  # noqa: PLC0415 - only where it is kept

        document = Document(self.photo)
        document.commit(self.settings, label)
        return document.save()

    def snapshot(self, name: str) -> Snapshot:
        """Keep these settings under a name, in the sidecar of the photo's version; its edit stays as it is.

        >>> sb.open("a.nef").edit().snapshot("Before the crop")                          # doctest: +SKIP

        Raises InvalidSetting for a name that another snapshot has, SidecarError.
        """
        from stillbytes.edit.document import Document  # noqa: PLC0415 - only where it is kept

        document = Document(self.photo)
        made = document.take_snapshot(name, self.settings)
        document.save()
        return made

    def ask(self, request: str, engine: str = "auto") -> Any:
        """What a request in words would change, and the edit with it.

        >>> photo.edit().ask("a bit warmer, and darken the sky").edit.export("a.jpg")   # doctest: +SKIP

        Returns `stillbytes.assistant.asking.Answer`. Follow-ups such as "less" are about the last change of this edit.
        Raises UnreadablePhoto, InvalidSetting.
        """
        return verb("ask")(self, request, engine)

    def preset(self, name: str, amount: float = 1.0) -> Edit:
        """With a preset, see `stillbytes presets list`. amount: 0..2, 1 for all of it.

        >>> photo.edit().preset("Muted", 0.8).export("a.jpg")   # doctest: +SKIP

        Raises InvalidSetting.
        """
        from stillbytes.edit.presets import Presets  # noqa: PLC0415 - only when it is asked for

        return Edit(self.photo, Presets().find(name).applied(self.settings, amount), self.settings)

    def auto(self, *names: str) -> Edit:
        """With settings that suit the photo: a first guess, to be changed like any other.

        >>> photo.edit().auto("tone", "level").export("a.jpg")   # doctest: +SKIP

        names: "tone" (when none is given), "white-balance", "level", or single parameters such as "exposure"; see
        `stillbytes.edit.automatic.FINDERS`. Raises InvalidSetting for other names and for a photo that does not tell,
        UnreadablePhoto.
        """
        from stillbytes.edit.automatic import Meter, found, people_in  # noqa: PLC0415 - only when it is asked for

        pipeline = self.photo.pipeline
        return self.edit(**found(Meter(pipeline, people_in(pipeline)), self.settings, names))

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

    def denoise(
        self,
        amount: float | None = None,
        model: str = "",
        *,
        tell: Tell | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Edit:
        """With its noise taken out by a network, whose result is kept beside the photo. amount: 1..100, how much of it
        is seen, by default half; changing it afterwards takes no time. model: by default the best that is here.

        >>> photo.edit().denoise(60).export("a.jpg")   # doctest: +SKIP

        Raises InvalidSetting, ModelError, Cancelled, and what engines raise.
        """
        from stillbytes.edit.denoising import denoise  # noqa: PLC0415 - only where it is asked for

        more: dict[str, Any] = {} if tell is None else {"tell": tell}
        return self.edit(**denoise(self.photo, model, amount=amount, cancelled=cancelled, **more))

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

    def proof(self, icc: str, size: int | None = None, *, warn: bool = False, **how: Any) -> tuple[Picture, float]:
        """How the picture will look through an ICC profile, in sRGB, and the part of it, 0..1, whose colours that has
        not; warn: they become grey. how: `intent` and `black_point`, as exports have them.

        >>> picture, outside = photo.edit().proof("paper.icc", 1600, warn=True)          # doctest: +SKIP
        """
        from stillbytes.edit.exporting.proof import proof  # noqa: PLC0415 - only when it is asked for

        return proof(self, icc, size, warn=warn, **how)

    @property
    def provenance(self) -> Provenance:
        """Where the pixels of the picture are from, as exports say it."""
        from stillbytes.edit import provenance  # noqa: PLC0415

        return provenance.of_edit(self)

    def export(
        self,
        path: str | Path,
        format: str | None = None,
        size: int | None = None,
        quality: int = 92,
        space: str = "srgb",
        gps: bool = True,
        cancelled: Callable[[], bool] | None = None,
        through: Larger | None = None,
        access: Access | None = None,
        tell: Tell | None = None,
        **how: Any,
    ) -> Path:
        """Write the developed picture with its metadata and colour profile, whole or not at all. Where patches are in
        it, the metadata says so, and whether a model made them (see `edit.provenance`).

        >>> from stillbytes.generate.tasks.upscale import Upscale
        >>> photo.edit().export("a.jpg", through=Upscale(scale=2))                       # doctest: +SKIP
        >>> photo.edit().export("b.jpg", resize="fit:1920x1080", sharpen_for="screen")       # doctest: +SKIP

        format: one of `photo.output.encode.FORMATS`; by the extension of `path` when None. through: a network that
        draws it larger or clearer before it is written; access: with these engines, by default this process' own. tell:
        hears how far that is. how: more fields of `edit.exporting.Spec`. Raises ExportError, UnreadablePhoto,
        Cancelled, and what engines raise.
        """
        from stillbytes.edit.exporting.formats import format_of  # noqa: PLC0415
        from stillbytes.edit.exporting.spec import spec_of  # noqa: PLC0415
        from stillbytes.edit.exporting.write import write  # noqa: PLC0415

        target = Path(path)
        chosen = format_of(target, format)
        spec = spec_of({"format": chosen, "size": size, "quality": quality, "space": space, "gps": gps, **how})
        return write(self, target, spec, cancelled, through, access, tell)
