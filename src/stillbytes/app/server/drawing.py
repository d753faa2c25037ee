"""Generative tasks on an open photo: described for forms, forecast, carried out as jobs with previews."""

from __future__ import annotations

import base64
import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from stillbytes.app.server.routes.masks import MaskField
from stillbytes.app.server.routes.patches import TaskModel
from stillbytes.core.errors import EngineError, InvalidSetting, NotFound
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit import generating
from stillbytes.edit.generating import Work
from stillbytes.edit.photo import Edit, Photo
from stillbytes.edit.reference import reference, start
from stillbytes.generate.larger import Larger
from stillbytes.generate.painters.painter import News
from stillbytes.generate.task import MOST_WORDS, Prompted, Task, Varied
from stillbytes.generate.tasks import task_of, tasks
from stillbytes.generate.tasks.create import Create
from stillbytes.generate.tasks.restyle import Restyle
from stillbytes.masks.mask import Mask

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.core.jobs import Control
    from stillbytes.edit.document import Document
    from stillbytes.gpu.access import Access

WITHOUT_S = 1.0
"""So long the engines of a server that has just begun are waited for by what can do without them."""
PREVIEW_S = 0.3
"""Between two previews that a page is sent."""
MOST_PREVIEW = 512 * 1024
PERCENT = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants made. patch: the id of one that is made again, "" for one more. changes: as they came.
    reference, picture: ids of photos, one to be like and one to begin with."""

    task: Task
    mask: Mask | None
    patch: str
    changes: Mapping[str, Any]
    reference: str | None = None
    picture: str | None = None

    @classmethod
    def of(
        cls,
        name: str,
        parameters: Mapping[str, Any],
        mask: Mapping[str, Any] | None,
        patch: str,
        reference: str | None = None,
        picture: str | None = None,
    ) -> Asked:
        """Raises InvalidSetting for what the task does not take, and for one without the mask that it needs."""
        chosen = {key: value for key, value in parameters.items() if value not in (None, "")}
        task = task_of(name, chosen)
        if task.result == "picture" and patch:
            raise InvalidSetting(
                said("{task} makes a new picture, not a patch.", task=said(task.label)), "Ask for one more."
            )
        for given, need in ((reference, "reference"), (picture, "picture")):
            if given is not None and need not in task.takes:
                raise InvalidSetting(
                    said("{task} takes no {need}.", task=said(task.label), need=need), "Leave it away."
                )
        if "mask" in task.needs and mask is None and not patch:
            raise InvalidSetting(said("{task} needs a mask.", task=said(task.label)), "Paint over what is meant.")
        return cls(task, None if mask is None else Mask.from_json(mask), patch, chosen, reference, picture)

    def complete(self, workspace: Workspace) -> Task:
        """The task with the pictures that go in beside the photo. Raises NotFound, UnreadablePhoto."""
        task = self.task
        if self.reference is not None and isinstance(task, Prompted):
            task = task.like(reference(developed(workspace, workspace.document(self.reference))))
        if self.picture is not None and isinstance(task, Create):
            edit = developed(workspace, workspace.document(self.picture))
            task = task.begun(start(edit, max(task.width, task.height)))
        return task


def described_tasks() -> list[TaskModel]:
    """All, with their fields for a form: what is special about a task first."""
    return [
        TaskModel(
            name=kind.name,
            label=kind.label,
            says=kind.says,
            takes="mask" if "mask" in kind.needs else "photo",
            covers=kind.covers,
            also=[one for one in ("picture", "reference") if one in kind.takes],
            makes=kind.result,
            generated="classical" not in kind.engines,
            exports=issubclass(kind, Larger),
            fields=_fields(kind),
            seldom=sorted(kind.seldom & set(kind.model_fields)),
        )
        for kind in tasks().values()
    ]


def forecast(workspace: Workspace, document: Document, asked: Asked) -> dict[str, Any]:
    """What it would take. Raises as `draw` does before it draws."""
    photo = _decoded(workspace, document)
    work = _prepared(workspace, photo, document.settings, asked, lambda: False)
    return {"engine": work.engine, "model": work.model, **dataclasses.asdict(generating.cost(work))}


def draw(workspace: Workspace, document: Document, asked: Asked, control: Control) -> str:
    """Make the patch, or the settings, and commit them. Returns what happened in words."""
    photo = _decoded(workspace, document)
    tell = telling(workspace, photo.id, control)
    control.progress(0, 0, said("Looking at the photo"))
    if isinstance(asked.task, Restyle) and asked.task.into == "settings" and not asked.patch:
        task = asked.complete(workspace)
        assert isinstance(task, Restyle)
        return _restyle(photo, document, task, workspace.networks(), tell, control)
    work = _prepared(workspace, photo, document.settings, asked, control.cancelled)
    patch = generating.made(photo, work, keep=True, id=asked.patch, tell=tell, cancelled=control.cancelled)
    now = document.settings  # the photo may have been edited meanwhile
    if asked.patch and all(one.id != asked.patch for one in now.patches):
        raise NotFound("The patch was deleted while it was made again.")
    document.commit(generating.added(now, work, patch), f"{work.task.label} again" if asked.patch else work.label)
    document.flush()
    workspace.events.emit("patch-made", {"photo": photo.id, "patch": patch.to_json()})
    if work.painter:
        return said("Made with {model}", model=work.model)
    return said("Filled from the photo itself, without a model")


def _restyle(
    photo: Photo, document: Document, task: Restyle, access: Access, tell: Callable[[News], None], control: Control
) -> str:
    from stillbytes.edit import looks  # noqa: PLC0415 - only for looks
    from stillbytes.generate.pictures import diffusion  # noqa: PLC0415

    who = diffusion(task, access)
    variants = looks.styled(photo, document.settings, task, who, access, tell, control.cancelled)
    looks.committed(document, task, variants)
    document.flush()
    words = looks.in_words(variants[-1].told()["difference"])
    if len(variants) == 1:
        return words
    return said("{number} variants, each a step of the history. The last: {words}", number=len(variants), words=words)


def _prepared(
    workspace: Workspace, photo: Photo, settings: Settings, asked: Asked, cancelled: Callable[[], bool]
) -> Work:
    from stillbytes.edit.finding import complete_mask  # noqa: PLC0415 - loads OpenCV
    from stillbytes.masks.kinds import kinds  # noqa: PLC0415

    access = _access(workspace, asked.task)
    task = asked.complete(workspace)
    if asked.patch:
        return generating.again(photo, settings, asked.patch, access, asked.changes, task.words.reference)
    mask, covers = asked.mask, asked.task.covers
    if mask is None and covers:
        mask = Mask.of(kinds()[covers]())
    if mask is not None:
        mask = complete_mask(photo, mask, workspace.networks, keep=False, cancelled=cancelled)
    return generating.prepared(photo, settings, task, mask, access)


def developed(workspace: Workspace, document: Document) -> Edit:
    """The document's photo as it is edited now. Raises UnreadablePhoto."""
    return Edit(_decoded(workspace, document), document.settings)


def _decoded(workspace: Workspace, document: Document) -> Photo:
    """The document's photo with the pipeline that is kept for the page. Raises UnreadablePhoto."""
    return document.photo.already(workspace.pipeline(document.photo.id))


def _access(workspace: Workspace, task: Task) -> Access | None:
    """The engines; None where there are none and the task can do without."""
    if "classical" not in task.engines:
        return workspace.networks()
    try:
        return workspace.networks(WITHOUT_S)
    except EngineError:
        return None


def telling(workspace: Workspace, photo: str, control: Control) -> Callable[[News], None]:
    last = [0.0]

    def tell(news: News) -> None:
        control.progress(round(news.fraction * PERCENT), PERCENT, news.says)
        now = time.monotonic()
        if news.preview and len(news.preview) <= MOST_PREVIEW and now - last[0] > PREVIEW_S:
            last[0] = now
            picture = f"data:{news.mime};base64,{base64.b64encode(news.preview).decode()}"
            workspace.events.emit("patch-preview", {"photo": photo, "picture": picture})

    return tell


def _fields(kind: type[Task]) -> list[MaskField]:
    shown = kind.model_json_schema()["properties"]
    last = [name for name in Varied.model_fields if name in kind.model_fields]
    first = [name for name in kind.model_fields if name not in last]
    return [_field(name, shown[name], kind) for name in (*first, *last)]


def _field(name: str, schema: Mapping[str, Any], kind: type[Task]) -> MaskField:
    found = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    optional, default = found is not schema, schema.get("default")
    choices = [str(choice) for choice in (kind.engines if name == "engine" else found.get("enum", ()))]
    number = found.get("type") in ("integer", "number") and not optional
    form: Literal["choice", "number", "toggle", "line", "text"]
    form = "choice" if choices else "number" if number else "toggle" if found.get("type") == "boolean" else "text"
    if form == "text" and found.get("maxLength", 0) < MOST_WORDS:
        form = "line"
    return MaskField(
        name=name,
        form=form,
        label=str(schema.get("title", name)),
        says=str(schema.get("description", "")),
        default="" if default is None else default,
        minimum=float(found.get("minimum", 0)),
        maximum=float(found.get("maximum", 0)),
        step=1.0 if found.get("type") == "integer" else 0.01,
        unit="",
        choices=choices,
    )
